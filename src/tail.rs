//! Reading a stream live, without doing any of the reading.
//!
//! [`ShardTail`] is one shard as a state machine, [`StreamTail`] all shards of a stream with their lineage and a bound on
//! what is under way, [`Ring`] what has been read, [`Merge`] the order in which shards are shown together. They are fed
//! answers and the time, and say what to ask next; the asking is done by [`crate::runtime::tail`].
//!
//! Must not: call a service, read a clock, spawn a task.

mod event;
mod hot;
mod merge;
mod pace;
mod place;
mod queue;
mod rate;
mod ring;
mod row;
#[cfg(test)]
mod scenarios;
mod shard;
#[cfg(test)]
mod sim;
mod start;
mod stream;

pub use event::{Ask, Counters, Heard, Plan, TailEvent};
pub use hot::{HotKey, HotKeys};
pub use merge::Merge;
pub use rate::Rate;
pub use ring::Ring;
pub use row::Row;
pub use shard::{Input, Lag, Output, ShardTail};
pub use start::{POSITION_FORMS, PositionError, parse_position, parse_time};
pub use stream::StreamTail;
