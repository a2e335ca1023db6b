//! `kinescope tail` and `kinescope get`: the same core as the screen's, on stdout.
//!
//! Must not: print anything from outside but through [`crate::sanitize`], except where exactly the bytes were asked for and no
//! terminal is there to obey them; write where signals are waited for, because a pipe that nobody empties blocks.

mod failure;
mod get;
pub(crate) mod lines;
mod reached;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::io::{Interest, Ready};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use crate::cli;
use crate::config::Config;
use crate::decode::{Broken, Decoder, user_records};
use crate::message::{Ended, TailReply, Through};
use crate::query::Filter;
use crate::redact::process as redaction;
use crate::resource::{Record, ResourceId, ShardId};
use crate::runtime::tail::{Order, Wishes, drive};
use crate::runtime::{Clock, Signals};
use crate::sanitize;
use crate::source::{ErrorKind, Session, Source, SourceError, Tail};
use crate::tail::{TailEvent, parse_position};
pub use failure::Failure;
pub use get::get;
use lines::Format;
use reached::Reached;

/// News that may wait to be written. While it is full nothing is read.
const CHANNEL: usize = 4;
/// How many different reasons why payloads are not as they were chosen to be are told.
const REASONS: usize = 16;
/// Room for what is written at once.
const BUFFER: usize = 128 << 10;
/// How long credentials may fail in the middle of a tail before it ends: a script wants an end, and who logs in anew needs a while.
const CREDENTIALS_PATIENCE: Duration = Duration::from_mins(10);
/// How long the first read waits for what it could do without.
const PATIENCE: Duration = Duration::from_secs(3);

/// How the stream's payloads are read: as the command says, else as the settings do.
pub fn decoder(config: &Config, args: &cli::Tail) -> Result<Decoder, Failure> {
    if args.output == cli::Output::Raw && redaction::is_on() {
        return Err(Failure::RawIsBare);
    }
    let decoder = config.decoder_for(&args.stream);
    match &args.decode {
        Some(word) => Ok(decoder.choosing_by_word(word)?),
        None => Ok(decoder),
    }
}

/// Writes the records of a stream until a limit, the tip, the stream's end, a signal, or nobody reads them.
pub async fn tail(
    session: &Session,
    args: &cli::Tail,
    decoder: Decoder,
    clock: Clock,
) -> Result<Ended, Failure> {
    let from = parse_position(&args.from, clock.now().wall, &TimeZone::system())?;
    let through = args.consumer.clone().map(|consumer| Through {
        consumer,
        patient: false,
    });
    let mut signals = Signals::new().map_err(Failure::Signals)?;
    let sources = session.sources();
    let found = async {
        let (source, reader, stream) = find(&sources, args).await?;
        let retention = retention(source, reader.as_ref(), &stream).await;
        Ok::<_, Failure>((source.clone(), stream, retention))
    };
    let (source, stream, retention) = tokio::select! {
        found = found => found?,
        () = signals.end() => return Ok(Ended::Interrupted),
    };
    let only = args.shards.iter().map(|id| ShardId::from(id.as_str())).collect();
    let order = Order {
        stream: stream.clone(),
        from,
        only,
        wishes: watch::channel(Wishes::ordered(!args.no_parent_order)).1,
        patience: Some(CREDENTIALS_PATIENCE),
        retention,
        through,
    };
    let (news, heard) = mpsc::channel(CHANNEL);
    let format = Format::new(args.output, &stream, io::stdout().is_terminal(), decoder).masked();
    let writer = Writer::new(io::stdout(), format, args);
    let writing = spawn_blocking(move || writer.write_all(heard));
    let ended = async {
        tokio::select! {
            biased;
            // A writer that is stuck is left behind.
            () = signals.end() => Ok(Ended::Interrupted),
            written = writing => written.unwrap_or(Err(Failure::BrokenOff)).map(|()| Ended::Done),
            () = nobody_reads() => Ok(Ended::Done),
        }
    };
    match run_beside(drive(source, order, clock, news), ended).await {
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::Done),
        ended => ended,
    }
}

/// Waits until whoever read the output has gone, which a pipe tells without being written to. A file has nobody who could
/// go, and a terminal that goes sends SIGHUP.
async fn nobody_reads() {
    if let Ok(pipe) = pipe_of_stdout()
        && pipe.ready(Interest::ERROR).await.is_ok_and(Ready::is_error)
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// To watch, not to write: it stays one that blocks, which the writer needs.
fn pipe_of_stdout() -> io::Result<pipe::Sender> {
    let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    if out.metadata()?.file_type().is_fifo() {
        pipe::Sender::from_file_unchecked(out)
    } else {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Reads on a thread of the runtime until this one has waited for the end.
#[expect(
    clippy::disallowed_methods,
    reason = "the one task of a command, stopped when it ends"
)]
async fn run_beside<T>(
    reading: impl Future<Output = ()> + Send + 'static,
    ended: impl Future<Output = T>,
) -> T {
    let task = tokio::spawn(reading);
    let ended = ended.await;
    task.abort();
    ended
}

/// The service, its reader, and the stream that a word means.
async fn find<'a>(
    sources: &'a [Source],
    args: &cli::Tail,
) -> Result<(&'a Source, Arc<dyn Tail>, ResourceId), Failure> {
    let word = args.stream.as_str();
    for source in sources {
        if let Some(reader) = &source.tail
            && let Some(found) = source.catalog.find(word)
        {
            if args.consumer.is_some() && source.consumers.is_none() {
                return Err(Failure::NoConsumers(sanitize::line(word).into_owned()));
            }
            return Ok((source, Arc::clone(reader), found.await?));
        }
    }
    Err(Failure::NoStream(sanitize::line(word).into_owned()))
}

/// How long the stream keeps its records, so that it is noticed when they are gone before they are read. Asked for where it
/// is not the same for every stream; who may not know it reads all the same.
async fn retention(source: &Source, reader: &dyn Tail, stream: &ResourceId) -> Option<Duration> {
    if reader.limits().retention.is_some() {
        return None;
    }
    let described = source.catalog.describe(stream.clone());
    match tokio::time::timeout(PATIENCE, described).await {
        Ok(Ok(detail)) => detail.retention(),
        Ok(Err(error)) => {
            tracing::info!(%stream, error = error.logged(), "the retention is not told");
            None
        }
        Err(_) => {
            tracing::info!(%stream, "the retention is not waited for any longer");
            None
        }
    }
}

/// Records that are gone are told where the person looks, and the others go on.
fn tell_gap(shard: &ShardId) {
    let shard = sanitize::line(shard.as_str());
    let _ = writeln!(
        io::stderr(),
        "kinescope: records of {shard} were dropped by the service before they could be read"
    );
}

/// Writes records as they come. It blocks, both to wait and to write.
struct Writer<W: Write> {
    out: BufWriter<W>,
    format: Format,
    filters: Vec<Arc<Filter>>,
    left: Option<u64>,
    until_caught_up: bool,
    troubled: bool,
    stopped: bool,
    misread: HashSet<String>,
    /// The last record of each shard.
    reached: Reached,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn new(out: W, format: Format, args: &cli::Tail) -> Self {
        Self {
            out: BufWriter::with_capacity(BUFFER, out),
            format,
            filters: args.grep.iter().chain(&args.jq).cloned().collect(),
            left: args.limit,
            until_caught_up: args.until_caught_up,
            troubled: false,
            stopped: false,
            misread: HashSet::new(),
            reached: Reached::default(),
            line: Vec::new(),
        }
    }

    /// Writes until the news say that it was all. News that cease before are a failure.
    fn write_all(mut self, mut heard: mpsc::Receiver<TailReply>) -> Result<(), Failure> {
        loop {
            let news = self.next(&mut heard)?;
            if self.take(news)? {
                return Ok(self.out.flush()?);
            }
        }
    }

    /// The next news. Whatever is there is written before they are waited for; while more is waiting it is gathered.
    fn next(&mut self, heard: &mut mpsc::Receiver<TailReply>) -> Result<TailReply, Failure> {
        if let Ok(news) = heard.try_recv() {
            return Ok(news);
        }
        self.out.flush()?;
        heard.blocking_recv().ok_or(Failure::BrokenOff)
    }

    /// Takes in news; tells whether that was all.
    fn take(&mut self, news: TailReply) -> Result<bool, Failure> {
        match news {
            TailReply::Registering | TailReply::Listing(_) | TailReply::Begun => Ok(self.left == Some(0)),
            TailReply::Failed(error) => Err(self.ended_by(error)),
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

    /// What was read before is told, so that somebody can go on from there.
    fn ended_by(&mut self, error: SourceError) -> Failure {
        // What is written already stays written, whatever else fails.
        let _ = self.out.flush();
        if error.kind != ErrorKind::Credentials || self.reached.is_nowhere() {
            return error.into();
        }
        Failure::WithoutCredentials {
            error: Box::new(error),
            reached: self.reached.to_string(),
        }
    }

    fn take_event(&mut self, event: TailEvent) -> Result<bool, Failure> {
        match event {
            TailEvent::Read { shard, records, .. } => {
                self.troubled = false;
                self.reached.note(shard, &records);
                return self.write_records(records);
            }
            TailEvent::Trouble(_, error) => self.tell(&error),
            TailEvent::GaveUp(_, error) => return Err(error.into()),
            TailEvent::CaughtUp => return Ok(self.until_caught_up),
            TailEvent::Ended => return Ok(true),
            TailEvent::Gap(shard) => tell_gap(&shard),
            TailEvent::Range(..) | TailEvent::Opened(_) | TailEvent::Closed(_) => {}
        }
        Ok(false)
    }

    fn write_records(&mut self, records: Vec<Record>) -> Result<bool, Failure> {
        let mut records: Vec<_> = records.into_iter().flat_map(user_records).collect();
        for filter in self.filters.clone() {
            records = self.sift(&filter, records)?;
        }
        for record in records {
            if self.left == Some(0) {
                return Ok(true);
            }
            self.line.clear();
            if let Some(broken) = self.format.write(&record, &mut self.line) {
                self.tell_misread(&broken);
            }
            self.out.write_all(&self.line)?;
            self.left = self.left.map(|left| left - 1);
        }
        Ok(self.left == Some(0))
    }

    /// The records that pass. A program that was stopped is told of once; one that is not run any more ends the tail, because
    /// nothing would ever pass.
    fn sift(&mut self, filter: &Filter, records: Vec<Record>) -> Result<Vec<Record>, Failure> {
        let mut passed = Vec::with_capacity(records.len());
        while passed.len() < records.len() {
            let rest: Vec<_> = records[passed.len()..].iter().collect();
            let sifted = filter.sift(&rest, self.format.decoder());
            passed.extend(sifted.passed);
            match sifted.stopped {
                Some(stopped) if stopped.given_up => return Err(Failure::GivenUp(stopped.why)),
                Some(stopped) => self.tell_stopped(&stopped.why),
                None => {}
            }
        }
        let passes = records.into_iter().zip(passed);
        Ok(passes
            .filter_map(|(record, passes)| passes.then_some(record))
            .collect())
    }

    fn tell_stopped(&mut self, why: &str) {
        if !std::mem::replace(&mut self.stopped, true) {
            let _ = writeln!(
                io::stderr(),
                "kinescope: the program of --jq was stopped on a record: {why}; such records are left out"
            );
        }
    }

    /// Payloads that are not what was chosen are written all the same, so each reason is told once.
    fn tell_misread(&mut self, broken: &Broken) {
        let reason = broken.to_string();
        if self.misread.len() < REASONS && !self.misread.contains(&reason) {
            let shown = sanitize::line(&reason);
            // Stderr may be closed; the records matter more.
            let _ = writeln!(
                io::stderr(),
                "kinescope: {shown}; such payloads are read by their content"
            );
            self.misread.insert(reason);
        }
    }

    /// A failure that is tried again is told once, until something works. Throttling is part of the work.
    fn tell(&mut self, error: &SourceError) {
        if !error.is_routine() && !std::mem::replace(&mut self.troubled, true) {
            // Stderr may be closed; the records matter more.
            let _ = writeln!(io::stderr(), "kinescope: {error}; trying again");
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::{pending, ready};

    use super::*;
    use crate::resource::{
        Batch, Body, Detail, Entry, IteratorToken, Page, PageToken, Position, Section, Shard, Stream,
        Timestamp,
    };
    use crate::source::{Catalog, ErrorKind, ReadLimits, Reply};
    use crate::tail::{Counters, Lag};

    /// A service that describes a stream as it is told to, and does nothing else.
    struct Described {
        answer: fn() -> Reply<'static, Detail>,
        limits: ReadLimits,
    }

    impl Catalog for Described {
        fn list(&self, _: Option<PageToken>) -> Reply<'_, Page<Entry>> {
            pending().boxed()
        }

        fn describe(&self, _: ResourceId) -> Reply<'_, Detail> {
            (self.answer)()
        }

        fn find(&self, _: &str) -> Option<Reply<'_, ResourceId>> {
            None
        }
    }

    impl Tail for Described {
        fn shards(&self, _: ResourceId, _: Option<PageToken>) -> Reply<'_, Page<Shard>> {
            pending().boxed()
        }

        fn iterator(&self, _: ResourceId, _: ShardId, _: Position) -> Reply<'_, IteratorToken> {
            pending().boxed()
        }

        fn read(&self, _: ResourceId, _: ShardId, _: IteratorToken, _: Option<u32>) -> Reply<'_, Batch> {
            pending().boxed()
        }

        fn limits(&self) -> ReadLimits {
            self.limits
        }
    }

    fn kept_two_days() -> Reply<'static, Detail> {
        ready(Ok(Detail::Stream(Stream {
            name: "orders".to_owned(),
            arn: String::new(),
            status: "ACTIVE".to_owned(),
            mode: None,
            retention: Some(Duration::from_hours(48)),
            created: None::<Timestamp>,
            open_shards: None,
            consumers: None,
            encryption: None,
            key_id: None,
            shard_metrics: Vec::new(),
            max_record_kib: None,
        })))
        .boxed()
    }

    fn denied() -> Reply<'static, Detail> {
        let error = SourceError::new(
            ErrorKind::Denied,
            "DescribeStreamSummary",
            "orders",
            "AccessDenied",
            "no",
        );
        ready(Err(error)).boxed()
    }

    /// What is found out, where every stream is kept for so long.
    async fn found_out(answer: fn() -> Reply<'static, Detail>, of_all: Option<Duration>) -> Option<Duration> {
        let limits = ReadLimits {
            calls_per_second: 5,
            bytes_per_second: None,
            records_per_read: None,
            seeks_time: true,
            retention: of_all,
            pushed: false,
        };
        let service = Arc::new(Described { answer, limits });
        let source = Source {
            section: Section::Streams,
            catalog: Arc::clone(&service) as Arc<dyn Catalog>,
            tail: None,
            edit: None,
            consumers: None,
            query: None,
            provenance: None,
        };
        retention(&source, service.as_ref(), &"orders".into()).await
    }

    #[tokio::test]
    async fn a_stream_is_asked_how_long_it_keeps_its_records() {
        assert_eq!(
            found_out(kept_two_days, None).await,
            Some(Duration::from_hours(48))
        );
    }

    #[tokio::test]
    async fn no_stream_is_asked_for_what_is_the_same_for_all() {
        let unasked = || panic!("it was asked for");
        assert_eq!(found_out(unasked, Some(Duration::from_hours(24))).await, None);
    }

    #[tokio::test]
    async fn who_may_not_describe_the_stream_reads_it_all_the_same() {
        assert_eq!(found_out(denied, None).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_description_that_does_not_come_is_not_waited_for() {
        assert_eq!(found_out(|| pending().boxed(), None).await, None);
    }

    fn write(news: Vec<TailReply>) -> Result<(), Failure> {
        write_to(io::sink(), cli::Output::Raw, None, news)
    }

    fn write_to(
        out: impl Write,
        output: cli::Output,
        limit: Option<u64>,
        news: Vec<TailReply>,
    ) -> Result<(), Failure> {
        let args = cli::Tail {
            grep: None,
            jq: None,
            no_parent_order: false,
            consumer: None,
            stream: "orders".to_owned(),
            from: "latest".to_owned(),
            shards: Vec::new(),
            decode: None,
            output,
            limit,
            until_caught_up: false,
        };
        let (sender, heard) = mpsc::channel(news.len() + 1);
        for news in news {
            sender.try_send(news).unwrap();
        }
        drop(sender);
        let format = Format::new(args.output, &"orders".into(), false, Decoder::automatic());
        Writer::new(out, format, &args).write_all(heard)
    }

    /// A read that brings a record, of which three came in an aggregate, and one more.
    fn aggregate_and_one() -> Vec<TailReply> {
        let record = |data: &'static [u8]| Record {
            shard: "shardId-000000000000".into(),
            sequence: "4965".into(),
            arrived: None,
            body: Body::blob("outer", bytes::Bytes::from_static(data)),
        };
        let read = TailEvent::Read {
            shard: "shardId-000000000000".into(),
            records: vec![
                record(include_bytes!("../tests/fixtures/decode/kpl-hash-keys.bin")),
                record(b"alone"),
            ],
            lag: Lag::default(),
        };
        vec![TailReply::Events(
            vec![read, TailEvent::Ended],
            Counters::default(),
        )]
    }

    #[test]
    fn every_user_record_of_an_aggregate_is_a_line() {
        let mut out = Vec::new();
        write_to(&mut out, cli::Output::Jsonl, None, aggregate_and_one()).unwrap();
        let lines = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<serde_json::Value> = lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
        let told = |line: &serde_json::Value| {
            ["partition_key", "subsequence", "decoder"]
                .map(|name| line[name].to_string())
                .join(" ")
        };
        assert_eq!(
            lines.iter().map(told).collect::<Vec<_>>(),
            [
                r#""cust-1" 0 "kpl>json""#,
                r#""cust-2" 1 "kpl>gzip>json""#,
                r#""cust-1" 2 "kpl>text""#,
                r#""outer" null "text""#,
            ]
        );
        assert_eq!(lines[1]["data"]["order"], "o-1042");
    }

    #[test]
    fn a_limit_counts_user_records() {
        let mut out = Vec::new();
        write_to(&mut out, cli::Output::Jsonl, Some(2), aggregate_and_one()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 2);
    }

    #[test]
    fn raw_is_the_payload_of_each_user_record() {
        let mut out = Vec::new();
        write_to(&mut out, cli::Output::Raw, None, aggregate_and_one()).unwrap();
        assert!(out.starts_with(b"{\"order\"") && out.ends_with(b"\nplain\nalone\n"));
    }

    #[test]
    fn the_end_of_the_stream_is_a_good_end() {
        let ended = TailReply::Events(vec![TailEvent::Ended], Counters::default());
        assert!(write(vec![TailReply::Begun, ended]).is_ok());
    }

    #[test]
    fn news_that_cease_are_a_failure() {
        assert!(matches!(write(vec![]), Err(Failure::BrokenOff)));
        assert!(matches!(write(vec![TailReply::Begun]), Err(Failure::BrokenOff)));
    }

    #[test]
    fn who_gives_up_on_credentials_says_how_far_it_has_come() {
        let error = SourceError::new(
            ErrorKind::Credentials,
            "GetRecords",
            "orders",
            "ExpiredToken",
            "old",
        )
        .with_remedy(Some("run `aws sso login`"));
        let record = Record {
            shard: "shardId-000000000000".into(),
            sequence: "4965".into(),
            arrived: None,
            body: Body::blob("key", bytes::Bytes::from_static(b"alone")),
        };
        let read = TailEvent::Read {
            shard: record.shard.clone(),
            records: vec![record],
            lag: Lag::default(),
        };
        let read = TailReply::Events(vec![read], Counters::default());
        let told = write(vec![TailReply::Begun, read, TailReply::Failed(error.clone())]).unwrap_err();
        assert_eq!(
            told.to_string(),
            "GetRecords on orders failed: ExpiredToken: old; run `aws sso login`; it was tried for 10 min, and read up to \
             shardId-000000000000 seq:4965"
        );
        let told = write(vec![TailReply::Failed(error)]).unwrap_err();
        assert!(matches!(told, Failure::Source(_)), "nothing was read");
    }
}
