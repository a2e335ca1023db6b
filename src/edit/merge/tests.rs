use super::*;
use crate::edit::fixtures::{customers, many, noon, one, record, record_with};

fn mine(change: impl Fn(&mut Draft)) -> Draft {
    let mut draft = Draft::of(customers(), "c-1", Some(record()));
    change(&mut draft);
    draft
}

fn theirs(change: impl Fn(&mut FeatureRecord)) -> FeatureRecord {
    let mut theirs = record_with("event_time", one("2026-11-20T11:30:00Z"));
    change(&mut theirs);
    theirs
}

fn who(merge: &Merge, feature: &str) -> Who {
    merge
        .rows()
        .iter()
        .find(|row| row.feature == feature)
        .unwrap()
        .who
}

#[test]
fn what_only_one_side_changed_is_chosen_already() {
    let draft = mine(|it| {
        it.set("visits", one("8")).unwrap();
        it.set("score", one("1")).unwrap();
        it.remove("tags").unwrap();
    });
    let stored = theirs(|it| {
        it.values[3].1 = one("Bea");
        it.values.push(("history".to_owned(), many(&["1"])));
    });
    let merge = Merge::of(draft, Some(stored.clone()));
    assert_eq!(merge.open(), 0);
    let all: Vec<_> = merge
        .rows()
        .iter()
        .map(|row| (row.feature.as_str(), row.who))
        .collect();
    assert_eq!(
        all,
        [
            ("visits", Who::Mine),
            ("customer_id", Who::Same),
            ("name", Who::Theirs),
            ("tags", Who::Mine),
            ("history", Who::Theirs),
            ("score", Who::Mine),
        ]
    );
    let draft = merge.resolved().unwrap();
    assert_eq!(draft.base(), Some(&stored));
    let changes: Vec<_> = draft
        .changes()
        .iter()
        .map(|change| change.feature.to_owned())
        .collect();
    assert_eq!(
        changes,
        ["visits", "tags", "score"],
        "theirs is no change of mine"
    );
    let put = draft.features_to_put(noon().wall);
    assert_eq!(
        put,
        [
            ("visits".to_owned(), one("8")),
            ("customer_id".to_owned(), one("c-1")),
            ("event_time".to_owned(), one("2026-11-20T12:00:00Z")),
            ("name".to_owned(), one("Bea")),
            ("history".to_owned(), many(&["1"])),
            ("score".to_owned(), one("1")),
        ]
    );
}

#[test]
fn a_conflict_waits_for_the_person() {
    let draft = mine(|it| it.set("visits", one("8")).unwrap());
    let stored = theirs(|it| it.values[0].1 = one("9"));
    let mut merge = Merge::of(draft, Some(stored));
    assert_eq!((who(&merge, "visits"), merge.open()), (Who::Conflict, 1));
    assert_eq!(merge.resolved(), None);
    merge.choose("visits", Side::Theirs);
    assert!(merge.resolved().unwrap().changes().is_empty());
    merge.choose("visits", Side::Mine);
    let draft = merge.resolved().unwrap();
    assert_eq!(draft.changes()[0].before, Some(&one("9")));
    assert_eq!(draft.value("visits"), Some(&one("8")));
}

#[test]
fn one_that_removes_and_one_that_changes_are_a_conflict() {
    let draft = mine(|it| it.remove("name").unwrap());
    let stored = theirs(|it| it.values[3].1 = one("Bea"));
    let mut merge = Merge::of(draft, Some(stored));
    assert_eq!(who(&merge, "name"), Who::Conflict);
    merge.choose_all(Side::Mine);
    assert_eq!(merge.resolved().unwrap().value("name"), None);
}

#[test]
fn the_same_change_of_both_is_none_to_decide() {
    let draft = mine(|it| {
        it.set("visits", one("8")).unwrap();
        it.set("tags", many(&["x", "y"])).unwrap();
        it.remove("name").unwrap();
    });
    let stored = theirs(|it| {
        it.values[0].1 = one("8");
        it.values[4].1 = many(&["y", "x"]);
        it.values.remove(3);
    });
    let merge = Merge::of(draft, Some(stored));
    for feature in ["visits", "tags", "name"] {
        assert_eq!(who(&merge, feature), Who::Both);
    }
    assert!(merge.resolved().unwrap().changes().is_empty());
}

#[test]
fn the_event_time_is_no_conflict_and_moves_beyond_theirs() {
    let draft = mine(|it| {
        it.set("event_time", one("2026-11-20T11:10:00Z")).unwrap();
        it.set("visits", one("8")).unwrap();
    });
    let stored = theirs(|it| it.values[2].1 = one("2026-11-20T15:00:00Z"));
    let draft = Merge::of(draft, Some(stored)).resolved().unwrap();
    assert!(!draft.is_event_time_by_hand());
    assert_eq!(draft.event_time_at(noon().wall), "2026-11-20T15:00:01Z");
    assert!(!draft.is_historic(noon().wall));
}

#[test]
fn a_record_that_is_gone_can_be_put_anew_or_be_left() {
    let draft = mine(|it| it.set("visits", one("8")).unwrap());
    let mut merge = Merge::of(draft, None);
    assert!(merge.is_deleted());
    assert_eq!(merge.open(), 3, "all but the identifier");
    merge.choose_all(Side::Mine);
    let anew = merge.resolved().unwrap();
    assert_eq!(anew.base(), None);
    let mut names: Vec<_> = anew.features().map(|(name, _)| name.to_owned()).collect();
    names.sort_unstable();
    assert_eq!(names, ["customer_id", "event_time", "name", "tags", "visits"]);
    assert_eq!(anew.event_time_at(noon().wall), "2026-11-20T12:00:00Z");
    for feature in ["visits", "name", "tags"] {
        merge.choose(feature, Side::Theirs);
    }
    assert!(
        merge
            .resolved()
            .unwrap()
            .features()
            .all(|(name, _)| name == "customer_id" || name == "event_time")
    );
}

#[test]
fn a_record_that_came_meanwhile_is_compared_feature_by_feature() {
    let mut draft = Draft::of(customers(), "c-1", None);
    draft.set("visits", one("8")).unwrap();
    draft.set("score", one("1")).unwrap();
    let mut merge = Merge::of(draft, Some(theirs(|_| {})));
    assert_eq!(who(&merge, "customer_id"), Who::Both);
    assert_eq!(who(&merge, "visits"), Who::Conflict);
    assert_eq!(
        (who(&merge, "score"), who(&merge, "name")),
        (Who::Mine, Who::Theirs)
    );
    merge.choose("visits", Side::Mine);
    let draft = merge.resolved().unwrap();
    let changes: Vec<_> = draft
        .changes()
        .iter()
        .map(|change| change.feature.to_owned())
        .collect();
    assert_eq!(changes, ["visits", "score"]);
}

#[test]
fn stores_and_life_that_were_chosen_stay_chosen() {
    let ttl = crate::edit::check::ttl("1 day").unwrap();
    let draft = mine(|it| {
        it.set_ttl(ttl);
        it.set_stores(&[crate::resource::TargetStore::Online]).unwrap();
    });
    let resolved = Merge::of(draft, Some(theirs(|_| {}))).resolved().unwrap();
    assert_eq!((resolved.ttl(), resolved.stores().len()), (ttl, 1));
    let mut own = theirs(|_| {});
    own.expires = Some("2026-11-20T12:30:00Z".to_owned());
    let resolved = Merge::of(mine(|_| {}), Some(own)).resolved().unwrap();
    assert_eq!(
        resolved.ttl().unwrap().to_string(),
        "1 Hours",
        "theirs, where mine was not chosen"
    );
}

#[test]
fn a_whole_side_can_be_chosen() {
    let draft = mine(|it| it.set("visits", one("8")).unwrap());
    let stored = theirs(|it| {
        it.values[0].1 = one("9");
        it.values[3].1 = one("Bea");
    });
    let mut merge = Merge::of(draft, Some(stored));
    merge.choose_all(Side::Theirs);
    assert!(merge.resolved().unwrap().changes().is_empty());
    merge.choose_all(Side::Mine);
    let draft = merge.resolved().unwrap();
    assert_eq!(draft.value("name"), Some(&one("Ada\u{1b}")));
}
