//! All tables and their streams, and what time does to them: items expire, shards roll over, old changes go.
//!
//! Must not: know how requests are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::change_log::{Change, ChangeLog, ViewType, hash};
use super::table::{Table, TableStream, label};
use super::transact::Token;
use super::value::{Item, invalid};
use crate::demo::protocol::Fault;

/// How often expired items are looked for.
const SWEEP: SignedDuration = SignedDuration::from_secs(1);

/// A stream by its table's name and its label.
pub(in crate::demo) type StreamKey = (String, String);

/// The tables and streams of the account.
#[derive(Debug)]
pub(in crate::demo) struct State {
    pub(in crate::demo) tables: BTreeMap<String, Table>,
    pub(in crate::demo) logs: BTreeMap<StreamKey, ChangeLog>,
    /// Transactions done in the last minutes, by the callers' names for them.
    pub(super) tokens: BTreeMap<String, Token>,
    swept: Timestamp,
}

impl State {
    /// An account without tables.
    pub(in crate::demo) fn new() -> Self {
        Self {
            tables: BTreeMap::new(),
            logs: BTreeMap::new(),
            tokens: BTreeMap::new(),
            swept: Timestamp::MIN,
        }
    }

    /// The table of a name.
    pub(in crate::demo) fn table(&self, name: &str) -> Result<&Table, Fault> {
        self.tables.get(name).ok_or_else(|| no_table(name))
    }

    /// The table of a name, to change what is declared of it.
    pub(in crate::demo) fn table_mut(&mut self, name: &str) -> Result<&mut Table, Fault> {
        self.tables.get_mut(name).ok_or_else(|| no_table(name))
    }

    /// Adds a table, with its stream where it has one.
    pub(in crate::demo) fn create(&mut self, table: Table) {
        if let Some(stream) = &table.stream {
            let key = (table.name.clone(), stream.label.clone());
            self.logs.insert(
                key,
                ChangeLog::new(stream.view, table.schema.elements(), table.created),
            );
        }
        self.tables.insert(table.name.clone(), table);
    }

    /// Takes a table away. Its stream can be read on for a day.
    pub(in crate::demo) fn delete(&mut self, name: &str, now: Timestamp) -> Result<Table, Fault> {
        self.table(name)?.check_deletable()?;
        let table = self.tables.remove(name).ok_or_else(|| no_table(name))?;
        if let Some(log) = self.log_of(&table) {
            log.disable(now);
        }
        Ok(table)
    }

    /// Gives a table a new stream, or closes the one that it has. A closed stream can be read on for a day.
    pub(in crate::demo) fn switch_stream(
        &mut self,
        name: &str,
        view: Option<ViewType>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let table = self.tables.get_mut(name).ok_or_else(|| no_table(name))?;
        let key = |label: &str| (name.to_owned(), label.to_owned());
        match (table.stream.as_mut().filter(|stream| stream.enabled), view) {
            (Some(_), Some(_)) => Err(invalid(&format!(
                "Table already has an enabled stream: TableName: {name}"
            ))),
            (None, None) => Err(invalid(&format!(
                "Table has no enabled stream to disable: TableName: {name}"
            ))),
            (Some(stream), None) => {
                stream.enabled = false;
                if let Some(log) = self.logs.get_mut(&key(&stream.label)) {
                    log.disable(now);
                }
                Ok(())
            }
            (None, Some(view)) => {
                // Two streams of one millisecond would have the same name.
                let times = (0..).map(|later| now + SignedDuration::from_millis(later));
                let mut labels = times.map(label);
                let free = labels.find(|label| !self.logs.contains_key(&key(label)));
                let stream = TableStream {
                    label: free.unwrap_or_default(),
                    view,
                    enabled: true,
                };
                let log = ChangeLog::new(view, table.schema.elements(), now);
                self.logs.insert(key(&stream.label), log);
                table.stream = Some(stream);
                Ok(())
            }
        }
    }

    /// Makes `new` the item of a checked key, and gives back the one before. The same item again is no change.
    pub(in crate::demo) fn write(
        &mut self,
        table: &str,
        key: Item,
        new: Option<Item>,
        cause: &Cause,
    ) -> Result<Option<Arc<Item>>, Fault> {
        let table = self.tables.get_mut(table).ok_or_else(|| no_table(table))?;
        let new = new.map(Arc::new);
        let hash = hash(&table.schema.text(&key).0);
        let old = table.replace(&key, new.clone());
        let stream = table
            .stream
            .as_ref()
            .map(|it| (table.name.clone(), it.label.clone()));
        let log = stream.and_then(|key| self.logs.get_mut(&key));
        if let Some(log) = log.filter(|log| old != new && log.disabled.is_none()) {
            let change = Change {
                key,
                old: old.clone(),
                new,
                by_ttl: cause.by_ttl,
            };
            log.append(change, hash, cause.now);
        }
        Ok(old)
    }

    /// Brings everything to a time.
    pub(in crate::demo) fn advance(&mut self, now: Timestamp) {
        // A clock that was set back does not stop it.
        let since = now.duration_since(self.swept);
        if since < SWEEP && since >= SignedDuration::ZERO {
            return;
        }
        self.swept = now;
        for log in self.logs.values_mut().filter(|log| log.disabled.is_none()) {
            log.advance(now);
        }
        self.expire(now);
        for log in self.logs.values_mut().filter(|log| log.disabled.is_some()) {
            log.advance(now);
        }
        self.logs.retain(|_, log| !log.is_gone());
    }

    /// Rolls over the shards of a table's stream at once.
    pub(in crate::demo) fn rotate(&mut self, table: &str, children: u64, now: Timestamp) {
        let stream = self.tables.get(table).and_then(|it| it.stream.as_ref());
        let key = stream.map(|stream| (table.to_owned(), stream.label.clone()));
        if let Some(log) = key.and_then(|key| self.logs.get_mut(&key)) {
            log.rotate(children, now);
        }
    }

    /// How many shards of a table's stream take changes.
    pub(in crate::demo) fn open_shards(&self, table: &str) -> usize {
        let stream = self.tables.get(table).and_then(|it| it.stream.as_ref());
        let key = stream.map(|stream| (table.to_owned(), stream.label.clone()));
        let log = key.and_then(|key| self.logs.get(&key));
        log.map_or(0, |log| {
            log.shards.values().filter(|it| it.ending.is_none()).count()
        })
    }

    fn expire(&mut self, now: Timestamp) {
        let expired = |table: &Table| (table.name.clone(), table.expired(now));
        let due: Vec<_> = self.tables.values().map(expired).collect();
        let cause = Cause { now, by_ttl: true };
        for (table, keys) in due {
            for key in keys {
                // The table was there a line ago.
                let _ = self.write(&table, key, None, &cause);
            }
        }
    }

    fn log_of(&mut self, table: &Table) -> Option<&mut ChangeLog> {
        let stream = table.stream.as_ref()?;
        self.logs.get_mut(&(table.name.clone(), stream.label.clone()))
    }
}

/// When and by whom an item is changed.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Cause {
    pub(in crate::demo) now: Timestamp,
    /// Whether the Time to Live process does it.
    pub(in crate::demo) by_ttl: bool,
}

fn no_table(name: &str) -> Fault {
    let message = format!("Requested resource not found: Table: {name} not found");
    Fault::new("ResourceNotFoundException", message)
}
