//! Two editors of one record, in every order that their steps can have.
//!
//! The store is a few lines that do as the pages `PutRecord` and `UpdateRecord` say, and nothing of the embedded services.

use std::time::Duration;

use super::compare::same_record;
use super::event_time::{EventTime, Form};
use super::fixtures::{customers, failure, noon, one, record};
use super::*;
use crate::clock::Now;
use crate::resource::{FeatureRecord, FeatureValue, Features, RecordChange, RecordWrite};
use crate::source::{ErrorKind, SourceError};

/// Read to edit, read again, write, read back.
const STEPS: usize = 4;

struct Store {
    online: Option<FeatureRecord>,
    offline: Vec<Features>,
}

impl Store {
    fn write(&mut self, write: &RecordWrite) -> Result<(), SourceError> {
        match &write.change {
            RecordChange::Put { features, .. } => {
                self.offline.push(features.clone());
                if self
                    .online
                    .as_ref()
                    .is_none_or(|it| time(features).is_newer_than(time(&it.values)))
                {
                    self.online = Some(FeatureRecord {
                        values: features.clone(),
                        expires: None,
                    });
                }
                Ok(())
            }
            RecordChange::Update { features, .. } => {
                let Some(stored) = &mut self.online else {
                    return Err(failure(ErrorKind::NotFound, "ResourceNotFound"));
                };
                if time(&stored.values).is_newer_than(time(features)) {
                    return Err(failure(ErrorKind::Conflict, "ConflictException"));
                }
                for (name, value) in features {
                    match stored.values.iter_mut().find(|(it, _)| it == name) {
                        Some((_, old)) => old.clone_from(value),
                        None => stored.values.push((name.clone(), value.clone())),
                    }
                }
                Ok(())
            }
            RecordChange::Delete { .. } => {
                self.online = None;
                Ok(())
            }
        }
    }
}

fn time(features: &Features) -> EventTime {
    let found = features.iter().find(|(name, _)| name == "event_time");
    match found {
        Some((_, FeatureValue::One(text))) => EventTime::parse(Form::Iso, text).unwrap(),
        _ => panic!("every write has an event time"),
    }
}

struct Editor {
    change: (&'static str, &'static str),
    intent: Intent,
    saving: Option<Saving>,
    output: Output,
}

impl Editor {
    fn new(change: (&'static str, &'static str), intent: Intent) -> Self {
        Self {
            change,
            intent,
            saving: None,
            output: Output::Ignored,
        }
    }

    /// The next step of an editor: one call, except that the last goes on until it ends.
    fn step(&mut self, number: usize, store: &mut Store, now: Now) {
        match number {
            0 => self.open(store, now),
            3 => self.finish(store, now),
            _ => self.advance(store, now),
        }
    }

    fn open(&mut self, store: &Store, now: Now) {
        let mut draft = Draft::of(customers(), "c-1", store.online.clone());
        draft.set(self.change.0, one(self.change.1)).unwrap();
        self.save(draft, now);
    }

    fn save(&mut self, draft: Draft, now: Now) {
        let mut saving = Saving::begin(draft, self.intent, now, 1).unwrap();
        self.output = saving.step(now, Input::Started);
        self.saving = Some(saving);
    }

    fn advance(&mut self, store: &mut Store, now: Now) {
        let input = match &self.output {
            Output::Read => Input::Read(Ok(store.online.clone())),
            Output::Write(write) => Input::Written(store.write(write)),
            Output::Sleep(_) => Input::Woke,
            Output::Ended(_) | Output::Ignored => return,
        };
        self.output = self.saving.as_mut().unwrap().step(now, input);
    }

    fn finish(&mut self, store: &mut Store, now: Now) {
        while !matches!(self.output, Output::Ended(_)) {
            self.advance(store, now);
        }
    }

    fn ending(&self) -> &Ending {
        match &self.output {
            Output::Ended(ending) => ending,
            other => panic!("it has not ended: {other:?}"),
        }
    }

    fn was_told_stored(&self) -> bool {
        matches!(self.ending(), Ending::Stored { .. })
    }

    fn is_in(&self, store: &Store) -> bool {
        let stored = store.online.as_ref().unwrap();
        stored.value(self.change.0) == Some(&one(self.change.1))
    }

    /// What the person does who was shown another record: merges, with the own side where both changed the same, and saves.
    fn merge(&mut self, store: &mut Store, now: Now) {
        let theirs = match self.ending() {
            Ending::Differs { theirs } => theirs.clone(),
            Ending::StoredDifferently { stored } => stored.clone(),
            _ => return,
        };
        let mut merge = Merge::of(self.saving.take().unwrap().into_draft(), theirs);
        merge.choose(self.change.0, Side::Mine);
        self.save(merge.resolved().unwrap(), now);
        self.finish(store, now);
        assert!(self.was_told_stored(), "{:?}", self.ending());
    }
}

/// How the clocks of the two go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clocks {
    /// A second goes by with each step, the same for both.
    Going,
    /// No time goes by: both write within one tick of the event time.
    Standing,
    /// As the first, but the second editor's is ten minutes behind.
    Apart,
}

impl Clocks {
    fn now(self, editor: usize, step: usize) -> Now {
        let gone = Duration::from_secs(step as u64);
        let ahead = Duration::from_mins(10);
        match self {
            Self::Standing => noon(),
            Self::Apart if editor == 1 => noon().after(gone),
            Self::Going | Self::Apart => noon().after(gone + ahead),
        }
    }
}

/// Every order in which the steps of two editors can come: which editor is next, eight times.
fn orders() -> Vec<Vec<usize>> {
    let all = 0..1_usize << (2 * STEPS);
    let of = |bits: usize| (0..2 * STEPS).map(move |place| bits >> place & 1);
    all.filter(|bits| bits.count_ones() as usize == STEPS)
        .map(|bits| of(bits).collect())
        .collect()
}

/// The place in an order of an editor's step.
fn place(order: &[usize], editor: usize, step: usize) -> usize {
    let places = order.iter().enumerate().filter(|(_, who)| **who == editor);
    places.map(|(place, _)| place).nth(step).unwrap()
}

fn run(
    order: &[usize],
    changes: [(&'static str, &'static str); 2],
    intent: Intent,
    clocks: Clocks,
) -> (Store, [Editor; 2]) {
    let mut store = Store {
        online: Some(record()),
        offline: Vec::new(),
    };
    let mut editors = changes.map(|change| Editor::new(change, intent));
    let mut steps = [0, 0];
    for (number, who) in order.iter().enumerate() {
        editors[*who].step(steps[*who], &mut store, clocks.now(*who, number));
        steps[*who] += 1;
    }
    (store, editors)
}

const DIFFERENT: [(&str, &str); 2] = [("visits", "8"), ("name", "Bea")];
const THE_SAME: [(&str, &str); 2] = [("name", "Ada"), ("name", "Bea")];

/// Whether the two wrote within the window that `PutRecord` leaves open: both had read again before either wrote, the first
/// to write had read back before the second wrote, and the second wrote the newer event time.
fn is_blind(order: &[usize]) -> bool {
    let at = |editor, step| place(order, editor, step);
    let (first, second) = if at(0, 2) < at(1, 2) { (0, 1) } else { (1, 0) };
    at(first, 1) < at(second, 1) && at(second, 1) < at(first, 2) && at(first, 3) < at(second, 2)
}

/// Whether a write is gone of which its editor was told that it is stored, though the other never saw it.
fn is_lost_unseen(store: &Store, editors: &[Editor; 2]) -> bool {
    let [first, second] = editors;
    [(first, second), (second, first)]
        .into_iter()
        .any(|(editor, other)| {
            let seen = other
                .saving
                .as_ref()
                .and_then(|it| it.draft().base()?.value(editor.change.0));
            let was_seen = seen == Some(&one(editor.change.1));
            editor.was_told_stored() && !editor.is_in(store) && !was_seen
        })
}

/// Of all orders: how many lose a write unseen, and in how many an editor is shown another record before its write and
/// after it. In the others the second editor began when the first had written.
#[derive(Debug, PartialEq, Eq)]
struct Census {
    unseen: usize,
    shown_before: usize,
    shown_after: usize,
}

fn census(changes: [(&'static str, &'static str); 2], intent: Intent, clocks: Clocks) -> Census {
    let mut census = Census {
        unseen: 0,
        shown_before: 0,
        shown_after: 0,
    };
    for order in orders() {
        let (store, editors) = run(&order, changes, intent, clocks);
        let told = |is: fn(&Ending) -> bool| usize::from(editors.iter().any(|it| is(it.ending())));
        census.unseen += usize::from(is_lost_unseen(&store, &editors));
        census.shown_before += told(|ending| matches!(ending, Ending::Differs { .. }));
        census.shown_after += told(|ending| matches!(ending, Ending::StoredDifferently { .. }));
    }
    census
}

fn expected(unseen: usize, shown_before: usize, shown_after: usize) -> Census {
    Census {
        unseen,
        shown_before,
        shown_after,
    }
}

#[test]
fn two_editors_have_seventy_orders() {
    assert_eq!(orders().len(), 70);
    assert_eq!(orders().iter().filter(|order| is_blind(order)).count(), 6);
}

#[test]
fn a_put_loses_a_write_unseen_only_within_the_window_that_the_service_leaves_open() {
    for order in orders() {
        let (store, editors) = run(&order, DIFFERENT, Intent::Put, Clocks::Going);
        assert_eq!(is_lost_unseen(&store, &editors), is_blind(&order), "{order:?}");
    }
    assert_eq!(census(DIFFERENT, Intent::Put, Clocks::Going), expected(6, 24, 34));
}

#[test]
fn two_puts_within_one_tick_lose_nothing_unseen() {
    // The second write is not newer, so the store ignores it, and its editor reads that back.
    assert_eq!(
        census(DIFFERENT, Intent::Put, Clocks::Standing),
        expected(0, 24, 40)
    );
}

#[test]
fn with_a_clock_behind_only_its_own_writes_can_be_lost_unseen() {
    assert_eq!(census(DIFFERENT, Intent::Put, Clocks::Apart), expected(6, 24, 34));
    for order in orders() {
        let (store, editors) = run(&order, DIFFERENT, Intent::Put, Clocks::Apart);
        let lost = editors[0].was_told_stored() && !editors[0].is_in(&store);
        assert!(!lost, "{order:?}");
    }
}

#[test]
fn whoever_is_shown_another_record_loses_nothing_by_merging() {
    for clocks in [Clocks::Going, Clocks::Standing, Clocks::Apart] {
        for order in orders() {
            let (mut store, mut editors) = run(&order, DIFFERENT, Intent::Put, clocks);
            let lost = is_lost_unseen(&store, &editors);
            for (number, editor) in editors.iter_mut().enumerate() {
                editor.merge(&mut store, clocks.now(number, 100));
            }
            let both = editors.iter().all(|editor| editor.is_in(&store));
            assert_eq!(both, !lost, "{clocks:?} {order:?}");
        }
    }
}

#[test]
fn updates_of_different_features_overwrite_nothing_in_any_order() {
    for clocks in [Clocks::Going, Clocks::Standing, Clocks::Apart] {
        for order in orders() {
            let (mut store, mut editors) = run(&order, DIFFERENT, Intent::Update, clocks);
            for editor in &editors {
                let ending = editor.ending();
                assert!(
                    editor.was_told_stored() && editor.is_in(&store)
                        || matches!(ending, Ending::Differs { .. }) && !editor.is_in(&store),
                    "{clocks:?} {order:?} {ending:?}"
                );
            }
            for (number, editor) in editors.iter_mut().enumerate() {
                editor.merge(&mut store, clocks.now(number, 100));
            }
            assert!(
                editors.iter().all(|editor| editor.is_in(&store)),
                "{clocks:?} {order:?}"
            );
        }
    }
    // In 18 of the 36 orders within the window, the second write has the older event time and meets a ConflictException.
    assert_eq!(
        census(DIFFERENT, Intent::Update, Clocks::Going),
        expected(0, 42, 0)
    );
    assert_eq!(
        census(DIFFERENT, Intent::Update, Clocks::Apart),
        expected(0, 42, 0)
    );
    assert_eq!(
        census(DIFFERENT, Intent::Update, Clocks::Standing),
        expected(0, 24, 0)
    );
}

#[test]
fn updates_of_the_same_feature_are_as_blind_as_puts() {
    assert_eq!(
        census(THE_SAME, Intent::Update, Clocks::Going),
        expected(6, 42, 16)
    );
    assert_eq!(census(THE_SAME, Intent::Put, Clocks::Going), expected(6, 24, 34));
}

#[test]
fn an_update_with_an_older_event_time_is_refused_and_shows_what_is_stored() {
    let order = [0, 0, 1, 1, 0, 0, 1, 1];
    let (store, editors) = run(&order, DIFFERENT, Intent::Update, Clocks::Apart);
    let Ending::Differs { theirs } = editors[1].ending() else {
        panic!("it is refused: {:?}", editors[1].ending());
    };
    assert!(same_record(&customers(), theirs.as_ref(), store.online.as_ref()));
    assert_eq!(theirs.as_ref().unwrap().value("visits"), Some(&one("8")));
}

#[test]
fn an_ignored_put_is_in_the_offline_store_all_the_same() {
    let order = [0, 0, 1, 1, 0, 0, 1, 1];
    let (store, editors) = run(&order, DIFFERENT, Intent::Put, Clocks::Standing);
    assert!(matches!(editors[1].ending(), Ending::StoredDifferently { .. }));
    assert_eq!(store.offline.len(), 2);
}
