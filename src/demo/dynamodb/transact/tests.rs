//! Stories of writers and of what their stream tells, on a clock that only the test moves.

use serde_json::{Value, json};

use crate::demo::ask::{ask, at, code};
use crate::demo::dynamodb::DynamoDb;
use crate::demo::protocol::Fault;

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
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    });
    call(&service, "CreateTable", &input).unwrap();
    service
}

/// The events of all streams, in order, each with the key that it is about.
fn events(service: &DynamoDb) -> Vec<String> {
    let state = service.state();
    let shards = state.logs.values().flat_map(|log| log.shards.values());
    let records = shards.flat_map(|shard| shard.from(0));
    records
        .map(|record| {
            format!(
                "{} {}",
                record.event,
                record.change.key["id"]["S"].as_str().unwrap()
            )
        })
        .collect()
}

fn key(id: &str) -> Value {
    json!({"id": {"S": id}})
}

fn put(id: &str) -> Value {
    json!({"Put": {"TableName": "carts", "Item": key(id)}})
}

fn transact(service: &DynamoDb, actions: &Value) -> Result<Value, Fault> {
    call(service, "TransactWriteItems", &json!({"TransactItems": actions}))
}

#[test]
fn a_transaction_does_all_of_its_actions() {
    let service = with_table();
    transact(&service, &json!([put("a"), put("b")])).unwrap();
    let actions = json!([
        {"Update": {
            "TableName": "carts",
            "Key": key("a"),
            "UpdateExpression": "SET #n = :n",
            "ConditionExpression": "attribute_not_exists(#n)",
            "ExpressionAttributeNames": {"#n": "note"},
            "ExpressionAttributeValues": {":n": {"S": "x"}},
        }},
        {"Delete": {"TableName": "carts", "Key": key("b"), "ConditionExpression": "attribute_exists(id)"}},
        {"ConditionCheck": {
            "TableName": "carts", "Key": key("c"), "ConditionExpression": "attribute_not_exists(id)",
        }},
    ]);
    assert_eq!(transact(&service, &actions), Ok(json!({})));
    assert_eq!(events(&service), ["INSERT a", "INSERT b", "MODIFY a", "REMOVE b"]);
}

#[test]
fn a_transaction_is_done_in_full_or_not_at_all() {
    let service = with_table();
    transact(&service, &json!([put("a")])).unwrap();
    let taken = json!({"Put": {
        "TableName": "carts",
        "Item": key("a"),
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }});
    let fault = transact(&service, &json!([put("b"), taken])).unwrap_err();
    assert_eq!(fault.code, "TransactionCanceledException");
    assert!(
        fault.message.ends_with("[None, ConditionalCheckFailed]"),
        "{}",
        fault.message
    );
    let reasons = &fault.members["CancellationReasons"];
    assert_eq!(reasons[0], json!({"Code": "None"}));
    assert_eq!(
        reasons[1],
        json!({
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": key("a"),
        })
    );
    assert_eq!(events(&service), ["INSERT a"]);
}

#[test]
fn a_transaction_of_the_same_token_is_done_once() {
    let service = with_table();
    let input = |id: &str| json!({"TransactItems": [put(id)], "ClientRequestToken": "once"});
    call(&service, "TransactWriteItems", &input("a")).unwrap();
    let delete = json!({"TableName": "carts", "Key": key("a")});
    call(&service, "DeleteItem", &delete).unwrap();
    call(&service, "TransactWriteItems", &input("a")).unwrap();
    assert_eq!(events(&service), ["INSERT a", "REMOVE a"]);
    assert_eq!(
        code(call(&service, "TransactWriteItems", &input("b"))),
        "IdempotentParameterMismatchException"
    );
    ask(&service, "TransactWriteItems", &input("b"), at(600)).unwrap();
}

#[test]
fn what_makes_no_transaction_is_refused() {
    let service = with_table();
    let nowhere = json!({"Put": {"TableName": "absent", "Item": key("a")}});
    let unused = json!({"Put": {
        "TableName": "carts", "Item": key("a"), "ExpressionAttributeValues": {":v": {"N": "1"}},
    }});
    let unconditional = json!({"ConditionCheck": {"TableName": "carts", "Key": key("a")}});
    let of_the_key = json!({"Update": {
        "TableName": "carts", "Key": key("a"), "UpdateExpression": "REMOVE id",
    }});
    for (actions, expected) in [
        (json!([]), "ValidationException"),
        (json!([{}]), "ValidationException"),
        (json!([put("a"), put("a")]), "ValidationException"),
        (json!([nowhere]), "ResourceNotFoundException"),
        (json!([unused]), "ValidationException"),
        (json!([unconditional]), "ValidationException"),
        (json!([of_the_key]), "ValidationException"),
    ] {
        assert_eq!(code(transact(&service, &actions)), expected, "{actions}");
    }
}

#[test]
fn a_batch_puts_and_deletes() {
    let service = with_table();
    transact(&service, &json!([put("a")])).unwrap();
    let batch = |requests: Value| {
        let input = json!({"RequestItems": {"carts": requests}, "ReturnConsumedCapacity": "TOTAL"});
        call(&service, "BatchWriteItem", &input)
    };
    let answer = batch(json!([{"DeleteRequest": {"Key": key("a")}}, {"PutRequest": {"Item": key("b")}}]));
    assert_eq!(
        answer,
        Ok(json!({
            "UnprocessedItems": {},
            "ConsumedCapacity": [{"TableName": "carts", "CapacityUnits": 2.0}],
        }))
    );
    assert_eq!(events(&service), ["INSERT a", "REMOVE a", "INSERT b"]);
    let twice = json!([{"DeleteRequest": {"Key": key("a")}}, {"PutRequest": {"Item": key("a")}}]);
    assert_eq!(code(batch(twice)), "ValidationException");
    let many: Vec<Value> = (0..26)
        .map(|number| json!({"PutRequest": {"Item": key(&number.to_string())}}))
        .collect();
    assert_eq!(code(batch(many.into())), "ValidationException");
    assert_eq!(code(batch(json!([]))), "ValidationException");
}

#[test]
fn a_write_that_changes_nothing_makes_no_record() {
    let service = with_table();
    let item = json!({"id": {"S": "a"}, "n": {"N": "1"}, "s": {"SS": ["x", "y"]}});
    let same = json!({"s": {"SS": ["y", "x"]}, "n": {"N": "1.0"}, "id": {"S": "a"}});
    call(&service, "PutItem", &json!({"TableName": "carts", "Item": item})).unwrap();
    let update = json!({
        "TableName": "carts",
        "Key": key("a"),
        "UpdateExpression": "SET n = :n REMOVE absent",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    });
    let batch = json!([{"PutRequest": {"Item": same}}, {"DeleteRequest": {"Key": key("absent")}}]);
    for (operation, input) in [
        ("PutItem", json!({"TableName": "carts", "Item": same})),
        ("UpdateItem", update.clone()),
        ("DeleteItem", json!({"TableName": "carts", "Key": key("absent")})),
        ("BatchWriteItem", json!({"RequestItems": {"carts": batch}})),
        (
            "TransactWriteItems",
            json!({"TransactItems": [{"Put": {"TableName": "carts", "Item": same}}]}),
        ),
        (
            "TransactWriteItems",
            json!({"TransactItems": [{"Update": update}]}),
        ),
    ] {
        call(&service, operation, &input).unwrap();
        assert_eq!(events(&service), ["INSERT a"], "{operation} {input}");
    }
}
