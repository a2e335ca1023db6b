use super::*;
use crate::edit::event_time::Form;
use crate::edit::fixtures::{customers, group, many, noon, one, record, record_with, standard};
use crate::resource::{RecordChange, TtlUnit};
use proptest::prelude::*;

fn draft() -> Draft {
    Draft::of(customers(), "c-1", Some(record()))
}

fn changed(draft: &Draft) -> Vec<String> {
    let shown = |value: Option<&FeatureValue>| match value {
        None => "absent".to_owned(),
        Some(FeatureValue::One(text)) => format!("{text:?}"),
        Some(FeatureValue::Many(texts)) => format!("{texts:?}"),
    };
    let changes = draft.changes().into_iter();
    changes
        .map(|it| format!("{}: {} → {}", it.feature, shown(it.before), shown(it.after)))
        .collect()
}

fn days(value: i32) -> TtlDuration {
    TtlDuration {
        value,
        unit: TtlUnit::Days,
    }
}

fn put_names(draft: &Draft) -> Vec<String> {
    let features = draft.features_to_put(noon().wall).into_iter();
    features.map(|(name, _)| name).collect()
}

#[test]
fn a_draft_that_nobody_touched_is_what_was_read() {
    let draft = draft();
    assert!(!draft.is_dirty());
    assert_eq!(changed(&draft), [""; 0]);
    let mut expected = record().values;
    expected[2].1 = one("2026-11-20T12:00:00Z");
    assert_eq!(
        draft.features_to_put(noon().wall),
        expected,
        "only the event time moved"
    );
}

#[test]
fn absent_empty_text_and_empty_list_are_three_things() {
    let mut draft = draft();
    draft.set("name", one("")).unwrap();
    draft.set("tags", many(&[])).unwrap();
    draft.remove("visits").unwrap();
    assert_eq!(
        changed(&draft),
        [
            "visits: \"7\" → absent",
            "name: \"Ada\\u{1b}\" → \"\"",
            "tags: [\"b\", \"a\"] → []"
        ]
    );
    assert_eq!(put_names(&draft), ["customer_id", "event_time", "name", "tags"]);
}

#[test]
fn a_change_that_is_taken_back_is_none_and_keeps_its_place() {
    let mut draft = draft();
    draft.set("visits", one("8")).unwrap();
    draft.remove("name").unwrap();
    draft.set("score", one("0.5")).unwrap();
    assert!(draft.is_dirty());
    draft.set("visits", one("7")).unwrap();
    draft.put_back("name");
    draft.put_back("score");
    assert_eq!(changed(&draft), [""; 0]);
    assert!(!draft.is_dirty());
    assert_eq!(
        put_names(&draft),
        ["visits", "customer_id", "event_time", "name", "tags"]
    );
}

#[test]
fn what_is_added_comes_last_and_is_no_longer_absent() {
    let mut draft = draft();
    let absent = |draft: &Draft| draft.absent().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(absent(&draft), ["score", "history", "embedding"]);
    draft.set("history", many(&["1"])).unwrap();
    assert_eq!(absent(&draft), ["score", "embedding"]);
    assert_eq!(changed(&draft), ["history: absent → [\"1\"]"]);
    assert_eq!(put_names(&draft).last().unwrap(), "history");
    draft.remove("history").unwrap();
    assert_eq!(changed(&draft), [""; 0]);
}

#[test]
fn what_is_wrong_is_refused_and_changes_nothing() {
    let mut draft = draft();
    let why = |result: Result<(), Mistake>| result.unwrap_err().to_string();
    assert_eq!(
        why(draft.set("visits", one("many"))),
        "visits: an Integral is digits with or without a minus sign, such as -42"
    );
    assert_eq!(
        why(draft.set("customer_id", one("c-2"))),
        "customer_id: the identifier of a record cannot be changed; clone the record instead"
    );
    assert_eq!(draft.set("customer_id", one("c-1")), Ok(()));
    assert_eq!(
        why(draft.remove("customer_id")),
        "customer_id: every record of this group has it"
    );
    assert_eq!(
        why(draft.remove("event_time")),
        "event_time: every record of this group has it"
    );
    assert!(!draft.is_dirty());
}

#[test]
fn giving_up_every_change_gives_up_the_stores_and_the_life_too() {
    let mut draft = draft();
    draft.set("visits", one("8")).unwrap();
    draft.set("event_time", one("2020-01-01T00:00:00Z")).unwrap();
    draft.set_stores(&[TargetStore::Online]).unwrap();
    draft.set_ttl(Some(days(1)));
    draft.clear();
    assert_eq!(draft, self::draft());
}

#[test]
fn only_stores_that_the_group_has_can_be_chosen() {
    let mut group = group();
    group.offline = None;
    let mut draft = Draft::of(Arc::new(Schema::of(&group)), "c-1", Some(record()));
    let error = draft.set_stores(&[TargetStore::Offline]).unwrap_err();
    assert_eq!(error.to_string(), "customers has no OfflineStore");
    assert_eq!(draft.stores(), []);
}

#[test]
fn the_event_time_moves_forward_unless_it_was_set_by_hand() {
    let mut draft = draft();
    assert_eq!(draft.event_time_at(noon().wall), "2026-11-20T12:00:00Z");
    draft.set("event_time", one("2026-11-20T11:00:00Z")).unwrap();
    assert!(
        draft.is_event_time_by_hand(),
        "the same as stored is meant as it is"
    );
    assert_eq!(draft.event_time_at(noon().wall), "2026-11-20T11:00:00Z");
    draft.put_back("event_time");
    assert!(!draft.is_event_time_by_hand());
    let behind = "2026-11-20T10:00:00Z".parse().unwrap();
    assert_eq!(draft.event_time_at(behind), "2026-11-20T11:00:01Z");
}

#[test]
fn an_event_time_that_cannot_be_read_is_replaced_by_now() {
    let odd = record_with("event_time", one("yesterday"));
    let draft = Draft::of(customers(), "c-1", Some(odd));
    assert_eq!(draft.event_time_at(noon().wall), "2026-11-20T12:00:00.000Z");
}

#[test]
fn a_new_record_has_its_identifier_and_an_event_time() {
    let mut draft = Draft::of(customers(), "c-9", None);
    assert!(!draft.is_dirty());
    draft.set("visits", one("1")).unwrap();
    assert!(draft.is_dirty());
    assert_eq!(
        draft.features_to_put(noon().wall),
        [
            ("customer_id".to_owned(), one("c-9")),
            ("visits".to_owned(), one("1")),
            ("event_time".to_owned(), one("2026-11-20T12:00:00.000Z")),
        ]
    );
    assert_eq!(draft.mistakes(noon().wall), []);
    draft.put_back("customer_id");
    assert_eq!(draft.value("customer_id"), Some(&one("c-9")));
    let unnamed = Draft::of(customers(), "", None);
    assert_eq!(unnamed.mistakes(noon().wall).len(), 1);
}

#[test]
fn a_clone_is_a_new_record_with_the_same_features() {
    let mut original = draft();
    original.set("visits", one("8")).unwrap();
    let clone = original.cloned_as("c-2").unwrap();
    assert!(clone.is_dirty() && clone.base().is_none());
    assert_eq!(clone.value("customer_id"), Some(&one("c-2")));
    assert_eq!(clone.value("visits"), Some(&one("8")));
    assert_eq!(clone.event_time_at(noon().wall), "2026-11-20T12:00:00Z");
    assert!(original.cloned_as("").is_err());
}

#[test]
fn undoing_puts_the_base_over_what_is_stored_now_with_a_newer_event_time() {
    let mut stored = record_with("visits", one("8"));
    stored.values[2].1 = one("2026-11-20T13:00:00Z");
    stored.values.push(("score".to_owned(), one("1")));
    let before = record();
    let undo = Draft::undoing(customers(), "c-1", Some(&before), Some(stored.clone())).unwrap();
    assert_eq!(changed(&undo), ["visits: \"8\" → \"7\"", "score: \"1\" → absent"]);
    let put = undo.features_to_put(noon().wall);
    assert_eq!(put[2].1, one("2026-11-20T13:00:01Z"));
    assert!(!undo.is_historic(noon().wall));
    assert_eq!(Draft::undoing(customers(), "c-1", None, Some(stored)), None);
}

#[test]
fn undoing_a_deletion_makes_the_record_anew() {
    let before = record();
    let undo = Draft::undoing(customers(), "c-1", Some(&before), None).unwrap();
    assert!(undo.is_dirty());
    let mut names = put_names(&undo);
    names.sort_unstable();
    assert_eq!(names, ["customer_id", "event_time", "name", "tags", "visits"]);
}

#[test]
fn a_text_replaces_all_features_or_none() {
    let mut draft = draft();
    let mut features = record().values;
    features[0].1 = one("x");
    features.remove(1);
    features.push(("colour".to_owned(), one("red")));
    let mistakes: Vec<_> = draft.replace(&features).unwrap_err();
    let told: Vec<_> = mistakes.iter().map(|it| it.feature.as_str()).collect();
    assert_eq!(told, ["visits", "colour", "customer_id"]);
    assert!(!draft.is_dirty());
    let mut features = record().values;
    features.reverse();
    features.retain(|(name, _)| name != "tags");
    features.insert(0, ("score".to_owned(), one("2")));
    draft.replace(&features).unwrap();
    assert_eq!(
        changed(&draft),
        ["tags: [\"b\", \"a\"] → absent", "score: absent → \"2\""]
    );
    assert!(!draft.is_event_time_by_hand());
    features[1].1 = one("B");
    features[2].1 = one("2026-11-20T11:30:00Z");
    draft.replace(&features).unwrap();
    assert!(draft.is_event_time_by_hand());
    draft.replace(&record().values).unwrap();
    assert_eq!(changed(&draft), [""; 0]);
}

#[test]
fn what_was_wrong_when_it_was_read_does_not_stand_in_the_way() {
    let odd = record_with("visits", one("seven"));
    let mut draft = Draft::of(customers(), "c-1", Some(odd.clone()));
    draft.set("visits", one("seven")).unwrap();
    let mut features = odd.values;
    features[3].1 = one("Bea");
    draft.replace(&features).unwrap();
    assert_eq!(changed(&draft), ["name: \"Ada\\u{1b}\" → \"Bea\""]);
}

#[test]
fn a_life_of_its_own_is_carried_into_the_put() {
    let mut own = record();
    own.expires = Some("2026-11-27T11:00:00.000Z".to_owned());
    let draft = Draft::of(customers(), "c-1", Some(own.clone()));
    let week = TtlDuration {
        value: 1,
        unit: TtlUnit::Weeks,
    };
    assert_eq!(draft.ttl(), Some(week));
    assert!(!draft.is_dirty());
    assert_eq!(self::draft().ttl(), None, "the group's own");
    own.expires = Some("2026-11-20T11:01:30Z".to_owned());
    let seconds = Draft::of(customers(), "c-1", Some(own)).ttl().unwrap();
    assert_eq!(seconds.to_string(), "90 Seconds");
    for (began, ends) in [
        ("2026-11-20T11:00:00.600Z", "2026-12-20T11:00:00.600Z"),
        ("2026-11-20T11:00:00.600Z", "2026-12-20T11:00:00Z"),
        ("2026-11-20T11:00:00.000000001Z", "2026-12-20T11:00:00.000Z"),
        ("2026-11-20T11:00:00Z", "2026-12-20T11:00:00.000Z"),
    ] {
        let mut record = record_with("event_time", one(began));
        record.expires = Some(ends.to_owned());
        let draft = Draft::of(customers(), "c-1", Some(record));
        assert_eq!(draft.ttl(), None, "{began} to {ends} is the group's own");
    }
}

#[test]
fn an_update_has_the_changed_features_and_the_event_time() {
    let mut draft = draft();
    draft.set("visits", one("8")).unwrap();
    draft.set("score", one("1")).unwrap();
    let write = draft.write(Intent::Update, noon().wall).unwrap();
    let features = vec![
        ("visits".to_owned(), one("8")),
        ("score".to_owned(), one("1")),
        ("event_time".to_owned(), one("2026-11-20T12:00:00Z")),
    ];
    assert_eq!(write.change, RecordChange::Update { features, ttl: None });
    draft.set_ttl(Some(days(1)));
    let write = draft.write(Intent::Update, noon().wall).unwrap();
    assert!(matches!(write.change, RecordChange::Update { ttl: Some(_), .. }));
}

#[test]
fn an_update_that_cannot_be_says_why() {
    let why = |draft: &Draft| draft.updates(noon().wall).unwrap_err().to_string();
    let edited = |schema: Arc<Schema>| {
        let mut draft = Draft::of(schema, "c-1", Some(record()));
        draft.set("visits", one("8")).unwrap();
        draft
    };
    assert_eq!(why(&draft()), "nothing is changed");
    assert_eq!(
        why(&Draft::of(customers(), "c-2", None)),
        "UpdateRecord needs a record that is there, and this one is new"
    );
    assert_eq!(
        why(&edited(standard())),
        "UpdateRecord needs an online store of the type Standard_V2 or InMemory, and this is Standard"
    );
    let mut removing = edited(customers());
    removing.remove("name").unwrap();
    removing.remove("tags").unwrap();
    assert_eq!(why(&removing), "UpdateRecord cannot remove features: name, tags");
    let mut own = record();
    own.expires = Some("2026-11-27T11:00:00Z".to_owned());
    let mut group = group();
    group.online.as_mut().unwrap().ttl = None;
    let mut endless = Draft::of(Arc::new(Schema::of(&group)), "c-1", Some(own));
    endless.set_ttl(None);
    assert_eq!(why(&endless), "UpdateRecord cannot take away a time to live");
}

#[test]
fn an_update_takes_100_features() {
    let mut group = group();
    group
        .features
        .extend((0..100).map(|number| crate::resource::Feature {
            name: format!("f{number}"),
            kind: "String".to_owned(),
            ..crate::resource::Feature::default()
        }));
    let mut draft = Draft::of(Arc::new(Schema::of(&group)), "c-1", Some(record()));
    for number in 0..99 {
        draft.set(&format!("f{number}"), one("")).unwrap();
    }
    assert_eq!(draft.updates(noon().wall).unwrap().len(), 100);
    draft.set("f99", one("")).unwrap();
    assert_eq!(
        draft.updates(noon().wall).unwrap_err().to_string(),
        "UpdateRecord takes 100 features, the event time among them, and these are 101"
    );
}

#[test]
fn a_deletion_carries_a_newer_event_time() {
    let write = draft()
        .write(Intent::Delete(crate::resource::DeletionMode::Hard), noon().wall)
        .unwrap();
    let RecordChange::Delete { event_time, .. } = write.change else {
        panic!("a deletion is one");
    };
    assert_eq!(event_time, "2026-11-20T12:00:00Z");
}

#[test]
fn warnings_tell_what_may_not_be_meant() {
    let words = |draft: &Draft| {
        let warnings = draft.warnings(noon().wall).into_iter();
        warnings.map(|warning| warning.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(words(&draft()), [""; 0]);
    let at = |time: &str| {
        let mut draft = draft();
        draft.set("event_time", one(time)).unwrap();
        draft
    };
    let historic =
        "the event time is not newer than the stored one: this goes to the offline store only, as history";
    assert_eq!(words(&at("2026-11-20T11:00:00Z")), [historic]);
    assert_eq!(words(&at("2026-11-20T11:00:01Z")), [""; 0]);
    assert_eq!(
        words(&at("2026-11-20T12:01:01Z")),
        [
            "the event time is ahead of this clock: until 2026-11-20T12:01:01Z, writes with the time of day change nothing"
        ]
    );
    assert_eq!(words(&at("2026-11-20T12:01:00Z")), [""; 0]);
    assert_eq!(
        words(&at("2026-10-20T11:00:00Z")),
        [
            historic,
            "the record's life ends at 2026-11-19T11:00:00Z, which is past"
        ]
    );
    let mut short = at("2026-11-20T11:59:00Z");
    short.set_ttl(check::ttl("60 s").unwrap());
    assert_eq!(
        words(&short),
        ["the record's life ends at 2026-11-20T12:00:00Z, which is past"]
    );
    short.set_ttl(check::ttl("61 s").unwrap());
    assert_eq!(words(&short), [""; 0]);
    let mut removing = draft();
    removing.remove("name").unwrap();
    removing.remove("tags").unwrap();
    assert_eq!(words(&removing), ["these features will be gone: name, tags"]);
    let mut online = draft();
    online.set_stores(&[TargetStore::Online]).unwrap();
    assert_eq!(
        words(&online),
        ["only the online store is written: the offline store will not know of it"]
    );
    online.set_stores(&[TargetStore::Offline]).unwrap();
    assert_eq!(
        words(&online),
        ["only the offline store is written: reading the record will not show it"]
    );
}

#[test]
fn warnings_tell_what_the_group_makes_of_the_record() {
    let mut endless = record_with("colour", one("red"));
    endless.expires = None;
    let draft = Draft::of(customers(), "c-1", Some(endless));
    let words: Vec<_> = draft
        .warnings(noon().wall)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        words,
        [
            "the record has no end so far, and its group gives it one: 2026-12-20T12:00:00Z",
            "the group no longer has these features, and the service may refuse them: colour"
        ]
    );
    let mut group = group();
    group.offline = None;
    let mut draft = Draft::of(Arc::new(Schema::of(&group)), "c-1", Some(record()));
    draft.set("event_time", one("2026-11-20T11:00:00Z")).unwrap();
    assert_eq!(draft.warnings(noon().wall), [Warning::NotNewer { kept: false }]);
}

#[test]
fn seconds_since_1970_move_as_they_are_written() {
    let mut group = group();
    group.features[1].kind = "Fractional".to_owned();
    let schema = Arc::new(Schema::of(&group));
    assert_eq!(schema.form(), Form::Unix);
    let stored = record_with("event_time", one("1700000000.5"));
    let draft = Draft::of(schema, "c-1", Some(stored));
    assert_eq!(draft.event_time_at(noon().wall), "1795176000.0");
}

#[derive(Clone, Debug)]
enum Operation {
    Set(usize, FeatureValue),
    Remove(usize),
    PutBack(usize),
    Clear,
}

/// Features of the record and others, neither of which is its identifier or its event time.
const FREE: [&str; 6] = ["visits", "name", "tags", "score", "history", "embedding"];

fn operation() -> impl Strategy<Value = Operation> {
    let value = prop_oneof![
        "-?[0-9]{1,3}".prop_map(FeatureValue::One),
        prop::collection::vec("[0-9]", 0..4).prop_map(FeatureValue::Many),
    ];
    prop_oneof![
        6 => (0..FREE.len(), value).prop_map(|(feature, value)| Operation::Set(feature, value)),
        3 => (0..FREE.len()).prop_map(Operation::Remove),
        3 => (0..FREE.len()).prop_map(Operation::PutBack),
        1 => Just(Operation::Clear),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_the_record_is_what_was_asked_for_and_the_rest_what_was_read(
        operations in prop::collection::vec(operation(), 0..20),
    ) {
        let read = record().values;
        let mut draft = draft();
        let mut expected: HashMap<String, FeatureValue> = read.iter().cloned().collect();
        for operation in operations {
            match operation {
                Operation::Set(feature, value) => {
                    if draft.set(FREE[feature], value.clone()).is_ok() {
                        expected.insert(FREE[feature].to_owned(), value);
                    }
                }
                Operation::Remove(feature) => {
                    draft.remove(FREE[feature]).unwrap();
                    expected.remove(FREE[feature]);
                }
                Operation::PutBack(feature) => {
                    draft.put_back(FREE[feature]);
                    expected.remove(FREE[feature]);
                    expected.extend(read.iter().filter(|(name, _)| name == FREE[feature]).cloned());
                }
                Operation::Clear => {
                    draft.clear();
                    expected = read.iter().cloned().collect();
                }
            }
        }
        let features: Features = draft.features().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        prop_assert_eq!(features.iter().cloned().collect::<HashMap<_, _>>(), expected.clone());
        prop_assert_eq!(features.len(), expected.len(), "no name twice");
        let names = |features: &Features| -> Vec<String> {
            let known = features.iter().map(|(name, _)| name.clone());
            known.filter(|name| record().value(name).is_some() && expected.contains_key(name)).collect()
        };
        prop_assert_eq!(names(&features), names(&read), "what was read keeps its order");
        for change in draft.changes() {
            let before = read.iter().find(|(name, _)| name == change.feature).map(|(_, value)| value);
            prop_assert_eq!(change.before, before);
            prop_assert_eq!(change.after, expected.get(change.feature));
            prop_assert_ne!(change.before, change.after);
        }
        let again = Draft::of(customers(), "c-1", Some(record()));
        prop_assert_eq!(draft.is_dirty(), !draft.changes().is_empty());
        prop_assert_eq!(again.features().eq(draft.features()), !draft.is_dirty());
    }
}
