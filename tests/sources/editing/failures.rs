//! Each error at each step of a write, from an endpoint that gives answers from a list.

use kinescope::edit::{Draft, Ending, Intent, Saving, Taken};
use kinescope::resource::{FeatureRecord, FeatureValue, Features, Section};
use kinescope::source::{ErrorKind, Session};
use serde_json::{Value, json};

use super::super::canned::{Canned, Reply};
use super::{Desk, GROUP, ID, drive, now, one, story, values};

/// The errors of the page `PutRecord`, how often a read meets them before its client gives up, and whether a write that meets
/// them was surely not made.
const ERRORS: [(u16, &str, ErrorKind, usize, bool); 4] = [
    (400, "ValidationError", ErrorKind::Invalid, 1, true),
    (403, "AccessForbidden", ErrorKind::Denied, 1, true),
    (500, "InternalFailure", ErrorKind::Other, 3, false),
    (503, "ServiceUnavailable", ErrorKind::Other, 3, false),
];

fn answer(features: &Features) -> Reply {
    let record: Vec<Value> = features
        .iter()
        .map(|(name, value)| match value {
            FeatureValue::One(text) => json!({ "FeatureName": name, "ValueAsString": text }),
            FeatureValue::Many(texts) => json!({ "FeatureName": name, "ValueAsStringList": texts }),
        })
        .collect();
    Reply::Ok(json!({ "Record": record }))
}

/// A draft of `values` with one change, and the record as its write makes it.
async fn edited() -> (Draft, Features) {
    let story = story(0).await;
    let schema = Desk::at(&story).await.schema;
    let base = FeatureRecord {
        values: values(),
        expires: None,
    };
    let mut draft = Draft::of(schema, ID, Some(base));
    draft.set("visits", one("1")).unwrap();
    let mine = draft.features_to_put(now().wall);
    (draft, mine)
}

/// Saves against answers from a list; all of them must be asked for.
async fn save_against(draft: &Draft, replies: &[Reply]) -> (Ending, Vec<String>) {
    let endpoint = Canned::open().await;
    let edit = Session::demo(&endpoint.url()).sources()[Section::Features.index()]
        .edit
        .clone()
        .unwrap();
    let mut saving = Saving::begin(draft.clone(), Intent::Put, now(), 1).unwrap();
    let (ending, requests) = tokio::join!(drive(&mut saving, &*edit, now()), endpoint.reply(replies));
    assert_eq!(saving.draft(), draft, "the draft is kept");
    (ending, requests)
}

#[tokio::test]
async fn an_error_of_the_first_read_is_told() {
    for (status, code, kind, tries, _) in ERRORS {
        let endpoint = Canned::open().await;
        let edit = Session::demo(&endpoint.url()).sources()[Section::Features.index()]
            .edit
            .clone()
            .unwrap();
        let replies = vec![Reply::Error(status, code); tries];
        let (read, _) = tokio::join!(edit.get(GROUP.into(), ID.to_owned()), endpoint.reply(&replies));
        let error = read.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (kind, code));
    }
}

#[tokio::test]
async fn an_error_of_the_look_before_the_write_leaves_it_unmade() {
    let (draft, _) = edited().await;
    for (status, code, kind, tries, _) in ERRORS {
        let (ending, requests) = save_against(&draft, &vec![Reply::Error(status, code); tries]).await;
        let Ending::Failed { error } = ending else {
            panic!("it failed: {ending:?}");
        };
        assert_eq!((error.kind, error.operation), (kind, "GetRecord"));
        assert!(
            requests
                .iter()
                .all(|request| request == "GET /FeatureGroup/customers")
        );
    }
}

#[tokio::test]
async fn an_error_of_the_write_ends_it_or_is_settled_by_a_read_and_never_tried_again() {
    let (draft, mine) = edited().await;
    for (status, code, kind, _, is_definite) in ERRORS {
        let mut replies = vec![answer(&values()), Reply::Error(status, code)];
        if !is_definite {
            replies.push(answer(&mine));
        }
        let (ending, requests) = save_against(&draft, &replies).await;
        match ending {
            Ending::Failed { error } if is_definite => {
                assert_eq!((error.kind, error.operation), (kind, "PutRecord"));
            }
            Ending::Stored { .. } => assert!(!is_definite, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
        let puts = requests
            .iter()
            .filter(|request| request.starts_with("PUT "))
            .count();
        assert_eq!(puts, 1, "{code}");
    }
}

#[tokio::test]
async fn a_write_that_was_not_answered_and_not_made_is_told_as_not_stored() {
    let (draft, _) = edited().await;
    for lost in [
        Reply::Nothing,
        Reply::Error(500, "InternalFailure"),
        Reply::Error(503, "ServiceUnavailable"),
    ] {
        let mut replies = vec![answer(&values()), lost];
        replies.extend(vec![answer(&values()); 4]);
        let (ending, requests) = save_against(&draft, &replies).await;
        assert!(
            matches!(ending, Ending::NotStored { error: Some(_) }),
            "{}",
            ending.words()
        );
        assert_eq!(requests.len(), 6);
    }
}

#[tokio::test]
async fn a_write_that_was_made_and_not_answered_is_told_as_stored() {
    let (draft, mine) = edited().await;
    let replies = [answer(&values()), Reply::Nothing, answer(&mine)];
    let (ending, _) = save_against(&draft, &replies).await;
    assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
}

#[tokio::test]
async fn an_error_of_the_look_after_the_write_is_told_and_does_not_undo_it() {
    let (draft, _) = edited().await;
    for (status, code, kind, tries, is_final) in ERRORS {
        let reads = if is_final { 1 } else { 4 * tries };
        let fails = vec![Reply::Error(status, code); reads];
        let mut replies = vec![answer(&values()), Reply::Ok(json!({}))];
        replies.extend(fails.clone());
        let (ending, _) = save_against(&draft, &replies).await;
        let Ending::Taken(Taken::Unread(error)) = ending else {
            panic!("it is taken: {ending:?}");
        };
        assert_eq!((error.kind, error.code.as_str()), (kind, code));
        let mut replies = vec![answer(&values()), Reply::Nothing];
        replies.extend(fails);
        let (ending, _) = save_against(&draft, &replies).await;
        let Ending::Unknown {
            error,
            reading: Some(reading),
        } = ending
        else {
            panic!("it is not known: {ending:?}");
        };
        assert_eq!((error.kind, reading.kind), (ErrorKind::Transport, kind));
    }
}

#[tokio::test]
async fn a_throttled_write_is_made_again_after_another_look() {
    let (draft, mine) = edited().await;
    let throttled = Reply::Error(400, "ThrottlingException");
    let replies = [
        answer(&values()),
        throttled.clone(),
        answer(&values()),
        throttled,
        answer(&values()),
        Reply::Ok(json!({})),
        answer(&mine),
    ];
    let (ending, requests) = save_against(&draft, &replies).await;
    assert!(matches!(ending, Ending::Stored { .. }), "{}", ending.words());
    let methods: Vec<_> = requests.iter().map(|request| &request[..3]).collect();
    assert_eq!(methods, ["GET", "PUT", "GET", "PUT", "GET", "PUT", "GET"]);
}
