//! DynamoDB's streams through Amazon's own client.

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsOutput;
use aws_sdk_dynamodbstreams::primitives::DateTime;
use aws_sdk_dynamodbstreams::types::{
    AttributeValue, OperationType, Record, Shard, ShardFilter, ShardFilterType, ShardIteratorType,
};
use serde_json::{Value, json};

use super::stage::{BEGIN, Stage};

/// A table with a stream, and a client of the stream.
struct Carts {
    stage: Stage,
    client: Client,
    arn: String,
}

impl Carts {
    async fn begin() -> Self {
        let stage = Stage::empty();
        let declaration = json!({
            "TableName": "carts",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        });
        let created = stage.call("DynamoDB_20120810.CreateTable", &declaration).await;
        let arn = created["TableDescription"]["LatestStreamArn"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            client: client!(aws_sdk_dynamodbstreams, stage),
            stage,
            arn,
        }
    }

    async fn put(&self, item: Value) {
        let input = json!({"TableName": "carts", "Item": item});
        self.stage.call("DynamoDB_20120810.PutItem", &input).await;
    }

    async fn shards(&self) -> Vec<Shard> {
        let described = self
            .client
            .describe_stream()
            .stream_arn(&self.arn)
            .send()
            .await
            .unwrap();
        described.stream_description.unwrap().shards.unwrap()
    }

    async fn horizon(&self, shard: &Shard) -> String {
        let start = self
            .client
            .get_shard_iterator()
            .stream_arn(&self.arn)
            .shard_id(shard.shard_id().unwrap());
        let answer = start
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await
            .unwrap();
        answer.shard_iterator.unwrap()
    }

    async fn read(&self, shard: &Shard) -> GetRecordsOutput {
        let iterator = self.horizon(shard).await;
        self.client
            .get_records()
            .shard_iterator(iterator)
            .send()
            .await
            .unwrap()
    }
}

fn new_image<'a>(record: &'a Record, name: &str) -> &'a AttributeValue {
    &record.dynamodb().unwrap().new_image().unwrap()[name]
}

#[tokio::test]
async fn a_change_makes_the_round_trip() {
    let carts = Carts::begin().await;
    let digits = "12345678901234567890123456789012345678";
    let lines = json!({"L": [{"M": {"sku": {"S": "sku-1"}, "gift": {"BOOL": true}}}]});
    carts
        .put(json!({"id": {"S": "c1"}, "total": {"N": digits}, "raw": {"B": "AP8="}, "lines": lines}))
        .await;
    let answer = carts.read(&carts.shards().await[0]).await;
    let record = &answer.records()[0];
    assert_eq!(record.event_name(), Some(&OperationType::Insert));
    assert_eq!(record.aws_region(), Some("eu-west-1"));
    assert_eq!(new_image(record, "total"), &AttributeValue::N(digits.to_owned()));
    assert_eq!(new_image(record, "raw").as_b().unwrap().as_ref(), [0, 0xff]);
    let line = new_image(record, "lines").as_l().unwrap()[0].as_m().unwrap();
    assert_eq!(line["gift"], AttributeValue::Bool(true));
    let change = record.dynamodb().unwrap();
    assert_eq!(
        change.approximate_creation_date_time(),
        Some(&DateTime::from_secs(BEGIN))
    );
    assert!(answer.next_shard_iterator().is_some());
}

#[tokio::test]
async fn a_shard_closes_after_some_hours_and_its_child_is_found() {
    let carts = Carts::begin().await;
    carts.put(json!({"id": {"S": "before"}})).await;
    carts.stage.wait(5 * 3600);
    carts.put(json!({"id": {"S": "after"}})).await;
    let shards = carts.shards().await;
    let [parent, child] = &shards[..] else {
        panic!("{shards:?}")
    };
    assert_eq!(child.parent_shard_id(), parent.shard_id());
    let filter = ShardFilter::builder()
        .r#type(ShardFilterType::ChildShards)
        .shard_id(parent.shard_id().unwrap())
        .build();
    let children = carts
        .client
        .describe_stream()
        .stream_arn(&carts.arn)
        .shard_filter(filter)
        .send()
        .await
        .unwrap();
    assert_eq!(
        children.stream_description().unwrap().shards(),
        std::slice::from_ref(child)
    );
    let drained = carts.read(parent).await;
    assert_eq!(
        (drained.records().len(), drained.next_shard_iterator()),
        (1, None)
    );
    assert_eq!(carts.read(child).await.records().len(), 1);
}

#[tokio::test]
async fn an_iterator_expires_and_old_changes_are_trimmed() {
    let carts = Carts::begin().await;
    carts.put(json!({"id": {"S": "a"}})).await;
    let shard = carts.shards().await.remove(0);
    let iterator = carts.horizon(&shard).await;
    carts.stage.wait(15 * 60 + 1);
    let expired = carts
        .client
        .get_records()
        .shard_iterator(&iterator)
        .send()
        .await
        .unwrap_err();
    assert!(
        expired
            .as_service_error()
            .unwrap()
            .is_expired_iterator_exception()
    );
    let sequence = carts.read(&shard).await.records()[0]
        .dynamodb()
        .unwrap()
        .sequence_number()
        .unwrap()
        .to_owned();
    carts.stage.wait(24 * 3600 - 60);
    let again = carts
        .client
        .get_shard_iterator()
        .stream_arn(&carts.arn)
        .shard_id(shard.shard_id().unwrap());
    let again = again
        .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
        .sequence_number(sequence);
    let trimmed = again.send().await.unwrap_err();
    assert_eq!(trimmed.code(), Some("TrimmedDataAccessException"));
}

#[tokio::test]
async fn an_expired_item_is_deleted_by_the_service() {
    let carts = Carts::begin().await;
    let specification = json!({"Enabled": true, "AttributeName": "expires"});
    let input = json!({"TableName": "carts", "TimeToLiveSpecification": specification});
    carts
        .stage
        .call("DynamoDB_20120810.UpdateTimeToLive", &input)
        .await;
    carts
        .put(json!({"id": {"S": "a"}, "expires": {"N": (BEGIN + 60).to_string()}}))
        .await;
    carts.stage.wait(120);
    let answer = carts.read(&carts.shards().await[0]).await;
    let removal = &answer.records()[1];
    assert_eq!(removal.event_name(), Some(&OperationType::Remove));
    assert_eq!(
        removal.user_identity().unwrap().principal_id(),
        Some("dynamodb.amazonaws.com")
    );
}

#[tokio::test]
async fn the_shop_has_tables_with_closed_shards() {
    let stage = Stage::stocked();
    let client = client!(aws_sdk_dynamodbstreams, stage);
    let listed = client.list_streams().send().await.unwrap();
    let tables: Vec<_> = listed
        .streams()
        .iter()
        .filter_map(|stream| stream.table_name())
        .collect();
    assert_eq!(tables, ["audit", "carts", "customers", "inventory", "sessions"]);
    for stream in listed.streams() {
        let described = client
            .describe_stream()
            .stream_arn(stream.stream_arn().unwrap())
            .send()
            .await
            .unwrap();
        let shards = described.stream_description().unwrap().shards().to_vec();
        let is_closed = |shard: &&Shard| {
            shard
                .sequence_number_range()
                .unwrap()
                .ending_sequence_number()
                .is_some()
        };
        assert!(shards.iter().filter(is_closed).count() > 3);
    }
}
