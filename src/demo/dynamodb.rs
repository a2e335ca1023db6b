//! The embedded DynamoDB: tables and their items, as far as it takes to make the changes that a stream carries.
//!
//! Items are written one at a time, in batches and in transactions; queries and indexes are not here, conditions only in
//! transactions, and a call that asks for them is refused rather than half obeyed. The streams are read through
//! [`DynamoDbStreams`](super::dynamodb_streams::DynamoDbStreams).

mod batch;
mod capacity;
pub(super) mod change_log;
mod condition;
mod control;
mod expression;
mod items;
mod number;
mod placeholders;
mod schema;
pub(super) mod state;
pub(super) mod table;
mod transact;
pub(super) mod value;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::protocol::{Answer, Call, Fault, Service};
use state::State;

/// The tables of the account, the same in every region.
#[derive(Debug)]
pub struct DynamoDb {
    state: Mutex<State>,
}

type Operation = fn(&mut State, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 13] = [
    ("CreateTable", control::create_table),
    ("DescribeTable", control::describe_table),
    ("ListTables", control::list_tables),
    ("DeleteTable", control::delete_table),
    ("UpdateTable", control::update_table),
    ("UpdateTimeToLive", control::update_time_to_live),
    ("DescribeTimeToLive", control::describe_time_to_live),
    ("PutItem", items::put_item),
    ("GetItem", items::get_item),
    ("UpdateItem", items::update_item),
    ("DeleteItem", items::delete_item),
    ("BatchWriteItem", batch::batch_write_item),
    ("TransactWriteItems", transact::transact_write_items),
];

impl DynamoDb {
    /// An account without tables.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::new()),
        }
    }

    /// Deletes expired items, rolls shards over and trims streams, as far as it is time for it.
    pub fn tick(&self, now: Timestamp) {
        self.state().advance(now);
    }

    /// Closes the open shards of a table's stream now and opens the given number of children (1 or 2) for each.
    pub fn rotate_shards(&self, table: &str, children: u64, now: Timestamp) {
        self.state().rotate(table, children, now);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for DynamoDb {
    fn default() -> Self {
        Self::new()
    }
}

impl Service for DynamoDb {
    fn call(&self, call: &Call<'_>) -> Answer {
        let known = OPERATIONS.iter().find(|(name, _)| *name == call.operation);
        let (_, operation) = known.ok_or_else(|| Fault::unknown_operation(call.operation))?;
        let mut state = self.state();
        state.advance(call.now);
        operation(&mut state, call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::{ask, at};
    use serde_json::{Value, json};

    fn call(service: &DynamoDb, operation: &str, input: &Value) -> Result<Value, Fault> {
        ask(service, operation, input, at(0))
    }

    fn with_table() -> DynamoDb {
        let service = DynamoDb::new();
        let input = json!({
            "TableName": "carts",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        call(&service, "CreateTable", &input).unwrap();
        service
    }

    fn message(answer: Result<Value, Fault>) -> String {
        answer.unwrap_err().message
    }

    #[test]
    fn an_item_is_put_got_and_deleted() {
        let service = with_table();
        let item = json!({"id": {"S": "c1"}, "total": {"N": "12.50"}});
        let put = json!({"TableName": "carts", "Item": item, "ReturnValues": "ALL_OLD"});
        assert_eq!(call(&service, "PutItem", &put), Ok(json!({})));
        let kept = json!({"id": {"S": "c1"}, "total": {"N": "12.5"}});
        assert_eq!(call(&service, "PutItem", &put), Ok(json!({"Attributes": kept})));
        let key = json!({"TableName": "carts", "Key": {"id": {"S": "c1"}}});
        assert_eq!(call(&service, "GetItem", &key), Ok(json!({"Item": kept})));
        assert_eq!(call(&service, "DeleteItem", &key), Ok(json!({})));
        assert_eq!(call(&service, "GetItem", &key), Ok(json!({})));
    }

    #[test]
    fn an_update_makes_the_item_and_returns_what_was_asked_for() {
        let service = with_table();
        let update = |value: &str, returned: &str| {
            let input = json!({
                "TableName": "carts",
                "Key": {"id": {"S": "c1"}},
                "UpdateExpression": "SET note = :n",
                "ExpressionAttributeValues": {":n": {"S": value}},
                "ReturnValues": returned,
            });
            call(&service, "UpdateItem", &input).unwrap()
        };
        assert_eq!(
            update("a", "ALL_NEW"),
            json!({"Attributes": {"id": {"S": "c1"}, "note": {"S": "a"}}})
        );
        assert_eq!(
            update("b", "UPDATED_OLD"),
            json!({"Attributes": {"note": {"S": "a"}}})
        );
        assert_eq!(
            update("c", "UPDATED_NEW"),
            json!({"Attributes": {"note": {"S": "c"}}})
        );
        assert_eq!(update("d", "NONE"), json!({}));
    }

    #[test]
    fn keys_and_unknown_tables_are_refused_in_the_services_words() {
        let service = with_table();
        let without_key = json!({"TableName": "carts", "Item": {"a": {"S": "b"}}});
        assert!(message(call(&service, "PutItem", &without_key)).ends_with("Missing the key id in the item"));
        let other_key = json!({"TableName": "carts", "Key": {"id": {"N": "1"}}});
        assert_eq!(
            message(call(&service, "GetItem", &other_key)),
            "The provided key element does not match the schema"
        );
        let elsewhere = json!({"TableName": "absent", "Key": {"id": {"S": "a"}}});
        let fault = call(&service, "GetItem", &elsewhere).unwrap_err();
        assert_eq!(fault.code, "ResourceNotFoundException");
        let key_update = json!({
            "TableName": "carts",
            "Key": {"id": {"S": "c1"}},
            "UpdateExpression": "SET id = :n",
            "ExpressionAttributeValues": {":n": {"S": "x"}},
        });
        assert!(
            message(call(&service, "UpdateItem", &key_update)).contains("This attribute is part of the key")
        );
    }

    #[test]
    fn what_is_not_here_is_refused_and_not_passed_over() {
        let service = with_table();
        let conditional = json!({
            "TableName": "carts",
            "Item": {"id": {"S": "a"}},
            "ConditionExpression": "attribute_not_exists(id)",
        });
        assert!(message(call(&service, "PutItem", &conditional)).contains("not supported by this endpoint"));
        let fault = call(&service, "Query", &json!({})).unwrap_err();
        assert_eq!(fault.code, "UnknownOperationException");
    }

    #[test]
    fn a_table_has_the_longest_name_there_is() {
        let service = DynamoDb::new();
        let name = "x".repeat(255);
        let create = |name: &str| {
            let input = json!({
                "TableName": name,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            });
            call(&service, "CreateTable", &input)
        };
        let id = create(&name).unwrap()["TableDescription"]["TableId"].clone();
        assert_eq!(id.as_str().map(str::len), Some(36));
        assert!(create("ab").is_err());
    }

    #[test]
    fn an_item_over_400_kib_is_refused() {
        let service = with_table();
        let put = |length: usize| {
            let item = json!({"id": {"S": "a"}, "b": {"S": "x".repeat(length)}});
            call(&service, "PutItem", &json!({"TableName": "carts", "Item": item}))
        };
        let room = 400 * 1024 - "id".len() - "a".len() - "b".len();
        assert!(put(room).is_ok());
        assert_eq!(
            message(put(room + 1)),
            "Item size has exceeded the maximum allowed size"
        );
    }

    #[test]
    fn tables_are_listed_in_pages_that_end() {
        let service = with_table();
        for name in ["audit", "sessions"] {
            let input = json!({
                "TableName": name,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            });
            call(&service, "CreateTable", &input).unwrap();
        }
        let first = call(&service, "ListTables", &json!({"Limit": 2})).unwrap();
        assert_eq!(
            first,
            json!({"TableNames": ["audit", "carts"], "LastEvaluatedTableName": "carts"})
        );
        let rest = json!({"Limit": 1, "ExclusiveStartTableName": "carts"});
        assert_eq!(
            call(&service, "ListTables", &rest),
            Ok(json!({"TableNames": ["sessions"]}))
        );
    }
}
