//! A small shop: what its services answer.

use std::time::Duration;

use bytes::Bytes;
use kinescope::message::{Reply, Request};
use kinescope::resource::{
    Ancestor, Ancestry, Attribute, BatchPrediction, Body, Caller, Change, Consumer, Detail, Entry, Event,
    Fact, Feature, FeatureGroup, FeatureRecord, FeatureValue, GatheredRecords, HashRange, Item, KeyElement,
    Location, OfflineStore, OnlineStore, Page, PageToken, PredictionStatus, Record, ResourceId, Section,
    Shard, ShardId, Stream, TableStream, Timestamp, TtlDuration, TtlUnit, WantedRecords,
};

/// When all of this happens.
pub(super) const NOON: &str = "2026-11-20T12:00:00Z";

const STREAMS: [&str; 5] = ["orders", "clickstream", "app-logs", "telemetry", "dms-cdc"];
const TABLES: [&str; 3] = ["carts", "inventory", "sessions"];
const GROUPS: [&str; 3] = ["customers", "products", "legacy-churn"];

/// What the services answer.
pub(super) fn answer(request: &Request) -> Reply {
    match request {
        Request::Caller => Reply::Caller(Ok(caller())),
        Request::List(section, from) | Request::Query(section, _, from) => {
            Reply::Listed(*section, Ok(list(*section, from.as_ref())))
        }
        Request::Trace(section, ancestor) => {
            Reply::Traced(*section, ancestor.clone(), Ok(ancestry(ancestor)))
        }
        Request::Describe(section, id) => {
            Reply::Described(*section, id.clone(), Ok(Box::new(describe(*section, id))))
        }
        Request::Shards(section, stream, _) => {
            let page = Page {
                items: shards(*section),
                next: None,
            };
            Reply::Shards(*section, stream.clone(), Ok(page))
        }
        Request::Consumers(section, stream, _) => {
            let page = Page {
                items: consumers(stream.as_str()),
                next: None,
            };
            Reply::Consumers(*section, Ok(page))
        }
        Request::Register(_, stream, name) => {
            Reply::Registered(stream.clone(), Ok(consumer(stream.as_str(), name, "CREATING")))
        }
        Request::Deregister(_, stream, consumer) => {
            Reply::Deregistered(stream.clone(), consumer.name.clone(), Ok(()))
        }
        Request::Record(section, _, identifier) => Reply::Record(*section, Ok(record_of(identifier))),
        Request::Identifiers(section, group, with_deleted, from) => {
            let page = identifiers(*with_deleted, from.as_ref());
            Reply::Identifiers(*section, group.clone(), Ok(page))
        }
        Request::Gather(section, wanted) => Reply::Gathered(*section, Ok(gathered(wanted))),
        Request::Write(section, _) => Reply::Written(*section, Ok(())),
    }
}

fn caller() -> Caller {
    Caller {
        account: "111122223333".to_owned(),
        arn: "arn:aws:sts::111122223333:assumed-role/Developer/jo".to_owned(),
    }
}

/// A list's page; predictions come on pages of 100, as many as one likes to scroll.
fn list(section: Section, from: Option<&PageToken>) -> Page<Entry> {
    let begin: usize = from.map_or(0, |token| token.as_str().parse().unwrap());
    let names: Vec<String> = match section {
        Section::Streams => STREAMS.map(str::to_owned).to_vec(),
        Section::Tables => TABLES.map(str::to_owned).to_vec(),
        Section::Features => GROUPS.map(str::to_owned).to_vec(),
        Section::Predictions => (begin..begin + 100).map(|n| format!("bp-{n:04}")).collect(),
    };
    let next =
        (section == Section::Predictions && begin < 900).then(|| (begin + 100).to_string().as_str().into());
    let entry = |name: String| Entry {
        id: ResourceId::from(name.as_str()),
        note: if section == Section::Predictions {
            "completed".to_owned()
        } else {
            String::new()
        },
        complete: section == Section::Predictions,
        run: (section == Section::Predictions).then(|| prediction(&name).run()),
        status: (section == Section::Predictions).then(|| prediction(&name).status.as_str().to_owned()),
        name,
        created: (section == Section::Predictions).then(|| time("2026-11-20T11:56:00Z")),
    };
    Page {
        items: names.into_iter().map(entry).collect(),
        next,
    }
}

/// The identifiers of a group's records, on three pages of 100; before them all one whose record was deleted.
fn identifiers(with_deleted: bool, from: Option<&PageToken>) -> Page<String> {
    let begin: usize = from.map_or(0, |token| token.as_str().parse().unwrap());
    let deleted = (with_deleted && begin == 0).then(|| "nobody".to_owned());
    let living = (begin..begin + 100).map(|n| format!("cust-{n:04}"));
    Page {
        items: deleted.into_iter().chain(living).collect(),
        next: (begin < 200).then(|| (begin + 100).to_string().as_str().into()),
    }
}

pub(super) fn gathered(wanted: &[WantedRecords]) -> GatheredRecords {
    let each = wanted
        .iter()
        .flat_map(|it| it.identifiers.iter().map(|id| (it.group.clone(), id)));
    GatheredRecords {
        records: each
            .filter_map(|(group, id)| Some((group, id.clone(), record_of(id)?)))
            .collect(),
        ..GatheredRecords::default()
    }
}

fn describe(section: Section, id: &ResourceId) -> Detail {
    match section {
        Section::Streams => Detail::Stream(stream(id.as_str())),
        Section::Tables => Detail::Table(table(id.as_str())),
        Section::Features => Detail::FeatureGroup(group(id.as_str())),
        Section::Predictions => Detail::Prediction(prediction(id.as_str())),
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stream(name: &str) -> Stream {
    Stream {
        name: name.to_owned(),
        arn: format!("arn:aws:kinesis:us-east-1:111122223333:stream/{name}"),
        status: "ACTIVE".to_owned(),
        mode: Some(
            if name == "orders" {
                "ON_DEMAND"
            } else {
                "PROVISIONED"
            }
            .to_owned(),
        ),
        retention: Some(Duration::from_hours(24)),
        created: Some(time("2026-03-02T09:14:00Z")),
        open_shards: Some(4),
        consumers: Some(2),
        encryption: Some("NONE".to_owned()),
        key_id: None,
        shard_metrics: Vec::new(),
        max_record_kib: None,
    }
}

fn table(name: &str) -> TableStream {
    TableStream {
        table: name.to_owned(),
        arn: format!("arn:aws:dynamodb:us-east-1:111122223333:table/{name}/stream/2026-03-02T09:14:00.000"),
        label: "2026-03-02T09:14:00.000".to_owned(),
        status: if name == "sessions" { "DISABLED" } else { "ENABLED" }.to_owned(),
        view_type: Some("NEW_AND_OLD_IMAGES".to_owned()),
        created: Some(time("2026-03-02T09:14:00Z")),
        keys: vec![KeyElement {
            name: "cart_id".to_owned(),
            role: "HASH".to_owned(),
        }],
    }
}

fn group(name: &str) -> FeatureGroup {
    let feature = |name: &str, kind: &str| Feature {
        name: name.to_owned(),
        kind: kind.to_owned(),
        ..Feature::default()
    };
    let vector = Feature {
        collection: Some("Vector".to_owned()),
        dimension: Some(8),
        ..feature("taste", "Fractional")
    };
    let failed = name == "legacy-churn";
    FeatureGroup {
        name: name.to_owned(),
        arn: format!("arn:aws:sagemaker:us-east-1:111122223333:feature-group/{name}"),
        status: if failed { "CreateFailed" } else { "Created" }.to_owned(),
        failure: failed.then(|| "The execution role cannot write to s3://shop-ml/offline".to_owned()),
        description: None,
        created: Some(time(if name == "products" {
            "2026-06-01T08:00:00Z"
        } else {
            "2026-05-01T08:00:00Z"
        })),
        modified: None,
        identifier: "customer_id".to_owned(),
        event_time: "event_time".to_owned(),
        features: vec![
            feature("customer_id", "String"),
            feature("event_time", "String"),
            feature("orders_30d", "Integral"),
            feature("tier", "String"),
            vector,
        ],
        online: Some(OnlineStore {
            storage: Some("Standard_V2".to_owned()),
            ttl: Some(TtlDuration {
                value: 30,
                unit: TtlUnit::Days,
            }),
            key_id: None,
        }),
        offline: Some(OfflineStore {
            uri: "s3://shop-ml/offline/customers".to_owned(),
            format: Some("Glue".to_owned()),
            status: Some("Active".to_owned()),
            ..OfflineStore::default()
        }),
        throughput: Some("OnDemand".to_owned()),
        role: None,
    }
}

/// The record of an identifier: those that end in an even digit have a tier, those of `forever` do not expire.
pub(super) fn record_of(identifier: &str) -> Option<FeatureRecord> {
    let one = |name: &str, value: &str| (name.to_owned(), FeatureValue::One(value.to_owned()));
    let mut values = vec![
        one("customer_id", identifier),
        one("event_time", "2026-11-20T11:00:01Z"),
        one("orders_30d", "9223372036854775807"),
        (
            "taste".to_owned(),
            FeatureValue::Many(vec!["0.1".to_owned(), "1e308".to_owned()]),
        ),
    ];
    if identifier.ends_with(['0', '2', '4', '6', '8']) {
        values.insert(3, one("tier", "gold"));
    }
    (identifier != "nobody").then(|| FeatureRecord {
        values,
        expires: (!identifier.starts_with("forever")).then(|| "2026-12-20T11:00:01Z".to_owned()),
    })
}

/// Every fourth one pending, in progress, completed, failed.
pub(super) fn prediction(id: &str) -> BatchPrediction {
    let status = match id.as_bytes().last().map_or(0, |digit| digit % 4) {
        0 => PredictionStatus::Pending,
        1 => PredictionStatus::InProgress,
        2 => PredictionStatus::Completed,
        _ => PredictionStatus::Failed,
    };
    let started = status != PredictionStatus::Pending;
    let completed = status == PredictionStatus::Completed;
    let ended = completed || status == PredictionStatus::Failed;
    BatchPrediction {
        id: id.to_owned(),
        name: Some(format!("churn {id}")),
        status,
        model_id: Some("ml-churn-7".to_owned()),
        data_source_id: Some("ds-2026-11".to_owned()),
        input: Some("s3://shop-ml/batch/2026-11-20/".to_owned()),
        output: Some("s3://shop-ml/out/".to_owned()),
        log: None,
        created_by: Some("arn:aws:iam::111122223333:user/analyst".to_owned()),
        created: Some(time("2026-11-20T11:56:00Z")),
        updated: Some(time("2026-11-20T11:58:00Z")),
        started: started.then(|| time("2026-11-20T11:56:41Z")),
        finished: ended.then(|| time("2026-11-20T11:58:00Z")),
        message: None,
        compute_time: completed.then(|| Duration::from_secs(79)),
        total: started.then_some(1_204_331),
        invalid: started.then_some(318),
    }
}

/// A model leads to what it was trained with, a data source nowhere.
fn ancestry(ancestor: &Ancestor) -> Ancestry {
    let behind = match ancestor {
        Ancestor::Model(_) => vec![Ancestor::DataSource("ds-training".into())],
        Ancestor::DataSource(_) => Vec::new(),
    };
    let location = format!("s3://shop-ml/{}/", ancestor.id());
    Ancestry {
        facts: vec![
            Fact::new("name", format!("the {}", ancestor.noun())),
            Fact::new("status", "COMPLETED"),
            Fact::new("data", location.as_str()),
            Fact::maybe("threshold", None::<String>, "only if BINARY"),
            Fact::new("id", ancestor.id().as_str()),
        ],
        behind,
        locations: vec![Location {
            label: "data",
            uri: Ok(location),
        }],
    }
}

/// Two of the orders, the others have none.
fn consumers(stream: &str) -> Vec<Consumer> {
    if stream == "orders" {
        vec![
            consumer(stream, "audit", "DELETING"),
            consumer(stream, "fulfilment", "ACTIVE"),
        ]
    } else {
        Vec::new()
    }
}

fn consumer(stream: &str, name: &str, status: &str) -> Consumer {
    let arn = format!("arn:aws:kinesis:us-east-1:111122223333:stream/{stream}/consumer/{name}:1794475800");
    Consumer {
        name: name.to_owned(),
        arn: arn.as_str().into(),
        status: status.to_owned(),
        created: Some(time("2026-11-12T09:30:00Z")),
    }
}

/// Two shards, one of them split, the other with a range of its own; in tables, a chain.
fn shards(section: Section) -> Vec<Shard> {
    let quarter = |n: u32| u128::from(n) << 126;
    let range = |from: u32, to: u32| {
        let end = if to == 4 { u128::MAX } else { quarter(to) - 1 };
        (section == Section::Streams).then(|| HashRange {
            start: quarter(from),
            end,
        })
    };
    let shard = |n: u32, parent: Option<u32>, hash_range, open: bool| Shard {
        id: ShardId::from(format!("shardId-{n:012}").as_str()),
        parent: parent.map(|n| ShardId::from(format!("shardId-{n:012}").as_str())),
        adjacent_parent: None,
        hash_range,
        first: Some("49668899999999999999990000000000000000000000000000000002".into()),
        last: (!open).then(|| "49668899999999999999999999999999999999999999999999999999".into()),
    };
    match section {
        Section::Streams => vec![
            shard(0, None, range(0, 2), false),
            shard(1, None, range(2, 4), true),
            shard(2, Some(0), range(0, 1), true),
            shard(3, Some(0), range(1, 2), true),
        ],
        _ => vec![
            shard(0, None, None, false),
            shard(1, Some(0), None, false),
            shard(2, Some(1), None, true),
        ],
    }
}

/// A record of a shard, by its number, with a payload.
pub(super) fn blob(shard: u32, number: u32, data: &'static [u8]) -> Record {
    Record {
        shard: ShardId::from(format!("shardId-{shard:012}").as_str()),
        sequence: format!("4966889{number:049}").into(),
        arrived: Some(NOON.parse::<Timestamp>().unwrap() + Duration::from_millis(u64::from(number) * 10)),
        body: Body::blob(format!("cust-{number:04}"), Bytes::from_static(data)),
    }
}

/// A change of a cart.
pub(super) fn change(event: Event, number: u32) -> Record {
    let item = |total: &str| {
        Item::from([
            ("cart_id".to_owned(), Attribute::S(format!("cart-{number:04}"))),
            ("total".to_owned(), Attribute::N(total.to_owned())),
        ])
    };
    let ttl = event == Event::Remove;
    let change = Change {
        keys: Item::from([("cart_id".to_owned(), Attribute::S(format!("cart-{number:04}")))]),
        old: (event != Event::Insert).then(|| item("12.50")),
        new: (event != Event::Remove).then(|| item("212.40")),
        identity: ttl.then(|| ("Service".to_owned(), "dynamodb.amazonaws.com".to_owned())),
        size: Some(64),
        event,
    };
    Record {
        body: Body::Change(Box::new(change)),
        ..blob(2, number, b"")
    }
}
