//! A draft as a file that survives the program.
//!
//! Must not: touch a disk; that is for [`crate::runtime::drafts`].

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::draft::Draft;
use super::schema::Schema;
use crate::resource::{FeatureRecord, Features, TargetStore, TtlDuration};
use crate::sanitize;

/// How the file is laid out. One that is laid out later is not guessed at.
const VERSION: u32 = 1;

/// Where a record lives that a draft is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The account, where it is known.
    pub account: Option<String>,
    /// The profile; empty where there is none.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint: Option<String>,
}

/// A draft with where it belongs and when it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    /// Where the record lives.
    pub origin: Origin,
    /// Its feature group.
    pub group: String,
    /// Its identifier.
    pub identifier: String,
    /// When this was kept.
    pub at: Timestamp,
    base: Option<FeatureRecord>,
    features: Features,
    event_time_by_hand: bool,
    stores: Vec<TargetStore>,
    ttl: Option<TtlDuration>,
}

/// A file that a program left that runs no more.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftBehind {
    /// The file.
    pub file: PathBuf,
    /// What it holds, or why that cannot be told.
    pub kept: Result<Kept, String>,
}

/// Why a file is no draft.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotKept {
    /// Another layout.
    #[error("it is laid out as version {0}, which this program does not know")]
    Version(u64),
    /// Not a draft at all, or one that was cut off.
    #[error("it is no draft: {0}")]
    Broken(String),
}

impl Kept {
    /// What is kept of a draft.
    pub fn of(draft: &Draft, origin: Origin, now: Timestamp) -> Self {
        let features = draft.features();
        Self {
            version: VERSION,
            origin,
            group: draft.schema().group().to_string(),
            identifier: draft.identifier().to_owned(),
            at: now,
            base: draft.base().cloned(),
            features: features
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect(),
            event_time_by_hand: draft.is_event_time_by_hand(),
            stores: draft.stores().to_vec(),
            ttl: draft.ttl(),
        }
    }

    /// The draft again, under the rules that its group has now. What these no longer allow is kept, and told when it is
    /// written.
    pub fn restored(&self, schema: Arc<Schema>) -> Draft {
        Draft::restored(
            schema,
            &self.identifier,
            self.base.clone(),
            &self.features,
            self.event_time_by_hand,
            &self.stores,
            self.ttl,
        )
    }

    /// What the draft is of, as a name for a file: it tells two records apart and tells nothing about them.
    pub fn key(&self) -> String {
        let Origin {
            account,
            region,
            endpoint,
            ..
        } = &self.origin;
        let whole = serde_json::json!([account, region, endpoint, self.group, self.identifier]);
        let mut key = String::new();
        for byte in Md5::digest(whole.to_string()) {
            // Writing to a String cannot fail.
            let _ = write!(key, "{byte:02x}");
        }
        key
    }

    /// The file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a file, which may hold anything.
    pub fn parse(text: &str) -> Result<Self, NotKept> {
        let broken = |error: serde_json::Error| {
            let why = error.to_string();
            NotKept::Broken(sanitize::line(&why).into_owned())
        };
        let value: serde_json::Value = serde_json::from_str(text).map_err(broken)?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => Err(NotKept::Version(version)),
            _ => serde_json::from_value(value).map_err(broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::fixtures::{customers, many, noon, one, record, record_with};
    use crate::resource::TtlUnit;
    use proptest::prelude::*;

    fn origin() -> Origin {
        Origin {
            account: Some("111122223333".to_owned()),
            profile: "prod".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: None,
        }
    }

    fn kept(draft: &Draft) -> Kept {
        Kept::of(draft, origin(), noon().wall)
    }

    fn again(draft: &Draft) -> Draft {
        Kept::parse(&kept(draft).to_json()).unwrap().restored(customers())
    }

    #[test]
    fn a_draft_comes_back_as_it_was() {
        let mut draft = Draft::of(customers(), "c-1", Some(record()));
        assert_eq!(again(&draft), draft);
        draft.set("name", one("\u{1b}\0ä\u{202e}")).unwrap();
        draft.set("history", many(&[])).unwrap();
        draft.remove("visits").unwrap();
        draft.set("event_time", one("2026-11-20T11:30:00Z")).unwrap();
        draft.set_stores(&[TargetStore::Online]).unwrap();
        draft.set_ttl(Some(TtlDuration {
            value: 1,
            unit: TtlUnit::Hours,
        }));
        assert_eq!(again(&draft), draft);
        let mut new = Draft::of(customers(), "c-9", None);
        new.set("visits", one("1")).unwrap();
        assert_eq!(again(&new), new);
    }

    #[test]
    fn a_life_that_was_given_up_stays_given_up() {
        let mut own = record();
        own.expires = Some("2026-11-20T12:00:00Z".to_owned());
        let mut draft = Draft::of(customers(), "c-1", Some(own));
        draft.set_ttl(None);
        assert_eq!(again(&draft), draft);
    }

    #[test]
    fn what_the_group_no_longer_allows_is_not_lost() {
        let odd = record_with("visits", one("seven"));
        let draft = Draft::of(customers(), "c-1", Some(odd));
        assert_eq!(again(&draft).value("visits"), Some(&one("seven")));
    }

    #[test]
    fn a_broken_file_is_told() {
        let whole = kept(&Draft::of(customers(), "c-1", Some(record()))).to_json();
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            assert!(Kept::parse(&whole[..end]).is_err());
        }
        assert!(matches!(Kept::parse("{}"), Err(NotKept::Broken(why)) if why.contains("version")));
        let newer = whole.replacen("\"version\":1", "\"version\":2", 1);
        assert_eq!(
            Kept::parse(&newer).unwrap_err().to_string(),
            "it is laid out as version 2, which this program does not know"
        );
    }

    #[test]
    fn the_key_tells_records_apart_and_nothing_about_them() {
        let of = |group: &str, identifier: &str, region: &str, profile: &str| {
            let mut kept = kept(&Draft::of(customers(), identifier, None));
            kept.group = group.to_owned();
            kept.origin.region = region.to_owned();
            kept.origin.profile = profile.to_owned();
            kept.key()
        };
        let key = of("a", "b\",\"c", "r", "p");
        assert_eq!(key.len(), 32);
        assert_eq!(key, of("a", "b\",\"c", "r", "another profile of the account"));
        for other in [
            of("a\",\"b", "c", "r", "p"),
            of("a", "b", "r", "p"),
            of("a", "b\",\"c", "s", "p"),
        ] {
            assert_ne!(key, other);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fall(text: String) {
            let _ = Kept::parse(&text);
        }
    }
}
