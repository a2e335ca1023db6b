//! kinescope: a terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.
//!
//! This page is the map of the program. Data flows in one loop and one direction; there are no locks between the screen and the
//! network:
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
//! * [`runtime`] is the only place that spawns tasks, reads the clock and has services called.
//! * A program in jq that a person wrote runs in a process of its own, which [`query`] starts where rows are looked at.
//! * Each question to a service carries a [`model::Ticket`]; an answer whose ticket is stale is dropped in one place. Each pane
//!   holds what it asked for as a [`model::Remote`], so that nothing waits for anything else.
//!
//! What the services are is said in [`resource`], in AWS's own words; what they can do in [`source`], where the SDK's types
//! stop. A live [`tail`] is a state machine that is told answers and the time; the screen and [`headless`] drive the same one.
//! A record is changed in [`edit`], which knows the rules of its group and takes a write to its end without doing any I/O.
//! A batch of records of feature groups is gathered by such a machine as well, in [`gather`].
//! What bytes mean is found out in [`decode`], and whatever comes from outside passes [`sanitize`] before it is printed,
//! where [`redact`] masks what others must not see.
//!
//! [`demo`] is the embedded endpoint: the services' own wire protocols on loopback. The rest of the program reaches it through the
//! same clients as the real ones, and does not know the difference.
//!
//! Where to look for what: a key in [`keymap`] and `assets/keymap.toml`; what it does in the file of `update/` for its pane; what it
//! looks like in the file of `view/` of the same name, and in which colours in `assets/themes.toml`; a call in the file of `source/` for its service.

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
