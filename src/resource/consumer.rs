//! Consumers that are registered with a stream, so that its records are pushed to them.

use super::{ConsumerArn, Timestamp};

/// A registered consumer of a Kinesis stream, as `DescribeStreamConsumer` tells of it: a reader with a throughput of its own
/// on every shard (enhanced fan-out).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Its name, unique among those of its stream.
    pub name: String,
    /// Its ARN, which another consumer of the same name will not have.
    pub arn: ConsumerArn,
    /// `CREATING`, `ACTIVE` or `DELETING`.
    pub status: String,
    /// When it was registered.
    pub created: Option<Timestamp>,
}

impl Consumer {
    /// Whether it can read.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// Whether it will be able to read.
    pub fn is_coming(&self) -> bool {
        self.status == "CREATING"
    }
}

/// What a consumer may be called, in words.
pub const CONSUMER_NAME_RULE: &str = "1 to 128 letters, digits, '_', '.' or '-'";

/// Whether a consumer may be called so (API reference, `RegisterStreamConsumer`).
pub fn is_consumer_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=128).contains(&name.len()) && name.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert!(is_consumer_name("team_a.billing-2") && is_consumer_name(&"x".repeat(128)));
        for wrong in ["", "two words", "käse", "a/b", "a:1"] {
            assert!(!is_consumer_name(wrong), "{wrong}");
        }
        assert!(!is_consumer_name(&"x".repeat(129)));
    }
}
