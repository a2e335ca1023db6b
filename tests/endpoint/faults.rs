//! An endpoint on a bad day: what goes wrong is the same each time, and nothing that was written is lost.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_kinesis::operation::get_records::{GetRecordsError, GetRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ShardIteratorType};

use super::stage::Stage;

const RECORDS: usize = 4000;

/// What became of a call: the service's code, or that the connection broke off.
fn outcome(answer: &Result<GetRecordsOutput, SdkError<GetRecordsError>>) -> String {
    match answer {
        Ok(_) => "fine".to_owned(),
        Err(SdkError::ServiceError(error)) => error.err().code().unwrap_or_default().to_owned(),
        Err(_) => "broken off".to_owned(),
    }
}

async fn fill(stage: &Stage, client: &Client) {
    let create = client.create_stream().stream_name("orders").shard_count(2);
    create.send().await.unwrap();
    stage.wait(1);
    for batch in 0..RECORDS / 500 {
        let entry = |number: usize| {
            let number = (batch * 500 + number).to_string();
            let entry = PutRecordsRequestEntry::builder().partition_key(&number);
            entry.data(Blob::new(number)).build().unwrap()
        };
        let put = client.put_records().stream_name("orders");
        put.set_records(Some((0..500).map(entry).collect()))
            .send()
            .await
            .unwrap();
    }
}

/// An iterator after a record or from the start, whatever it takes.
async fn iterator(client: &Client, shard: &str, after: Option<&str>) -> String {
    loop {
        let start = client.get_shard_iterator().stream_name("orders").shard_id(shard);
        let start = match after {
            Some(_) => start.shard_iterator_type(ShardIteratorType::AfterSequenceNumber),
            None => start.shard_iterator_type(ShardIteratorType::TrimHorizon),
        };
        let start = start.set_starting_sequence_number(after.map(str::to_owned));
        if let Ok(answer) = start.send().await {
            return answer.shard_iterator.unwrap();
        }
    }
}

#[tokio::test]
async fn the_same_seed_lets_the_same_calls_fail() {
    let mut stories = Vec::new();
    for seed in [7, 7, 8] {
        let stage = Stage::faulty(seed);
        let client = client!(aws_sdk_kinesis, stage);
        fill(&stage, &client).await;
        let iterator = iterator(&client, "shardId-000000000000", None).await;
        let mut outcomes = Vec::new();
        for _ in 0..80 {
            stage.wait(1);
            let answer = client.get_records().shard_iterator(&iterator).send().await;
            outcomes.push(outcome(&answer));
        }
        stories.push(outcomes);
    }
    assert_eq!(stories[0], stories[1]);
    assert_ne!(stories[0], stories[2]);
    let kinds: BTreeSet<&String> = stories.iter().flatten().collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[tokio::test]
async fn a_patient_reader_finds_each_record_once_and_follows_the_shards() {
    let stage = Stage::faulty(3);
    let client = client!(aws_sdk_kinesis, stage);
    fill(&stage, &client).await;
    let mut waiting = VecDeque::from(["shardId-000000000000", "shardId-000000000001"].map(str::to_owned));
    let mut parents: BTreeMap<String, usize> = BTreeMap::new();
    let (mut found, mut troubles) = (Vec::new(), BTreeSet::new());
    while let Some(shard) = waiting.pop_front() {
        let (mut last, mut idle) = (None::<String>, 0);
        let mut place = iterator(&client, &shard, None).await;
        loop {
            stage.wait(1);
            let answer = client.get_records().shard_iterator(&place).send().await;
            troubles.insert(outcome(&answer));
            let Ok(answer) = answer else {
                place = iterator(&client, &shard, last.as_deref()).await;
                continue;
            };
            assert!(answer.records().len() <= 500);
            for record in answer.records() {
                last = Some(record.sequence_number().to_owned());
                found.push(String::from_utf8(record.data().as_ref().to_vec()).unwrap());
            }
            for child in answer.child_shards() {
                let known = parents.entry(child.shard_id().to_owned()).or_default();
                *known += 1;
                if *known == child.parent_shards().len() {
                    waiting.push_back(child.shard_id().to_owned());
                }
            }
            // An open shard is left alone only after long enough for another to be split or merged.
            idle += usize::from(answer.records.is_empty());
            match answer.next_shard_iterator {
                Some(next) if idle < 100 => place = next,
                _ => break,
            }
        }
    }
    assert!(parents.len() > 1, "{parents:?}");
    assert!(troubles.len() >= 5, "{troubles:?}");
    let mut numbers: Vec<usize> = found.iter().map(|number| number.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..RECORDS).collect::<Vec<_>>());
}
