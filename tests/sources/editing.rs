//! Records that are read, changed and written over HTTP, alone, against somebody else, and when calls fail.

mod failures;
mod interleavings;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kinescope::clock::Now;
use kinescope::edit::{Draft, Ending, Input, Intent, Merge, Output, Saving, Schema, Side};
use kinescope::resource::{
    DeletionMode, Detail, FeatureRecord, FeatureValue, Features, RecordChange, RecordWrite, Section,
    TtlDuration, TtlUnit,
};
use kinescope::source::{Edit, ErrorKind};
use serde_json::json;

use super::endpoint::{BEGIN, Story};

const GROUP: &str = "customers";
const ID: &str = "c/1 ä";

/// A minute after the story's begin, when its groups are made.
fn now() -> Now {
    Now::start(Timestamp::from_second(BEGIN + 60).unwrap())
}

fn one(text: &str) -> FeatureValue {
    FeatureValue::One(text.to_owned())
}

fn many(texts: &[&str]) -> FeatureValue {
    FeatureValue::Many(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// A group with a feature of every type and shape, and so many more strings.
async fn story(more: usize) -> Story {
    let story = Story::begin();
    let feature = |name: &str, kind: &str| json!({ "FeatureName": name, "FeatureType": kind });
    let collection = |name: &str, kind: &str, shape: &str| json!({ "FeatureName": name, "FeatureType": kind, "CollectionType": shape });
    let mut vector = collection("vector", "Fractional", "Vector");
    vector["CollectionConfig"] = json!({ "VectorConfig": { "Dimension": 3 } });
    let mut features = vec![
        feature("id", "String"),
        feature("at", "String"),
        feature("visits", "Integral"),
        feature("least", "Integral"),
        feature("score", "Fractional"),
        feature("large", "Fractional"),
        feature("minus", "Fractional"),
        feature("name", "String"),
        feature("empty", "String"),
        collection("list", "String", "List"),
        collection("none", "Integral", "List"),
        collection("set", "String", "Set"),
        vector,
    ];
    features.extend((0..more).map(|number| feature(&format!("f{number}"), "String")));
    let input = json!({
        "FeatureGroupName": GROUP,
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": features,
        "OnlineStoreConfig": { "EnableOnlineStore": true, "StorageType": "InMemory",
            "TtlDuration": { "Unit": "Days", "Value": 30 } },
    });
    story.call("SageMaker.CreateFeatureGroup", &input).await;
    story.wait(60);
    story
}

/// Values that a careless program would change.
fn values() -> Features {
    [
        ("set", many(&["b", "", "a"])),
        ("id", one(ID)),
        ("minus", one("-0")),
        ("at", one("2025-10-09T08:00:00.120Z")),
        ("visits", one("9223372036854775807")),
        ("least", one("-9223372036854775808")),
        ("score", one("0.1")),
        ("large", one("1e308")),
        (
            "name",
            one("\u{0}\u{1b}[2J\t\r\n\u{7f}\u{202e}\u{feff}é\u{1f600}\"\\"),
        ),
        ("empty", one("")),
        ("list", many(&["", "x", "", "x"])),
        ("none", many(&[])),
        ("vector", many(&["1e308", "-0", "0.10"])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

struct Desk {
    edit: Arc<dyn Edit>,
    schema: Arc<Schema>,
}

impl Desk {
    async fn at(story: &Story) -> Self {
        let source = story.source(Section::Features);
        let Detail::FeatureGroup(group) = source.catalog.describe(GROUP.into()).await.unwrap() else {
            panic!("a feature group is one");
        };
        Self {
            edit: source.edit.unwrap(),
            schema: Arc::new(Schema::of(&group)),
        }
    }

    /// Puts a record as another program would.
    async fn put(&self, features: Features, ttl: Option<TtlDuration>) {
        let write = RecordWrite {
            group: GROUP.into(),
            identifier: ID.to_owned(),
            change: RecordChange::Put { features, ttl },
            stores: vec![],
        };
        self.edit.write(write).await.unwrap();
    }

    async fn read(&self) -> Option<FeatureRecord> {
        self.edit.get(GROUP.into(), ID.to_owned()).await.unwrap()
    }

    async fn open(&self) -> Draft {
        Draft::of(self.schema.clone(), ID, self.read().await)
    }

    async fn save(&self, draft: Draft, intent: Intent, now: Now) -> (Ending, Saving) {
        let mut saving = Saving::begin(draft, intent, now, 1).unwrap();
        let ending = drive(&mut saving, &*self.edit, now).await;
        (ending, saving)
    }
}

/// Does what a saving asks for; its waits take no time.
async fn drive(saving: &mut Saving, edit: &dyn Edit, now: Now) -> Ending {
    let mut output = saving.step(now, Input::Started);
    loop {
        let input = match output {
            Output::Read => Input::Read(edit.get(GROUP.into(), ID.to_owned()).await),
            Output::Write(write) => Input::Written(edit.write(write).await),
            Output::Sleep(_) => Input::Woke,
            Output::Ended(ending) => return ending,
            Output::Ignored => panic!("nothing is ignored"),
        };
        output = saving.step(now, input);
    }
}

fn without(features: &Features, names: &[&str]) -> Features {
    let kept = features
        .iter()
        .filter(|(name, _)| !names.contains(&name.as_str()));
    kept.cloned().collect()
}

#[tokio::test]
async fn untouched_features_come_back_byte_for_byte() {
    for intent in [Intent::Put, Intent::Update] {
        let story = story(0).await;
        let desk = Desk::at(&story).await;
        desk.put(values(), None).await;
        let mut draft = desk.open().await;
        draft.set("visits", one("-1")).unwrap();
        let (ending, _) = desk.save(draft, intent, now()).await;
        let Ending::Stored { record: Some(stored) } = ending else {
            panic!("it is stored: {ending:?}");
        };
        let touched = ["visits", "at"];
        assert_eq!(without(&stored.values, &touched), without(&values(), &touched));
        assert_eq!(stored.value("visits"), Some(&one("-1")));
        assert_eq!(stored.value("at"), Some(&one("2025-10-09T08:54:20.000Z")));
        assert_eq!(desk.read().await, Some(stored));
    }
}

#[tokio::test]
async fn every_type_can_be_changed_and_what_is_removed_is_gone() {
    let story = story(0).await;
    let desk = Desk::at(&story).await;
    desk.put(values(), None).await;
    let mut draft = desk.open().await;
    let changes = [
        ("visits", one("-9223372036854775808")),
        ("score", one("-1.7976931348623157e308")),
        ("name", one("")),
        ("list", many(&[])),
        ("none", many(&["1", "1"])),
        ("set", many(&["c"])),
        ("vector", many(&["0", "0.0", "-0.0"])),
    ];
    for (name, value) in &changes {
        draft.set(name, value.clone()).unwrap();
    }
    draft.remove("empty").unwrap();
    let (ending, _) = desk.save(draft, Intent::Put, now()).await;
    let Ending::Stored { record: Some(stored) } = ending else {
        panic!("it is stored: {ending:?}");
    };
    for (name, value) in &changes {
        assert_eq!(stored.value(name), Some(value), "{name}");
    }
    assert_eq!(stored.value("empty"), None);
}

#[tokio::test]
async fn a_value_as_large_as_a_record_may_be_is_carried() {
    let story = story(0).await;
    let desk = Desk::at(&story).await;
    let fixed = [("id", ID), ("at", "2025-10-09T08:00:00Z"), ("visits", "1")];
    let taken: usize = fixed.iter().map(|(name, text)| name.len() + text.len()).sum();
    let text = "\u{1}ä\"".repeat(100_000);
    let large = &text[..358_400 - taken - "name".len()];
    let mut features: Features = fixed.map(|(name, text)| (name.to_owned(), one(text))).to_vec();
    features.push(("name".to_owned(), one(large)));
    desk.put(features.clone(), None).await;
    let mut draft = desk.open().await;
    draft.set("visits", one("2")).unwrap();
    let (ending, _) = desk.save(draft.clone(), Intent::Put, now()).await;
    assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
    assert_eq!(desk.read().await.unwrap().value("name"), Some(&one(large)));
    draft.set("visits", one("22")).unwrap();
    assert_eq!(draft.mistakes(now().wall).len(), 1, "one byte more is too many");
}

#[tokio::test]
async fn a_record_of_2500_features_is_carried() {
    let story = story(2500 - values().len()).await;
    let desk = Desk::at(&story).await;
    let mut features = values();
    features
        .extend((0..2500 - values().len()).map(|number| (format!("f{number}"), one(&format!("{number}")))));
    desk.put(features.clone(), None).await;
    let mut draft = desk.open().await;
    draft.set("f2000", one("\n")).unwrap();
    assert_eq!(draft.mistakes(now().wall), []);
    let (ending, _) = desk.save(draft, Intent::Put, now()).await;
    assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
    let touched = ["f2000", "at"];
    let stored = desk.read().await.unwrap().values;
    assert_eq!(stored.len(), 2500);
    assert_eq!(without(&stored, &touched), without(&features, &touched));
}

#[tokio::test]
async fn a_life_of_its_own_is_not_lost_by_a_put() {
    let story = story(0).await;
    let desk = Desk::at(&story).await;
    let two_hours = TtlDuration {
        value: 2,
        unit: TtlUnit::Hours,
    };
    desk.put(values(), Some(two_hours)).await;
    let mut draft = desk.open().await;
    assert_eq!(draft.ttl(), Some(two_hours));
    draft.set("visits", one("1")).unwrap();
    let expires = draft.expires_at(now().wall).unwrap();
    let (ending, _) = desk.save(draft, Intent::Put, now()).await;
    assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
    let told = desk.read().await.unwrap().expires.unwrap();
    assert_eq!(told.parse::<Timestamp>().unwrap(), expires);
}

#[tokio::test]
async fn of_two_editors_the_later_one_is_shown_the_other_s_record_and_merges() {
    for intent in [Intent::Put, Intent::Update] {
        let story = story(0).await;
        let desk = Desk::at(&story).await;
        desk.put(values(), None).await;
        let (mut first, mut second) = (desk.open().await, desk.open().await);
        first.set("visits", one("1")).unwrap();
        first.set("empty", one("first")).unwrap();
        second.set("score", one("2")).unwrap();
        second.set("empty", one("second")).unwrap();
        let (ending, _) = desk.save(first, intent, now()).await;
        assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
        let (ending, saving) = desk.save(second, intent, now()).await;
        let Ending::Differs { theirs } = ending else {
            panic!("it is shown: {ending:?}");
        };
        let mut merge = Merge::of(saving.into_draft(), theirs);
        assert_eq!(merge.open(), 1);
        merge.choose("empty", Side::Mine);
        // No time has gone by, so the event time moves by the least that can be written.
        let (ending, _) = desk.save(merge.resolved().unwrap(), intent, now()).await;
        assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
        let stored = desk.read().await.unwrap();
        let of = |name: &str| stored.value(name).cloned().unwrap();
        assert_eq!(
            [of("visits"), of("score"), of("empty"), of("at")],
            ["1", "2", "second", "2025-10-09T08:54:20.001Z"].map(one)
        );
    }
}

#[tokio::test]
async fn an_update_that_comes_too_late_is_refused_and_shows_what_is_stored() {
    let story = story(0).await;
    let desk = Desk::at(&story).await;
    desk.put(values(), None).await;
    let mut draft = desk.open().await;
    draft.set("visits", one("1")).unwrap();
    let mut saving = Saving::begin(draft, Intent::Update, now(), 1).unwrap();
    saving.step(now(), Input::Started);
    let output = saving.step(now(), Input::Read(Ok(desk.read().await)));
    let Output::Write(write) = output else {
        panic!("it is written: {output:?}");
    };
    let mut newer = values();
    newer[3].1 = one("2025-10-09T08:55:00.000Z");
    desk.put(newer.clone(), None).await;
    let error = desk.edit.write(write).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Conflict, "ConflictException")
    );
    assert_eq!(saving.step(now(), Input::Written(Err(error))), Output::Read);
    let output = saving.step(now(), Input::Read(Ok(desk.read().await)));
    let Output::Ended(Ending::Differs { theirs: Some(theirs) }) = output else {
        panic!("it is shown: {output:?}");
    };
    assert_eq!(theirs.values, newer);
}

#[tokio::test]
async fn a_deletion_is_seen_and_can_be_undone() {
    for mode in [DeletionMode::Soft, DeletionMode::Hard] {
        let story = story(0).await;
        let desk = Desk::at(&story).await;
        desk.put(values(), None).await;
        let draft = desk.open().await;
        let before = draft.base().cloned();
        let (ending, _) = desk.save(draft, Intent::Delete(mode), now()).await;
        assert_eq!(ending, Ending::Stored { record: None });
        assert_eq!(desk.read().await, None);
        let undo = Draft::undoing(desk.schema.clone(), ID, before.as_ref(), None).unwrap();
        let later = now().after(Duration::from_secs(1));
        let (ending, _) = desk.save(undo, Intent::Put, later).await;
        assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
        let stored = desk.read().await.unwrap();
        let sorted = |features: &Features| {
            let mut rest = without(features, &["at"]);
            rest.sort_by(|a, b| a.0.cmp(&b.0));
            rest
        };
        assert_eq!(sorted(&stored.values), sorted(&values()));
    }
}

#[tokio::test]
async fn a_put_that_is_not_newer_than_a_deletion_is_told_as_not_shown() {
    let story = story(0).await;
    let desk = Desk::at(&story).await;
    desk.put(values(), None).await;
    let draft = desk.open().await;
    desk.save(draft.clone(), Intent::Delete(DeletionMode::Soft), now())
        .await;
    let anew = Draft::undoing(desk.schema.clone(), ID, draft.base(), None).unwrap();
    let (ending, _) = desk.save(anew, Intent::Put, now()).await;
    assert_eq!(ending, Ending::NotStored { error: None });
}
