//! Shard iterators and page tokens: opaque to the caller, and all that the service needs to go on, so that it keeps none.
//!
//! Must not: decide whether a token is still good; that depends on the call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::demo::protocol::Fault;

/// How long iterators (API reference, `GetRecords`) and page tokens (`ListShards`) are good for.
const LIFE: SignedDuration = SignedDuration::from_secs(300);

/// A place in a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardIterator {
    /// When it was given, in milliseconds since 1970.
    pub issued: i64,
    /// The stream's name.
    pub stream: String,
    /// When the stream was made, so that a later one of the same name is not read by mistake.
    pub made: i64,
    /// The shard's place in the stream.
    pub shard: u32,
    /// The index of the record to read next.
    pub index: u64,
}

/// Where the next page of `ListShards` begins, and what the first call asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ShardPage {
    /// When it was given, in milliseconds since 1970.
    pub issued: i64,
    /// The stream's name.
    pub stream: String,
    /// The last shard of the page before.
    pub after: u32,
    /// The filter of the first call; null if there was none.
    pub filter: Value,
}

/// Where the next page of `ListStreams` begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StreamPage {
    /// When it was given, in milliseconds since 1970.
    pub issued: i64,
    /// The last name of the page before.
    pub after: String,
}

/// Where the next page of `ListStreamConsumers` begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ConsumerPage {
    /// When it was given, in milliseconds since 1970.
    pub issued: i64,
    /// The stream's name.
    pub stream: String,
    /// The last name of the page before.
    pub after: String,
}

/// The text that the caller gets.
pub(super) fn seal(token: &impl Serialize) -> String {
    // Plain fields always serialize.
    STANDARD.encode(serde_json::to_vec(token).unwrap_or_default())
}

/// The token of a text, if it is one.
pub(super) fn open<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
}

/// Whether a token that was given at `issued` is too old.
pub(super) fn is_expired(issued: i64, now: Timestamp) -> bool {
    now.as_millisecond() - issued > i64::try_from(LIFE.as_millis()).unwrap_or(i64::MAX)
}

/// Refuses the token of a page that was given too long ago.
pub(super) fn check_page_age(issued: i64, now: Timestamp) -> Result<(), Fault> {
    if is_expired(issued, now) {
        return Err(Fault::new(
            "ExpiredNextTokenException",
            "The NextToken has expired.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iterator_survives_its_text_and_fits_its_limit() {
        let iterator = ShardIterator {
            issued: 1_760_000_000_000,
            stream: "s".repeat(128),
            made: 1_760_000_000_000,
            shard: u32::MAX,
            index: u64::MAX,
        };
        let text = seal(&iterator);
        assert!(text.len() <= 512, "{}", text.len());
        assert_eq!(open(&text), Some(iterator));
    }

    #[test]
    fn another_kind_of_token_is_no_iterator() {
        let page = StreamPage {
            issued: 0,
            after: "orders".to_owned(),
        };
        assert_eq!(open::<ShardIterator>(&seal(&page)), None);
        assert_eq!(open::<ShardIterator>("not base64!"), None);
    }
}
