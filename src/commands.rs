//! What each command does: puts the parts together and runs them.
//!
//! Must not: hold logic of its own.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;
use jiff::tz::TimeZone;

use crate::cli::{self, Cli, Global};
use crate::config::Config;
use crate::demo::{self, Endpoint};
use crate::headless::{self, Failure};
use crate::keymap::Keymap;
use crate::message::Ended;
use crate::model::{Abilities, Identity, Model, Settings};
use crate::resource::Section;
use crate::runtime::{App, Clock, Signals};
use crate::source::{self, Session, Source};
use crate::terminal::Screen;
use crate::view::Look;

/// Whether it was what was asked for that made no sense.
pub fn is_usage(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Failure>().is_some_and(Failure::is_usage)
}

/// The explorer on the account of the environment.
pub fn explore(global: &Global, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    let runtime = runtime()?;
    let session = runtime.block_on(Session::open(options(global)))?;
    show(&runtime, &session, global, config, clock)
}

/// The explorer on the embedded services, or only these.
pub fn demo(global: &Global, args: &cli::Demo, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    let runtime = runtime()?;
    let mut options = demo::Options::demo(args.seed);
    options.address = args.serve;
    options.faults = args.faults;
    let endpoint = Endpoint::start(options).context("the embedded services cannot listen")?;
    if args.serve.is_none() {
        return show(&runtime, &Session::demo(&endpoint.url()), global, config, clock);
    }
    runtime.block_on(async {
        let mut signals = Signals::new()?;
        let mut out = io::stdout();
        writeln!(out, "listening on {}", endpoint.url())?;
        out.flush()?;
        signals.next().await;
        Ok(Ended::Done)
    })
}

/// The records of a stream on stdout.
pub fn tail(global: &Global, args: &cli::Tail, clock: Clock) -> anyhow::Result<Ended> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let session = Session::open(options(global)).await?;
        log(&session);
        Ok(headless::tail(&session, args, clock).await?)
    })
}

/// Completions for a shell.
pub fn completions(shell: Shell) -> anyhow::Result<Ended> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kinescope", &mut text);
    write_out(&text)
}

/// The man page.
pub fn man() -> anyhow::Result<Ended> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    write_out(&text)
}

fn show(
    runtime: &tokio::runtime::Runtime,
    session: &Session,
    global: &Global,
    config: &Config,
    clock: Clock,
) -> anyhow::Result<Ended> {
    let look = Look {
        ascii: global.ascii || config.ascii,
        colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        zone: TimeZone::system(),
    };
    log(session);
    let sources = session.sources();
    let settings = Settings {
        ring_bytes: config.ring_mib << 20,
        abilities: abilities(&sources),
    };
    let identity = identity(session, global.read_only || config.read_only);
    let screen = Screen::enter()?;
    let model = Model::new(settings, identity, Keymap::embedded()?, screen.size()?);
    let max_fps = global.max_fps.unwrap_or(config.max_fps);
    let app = App::new(model, look, screen, clock, max_fps, sources);
    Ok(runtime.block_on(app.run())?)
}

fn log(session: &Session) {
    let said = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let (profile, endpoint) = (said(session.profile()), said(session.endpoint_url()));
    tracing::info!(profile, region = session.region(), endpoint, "session");
}

fn identity(session: &Session, read_only: bool) -> Identity {
    Identity {
        account: session.account().map(str::to_owned),
        profile: session.profile().unwrap_or_default().to_owned(),
        region: session.region().to_owned(),
        endpoint: session.endpoint_url().map(str::to_owned),
        read_only,
    }
}

/// What each section's service can do.
fn abilities(sources: &[Source]) -> [Abilities; 4] {
    Section::ALL.map(|section| {
        let source = sources.iter().find(|source| source.section == section);
        source.map_or_else(Abilities::default, |source| Abilities {
            tail: source.tail.is_some(),
            edit: source.edit.is_some(),
        })
    })
}

fn options(global: &Global) -> source::Options {
    source::Options {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the runtime cannot be started")
}

/// Output that nobody reads any more ends quietly.
fn write_out(text: &[u8]) -> anyhow::Result<Ended> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Ended::Done),
    }
}
