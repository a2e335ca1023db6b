//! The command line. Its words are relied on by scripts: add to them, do not rename them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::decode::Format;
use crate::query::{Filter, FilterError};
use crate::tail::POSITION_FORMS;
use crate::view::ThemeName;

/// A terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "kinescope", version)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the explorer where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Profile of the AWS config files
    #[arg(long, global = true, value_name = "P")]
    pub profile: Option<String>,
    /// Region
    #[arg(long, global = true, value_name = "R")]
    pub region: Option<String>,
    /// Endpoint of all services instead of their own
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Refuse every write before any request is made
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Settings file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a log of the calls; never payloads or credentials
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Mask accounts, who calls, and keys wherever they would show: on the screen, in copies, recordings and messages
    #[arg(long, global = true)]
    pub redact: bool,
    /// Record the session as an asciicast v2, for asciinema and its players
    #[arg(long, global = true, value_name = "FILE.cast")]
    pub record: Option<PathBuf>,
    /// Frames a second at most
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=240))]
    pub max_fps: Option<u16>,
    /// How the screen looks, instead of by the terminal
    #[arg(long, global = true, value_name = "NAME", value_enum)]
    pub theme: Option<ThemeName>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Explore a busy shop on embedded services: no account, no network
    Demo(Demo),
    /// Write the records of a stream to stdout, live
    Tail(Tail),
    /// Write records of a feature group to stdout
    Get(Get),
    /// Write the settings that count to stdout, each with where it comes from
    Config,
    /// Write completions for a shell to stdout
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man page to stdout
    Man,
}

/// `kinescope demo`.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Only serve, without a screen, until SIGINT or SIGTERM; says where on the first line
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
    pub serve: Option<SocketAddr>,
    /// What the shop is made from: the same number gives the same shop
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Let requests go wrong, by the seed: throttles, expired iterators, errors, resets, slow answers, splits and merges
    #[arg(long)]
    pub faults: bool,
    /// Watch a tour of the four sections, which ends by itself; a key takes over
    #[arg(long, conflicts_with = "serve")]
    pub tour: bool,
}

/// `kinescope tail`.
#[derive(Clone, Debug, Args)]
pub struct Tail {
    /// A Kinesis stream by name or ARN, a DynamoDB stream by ARN, or table:NAME
    #[arg(value_name = "STREAM")]
    pub stream: String,
    /// Where to begin
    #[arg(long, value_name = "POSITION", default_value = "latest", allow_hyphen_values = true, help = from_help())]
    pub from: String,
    /// Only this shard; may be said several times
    #[arg(long = "shard", value_name = "ID")]
    pub shards: Vec<String>,
    /// Have the records pushed through this registered consumer of a Kinesis stream, by its name or ARN
    #[arg(long, value_name = "NAME")]
    pub consumer: Option<String>,
    /// Begin children of split and merged shards without waiting for their parents to be drained
    #[arg(long)]
    pub no_parent_order: bool,
    /// Only records whose text or key matches this regular expression; shard:, key: and event: before it as on the screen
    #[arg(long, value_name = "RE", value_parser = matching)]
    pub grep: Option<Arc<Filter>>,
    /// Only records for whose decoded value this jq program puts out something that is neither null nor false
    #[arg(long, value_name = "EXPR", value_parser = program)]
    pub jq: Option<Arc<Filter>>,
    /// How payloads are read, instead of by their content
    #[arg(long, value_name = "FORMAT", help = decode_help())]
    pub decode: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// End after so many records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// End when every shard has been read up to its tip
    #[arg(long)]
    pub until_caught_up: bool,
}

/// `kinescope get`.
#[derive(Clone, Debug, Args)]
pub struct Get {
    /// The feature group, by name or ARN
    #[arg(value_name = "GROUP")]
    pub group: String,
    /// Identifiers of records, as many as you like; - reads them from stdin, one a line
    #[arg(value_name = "ID", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub ids: Vec<String>,
    /// Only this feature; may be said several times
    #[arg(long = "feature", value_name = "NAME")]
    pub features: Vec<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = GetOutput::Table)]
    pub output: GetOutput,
}

/// A form of output for records of a feature group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GetOutput {
    /// A line a feature, aligned, to read
    Table,
    /// A JSON object a record and line
    Json,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A line a record, to read
    Text,
    /// A JSON object a record and line
    Jsonl,
    /// The payloads as they are, each followed by a line end
    Raw,
}

fn matching(text: &str) -> Result<Arc<Filter>, FilterError> {
    Filter::matching(text).map(Arc::new)
}

fn program(text: &str) -> Result<Arc<Filter>, FilterError> {
    Filter::program(text).map(Arc::new)
}

fn from_help() -> String {
    format!("Where to begin: {POSITION_FORMS}")
}

fn decode_help() -> String {
    let names: Vec<_> = Format::all().map(Format::name).collect();
    format!(
        "How payloads are read, instead of by their content: {}, avro:FILE.avsc, protobuf:DESCRIPTORS#package.Message",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_relative_time_is_no_flag() {
        let cli = Cli::try_parse_from(["kinescope", "tail", "orders", "--from", "-15m", "--limit", "5"]);
        let Some(Command::Tail(tail)) = cli.unwrap().command else {
            panic!()
        };
        assert_eq!((tail.from.as_str(), tail.limit), ("-15m", Some(5)));
    }

    #[test]
    fn serving_needs_no_address() {
        let serve = |args: &[&str]| match Cli::try_parse_from(args).unwrap().command {
            Some(Command::Demo(demo)) => demo.serve.map(|address| address.to_string()),
            _ => panic!(),
        };
        assert_eq!(serve(&["kinescope", "demo"]), None);
        assert_eq!(
            serve(&["kinescope", "demo", "--serve"]).as_deref(),
            Some("127.0.0.1:0")
        );
        assert_eq!(
            serve(&["kinescope", "demo", "--serve", "127.0.0.1:4566"]).as_deref(),
            Some("127.0.0.1:4566")
        );
    }
}
