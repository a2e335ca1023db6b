//! Why a command without a screen failed.

use std::io;

use thiserror::Error;

use crate::decode::ChoiceError;
use crate::model::Size;
use crate::source::SourceError;
use crate::tail::PositionError;

/// Why a command failed.
#[derive(Debug, Error)]
pub enum Failure {
    /// The text for `--from` is no position.
    #[error(transparent)]
    Position(#[from] PositionError),
    /// The word for `--decode` chooses nothing.
    #[error("{0}; check --decode")]
    Choice(#[from] ChoiceError),
    /// The word for the stream has none of the forms that name one.
    #[error(
        "'{0}' names no stream; use a Kinesis stream's name or ARN, a DynamoDB stream's ARN, or table:NAME"
    )]
    NoStream(String),
    /// A consumer was named for a stream that has none.
    #[error("'{0}' has no registered consumers, only a Kinesis stream has; leave out --consumer")]
    NoConsumers(String),
    /// The word for the feature group has none of the forms that name one.
    #[error("'{0}' names no feature group; use its name or its ARN")]
    NoGroup(String),
    /// The identifiers on stdin cannot be read.
    #[error("the identifiers cannot be read from stdin: {0}")]
    Input(io::Error),
    /// A call failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Credentials failed for so long that it was given up, and how far the shards were read.
    #[error("{error}; it was tried for 10 min, and read up to {reached}")]
    WithoutCredentials {
        /// The last failure.
        error: Box<SourceError>,
        /// The shards and the sequence numbers of their last records.
        reached: String,
    },
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The system does not let signals be caught.
    #[error("signals cannot be caught: {0}")]
    Signals(io::Error),
    /// The bytes as they are were asked for, and to be masked.
    #[error("--output raw writes the bytes as they are, which --redact cannot mask; use text or jsonl")]
    RawIsBare,
    /// A recording was asked for of what has no screen.
    #[error("--record is for the screen, and this command has none; leave it out")]
    NoScreen,
    /// A tour was asked for where nothing may be written.
    #[error("the tour writes a record of the demo, which read-only refuses; leave out --read-only or --tour")]
    TourWrites,
    /// A tour was asked for in a terminal that it does not fit into: columns and lines that it needs, and those that there are.
    #[error(
        "the tour needs {} columns and {} lines, and the terminal has {} and {}; make it larger",
        .0.width, .0.height, .1.width, .1.height
    )]
    TourRoom(Size, Size),
    /// The program of `--jq` was stopped so often that it is not run any more.
    #[error("the program of --jq was stopped again and again: {0}; use one that ends and keeps little")]
    GivenUp(String),
    /// The reading or the writing stopped before anything had ended it.
    #[error("it broke off before its end; start it again")]
    BrokenOff,
}

impl Failure {
    /// Whether it is a matter of what was asked for.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Position(_)
                | Self::Choice(_)
                | Self::NoStream(_)
                | Self::NoConsumers(_)
                | Self::NoGroup(_)
                | Self::RawIsBare
                | Self::NoScreen
                | Self::TourWrites
                | Self::TourRoom(..)
        )
    }
}
