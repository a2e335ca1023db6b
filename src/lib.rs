//! kinescope: a terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.
//!
//! This page is the map of the program: how data flows, what is where, and what is promised and by which tests.
//!
//! # The loop
//!
//! Data flows in one loop and one direction; there are no locks between the screen and the network:
//!
//! ```text
//! terminal events ─┐
//! answers         ─┼─► Message ─► update(&mut Model, Message, now) ─► Vec<Effect> ─► runtime spawns tasks
//! time            ─┘                    │                                                 │
//!                                  view(&Model) ─► Frame                                  └─► Message (again)
//! ```
//!
//! * [`update`] is synchronous and does no I/O. Every behaviour of the program is tested by feeding it [`message`]s.
//! * [`view`] reads the [`model`] and draws. It never changes what `update` will do next.
//! * [`runtime`] is the only place that spawns tasks, reads the clock and has services called; `.clippy.toml` makes that a rule of
//!   the build.
//! * Each question to a service carries a [`model::Ticket`]; an answer whose ticket is stale is dropped in one place. Each pane
//!   holds what it asked for as a [`model::Remote`], so that nothing waits for anything else.
//!
//! # The machines
//!
//! What takes more than one question is a state machine without I/O, told answers and the time, and asked what comes next. The
//! screen and [`headless`] drive the same ones.
//!
//! | machine | takes to its end |
//! |---|---|
//! | [`tail::ShardTail`], [`tail::StreamTail`] | reading one shard, and all shards of a stream with their lineage |
//! | [`edit::Saving`] | one write of a record: read again, write, read back |
//! | [`gather`] | a batch of records of feature groups, however often the service leaves some out |
//! | [`tour`] | keys that are pressed as a person would |
//!
//! # The gates
//!
//! * The SDK's types stop in [`source`]: the rest asks what a [`source::Source`] *can do*, never which service it is. Errors become a
//!   [`source::SourceError`] in `source/classify.rs`, credentials come from `source/credentials.rs`, and every call waits its turn in
//!   `source/limiter.rs`.
//! * Whatever comes from outside passes [`sanitize`] before it is printed, and there [`redact`] masks what others must not see.
//! * What is written to the terminal goes through `terminal/output.rs`, and into the recording where there is one.
//! * What could hold the program up runs in a process of its own: programs in jq ([`query`]), credential processes.
//! * Sessions, the first one and those of `p`, are opened in `runtime/entrance.rs`.
//!
//! [`demo`] is the embedded endpoint: the services' own wire protocols on loopback. The rest of the program reaches it through the
//! same clients as the real ones, and does not know the difference.
//!
//! # I want to change …
//!
//! | what | look in |
//! |---|---|
//! | a key, or what the help says of it | `assets/keymap.toml`; [`keymap`] reads it, `keymap/changes.rs` puts a person's own over it |
//! | what a key does | [`message::Action`], then the file of `update/` for its pane |
//! | what it looks like | the file of `view/` of the same name; in which colours: `assets/themes.toml` and `view/theme.rs` |
//! | a command of `:` | the same [`message::Action`]; what may follow its name is in `model/palette.rs` |
//! | a call to a service | its file in `source/`, then `assets/iam`; the `aws` command for it in `aws_command/calls.rs` |
//! | words of an error | `source/error.rs`, `source/credentials/failure.rs`, `headless/failure.rs` |
//! | what a service is, in AWS's own words | [`resource`] |
//! | a format of payloads | a file in `decode/`, its name in `decode/format.rs`, its turn in `decode/decoder.rs` |
//! | how a tail reads, waits and resumes | `tail/shard.rs`, `tail/pace.rs`; a story for it in `tail/scenarios` |
//! | a rule of the record editor | `edit/check.rs`; the form in `model/editor.rs` |
//! | a filter's words | [`query`]; what services filter by in `query/condition.rs` |
//! | a setting | [`config`], its row in `config/reference.rs`, `assets/config.toml` |
//! | a flag or a command of the shell | [`cli`], [`commands`], the README |
//! | how the terminal is entered and left, copied to, recorded | [`terminal`] |
//! | what the demo's shop sells | `demo/shop.rs` |
//! | the tour | `assets/tour.toml` |
//!
//! # What is promised, and what shows it
//!
//! | promise | tests |
//! |---|---|
//! | no record lost or shown twice; parents before children; gaps told | `tail/sim.rs` with random streams and failures, the stories of `tail/scenarios`, `tests/emulators/against_faults.py` over the wire |
//! | no write overwrites unseen what somebody else wrote, but for the round trip that the service leaves open | `edit/saving/tests.rs`, `tests/sources/editing/interleavings.rs` |
//! | read-only means that no write is asked for | `tests/screen/editor/writing.rs`, `tests/screen/consumers.rs`, `tests/journeys/editor.rs` |
//! | any bytes are decoded to something, within bounds | proptests in `decode/`, `tests/decode.rs`, `tests/schemas.rs` |
//! | no byte from outside acts on the terminal | `sanitize.rs`, `tests/journeys/hostile.rs` |
//! | what is masked shows nowhere | `tests/screen/redaction.rs`, `tests/journeys/redact.rs` |
//! | the terminal is given back however it ends | `tests/journeys/leaving.rs` |
//! | a program in jq cannot hold up or take down the screen | `tests/programs.rs` |
//! | the embedded endpoint speaks as the services do | `tests/endpoint`, `tests/emulators/against_embedded.py` with boto3 and aws-cli |
//! | the clients read what others serve | `tests/emulators` with kinesis-mock, DynamoDB Local and moto |
//! | figures stay within their limits | `tests/benches` |
//! | the README and the policies say what is true | `tests/readme.rs` |

pub mod aws_command;
pub mod backoff;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod decode;
pub mod demo;
pub mod edit;
pub mod gather;
pub mod headless;
pub mod home;
pub mod keymap;
pub mod logging;
pub mod message;
pub mod model;
pub mod names;
mod printable;
pub mod query;
pub mod redact;
pub mod resource;
pub mod runtime;
pub mod sanitize;
pub mod source;
pub mod tail;
pub mod terminal;
pub mod tour;
pub mod update;
pub mod view;
