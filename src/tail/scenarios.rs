//! Stories of a tail, told in the TOML files of `scenarios/`: what the service does when, and what must be seen.
//!
//! Times are seconds from the beginning of the story, and a record is known by the second in which it arrived. A position is
//! `latest`, `trim-horizon`, `time S`, or `at S` and `after S` for the sequence number of the record of second S.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::Plan;
use super::sim::{Call, Incident, Sim, SimShard, Story, Turn, Weather, millis_of, plan, shard_id, wall};
use crate::resource::{Position, SequenceNumber};
use crate::source::{ErrorKind, ReadLimits, SourceError, facts};

/// One story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Scenario {
    /// What it shows, in a sentence, for whoever reads it.
    #[serde(rename = "shows")]
    _shows: String,
    #[serde(default)]
    service: Service,
    shards: BTreeMap<String, ShardStory>,
    #[serde(default)]
    tail: TailStory,
    /// What befalls single calls.
    #[serde(default)]
    trouble: Vec<Trouble>,
    sleep: Option<Sleep>,
    seen: Seen,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Service {
    kind: Kind,
    /// Records in an answer.
    page: Option<usize>,
    record_bytes: Option<usize>,
    /// Kinesis keeps records for as long as the stream's owner says.
    retention_hours: Option<u64>,
    /// An older Kinesis endpoint leaves out `ChildShards`.
    names_no_children: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Kinesis,
    DynamodbStreams,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShardStory {
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default = "long_ago")]
    opens: i64,
    closes: Option<i64>,
    /// From when on the service does not know it any more.
    gone: Option<i64>,
    #[serde(default)]
    records: Vec<i64>,
}

/// Before any record: most shards are open when a story begins.
fn long_ago() -> i64 {
    -100_000_000
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct TailStory {
    from: String,
    only: Vec<String>,
    no_parent_order: bool,
    /// When the story ends, unless the stream does before.
    until: i64,
}

impl Default for TailStory {
    fn default() -> Self {
        Self {
            from: "trim-horizon".to_owned(),
            only: Vec::new(),
            no_parent_order: false,
            until: 120,
        }
    }
}

/// The calls of one kind for one shard, from the `first` on, that go wrong.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Trouble {
    shard: String,
    call: Call,
    #[serde(default = "one")]
    first: usize,
    #[serde(default = "one")]
    times: usize,
    /// An error code of the API reference, `HTTP` and a status, `timeout` or `reset`; without it the answer is only slow.
    answer: Option<String>,
    /// How long the answer takes.
    #[serde(default)]
    seconds: u64,
}

fn one() -> usize {
    1
}

/// The machine sleeps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sleep {
    at: i64,
    seconds: u64,
}

/// What must be seen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// All records in their shard's order. A shard without any may be left out.
    records: BTreeMap<String, Vec<i64>>,
    /// All turning points in order: `open a`, `end a`, `gap a`, `give up a`.
    turns: Vec<String>,
    /// For the shards named, the positions that iterators were asked for, in order.
    #[serde(default)]
    asked: BTreeMap<String, Vec<String>>,
    /// Whether the stream was read to its end.
    #[serde(default)]
    ended: bool,
}

impl Scenario {
    /// What is wrong with the way a tail takes it; nothing if it is as it must be.
    fn check(&self) -> Result<(), String> {
        let (weather, plan) = (self.weather(), self.plan());
        let mut sim = Sim::new(self.sim_shards(), weather);
        let story = sim.run(plan, self.tail.until * 1000);
        same("over budget", &story.over_budget(self.limits()), &None)?;
        let missed: Vec<_> = sim.missed().map(|it| (self.name(it.shard), it.call)).collect();
        same("trouble that never came", &missed, &Vec::new())?;
        same("records", &self.records(&story), &self.seen.records)?;
        same("turns", &self.turns(&story), &self.seen.turns)?;
        for (shard, expected) in &self.seen.asked {
            let asked = story.asked.get(&self.place(shard)).into_iter().flatten();
            let asked: Vec<_> = asked.map(|position| self.words(shard, position)).collect();
            same(&format!("positions asked of {shard}"), &asked, expected)?;
        }
        same("ended", &story.ended, &self.seen.ended)
    }

    fn weather(&self) -> Weather {
        let usual = Weather::default();
        let (service, limits) = (&self.service, self.limits());
        let dynamodb = matches!(service.kind, Kind::DynamodbStreams);
        Weather {
            incidents: self.trouble.iter().map(|it| self.incident(it)).collect(),
            page: service.page.unwrap_or(usual.page),
            record_size: service.record_bytes.unwrap_or(usual.record_size),
            names_children: !dynamodb && !service.names_no_children,
            tells_lag: !dynamodb,
            retention: self.retention().or(limits.retention),
            tells_trimmed: dynamodb,
            sleep: self
                .sleep
                .as_ref()
                .map(|it| (it.at * 1000, Duration::from_secs(it.seconds))),
            ..usual
        }
    }

    fn limits(&self) -> ReadLimits {
        match self.service.kind {
            Kind::Kinesis => facts::KINESIS,
            Kind::DynamodbStreams => facts::DYNAMODB_STREAMS,
        }
    }

    fn retention(&self) -> Option<Duration> {
        self.service.retention_hours.map(Duration::from_hours)
    }

    fn plan(&self) -> Plan {
        let only = &self.tail.only;
        let of = only.first().map_or("", String::as_str);
        Plan {
            only: only.iter().map(|name| shard_id(self.place(name))).collect(),
            parents_first: !self.tail.no_parent_order,
            retention: self.retention(),
            limits: self.limits(),
            ..plan(self.position(of, &self.tail.from))
        }
    }

    fn sim_shards(&self) -> Vec<SimShard> {
        let shard = |it: &ShardStory| SimShard {
            parents: it.parents.iter().map(|name| self.place(name)).collect(),
            opens: it.opens * 1000,
            closes: it.closes.map(|at| at * 1000),
            gone: it.gone.map(|at| at * 1000),
            records: it.records.iter().map(|at| at * 1000).collect(),
        };
        let ascending = |it: &ShardStory| it.records.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(
            self.shards.values().all(ascending),
            "a record is known by its second, so there is one a second at most"
        );
        self.shards.values().map(shard).collect()
    }

    fn incident(&self, trouble: &Trouble) -> Incident {
        let from = trouble.first - 1;
        Incident {
            shard: self.place(&trouble.shard),
            call: trouble.call,
            numbers: from..from + trouble.times,
            takes: Duration::from_secs(trouble.seconds),
            error: trouble.answer.as_deref().map(failure),
        }
    }

    fn place(&self, name: &str) -> usize {
        let place = self.shards.keys().position(|it| it == name);
        place.unwrap_or_else(|| panic!("there is no shard {name}"))
    }

    fn name(&self, place: usize) -> &str {
        self.shards.keys().nth(place).unwrap()
    }

    fn position(&self, shard: &str, words: &str) -> Position {
        match words.split_once(' ') {
            None if words == "latest" => Position::Latest,
            None if words == "trim-horizon" => Position::TrimHorizon,
            Some(("time", second)) => Position::AtTimestamp(wall(second.parse::<i64>().unwrap() * 1000)),
            Some(("at", second)) => {
                let second: i64 = second.parse().unwrap();
                let number = self.shards[shard].records.iter().position(|at| *at == second);
                Position::AtSequence(number.unwrap().to_string().into())
            }
            _ => panic!("'{words}' is no position"),
        }
    }

    fn words(&self, shard: &str, position: &Position) -> String {
        let second = |sequence: &SequenceNumber| {
            let number: usize = sequence.as_str().parse().unwrap();
            self.shards[shard].records[number]
        };
        match position {
            Position::Latest => "latest".to_owned(),
            Position::TrimHorizon => "trim-horizon".to_owned(),
            Position::AtTimestamp(time) => format!("time {}", millis_of(*time).div_euclid(1000)),
            Position::AtSequence(sequence) => format!("at {}", second(sequence)),
            Position::AfterSequence(sequence) => format!("after {}", second(sequence)),
        }
    }

    fn records(&self, story: &Story) -> BTreeMap<String, Vec<i64>> {
        let shown = story.shown.iter().filter(|(_, numbers)| !numbers.is_empty());
        let seconds = |(place, numbers): (&usize, &Vec<usize>)| {
            let name = self.name(*place);
            let all = &self.shards[name].records;
            (
                name.to_owned(),
                numbers.iter().map(|number| all[*number]).collect(),
            )
        };
        shown.map(seconds).collect()
    }

    fn turns(&self, story: &Story) -> Vec<String> {
        let word = |turn: &Turn| match turn {
            Turn::Opened => "open",
            Turn::Closed => "end",
            Turn::Gap => "gap",
            Turn::GaveUp => "give up",
        };
        let told = |(place, turn): &(usize, Turn)| format!("{} {}", word(turn), self.name(*place));
        story.turns.iter().map(told).collect()
    }
}

/// The failure that a code stands for, judged as the program judges it.
fn failure(code: &str) -> SourceError {
    let status = code.strip_prefix("HTTP ").map(|status| status.parse().unwrap());
    let kind = match (code, status) {
        ("timeout" | "reset", _) => ErrorKind::Transport,
        (_, Some(status)) => facts::kind_of_status(status),
        _ => facts::kind_of(code).unwrap_or_else(|| panic!("no service answers '{code}'")),
    };
    SourceError::new(kind, "GetRecords", "sim", code, "")
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, expected: &T) -> Result<(), String> {
    if seen == expected {
        return Ok(());
    }
    Err(format!("{what}\n      seen {seen:?}\n  expected {expected:?}"))
}

/// Every file, by its name.
fn scenarios() -> BTreeMap<String, Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tail/scenarios");
    let read = |path: &Path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let scenario = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, scenario)
    };
    let files = folder.read_dir().unwrap();
    files.map(|entry| read(&entry.unwrap().path())).collect()
}

#[test]
fn every_scenario_goes_as_it_must() {
    let scenarios = scenarios();
    let failures: Vec<String> = scenarios
        .iter()
        .filter_map(|(name, scenario)| Some(format!("{name}: {}", scenario.check().err()?)))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} scenarios:\n{}",
        failures.len(),
        scenarios.len(),
        failures.join("\n")
    );
    assert!(
        scenarios.len() >= 30,
        "only {} scenarios were found",
        scenarios.len()
    );
}
