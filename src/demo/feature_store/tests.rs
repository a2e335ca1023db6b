use std::sync::Arc;

use serde_json::{Value, json};

use super::FeatureStore;
use crate::demo::ask::{ask, at, code};
use crate::demo::protocol::Fault;
use crate::demo::sagemaker::SageMaker;

/// The runtime and the control plane over one set of groups, at a time that the test sets.
struct Account {
    groups: Arc<FeatureStore>,
    control: SageMaker,
    seconds: i64,
}

const GROUP: &str = "customers";

impl Account {
    fn empty() -> Self {
        let groups = Arc::new(FeatureStore::new());
        Self {
            control: SageMaker::new(Arc::clone(&groups)),
            groups,
            seconds: 0,
        }
    }

    /// With a group that is ready.
    fn with_group(online: &Value, offline: bool) -> Self {
        let mut account = Self::empty();
        account.create(GROUP, online, offline).unwrap();
        account.seconds = 100;
        account
    }

    fn standard_v2() -> Self {
        Self::with_group(
            &json!({"EnableOnlineStore": true, "StorageType": "Standard_V2"}),
            true,
        )
    }

    fn in_memory() -> Self {
        Self::with_group(
            &json!({"EnableOnlineStore": true, "StorageType": "InMemory"}),
            false,
        )
    }

    fn create(&self, name: &str, online: &Value, offline: bool) -> Result<Value, Fault> {
        let mut features = json!([
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "at", "FeatureType": "String"},
            {"FeatureName": "visits", "FeatureType": "Integral"},
            {"FeatureName": "score", "FeatureType": "Fractional"},
        ]);
        if online["StorageType"] == "InMemory" {
            let vector = json!({"VectorConfig": {"Dimension": 2}});
            let collections = json!([
                {"FeatureName": "tags", "FeatureType": "String", "CollectionType": "Set"},
                {"FeatureName": "steps", "FeatureType": "Integral", "CollectionType": "List"},
                {"FeatureName": "embedding", "FeatureType": "Fractional",
                 "CollectionType": "Vector", "CollectionConfig": vector},
            ]);
            features
                .as_array_mut()
                .unwrap()
                .extend(collections.as_array().unwrap().clone());
        }
        let mut input = json!({
            "FeatureGroupName": name,
            "RecordIdentifierFeatureName": "id",
            "EventTimeFeatureName": "at",
            "FeatureDefinitions": features,
            "OnlineStoreConfig": online,
        });
        if offline {
            input["OfflineStoreConfig"] = json!({"S3StorageConfig": {"S3Uri": "s3://features/offline"}});
            input["RoleArn"] = json!("arn:aws:iam::111122223333:role/FeatureStore");
        }
        self.control("CreateFeatureGroup", &input)
    }

    fn control(&self, operation: &str, input: &Value) -> Result<Value, Fault> {
        ask(&self.control, operation, input, at(self.seconds))
    }

    /// A call of the runtime on the group.
    fn call(&self, operation: &str, mut input: Value) -> Result<Value, Fault> {
        if input.get("FeatureGroupName").is_none() {
            input["FeatureGroupName"] = json!(GROUP);
        }
        ask(&*self.groups, operation, &input, at(self.seconds))
    }

    fn put(&self, id: &str, time: &str, visits: &str) -> Result<Value, Fault> {
        let record = values(&[("id", id), ("at", time), ("visits", visits)]);
        self.call("PutRecord", json!({"Record": record}))
    }

    fn get(&self, id: &str) -> Value {
        let input = json!({"RecordIdentifierValueAsString": id, "ExpirationTimeResponse": "Enabled"});
        self.call("GetRecord", input).unwrap()
    }

    fn delete(&self, id: &str, time: &str, mode: &str) -> Result<Value, Fault> {
        self.call(
            "DeleteRecord",
            json!({"RecordIdentifierValueAsString": id, "EventTime": time, "DeletionMode": mode}),
        )
    }

    fn update(&self, id: &str, features: &Value) -> Result<Value, Fault> {
        self.call(
            "UpdateRecord",
            json!({"RecordIdentifierValueAsString": id, "Features": features}),
        )
    }

    fn listed(&self, input: Value) -> Value {
        self.call("ListRecords", input).unwrap()
    }
}

fn values(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, text)| json!({"FeatureName": name, "ValueAsString": text}))
        .collect()
}

const EARLY: &str = "2026-05-28T20:00:00Z";
const LATE: &str = "2026-05-28T21:00:00Z";

#[test]
fn a_put_replaces_the_whole_record() {
    let account = Account::standard_v2();
    account.put("c1", EARLY, "1").unwrap();
    let record = values(&[("id", "c1"), ("at", LATE)]);
    account.call("PutRecord", json!({"Record": record})).unwrap();
    assert_eq!(account.get("c1"), json!({"Record": record}));
}

#[test]
fn a_record_that_is_not_there_is_an_empty_result_and_no_error() {
    let account = Account::standard_v2();
    assert_eq!(account.get("nobody"), json!({}));
}

#[test]
fn an_older_put_reaches_the_offline_store_only() {
    let account = Account::standard_v2();
    account.put("c1", LATE, "2").unwrap();
    account.put("c1", EARLY, "1").unwrap();
    account.put("c1", LATE, "3").unwrap();
    assert_eq!(
        account.get("c1")["Record"],
        values(&[("id", "c1"), ("at", LATE), ("visits", "2")])
    );
    assert_eq!(account.groups.offline(GROUP).len(), 3);
}

#[test]
fn a_put_goes_to_the_stores_it_names() {
    let account = Account::standard_v2();
    let record = values(&[("id", "c1"), ("at", EARLY)]);
    account
        .call(
            "PutRecord",
            json!({"Record": record, "TargetStores": ["OfflineStore"]}),
        )
        .unwrap();
    assert_eq!(
        (account.get("c1"), account.groups.offline(GROUP).len()),
        (json!({}), 1)
    );
    account
        .call(
            "PutRecord",
            json!({"Record": record, "TargetStores": ["OnlineStore"]}),
        )
        .unwrap();
    assert_eq!(account.groups.offline(GROUP).len(), 1);
    for targets in [json!([]), json!(["OnlineStore", "OnlineStore"]), json!(["Both"])] {
        let answer = account.call("PutRecord", json!({"Record": record, "TargetStores": targets}));
        assert_eq!(code(answer), "ValidationError");
    }
    let online_only = Account::in_memory();
    let answer = online_only.call(
        "PutRecord",
        json!({"Record": record, "TargetStores": ["OfflineStore"]}),
    );
    assert_eq!(code(answer), "ValidationError");
}

#[test]
fn values_are_held_to_their_types() {
    let account = Account::standard_v2();
    let base = [("id", "c1"), ("at", EARLY)];
    for (name, text) in [
        ("visits", "1.5"),
        ("visits", "many"),
        ("score", "high"),
        ("score", "1e999"),
        ("rank", "1"),
    ] {
        let record = values(&[base[0], base[1], (name, text)]);
        assert_eq!(
            code(account.call("PutRecord", json!({"Record": record}))),
            "ValidationError",
            "{name}={text}"
        );
    }
    for record in [
        values(&[("at", EARLY)]),
        values(&[("id", ""), ("at", EARLY)]),
        values(&[("id", "c1")]),
        values(&[("id", "c1"), ("at", "yesterday")]),
        values(&[("id", "c1"), ("at", EARLY), ("id", "c2")]),
        json!([{"FeatureName": "id", "ValueAsStringList": ["c1"]}]),
        json!([{"FeatureName": "id"}]),
        json!([]),
    ] {
        assert_eq!(
            code(account.call("PutRecord", json!({"Record": record}))),
            "ValidationError",
            "{record}"
        );
    }
}

#[test]
fn collections_are_held_to_their_kinds() {
    let account = Account::in_memory();
    let put = |name: &str, list: Value| {
        let mut record = values(&[("id", "c1"), ("at", EARLY)]);
        record
            .as_array_mut()
            .unwrap()
            .push(json!({"FeatureName": name, "ValueAsStringList": list}));
        account.call("PutRecord", json!({"Record": record}))
    };
    assert!(put("tags", json!(["a", "b"])).is_ok());
    assert!(put("steps", json!(["1", "1"])).is_ok());
    assert!(put("embedding", json!(["0.5", "-1"])).is_ok());
    assert_eq!(code(put("tags", json!(["a", "a"]))), "ValidationError");
    assert_eq!(code(put("steps", json!(["one"]))), "ValidationError");
    assert_eq!(code(put("embedding", json!(["0.5"]))), "ValidationError");
    assert_eq!(code(put("visits", json!(["1"]))), "ValidationError");
}

#[test]
fn a_record_over_350_kb_is_refused() {
    let account = Account::standard_v2();
    let put = |length: usize| account.put(&"x".repeat(length), EARLY, "1");
    assert!(put(340 * 1024).is_ok());
    assert_eq!(code(put(350 * 1024)), "ValidationError");
}

#[test]
fn a_record_expires_its_ttl_after_its_event_time() {
    let mut account = Account::with_group(
        &json!({"EnableOnlineStore": true, "TtlDuration": {"Unit": "Hours", "Value": 2}}),
        false,
    );
    // The tests begin at 2026-05-28T20:26:40Z.
    account.put("c1", "2026-05-28T20:00:00Z", "1").unwrap();
    assert_eq!(account.get("c1")["ExpiresAt"], "2026-05-28T22:00:00Z");
    let record = values(&[("id", "c2"), ("at", EARLY)]);
    let minutes = json!({"Unit": "Minutes", "Value": 30});
    account
        .call("PutRecord", json!({"Record": record, "TtlDuration": minutes}))
        .unwrap();
    assert_eq!(account.get("c2")["ExpiresAt"], "2026-05-28T20:30:00Z");
    account.seconds = 200;
    assert_eq!(account.get("c2"), json!({}));
    assert_ne!(account.get("c1"), json!({}));
    let silent = account
        .call("GetRecord", json!({"RecordIdentifierValueAsString": "c1"}))
        .unwrap();
    assert_eq!(silent.get("ExpiresAt"), None);
}

#[test]
fn a_soft_deletion_hides_and_still_counts_in_time() {
    let account = Account::standard_v2();
    account.put("c1", EARLY, "1").unwrap();
    account.delete("c1", LATE, "SoftDelete").unwrap();
    assert_eq!(account.get("c1"), json!({}));
    assert_eq!(account.listed(json!({})), json!({"RecordIdentifiers": []}));
    assert_eq!(
        account.listed(json!({"IncludeSoftDeletedRecords": true})),
        json!({"RecordIdentifiers": ["c1"]})
    );
    account.put("c1", EARLY, "2").unwrap();
    assert_eq!(account.get("c1"), json!({}));
    let marker = account.groups.offline(GROUP).remove(1);
    assert!(marker.is_deleted);
    assert_eq!(json!(marker.record), values(&[("id", "c1"), ("at", LATE)]));
}

#[test]
fn a_hard_deletion_leaves_nothing_behind() {
    let account = Account::standard_v2();
    account.put("c1", LATE, "1").unwrap();
    assert_eq!(code(account.delete("c1", EARLY, "HardDelete")), "ValidationError");
    assert_eq!(account.groups.offline(GROUP).len(), 1);
    account
        .delete("c1", "2026-05-28T21:00:01Z", "HardDelete")
        .unwrap();
    assert_eq!(
        account.listed(json!({"IncludeSoftDeletedRecords": true})),
        json!({"RecordIdentifiers": []})
    );
    account.put("c1", EARLY, "2").unwrap();
    assert_ne!(account.get("c1"), json!({}));
}

#[test]
fn a_soft_deletion_of_the_past_reaches_the_offline_store_only() {
    let account = Account::standard_v2();
    account.put("c1", LATE, "1").unwrap();
    account.delete("c1", EARLY, "SoftDelete").unwrap();
    assert_ne!(account.get("c1"), json!({}));
    assert_eq!(account.groups.offline(GROUP).len(), 2);
}

#[test]
fn an_update_changes_what_it_names_and_keeps_the_rest() {
    let account = Account::standard_v2();
    account.put("c1", EARLY, "1").unwrap();
    account
        .update("c1", &values(&[("visits", "2"), ("score", "0.5")]))
        .unwrap();
    let expected = values(&[("id", "c1"), ("at", EARLY), ("visits", "2"), ("score", "0.5")]);
    assert_eq!(account.get("c1")["Record"], expected);
    account.update("c1", &values(&[("at", LATE)])).unwrap();
    account
        .update("c1", &values(&[("at", LATE), ("visits", "3")]))
        .unwrap();
    assert_eq!(
        code(account.update("c1", &values(&[("at", EARLY)]))),
        "ConflictException"
    );
}

#[test]
fn an_update_needs_a_record_and_a_store_that_can() {
    let account = Account::standard_v2();
    let change = values(&[("visits", "2")]);
    assert_eq!(code(account.update("nobody", &change)), "ResourceNotFound");
    account.put("c1", EARLY, "1").unwrap();
    assert_eq!(
        code(account.update("c1", &values(&[("id", "c2")]))),
        "ValidationError"
    );
    let ttl = json!({"Unit": "Days", "Value": 1});
    let input = json!({"RecordIdentifierValueAsString": "c1", "Features": change, "TtlDuration": ttl});
    assert_eq!(code(account.call("UpdateRecord", input)), "ValidationError");
    account.delete("c1", LATE, "SoftDelete").unwrap();
    assert_eq!(code(account.update("c1", &change)), "ResourceNotFound");
    let standard = Account::with_group(&json!({"EnableOnlineStore": true}), false);
    standard.put("c1", EARLY, "1").unwrap();
    assert_eq!(code(standard.update("c1", &change)), "ValidationError");
}

#[test]
fn a_batch_reads_what_is_there_and_names_what_is_not() {
    let account = Account::standard_v2();
    account.put("c1", EARLY, "1").unwrap();
    let answer = account
        .call("BatchGetRecord", json!({"Identifiers": [
            {"FeatureGroupName": GROUP, "RecordIdentifiersValueAsString": ["c1", "nobody"], "FeatureNames": ["visits"]},
            {"FeatureGroupName": "absent", "RecordIdentifiersValueAsString": ["c1"]},
        ]}))
        .unwrap();
    let expected = json!([{
        "FeatureGroupName": GROUP,
        "RecordIdentifierValueAsString": "c1",
        "Record": values(&[("visits", "1")]),
    }]);
    assert_eq!(answer["Records"], expected);
    assert_eq!(answer["Errors"][0]["ErrorCode"], "ResourceNotFound");
    assert_eq!(answer["UnprocessedIdentifiers"], json!([]));
}

#[test]
fn a_batch_that_is_too_large_leaves_identifiers_unprocessed() {
    let account = Account::standard_v2();
    let ids: Vec<String> = (0..20)
        .map(|n| format!("{n:02}{}", "x".repeat(300 * 1024)))
        .collect();
    for id in &ids {
        account.put(id, EARLY, "1").unwrap();
    }
    let ask = |ids: &[String]| {
        let identifiers = json!([{"FeatureGroupName": GROUP, "RecordIdentifiersValueAsString": ids}]);
        account
            .call("BatchGetRecord", json!({"Identifiers": identifiers}))
            .unwrap()
    };
    let answer = ask(&ids);
    let read = answer["Records"].as_array().unwrap().len();
    let left = &answer["UnprocessedIdentifiers"][0]["RecordIdentifiersValueAsString"];
    assert!((1..20).contains(&read));
    assert_eq!(left, &json!(ids[read..]));
}

#[test]
fn a_batch_has_at_most_100_records() {
    let account = Account::standard_v2();
    let ask = |count: usize| {
        let ids: Vec<String> = (0..count).map(|n| n.to_string()).collect();
        let entry = json!({"FeatureGroupName": GROUP, "RecordIdentifiersValueAsString": ids});
        account.call("BatchGetRecord", json!({"Identifiers": [entry, entry]}))
    };
    assert!(ask(50).is_ok());
    assert_eq!(code(ask(51)), "ValidationError");
    assert_eq!(code(ask(101)), "ValidationError");
    assert_eq!(code(ask(0)), "ValidationError");
}

#[test]
fn a_batch_of_writes_reports_each_that_failed() {
    let account = Account::standard_v2();
    let answer = account
        .call(
            "BatchWriteRecord",
            json!({"Entries": [
                {"FeatureGroupName": GROUP, "Record": values(&[("id", "c1"), ("at", EARLY)])},
                {"FeatureGroupName": "absent", "Record": values(&[("id", "c1"), ("at", EARLY)])},
                {"FeatureGroupName": GROUP, "Record": values(&[("id", "c2")])},
            ]}),
        )
        .unwrap();
    let codes: Vec<_> = answer["Errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["ErrorCode"])
        .collect();
    assert_eq!(codes, ["ResourceNotFound", "ValidationError"]);
    assert_ne!(account.get("c1"), json!({}));
}

#[test]
fn identifiers_are_listed_in_pages_that_end() {
    let account = Account::standard_v2();
    for id in ["a", "b", "c"] {
        account.put(id, EARLY, "1").unwrap();
    }
    let first = account.listed(json!({"MaxResults": 2}));
    assert_eq!(first["RecordIdentifiers"], json!(["a", "b"]));
    let second = account.listed(json!({"MaxResults": 2, "NextToken": first["NextToken"]}));
    assert_eq!(second, json!({"RecordIdentifiers": ["c"]}));
}

#[test]
fn a_group_is_found_by_its_arn_in_its_region() {
    let account = Account::standard_v2();
    let get = |arn: &str| {
        account.call(
            "GetRecord",
            json!({"FeatureGroupName": arn, "RecordIdentifierValueAsString": "a"}),
        )
    };
    assert!(get("arn:aws:sagemaker:eu-west-1:111122223333:feature-group/customers").is_ok());
    let elsewhere = get("arn:aws:sagemaker:us-east-1:111122223333:feature-group/customers");
    assert_eq!(code(elsewhere), "ResourceNotFound");
    assert_eq!(get("absent").unwrap_err().status, 404);
    assert_eq!(code(get("not/a/name")), "ValidationError");
}

#[test]
fn a_group_is_created_after_a_while_and_deleted_after_another() {
    let mut account = Account::empty();
    let online = json!({"EnableOnlineStore": true});
    account.create(GROUP, &online, false).unwrap();
    let describe =
        |account: &Account| account.control("DescribeFeatureGroup", &json!({"FeatureGroupName": GROUP}));
    assert_eq!(describe(&account).unwrap()["FeatureGroupStatus"], "Creating");
    assert_eq!(code(account.put("c1", EARLY, "1")), "ValidationError");
    assert_eq!(code(account.create(GROUP, &online, false)), "ResourceInUse");
    account.seconds = 10;
    assert_eq!(describe(&account).unwrap()["FeatureGroupStatus"], "Created");
    account
        .control("DeleteFeatureGroup", &json!({"FeatureGroupName": GROUP}))
        .unwrap();
    assert_eq!(describe(&account).unwrap()["FeatureGroupStatus"], "Deleting");
    account.seconds = 20;
    assert_eq!(code(describe(&account)), "ResourceNotFound");
}

#[test]
fn a_description_gives_back_the_declaration() {
    let account = Account::with_group(
        &json!({"EnableOnlineStore": true, "StorageType": "InMemory", "TtlDuration": {"Unit": "Days", "Value": 30}}),
        true,
    );
    let described = account
        .control("DescribeFeatureGroup", &json!({"FeatureGroupName": GROUP}))
        .unwrap();
    assert_eq!(
        described["OnlineStoreConfig"]["TtlDuration"],
        json!({"Unit": "Days", "Value": 30})
    );
    assert_eq!(described["OfflineStoreStatus"], json!({"Status": "Active"}));
    assert_eq!(
        described["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"],
        "s3://features/offline/111122223333/sagemaker/eu-west-1/offline-store/customers-1780000000/data"
    );
    let vector = &described["FeatureDefinitions"][6];
    assert_eq!(
        vector["CollectionConfig"],
        json!({"VectorConfig": {"Dimension": 2}})
    );
}

#[test]
fn groups_are_filtered_sorted_and_paged() {
    let mut account = Account::empty();
    for name in ["carts", "audit", "customers"] {
        account
            .create(name, &json!({"EnableOnlineStore": true}), name == "audit")
            .unwrap();
        account.seconds += 60;
    }
    let names = |input: &Value| -> Vec<String> {
        let answer = account.control("ListFeatureGroups", input).unwrap();
        let summaries = answer["FeatureGroupSummaries"].as_array().unwrap();
        summaries
            .iter()
            .map(|it| it["FeatureGroupName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&json!({})), ["customers", "audit", "carts"]);
    assert_eq!(
        names(&json!({"SortBy": "Name", "SortOrder": "Ascending"})),
        ["audit", "carts", "customers"]
    );
    assert_eq!(
        names(&json!({"NameContains": "c", "SortOrder": "Ascending"})),
        ["carts", "customers"]
    );
    assert_eq!(names(&json!({"OfflineStoreStatusEquals": "Active"})), ["audit"]);
    assert_eq!(
        names(&json!({"CreationTimeAfter": 1_780_000_030})),
        ["customers", "audit"]
    );
    assert_eq!(names(&json!({"FeatureGroupStatusEquals": "Creating"})), [""; 0]);
    let first = account
        .control("ListFeatureGroups", &json!({"MaxResults": 2}))
        .unwrap();
    assert_eq!(
        names(&json!({"MaxResults": 2, "NextToken": first["NextToken"]})),
        ["carts"]
    );
    let whole = account
        .control("ListFeatureGroups", &json!({"MaxResults": 3}))
        .unwrap();
    assert_eq!(whole.get("NextToken"), None);
    let lost = account.control("ListFeatureGroups", &json!({"NextToken": "bm9uZQ=="}));
    assert_eq!(code(lost), "ValidationException");
}
