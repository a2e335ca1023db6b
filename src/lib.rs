//! kinescope: a terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.

pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod decode;
pub mod demo;
pub mod headless;
pub mod keymap;
pub mod logging;
pub mod message;
pub mod model;
pub mod resource;
pub mod runtime;
pub mod sanitize;
pub mod source;
pub mod tail;
pub mod terminal;
pub mod update;
pub mod view;
