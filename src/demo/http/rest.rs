//! The routes of the Feature Store runtime, whose members come from path, query and body.
//!
//! Must not: look at what the members hold.

use http::{Method, Uri};
use serde_json::{Map, Value};

/// The segments of a path: fixed ones, and the group's name.
#[derive(Clone, Copy)]
enum Segment {
    Is(&'static str),
    Group,
}
use Segment::{Group, Is};

const GROUP: &[Segment] = &[Is("FeatureGroup"), Group];

/// Method, path and operation (API reference, "SageMaker Feature Store Runtime").
const ROUTES: [(Method, &[Segment], &str); 7] = [
    (Method::GET, GROUP, "GetRecord"),
    (Method::PUT, GROUP, "PutRecord"),
    (Method::DELETE, GROUP, "DeleteRecord"),
    (
        Method::POST,
        &[Is("FeatureGroup"), Group, Is("ListRecords")],
        "ListRecords",
    ),
    (
        Method::POST,
        &[Is("FeatureGroup"), Group, Is("Record")],
        "UpdateRecord",
    ),
    (Method::POST, &[Is("BatchGetRecord")], "BatchGetRecord"),
    (Method::POST, &[Is("BatchWriteRecord")], "BatchWriteRecord"),
];

/// Query parameters that may come more than once, and the member that each belongs to.
const LISTS: [(&str, &str); 2] = [("FeatureName", "FeatureNames"), ("TargetStores", "TargetStores")];

/// What a request line alone tells.
#[derive(Debug, PartialEq)]
pub(super) struct Route {
    /// The operation.
    pub operation: &'static str,
    /// The members in path and query.
    pub members: Map<String, Value>,
}

/// The operation that a request is for.
pub(super) fn route(method: &Method, uri: &Uri) -> Option<Route> {
    let path: Vec<&str> = uri.path().strip_prefix('/')?.split('/').collect();
    let (_, segments, operation) = ROUTES
        .iter()
        .find(|(expected, segments, _)| expected == method && matches(segments, &path))?;
    let mut members = Map::new();
    for (segment, text) in segments.iter().zip(path) {
        if let Group = segment {
            members.insert("FeatureGroupName".to_owned(), decode(text).into());
        }
    }
    for (name, value) in pairs(uri.query().unwrap_or_default()) {
        match LISTS.iter().find(|(parameter, _)| *parameter == name) {
            Some((_, member)) => {
                let list = members.entry(*member).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(value.into());
                }
            }
            None => {
                members.insert(name, value.into());
            }
        }
    }
    Some(Route { operation, members })
}

/// Adds the members of path and query to those of the body.
pub(super) fn merge(input: &mut Value, members: Map<String, Value>) {
    if let Value::Object(input) = input {
        input.extend(members);
    }
}

fn matches(segments: &[Segment], path: &[&str]) -> bool {
    segments.len() == path.len()
        && segments.iter().zip(path).all(|(segment, text)| match segment {
            Is(fixed) => text == fixed,
            Group => !text.is_empty(),
        })
}

/// The names and values of a query or a form.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
    })
}

/// Resolves percent-encoding; what is no UTF-8 then becomes `�`.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let hex = text.get(place + 1..place + 3).filter(|_| bytes[place] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(byte);
            place += 3;
        } else {
            decoded.push(bytes[place]);
            place += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn routed(method: &Method, uri: &'static str) -> Option<(&'static str, Value)> {
        let route = route(method, &Uri::from_static(uri))?;
        Some((route.operation, Value::Object(route.members)))
    }

    #[test]
    fn a_query_becomes_members() {
        let uri = "/FeatureGroup/customers?RecordIdentifierValueAsString=a%20b%2B+c&FeatureName=age&FeatureName=city";
        let members = json!({
            "FeatureGroupName": "customers",
            "RecordIdentifierValueAsString": "a b+ c",
            "FeatureNames": ["age", "city"],
        });
        assert_eq!(routed(&Method::GET, uri), Some(("GetRecord", members)));
    }

    #[test]
    fn each_operation_has_its_method_and_path() {
        let cases = [
            (Method::PUT, "/FeatureGroup/customers", "PutRecord"),
            (
                Method::DELETE,
                "/FeatureGroup/customers?TargetStores=OnlineStore",
                "DeleteRecord",
            ),
            (Method::POST, "/FeatureGroup/customers/ListRecords", "ListRecords"),
            (Method::POST, "/FeatureGroup/customers/Record", "UpdateRecord"),
            (Method::POST, "/BatchGetRecord", "BatchGetRecord"),
            (Method::POST, "/BatchWriteRecord", "BatchWriteRecord"),
        ];
        for (method, uri, operation) in cases {
            assert_eq!(
                routed(&method, uri).map(|(found, _)| found),
                Some(operation),
                "{uri}"
            );
        }
        assert_eq!(routed(&Method::POST, "/FeatureGroup/customers"), None);
        assert_eq!(routed(&Method::GET, "/FeatureGroup/"), None);
    }

    #[test]
    fn a_group_may_be_named_by_its_arn() {
        let uri =
            "/FeatureGroup/arn%3Aaws%3Asagemaker%3Aus-east-1%3A111122223333%3Afeature-group%2Fcustomers";
        let (_, members) = routed(&Method::GET, uri).unwrap();
        assert_eq!(
            members["FeatureGroupName"],
            "arn:aws:sagemaker:us-east-1:111122223333:feature-group/customers"
        );
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%C3%BC"), "ü");
    }
}
