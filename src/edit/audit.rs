//! The line that each write leaves in the log.
//!
//! Must not: hold a value of a record, unless the setting `audit_values` asks for it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::draft::{Draft, Intent};
use super::kept::Origin;
use super::saving::{Ending, Saving};
use crate::resource::{DeletionMode, FeatureValue};
use crate::source::SourceError;

/// What the log's events of this kind are called.
pub const TARGET: &str = "audit";

/// Who writes, and how much of it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writer {
    /// Where the record lives.
    pub origin: Origin,
    /// The caller's ARN, where it is known.
    pub caller: Option<String>,
    /// Whether values are told, by the setting `audit_values`.
    pub values: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    at: Timestamp,
    operation: &'a str,
    group: &'a str,
    identifier: &'a str,
    features: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Value>,
    stores: Vec<&'a str>,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    account: Option<&'a str>,
    profile: &'a str,
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a str>,
}

/// The line of a write that is about to be sent, as one JSON object: what becomes of it may not be learned.
pub fn sending(writer: &Writer, saving: &Saving, now: Timestamp) -> String {
    line(writer, saving, "sending", None, now)
}

/// The line of a write that has ended. One that was not sent has one too: its outcome says so.
pub fn ended(writer: &Writer, saving: &Saving, ending: &Ending, now: Timestamp) -> String {
    line(writer, saving, ending.word(), ending.error(), now)
}

fn line(
    writer: &Writer,
    saving: &Saving,
    outcome: &str,
    error: Option<&SourceError>,
    now: Timestamp,
) -> String {
    let draft = saving.draft();
    let origin = &writer.origin;
    let line = Line {
        at: now,
        operation: operation(saving.intent()),
        group: draft.schema().group().as_str(),
        identifier: draft.identifier(),
        features: features(draft, saving.intent()),
        values: writer.values.then(|| values(draft, saving.intent())),
        stores: stores(draft),
        outcome,
        error: error.map(|error| error.code.as_str()),
        request_id: error.and_then(|error| error.request_id.as_deref()),
        account: origin.account.as_deref(),
        profile: &origin.profile,
        region: &origin.region,
        endpoint: origin.endpoint.as_deref(),
        caller: writer.caller.as_deref(),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

fn operation(intent: Intent) -> &'static str {
    match intent {
        Intent::Put => "PutRecord",
        Intent::Update => "UpdateRecord",
        Intent::Delete(DeletionMode::Soft) => "DeleteRecord SoftDelete",
        Intent::Delete(DeletionMode::Hard) => "DeleteRecord HardDelete",
    }
}

/// A deletion concerns the record as a whole.
fn features(draft: &Draft, intent: Intent) -> Vec<&str> {
    match intent {
        Intent::Delete(_) => Vec::new(),
        _ => draft.changes().into_iter().map(|change| change.feature).collect(),
    }
}

fn values(draft: &Draft, intent: Intent) -> Value {
    if matches!(intent, Intent::Delete(_)) {
        return Value::Object(serde_json::Map::new());
    }
    let changes = draft.changes().into_iter().map(|change| {
        let both = [change.before, change.after].map(|value| value.map_or(Value::Null, json));
        (change.feature.to_owned(), Value::from(both.to_vec()))
    });
    Value::Object(changes.collect())
}

fn json(value: &FeatureValue) -> Value {
    match value {
        FeatureValue::One(text) => Value::from(text.as_str()),
        FeatureValue::Many(texts) => Value::from(texts.clone()),
    }
}

fn stores(draft: &Draft) -> Vec<&'static str> {
    let all = draft.schema().stores();
    let chosen = if draft.stores().is_empty() {
        all
    } else {
        draft.stores()
    };
    chosen.iter().map(|store| store.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::fixtures::{customers, failure, noon, one, record};
    use crate::source::ErrorKind;

    fn writer(values: bool) -> Writer {
        Writer {
            origin: Origin {
                account: Some("111122223333".to_owned()),
                profile: "prod".to_owned(),
                region: "eu-west-1".to_owned(),
                endpoint: None,
            },
            caller: None,
            values,
        }
    }

    fn saving(intent: Intent) -> Saving {
        let mut draft = Draft::of(customers(), "c-1\n\u{1b}", Some(record()));
        draft.set("visits", one("secret")).unwrap_err();
        draft.set("name", one("secret")).unwrap();
        draft.remove("tags").unwrap();
        Saving::begin(draft, intent, noon(), 1).unwrap()
    }

    #[test]
    fn a_write_leaves_one_line_without_values() {
        let ending = Ending::Failed {
            error: failure(ErrorKind::Denied, "AccessForbidden"),
        };
        let line = ended(&writer(false), &saving(Intent::Put), &ending, noon().wall);
        assert_eq!(
            line,
            concat!(
                r#"{"at":"2026-11-20T12:00:00Z","operation":"PutRecord","group":"customers","#,
                r#""identifier":"c-1\n\u001b","features":["name","tags"],"#,
                r#""stores":["OnlineStore","OfflineStore"],"outcome":"failed","error":"AccessForbidden","#,
                r#""account":"111122223333","profile":"prod","region":"eu-west-1"}"#
            )
        );
    }

    #[test]
    fn values_are_told_where_the_setting_asks() {
        let ending = Ending::Stored { record: None };
        let told = ended(&writer(true), &saving(Intent::Put), &ending, noon().wall);
        assert!(
            told.contains(r#""values":{"name":["Ada\u001b","secret"],"tags":[["b","a"],null]}"#),
            "{told}"
        );
        let deletion = saving(Intent::Delete(DeletionMode::Hard));
        let told = ended(&writer(true), &deletion, &ending, noon().wall);
        assert!(
            told.contains(r#""operation":"DeleteRecord HardDelete""#),
            "{told}"
        );
        assert!(
            told.contains(r#""features":[],"values":{}"#) && !told.contains("secret"),
            "{told}"
        );
    }
}
