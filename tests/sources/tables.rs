//! Streams of tables.

use kinescope::resource::{
    Attribute, Body, Change, Detail, Event, Position, Record, ResourceId, Section, Shard,
};
use kinescope::source::{ErrorKind, Session, Source};
use serde_json::{Value, json};

use super::canned::Canned;
use super::endpoint::Story;

/// A table `orders` with a stream of both images.
struct Orders {
    story: Story,
    source: Source,
    stream: ResourceId,
}

impl Orders {
    async fn begin() -> Self {
        let story = Story::begin();
        create_table(&story, "orders").await;
        let source = story.source(Section::Tables);
        let stream = source.catalog.find("table:orders").unwrap().await.unwrap();
        Self {
            story,
            source,
            stream,
        }
    }

    async fn change(&self, operation: &str, member: &str, attributes: Value) {
        let input = json!({ "TableName": "orders", member: attributes });
        let target = format!("DynamoDB_20120810.{operation}");
        self.story.call(&target, &input).await;
    }

    async fn shards(&self) -> Vec<Shard> {
        let tail = self.source.tail.as_ref().unwrap();
        tail.shards(self.stream.clone(), None).await.unwrap().items
    }

    async fn records(&self, shard: &Shard, position: Position) -> Vec<Record> {
        let tail = self.source.tail.as_ref().unwrap();
        let stream = || self.stream.clone();
        let iterator = tail.iterator(stream(), shard.id.clone(), position).await.unwrap();
        tail.read(stream(), shard.id.clone(), iterator, None)
            .await
            .unwrap()
            .records
    }
}

async fn create_table(story: &Story, name: &str) {
    let input = json!({
        "TableName": name,
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" }
    });
    story.call("DynamoDB_20120810.CreateTable", &input).await;
    story.wait(60);
}

fn change(record: &Record) -> &Change {
    let Body::Change(change) = &record.body else {
        panic!("a record of a table is a change");
    };
    change
}

#[tokio::test]
async fn streams_are_listed_by_their_tables_page_after_page() {
    let story = Story::begin();
    for number in 0..101 {
        create_table(&story, &format!("table-{number:03}")).await;
    }
    let catalog = story.source(Section::Tables).catalog;
    let first = catalog.list(None).await.unwrap();
    let second = catalog.list(first.next).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (100, 1));
    assert_eq!(second.next, None);
    let mut names: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|it| &it.name)
        .collect();
    names.sort_unstable();
    assert_eq!(names[100], "table-100");
    assert!(first.items[0].id.as_str().ends_with(&first.items[0].note));
}

#[tokio::test]
async fn a_stream_is_found_by_its_table_and_described() {
    let orders = Orders::begin().await;
    let detail = orders
        .source
        .catalog
        .describe(orders.stream.clone())
        .await
        .unwrap();
    let Detail::Table(stream) = detail else {
        panic!("a stream of a table is one");
    };
    assert_eq!(
        (stream.table.as_str(), stream.status.as_str()),
        ("orders", "ENABLED")
    );
    assert_eq!(stream.view_type.as_deref(), Some("NEW_AND_OLD_IMAGES"));
    assert_eq!(
        (stream.keys[0].name.as_str(), stream.keys[0].role.as_str()),
        ("id", "HASH")
    );
    assert!(stream.arn.ends_with(&stream.label) && stream.created.is_some());
}

#[tokio::test]
async fn a_table_without_a_stream_is_not_found() {
    let story = Story::begin();
    let catalog = story.source(Section::Tables).catalog;
    let error = catalog.find("table:nowhere").unwrap().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert_eq!(error.resource, "nowhere");
}

#[tokio::test]
async fn changes_come_with_their_keys_and_images() {
    let orders = Orders::begin().await;
    let digits = "1.2345678901234567890123456789012345678";
    let put = |n: &str| json!({ "id": { "S": "o-1" }, "n": { "N": n } });
    orders.change("PutItem", "Item", put(digits)).await;
    orders.change("PutItem", "Item", put("2")).await;
    orders
        .change("DeleteItem", "Key", json!({ "id": { "S": "o-1" } }))
        .await;
    let shards = orders.shards().await;
    let records = orders.records(&shards[0], Position::TrimHorizon).await;
    let changes: Vec<_> = records.iter().map(change).collect();
    let events: Vec<_> = changes.iter().map(|change| &change.event).collect();
    assert_eq!(events, [&Event::Insert, &Event::Modify, &Event::Remove]);
    assert_eq!((changes[0].old.as_ref(), changes[2].new.as_ref()), (None, None));
    assert_eq!(changes[0].keys["id"], Attribute::S("o-1".to_owned()));
    let old = changes[1].old.as_ref().unwrap();
    assert_eq!(old["n"], Attribute::N(digits.to_owned()));
    let after = Position::AfterSequence(records[1].sequence.clone());
    assert_eq!(orders.records(&shards[0], after).await, records[2..]);
}

#[tokio::test]
async fn an_unknown_stream_is_not_found_by_any_call() {
    let orders = Orders::begin().await;
    let nowhere = || ResourceId::from(orders.stream.as_str().replace("table/orders", "table/nowhere"));
    let tail = orders.source.tail.as_ref().unwrap();
    let shard = orders.shards().await[0].id.clone();
    let errors = [
        orders.source.catalog.describe(nowhere()).await.unwrap_err(),
        tail.shards(nowhere(), None).await.unwrap_err(),
        tail.iterator(nowhere(), shard, Position::Latest)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        assert_eq!(error.code, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn an_old_iterator_has_expired() {
    let orders = Orders::begin().await;
    let tail = orders.source.tail.as_ref().unwrap();
    let shard = orders.shards().await[0].id.clone();
    let iterator = tail
        .iterator(orders.stream.clone(), shard.clone(), Position::TrimHorizon)
        .await
        .unwrap();
    orders.story.wait(15 * 60 + 1);
    let error = tail
        .read(orders.stream.clone(), shard, iterator, None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Expired, "ExpiredIteratorException")
    );
}

#[tokio::test]
async fn the_children_of_a_shard_are_asked_for_by_its_name() {
    let endpoint = Canned::open().await;
    let source = Session::demo(&endpoint.url()).sources()[Section::Tables.index()].clone();
    let shards = json!([
        { "ShardId": "a" },
        { "ShardId": "b", "ParentShardId": "a" },
        { "ShardId": "c", "ParentShardId": "b" },
    ]);
    let answers = [json!({ "StreamDescription": { "Shards": shards } })];
    let tail = source.tail.as_ref().unwrap();
    let arn = ResourceId::from("arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/x");
    let (asked, children) = tokio::join!(endpoint.answer(&answers), tail.children(arn, "a".into()));
    assert_eq!(
        asked[0]["ShardFilter"],
        json!({ "Type": "CHILD_SHARDS", "ShardId": "a" })
    );
    let children: Vec<_> = children.unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(
        children,
        ["b".into()],
        "an endpoint that knows no filter lists all"
    );
}

#[tokio::test]
async fn a_shard_that_rolled_over_tells_its_child() {
    let orders = Orders::begin().await;
    let first = orders.shards().await[0].id.clone();
    orders.story.wait(24 * 3600);
    let put = json!({ "id": { "S": "o-1" } });
    orders.change("PutItem", "Item", put).await;
    let tail = orders.source.tail.as_ref().unwrap();
    let children = tail.children(orders.stream.clone(), first.clone()).await.unwrap();
    assert!(!children.is_empty());
    assert!(children.iter().all(|it| it.parent.as_ref() == Some(&first)));
}
