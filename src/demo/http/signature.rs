//! What a signature says: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`. It is not checked.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::demo::protocol::Fault;

/// The region of a request that does not say.
const DEFAULT_REGION: &str = "us-east-1";
/// Keys that begin so have expired, for whoever wants to see what becomes of that.
const EXPIRED: &str = "AKIDEXPIRED";

/// The region of the credential scope.
pub(super) fn region(headers: &HeaderMap) -> &str {
    part(headers, 2).unwrap_or(DEFAULT_REGION)
}

/// Whether the key is one of those that have expired.
pub(super) fn has_expired(headers: &HeaderMap) -> bool {
    part(headers, 0).is_some_and(|key| key.starts_with(EXPIRED))
}

/// What a service says to these ("Common Error Types").
pub(super) fn expired() -> Fault {
    Fault::new(
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )
}

fn part(headers: &HeaderMap, place: usize) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, scope) = text.split_once("Credential=")?;
    scope.split('/').nth(place).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_and_key_are_read() {
        let mut headers = HeaderMap::new();
        assert_eq!((region(&headers), has_expired(&headers)), ("us-east-1", false));
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXPIRED/20260101/eu-west-1/kinesis/aws4_request, SignedHeaders=host";
        headers.insert("authorization", scope.parse().unwrap());
        assert_eq!((region(&headers), has_expired(&headers)), ("eu-west-1", true));
    }
}
