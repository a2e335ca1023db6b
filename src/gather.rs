//! Reads records by their identifiers, as many as one likes, of one feature group or several: a state machine that asks for a
//! call or a wait and is told what came of it. The screen and the command line drive the same one.
//!
//! Must not: do I/O, read a clock.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::backoff::Backoff;
use crate::resource::{FeatureRecord, GatheredRecords, ResourceId, WantedRecords};
use crate::source::{ErrorKind, SourceError};

/// Records in one call (page `BatchGetRecord`).
pub const BATCH: usize = 100;
/// Calls in a row that may bring nothing before the rest is given up.
const PATIENCE: u32 = 6;

/// What it is told.
#[derive(Debug)]
pub enum Input {
    /// Begin.
    Started,
    /// What the call gave.
    Answer(Result<GatheredRecords, SourceError>),
    /// The wait is over.
    Woke,
}

/// What it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A call for these records.
    Call(Vec<WantedRecords>),
    /// To be woken at this time of the clock that `now` is of.
    Wait(Duration),
    /// Nothing more: every record has its fate.
    Done,
}

/// What became of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// Not known yet.
    #[default]
    Awaited,
    /// It is here.
    Here(FeatureRecord),
    /// The answer has nothing of it: it is not in the online store.
    Absent,
    /// It could not be read.
    Failed(SourceError),
}

/// One record that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its group, in the words of whoever wants it.
    pub group: ResourceId,
    /// Its identifier.
    pub identifier: String,
    /// What became of it.
    pub fate: Fate,
}

/// A group, by its place among those that are wanted, and an identifier.
type Key = (usize, String);

/// Records on their way.
#[derive(Debug)]
pub struct Gathering {
    places: Vec<Place>,
    /// The features that are wanted of each group; all where there are none.
    groups: Vec<(ResourceId, Vec<String>)>,
    by_key: HashMap<Key, Vec<usize>>,
    /// What is still to be asked for; each part goes into calls of its own, and no record is in it twice.
    due: VecDeque<Vec<Key>>,
    asked: Vec<Key>,
    backoff: Backoff,
    /// Calls in a row that brought nothing.
    vain: u32,
}

impl Gathering {
    /// These records, in this order; `seed` sets the waits apart from those of others.
    pub fn new(wanted: Vec<WantedRecords>, seed: u64) -> Self {
        let mut gathering = Self {
            places: Vec::new(),
            groups: Vec::new(),
            by_key: HashMap::new(),
            due: VecDeque::new(),
            asked: Vec::new(),
            backoff: Backoff::new(seed),
            vain: 0,
        };
        let mut keys = Vec::new();
        for wanted in wanted {
            let group = gathering.add_group(&wanted);
            for identifier in wanted.identifiers {
                let key = (group, identifier.clone());
                let places = gathering.by_key.entry(key.clone()).or_default();
                if places.is_empty() {
                    keys.push(key);
                }
                places.push(gathering.places.len());
                gathering.places.push(Place {
                    group: wanted.group.clone(),
                    identifier,
                    fate: Fate::Awaited,
                });
            }
        }
        gathering.due.extend(keys.chunks(BATCH).map(<[Key]>::to_vec));
        gathering
    }

    fn add_group(&mut self, wanted: &WantedRecords) -> usize {
        let known = self.groups.iter().position(|(group, _)| *group == wanted.group);
        known.unwrap_or_else(|| {
            self.groups.push((wanted.group.clone(), wanted.features.clone()));
            self.groups.len() - 1
        })
    }

    /// The records in the order in which they are wanted, with what became of each so far.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// How many records still await their fate.
    pub fn awaited(&self) -> usize {
        let awaited = |place: &&Place| place.fate == Fate::Awaited;
        self.places.iter().filter(awaited).count()
    }

    /// Whether the service is left alone for a while before it is asked again.
    pub fn is_backing_off(&self) -> bool {
        self.vain > 0
    }

    /// Takes in what happened at a time, and says what to do next.
    pub fn step(&mut self, now: Duration, input: Input) -> Output {
        match input {
            Input::Started | Input::Woke => self.next_call(),
            Input::Answer(Ok(answer)) => self.take(now, answer),
            Input::Answer(Err(error)) => self.fail(now, error),
        }
    }

    fn next_call(&mut self) -> Output {
        match self.due.pop_front() {
            Some(keys) => {
                let call = Output::Call(self.wanted(&keys));
                self.asked = keys;
                call
            }
            None => Output::Done,
        }
    }

    /// A call's records group by group.
    fn wanted(&self, keys: &[Key]) -> Vec<WantedRecords> {
        let of_group = |number: usize, (group, features): &(ResourceId, Vec<String>)| WantedRecords {
            group: group.clone(),
            identifiers: keys
                .iter()
                .filter(|(it, _)| *it == number)
                .map(|(_, identifier)| identifier.clone())
                .collect(),
            features: features.clone(),
        };
        self.groups
            .iter()
            .enumerate()
            .map(|(number, group)| of_group(number, group))
            .filter(|wanted| !wanted.identifiers.is_empty())
            .collect()
    }

    /// Gives every record of an answer its fate. What the answer does not speak of is not there.
    fn take(&mut self, now: Duration, answer: GatheredRecords) -> Output {
        let asked = std::mem::take(&mut self.asked);
        let left: Vec<Key> = answer
            .unprocessed
            .iter()
            .flat_map(|left| left.identifiers.iter().map(|it| (&left.group, it)))
            .filter_map(|(group, identifier)| self.key(&asked, group, identifier))
            .collect();
        for (group, identifier, record) in answer.records {
            self.settle(&asked, &group, &identifier, &Fate::Here(record));
        }
        for (group, identifier, error) in answer.faults {
            self.settle(&asked, &group, &identifier, &Fate::Failed(error));
        }
        let brought = left.len() < asked.len();
        for key in asked.iter().filter(|key| !left.contains(key)) {
            self.settle_key(key, &Fate::Absent);
        }
        self.go_on(now, left, brought, || {
            SourceError::new(
                ErrorKind::Throttled,
                "BatchGetRecord",
                "",
                "UnprocessedIdentifiers",
                &format!("the service left them for later {PATIENCE} times in a row"),
            )
        })
    }

    /// A call that failed as a whole. What may pass is tried again; else, where the call was for several groups, each is asked
    /// for alone, so that one that is at fault does not take the others with it.
    fn fail(&mut self, now: Duration, error: SourceError) -> Output {
        let asked = std::mem::take(&mut self.asked);
        match error.kind {
            ErrorKind::Throttled => return self.go_on(now, asked, false, || error),
            // Nobody answers, or nobody may ask: the next call would fare no better.
            ErrorKind::Transport | ErrorKind::Credentials => {
                self.due.push_front(asked);
                let rest: Vec<_> = self.due.drain(..).flatten().collect();
                self.fail_all(&rest, &error);
            }
            _ if asked.iter().any(|(group, _)| *group != asked[0].0) => {
                for group in (0..self.groups.len()).rev() {
                    let of_group: Vec<_> = asked.iter().filter(|(it, _)| *it == group).cloned().collect();
                    if !of_group.is_empty() {
                        self.due.push_front(of_group);
                    }
                }
            }
            _ => self.fail_all(&asked, &error),
        }
        self.next_call()
    }

    /// What is left of a call is asked for again, at once where the call brought something, else after a wait; until it has been
    /// asked for in vain too often.
    fn go_on(
        &mut self,
        now: Duration,
        left: Vec<Key>,
        brought: bool,
        why: impl FnOnce() -> SourceError,
    ) -> Output {
        if brought {
            self.vain = 0;
            self.backoff.forget();
        }
        if left.is_empty() {
            return self.next_call();
        }
        if !brought {
            self.vain += 1;
            if self.vain >= PATIENCE {
                self.due.push_front(left);
                let rest: Vec<_> = self.due.drain(..).flatten().collect();
                self.fail_all(&rest, &why());
                self.vain = 0;
                return Output::Done;
            }
            self.due.push_front(left);
            return Output::Wait(now + self.backoff.after_failure());
        }
        self.due.push_front(left);
        self.next_call()
    }

    fn fail_all(&mut self, keys: &[Key], error: &SourceError) {
        for key in keys {
            self.settle_key(key, &Fate::Failed(error.clone()));
        }
    }

    fn settle(&mut self, asked: &[Key], group: &ResourceId, identifier: &str, fate: &Fate) {
        if let Some(key) = self.key(asked, group, identifier) {
            self.settle_key(&key, fate);
        }
    }

    /// The first word on a record counts.
    fn settle_key(&mut self, key: &Key, fate: &Fate) {
        for place in self.by_key.get(key).into_iter().flatten() {
            let known = &mut self.places[*place].fate;
            if *known == Fate::Awaited {
                *known = fate.clone();
            }
        }
    }

    /// Which of the records that were asked for an answer speaks of. It may call a group by its name or by its ARN.
    fn key(&self, asked: &[Key], group: &ResourceId, identifier: &str) -> Option<Key> {
        let same = |number: usize| {
            let known = &self.groups[number].0;
            known == group || short_name(known).eq_ignore_ascii_case(short_name(group))
        };
        let found = asked.iter().find(|(it, id)| id == identifier && same(*it));
        found.cloned()
    }
}

/// A group's name without the rest of its ARN, which the service writes in small letters.
fn short_name(group: &ResourceId) -> &str {
    let of_arn = group.as_str().split_once(":feature-group/");
    of_arn.map_or(group.as_str(), |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that answers as it is told, and a virtual clock.
    struct Story {
        gathering: Gathering,
        now: Duration,
        calls: Vec<Vec<WantedRecords>>,
    }

    fn ids(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("id-{n:03}")).collect()
    }

    fn wanted(group: &str, identifiers: Vec<String>) -> WantedRecords {
        WantedRecords {
            group: group.into(),
            identifiers,
            features: Vec::new(),
        }
    }

    fn record(identifier: &str) -> FeatureRecord {
        FeatureRecord {
            values: vec![(
                "id".to_owned(),
                crate::resource::FeatureValue::One(identifier.to_owned()),
            )],
            expires: None,
        }
    }

    /// Everything that was asked for, but those whose identifier begins with `no`.
    fn full(call: &[WantedRecords]) -> GatheredRecords {
        let each = call
            .iter()
            .flat_map(|it| it.identifiers.iter().map(|id| (it.group.clone(), id.clone())));
        GatheredRecords {
            records: each
                .filter(|(_, id)| !id.starts_with("no"))
                .map(|(group, id)| (group, id.clone(), record(&id)))
                .collect(),
            ..GatheredRecords::default()
        }
    }

    fn error(kind: ErrorKind) -> SourceError {
        SourceError::new(kind, "BatchGetRecord", "customers", "Code", "words")
    }

    impl Story {
        fn of(wanted: Vec<WantedRecords>) -> Self {
            Self {
                gathering: Gathering::new(wanted, 7),
                now: Duration::ZERO,
                calls: Vec::new(),
            }
        }

        /// Runs to the end; `answer` sees the number of each call and what it asks for.
        fn run(
            mut self,
            answer: impl Fn(usize, &[WantedRecords]) -> Result<GatheredRecords, SourceError>,
        ) -> Self {
            let mut input = Input::Started;
            loop {
                input = match self.gathering.step(self.now, input) {
                    Output::Call(call) => {
                        let given = answer(self.calls.len(), &call);
                        self.calls.push(call);
                        Input::Answer(given)
                    }
                    Output::Wait(until) => {
                        assert!(until > self.now);
                        self.now = until;
                        Input::Woke
                    }
                    Output::Done => return self,
                };
            }
        }

        fn fates(&self) -> Vec<&Fate> {
            self.gathering.places().iter().map(|place| &place.fate).collect()
        }

        fn sizes(&self) -> Vec<usize> {
            let size = |call: &Vec<WantedRecords>| call.iter().map(|it| it.identifiers.len()).sum();
            self.calls.iter().map(size).collect()
        }
    }

    #[test]
    fn calls_have_at_most_a_hundred_records_over_all_groups_and_the_order_is_kept() {
        let wanted = vec![wanted("customers", ids(0..150)), wanted("products", ids(0..80))];
        let story = Story::of(wanted).run(|_, call| Ok(full(call)));
        assert_eq!(story.sizes(), [100, 100, 30]);
        let groups: Vec<_> = story.calls[1].iter().map(|it| it.group.as_str()).collect();
        assert_eq!(groups, ["customers", "products"]);
        let order: Vec<_> = story
            .gathering
            .places()
            .iter()
            .map(|it| it.identifier.clone())
            .collect();
        assert_eq!(order, [ids(0..150), ids(0..80)].concat());
        assert!(story.fates().iter().all(|fate| matches!(fate, Fate::Here(_))));
    }

    #[test]
    fn a_record_that_the_answer_does_not_speak_of_is_not_there() {
        let story = Story::of(vec![wanted(
            "customers",
            vec!["a".into(), "nobody".into(), "b".into()],
        )])
        .run(|_, call| Ok(full(call)));
        assert_eq!(
            story.fates(),
            [&Fate::Here(record("a")), &Fate::Absent, &Fate::Here(record("b"))]
        );
    }

    #[test]
    fn what_is_left_is_asked_for_again_at_once_while_calls_bring_something() {
        let story = Story::of(vec![wanted("customers", ids(0..5))]).run(|_, call| {
            let (now, later) = (
                call[0].identifiers[..1].to_vec(),
                call[0].identifiers[1..].to_vec(),
            );
            let mut answer = full(&[wanted("customers", now)]);
            answer.unprocessed = vec![wanted("customers", later)];
            Ok(answer)
        });
        assert_eq!(story.sizes(), [5, 4, 3, 2, 1]);
        assert_eq!(story.now, Duration::ZERO);
    }

    #[test]
    fn what_is_left_again_and_again_is_asked_for_ever_later_and_then_given_up() {
        let story = Story::of(vec![wanted("customers", ids(0..150))]).run(|_, call| {
            Ok(GatheredRecords {
                unprocessed: call.to_vec(),
                ..GatheredRecords::default()
            })
        });
        assert_eq!(story.sizes(), [100; 6]);
        assert!(story.now >= Duration::from_millis(5 * 250));
        assert!(
            story
                .fates()
                .iter()
                .all(|fate| matches!(fate, Fate::Failed(it) if it.code == "UnprocessedIdentifiers"))
        );
    }

    #[test]
    fn throttling_is_waited_out() {
        let story = Story::of(vec![wanted("customers", ids(0..3))]).run(|number, call| {
            if number < 3 {
                Err(error(ErrorKind::Throttled))
            } else {
                Ok(full(call))
            }
        });
        assert_eq!(story.calls.len(), 4);
        assert!(story.now > Duration::ZERO);
        assert!(story.fates().iter().all(|fate| matches!(fate, Fate::Here(_))));
    }

    #[test]
    fn a_fault_befalls_the_record_that_it_is_told_of() {
        let story = Story::of(vec![wanted("customers", ids(0..2))]).run(|_, call| {
            let mut answer = full(call);
            answer.records.pop();
            answer.faults = vec![("customers".into(), "id-001".into(), error(ErrorKind::Denied))];
            Ok(answer)
        });
        assert!(matches!(story.fates()[..], [Fate::Here(_), Fate::Failed(_)]));
    }

    #[test]
    fn a_group_that_makes_a_call_fail_takes_no_other_with_it() {
        let groups = vec![
            wanted("customers", ids(0..2)),
            wanted("broken", ids(0..2)),
            wanted("products", ids(0..2)),
        ];
        let story = Story::of(groups).run(|_, call| {
            if call.iter().any(|it| it.group.as_str() == "broken") {
                Err(error(ErrorKind::Invalid))
            } else {
                Ok(full(call))
            }
        });
        assert_eq!(story.sizes(), [6, 2, 2, 2]);
        let fates: Vec<_> = story
            .fates()
            .iter()
            .map(|fate| matches!(fate, Fate::Here(_)))
            .collect();
        assert_eq!(fates, [true, true, false, false, true, true]);
    }

    #[test]
    fn nobody_is_asked_on_where_nobody_answers() {
        let story =
            Story::of(vec![wanted("customers", ids(0..250))]).run(|_, _| Err(error(ErrorKind::Transport)));
        assert_eq!(story.calls.len(), 1);
        assert_eq!(story.gathering.awaited(), 0);
    }

    #[test]
    fn a_record_that_is_wanted_twice_is_asked_for_once() {
        let story = Story::of(vec![wanted(
            "customers",
            vec!["a".into(), "b".into(), "a".into()],
        )])
        .run(|_, call| Ok(full(call)));
        assert_eq!(story.sizes(), [2]);
        assert!(story.fates().iter().all(|fate| matches!(fate, Fate::Here(_))));
    }

    #[test]
    fn an_answer_may_call_a_group_by_its_name_or_by_its_arn() {
        let arn = "arn:aws:sagemaker:us-east-1:111122223333:feature-group/customers";
        for (asked, told) in [(arn, "Customers"), ("Customers", arn)] {
            let story = Story::of(vec![wanted(asked, ids(0..1))]).run(|_, call| {
                let mut answer = full(call);
                answer.records[0].0 = told.into();
                Ok(answer)
            });
            assert_eq!(story.fates(), [&Fate::Here(record("id-000"))]);
            assert_eq!(story.gathering.places()[0].group.as_str(), asked);
        }
    }

    #[test]
    fn nothing_wanted_is_done_at_once() {
        let story = Story::of(Vec::new()).run(|_, _| unreachable!());
        assert!(story.calls.is_empty());
    }
}
