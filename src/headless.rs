//! `kinescope tail`: the same core as the screen's, on stdout.
//!
//! Must not: print anything from outside but through [`crate::sanitize`], except where exactly the bytes were asked for and no
//! terminal is there to obey them.

mod lines;

use std::io::{self, BufWriter, IsTerminal as _, Write};

use thiserror::Error;
use tokio::sync::mpsc;

use crate::cli;
use crate::message::{Ended, TailReply};
use crate::resource::{Record, ResourceId, ShardId};
use crate::runtime::tail::{Order, drive};
use crate::runtime::{Clock, Signals};
use crate::sanitize;
use crate::source::{ErrorKind, Session, Source, SourceError};
use crate::tail::{PositionError, TailEvent, parse_position};
use lines::Format;

/// News that may wait to be written. While it is full nothing is read.
const CHANNEL: usize = 4;
/// Room for what is written at once.
const BUFFER: usize = 128 << 10;

/// Why a command failed.
#[derive(Debug, Error)]
pub enum Failure {
    /// What was asked for makes no sense.
    #[error(transparent)]
    Position(#[from] PositionError),
    /// What was asked for makes no sense.
    #[error(
        "'{0}' names no stream; use a Kinesis stream's name or ARN, a DynamoDB stream's ARN, or table:NAME"
    )]
    NoStream(String),
    /// A call failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// Whether it is a matter of what was asked for.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Position(_) | Self::NoStream(_))
    }
}

/// Writes the records of a stream until a limit, the tip, the stream's end, a signal, or nobody reads them.
pub async fn tail(session: &Session, args: &cli::Tail, clock: Clock) -> Result<Ended, Failure> {
    let from = parse_position(&args.from, clock.now().wall)?;
    let mut signals = Signals::new()?;
    let sources = session.sources();
    let (source, stream) = tokio::select! {
        found = find(&sources, &args.stream) => found?,
        _ = signals.next() => return Ok(Ended::Interrupted),
    };
    let Some(reader) = source.tail.clone() else {
        return Err(no_stream(&args.stream));
    };
    let only = args.shards.iter().map(|id| ShardId::from(id.as_str())).collect();
    let order = Order {
        stream: stream.clone(),
        from,
        only,
        parents_first: true,
        retention: None,
    };
    let (news, heard) = mpsc::channel(CHANNEL);
    let mut writer = Writer::new(args, &stream);
    let written = async {
        tokio::select! {
            biased;
            _ = signals.next() => Ok(Ended::Interrupted),
            written = writer.write_all(heard) => written.map(|()| Ended::Done),
        }
    };
    let reading = drive(reader, order, clock, news);
    let ended = run_beside(reading, written).await;
    match ended {
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::Done),
        ended => ended.and_then(|ended| writer.flush().map(|()| ended)),
    }
}

/// Reads on a thread of the runtime and writes on this one, so that each has a core.
#[expect(
    clippy::disallowed_methods,
    reason = "the one task of a command, stopped when the writing ends"
)]
async fn run_beside<T>(
    reading: impl Future<Output = ()> + Send + 'static,
    writing: impl Future<Output = T>,
) -> T {
    let task = tokio::spawn(reading);
    let written = writing.await;
    task.abort();
    written
}

/// The service and the stream that a word means.
async fn find<'a>(sources: &'a [Source], word: &str) -> Result<(&'a Source, ResourceId), Failure> {
    for source in sources.iter().filter(|source| source.tail.is_some()) {
        if let Some(found) = source.catalog.find(word) {
            return Ok((source, found.await?));
        }
    }
    Err(no_stream(word))
}

fn no_stream(word: &str) -> Failure {
    Failure::NoStream(sanitize::line(word).into_owned())
}

/// Records that are gone are told where the person looks, and the others go on.
fn tell_gap(shard: &ShardId) {
    let shard = sanitize::line(shard.as_str());
    let _ = writeln!(
        io::stderr(),
        "kinescope: records of {shard} were dropped by the service before they could be read"
    );
}

/// Writes records as they come.
struct Writer {
    out: BufWriter<io::Stdout>,
    format: Format,
    left: Option<u64>,
    until_caught_up: bool,
    troubled: bool,
    line: Vec<u8>,
}

impl Writer {
    fn new(args: &cli::Tail, stream: &ResourceId) -> Self {
        let format = Format::new(args.output, stream, io::stdout().is_terminal());
        Self {
            out: BufWriter::with_capacity(BUFFER, io::stdout()),
            format,
            left: args.limit,
            until_caught_up: args.until_caught_up,
            troubled: false,
            line: Vec::new(),
        }
    }

    /// Whatever is there is written at once; while more is waiting it is gathered.
    async fn write_all(&mut self, mut heard: mpsc::Receiver<TailReply>) -> Result<(), Failure> {
        loop {
            let news = if let Ok(news) = heard.try_recv() {
                news
            } else {
                self.flush()?;
                let Some(news) = heard.recv().await else {
                    return Ok(());
                };
                news
            };
            if self.take(news)? {
                return Ok(());
            }
        }
    }

    /// Takes in news; tells whether that was all.
    fn take(&mut self, news: TailReply) -> Result<bool, Failure> {
        match news {
            TailReply::Listing(_) | TailReply::Begun => Ok(self.left == Some(0)),
            TailReply::Failed(error) => Err(error.into()),
            TailReply::Events(events, _) => {
                for event in events {
                    if self.take_event(event)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    fn take_event(&mut self, event: TailEvent) -> Result<bool, Failure> {
        match event {
            TailEvent::Read { records, .. } => {
                self.troubled = false;
                return self.write_records(&records);
            }
            TailEvent::Trouble(_, error) => self.tell(&error),
            TailEvent::GaveUp(_, error) => return Err(error.into()),
            TailEvent::CaughtUp => return Ok(self.until_caught_up),
            TailEvent::Ended => return Ok(true),
            TailEvent::Gap(shard) => tell_gap(&shard),
            TailEvent::Opened(_) | TailEvent::Closed(_) => {}
        }
        Ok(false)
    }

    fn write_records(&mut self, records: &[Record]) -> Result<bool, Failure> {
        for record in records {
            if self.left == Some(0) {
                return Ok(true);
            }
            self.line.clear();
            self.format.write(record, &mut self.line);
            self.out.write_all(&self.line)?;
            self.left = self.left.map(|left| left - 1);
        }
        Ok(self.left == Some(0))
    }

    /// A failure that is tried again is told once, until something works. Throttling is part of the work.
    fn tell(&mut self, error: &SourceError) {
        let quiet = matches!(error.kind, ErrorKind::Throttled | ErrorKind::Expired);
        if !quiet && !std::mem::replace(&mut self.troubled, true) {
            // Stderr may be closed; the records matter more.
            let _ = writeln!(io::stderr(), "kinescope: {error}; trying again");
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}
