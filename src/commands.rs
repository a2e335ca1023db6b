//! What each command does: puts the parts together and runs them.
//!
//! Must not: hold logic of its own.

use std::fmt::Display;
use std::io::{self, Write as _};

use anyhow::anyhow;
use clap::CommandFactory as _;
use clap_complete::Shell;
use jiff::tz::TimeZone;
use tokio::runtime::Builder;

use crate::cli::{self, Cli, Command, Global};
use crate::config::Config;
use crate::demo::{self, Endpoint};
use crate::headless::{self, Failure};
use crate::keymap::Keymap;
use crate::message::Ended;
use crate::model::{Abilities, Identity, Model, ReadOnlyBy, Settings};
use crate::redact::{Redaction, process};
use crate::resource::Section;
use crate::runtime::{App, Clock, Manner, Services, Signals};
use crate::source::{self, Session, SessionError, Source};
use crate::terminal::clipboard::Tool;
use crate::terminal::{NoScreen, Record, RecordError, Screen, Surroundings};
use crate::tour::Tour;
use crate::view::Look;

/// Whether it was what was asked for that made no sense.
pub fn is_usage(error: &anyhow::Error) -> bool {
    let written_over = matches!(
        error.downcast_ref(),
        Some(NoScreen::Unrecorded(RecordError::Exists(_)))
    );
    let endpoint = matches!(error.downcast_ref(), Some(SessionError::InvalidEndpoint(_)));
    written_over || endpoint || error.downcast_ref().is_some_and(Failure::is_usage)
}

/// Masks from now on what others must not see, where that is asked for.
pub fn redact(global: &Global, config: &Config) {
    if global.redact || config.redact.always {
        let ascii = global.ascii || config.ascii == Some(true);
        process::start(Redaction::new(config.redact.patterns.clone(), ascii));
    }
}

/// Refuses what is only for the screen where there will be none.
pub fn check_screen(command: Option<&Command>) -> Result<(), Failure> {
    match command {
        None => Ok(()),
        Some(Command::Demo(demo)) if demo.serve.is_none() => Ok(()),
        Some(_) => Err(Failure::NoScreen),
    }
}

/// The explorer on the account of the environment.
pub fn explore(global: &Global, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    run(async {
        let session = Session::open(options(global)).await?;
        Box::pin(show(
            &session,
            identity(&session, global, config),
            global,
            config,
            clock,
            None,
        ))
        .await
    })
}

/// The explorer on the embedded services, or only these.
pub fn demo(global: &Global, args: &cli::Demo, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    let mut options = demo::Options::demo(args.seed);
    options.address = args.serve;
    options.faults = args.faults;
    let endpoint = Endpoint::start(options).map_err(|error| match args.serve {
        Some(address) => anyhow!(
            "the embedded services cannot listen on {address}: {error}; `--serve 127.0.0.1:0` takes any free port"
        ),
        None => anyhow!("the embedded services cannot listen: {error}"),
    })?;
    run(async {
        if args.serve.is_none() {
            let session = Session::demo(&endpoint.url());
            let identity = Identity {
                is_embedded: true,
                ..identity(&session, global, config)
            };
            let tour = args.tour.then(|| Tour::embedded(pace())).transpose()?;
            return Box::pin(show(&session, identity, global, config, clock, tour)).await;
        }
        let mut signals = signals()?;
        write_out(format!("listening on {}\n", endpoint.url()).as_bytes())?;
        signals.end().await;
        Ok(Ended::Done)
    })
}

/// The records of a stream on stdout.
pub fn tail(global: &Global, args: &cli::Tail, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    let decoder = headless::decoder(config, args)?;
    run_alone(async {
        let session = Session::open(options(global)).await?;
        log(&session);
        Ok(headless::tail(&session, args, decoder, clock).await?)
    })
}

/// Records of a feature group on stdout.
pub fn get(global: &Global, args: &cli::Get, clock: Clock) -> anyhow::Result<Ended> {
    run(async {
        let session = Session::open(options(global)).await?;
        log(&session);
        Ok(headless::get(&session, args, clock).await?)
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

async fn show(
    session: &Session,
    identity: Identity,
    global: &Global,
    config: &Config,
    clock: Clock,
    tour: Option<Tour>,
) -> anyhow::Result<Ended> {
    let surroundings = surroundings(config);
    let look = Look {
        ascii: global.ascii || config.ascii.unwrap_or(!surroundings.has_unicode),
        colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let max_fps = if surroundings.is_remote {
        config.max_fps_over_ssh
    } else {
        config.max_fps
    };
    let manner = Manner {
        max_fps: global.max_fps.unwrap_or(max_fps),
        clipboard: Tool::of(surroundings, variable),
        is_entitled: config.title,
    };
    log(session);
    let sources = session.sources();
    let settings = Settings {
        zone: TimeZone::system(),
        decoding: config.decoding.clone(),
        filters: config.filters.clone(),
        ring_bytes: config.ring_mib << 20,
        audit_values: config.audit_values,
        bell: config.bell,
        redacts: process::is_on(),
        abilities: abilities(&sources),
    };
    // Before the terminal is taken: a signal in between would end the program without giving it back.
    let signals = signals()?;
    let record = global.record.clone().map(|file| Record {
        file,
        title: format!("kinescope · {}", session.region()),
        at: clock.now().wall,
        clock: Box::new(move || clock.now().mono),
    });
    let screen = Screen::enter(surroundings, record)?;
    let model = Model::new(settings, identity, Keymap::embedded()?, screen.size()?);
    let services = Services {
        sources,
        identify: session.identify(),
    };
    let app = App::new(model, look, screen, signals, clock, manner, services);
    let app = match tour {
        Some(tour) => app.touring(tour),
        None => app,
    };
    // The program is large, and a future is moved about.
    Box::pin(app.run()).await.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => error.into(),
        _ => because("the terminal cannot be used")(error),
    })
}

/// How many times as fast as usual a tour goes; a test has no time to watch one. Not in a release.
fn pace() -> u32 {
    let said = variable("KINESCOPE_TOUR_PACE").filter(|_| cfg!(debug_assertions));
    said.and_then(|pace| pace.parse().ok()).unwrap_or(1)
}

/// What is around the program, as far as the settings let that count.
fn surroundings(config: &Config) -> Surroundings {
    let told = Surroundings::of(variable);
    Surroundings {
        synchronizes: told.synchronizes && config.synchronized_output,
        ..told
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn log(session: &Session) {
    let said = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let (profile, endpoint) = (said(session.profile()), said(endpoint(session).as_deref()));
    tracing::info!(profile, region = session.region(), endpoint, "session");
}

fn identity(session: &Session, global: &Global, config: &Config) -> Identity {
    if let Some(account) = session.account() {
        process::learn(|redaction| redaction.learn_account(account));
    }
    Identity {
        account: session.account().map(str::to_owned),
        profile: session.profile().unwrap_or_default().to_owned(),
        region: session.region().to_owned(),
        endpoint: endpoint(session),
        caller: None,
        read_only: global.read_only || config.is_read_only(session.profile()),
        read_only_by: read_only_by(session, config),
        is_embedded: false,
    }
}

/// What is to be changed first where writes are refused: the config forbids them with the option and without it.
fn read_only_by(session: &Session, config: &Config) -> ReadOnlyBy {
    if config.read_only {
        ReadOnlyBy::Config
    } else if config.is_read_only(session.profile()) {
        ReadOnlyBy::Profile
    } else {
        ReadOnlyBy::CommandLine
    }
}

/// The endpoint as it may be shown: without the `user:password@` that a URL can have.
fn endpoint(session: &Session) -> Option<String> {
    session.endpoint_url().map(without_user)
}

fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + "://".len()));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{host}{path}")
}

/// What each section's service can do.
fn abilities(sources: &[Source]) -> [Abilities; 4] {
    Section::ALL.map(|section| {
        let source = sources.iter().find(|source| source.section == section);
        source.map_or_else(Abilities::default, |source| Abilities {
            tail: source.tail.is_some(),
            seeks_time: source.tail.as_ref().is_some_and(|tail| tail.limits().seeks_time),
            edit: source.edit.is_some(),
            consumers: source.consumers.is_some(),
            variables: source.query.as_ref().map_or(&[], |query| query.variables()),
            provenance: source.provenance.is_some(),
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

/// Runs a command with a screen: its loop has a thread of its own, and what it waits for another.
fn run(command: impl Future<Output = anyhow::Result<Ended>>) -> anyhow::Result<Ended> {
    block_on(Builder::new_multi_thread().worker_threads(2), command)
}

/// Runs a command without a screen. One thread reads, and memory that it frees is where it looks for more.
fn run_alone(command: impl Future<Output = anyhow::Result<Ended>>) -> anyhow::Result<Ended> {
    block_on(&mut Builder::new_current_thread(), command)
}

/// Whatever still blocks a thread when the command has ended is left behind: a look-up of a name, or a write that nobody reads.
fn block_on(
    runtime: &mut Builder,
    command: impl Future<Output = anyhow::Result<Ended>>,
) -> anyhow::Result<Ended> {
    let runtime = runtime
        .enable_all()
        .build()
        .map_err(because("the runtime cannot be started"))?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}

fn signals() -> Result<Signals, Failure> {
    Signals::new().map_err(Failure::Signals)
}

/// A failure's one line holds its cause.
fn because<E: Display>(what: &str) -> impl FnOnce(E) -> anyhow::Error {
    move |error| anyhow!("{what}: {error}")
}

/// Output that nobody reads any more ends quietly.
fn write_out(text: &[u8]) -> anyhow::Result<Ended> {
    let mut out = io::stdout();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error).into()),
        _ => Ok(Ended::Done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_shown_without_its_user() {
        for (url, shown) in [
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
            ("https://me:s3cret@host:8443/a@b?c", "https://host:8443/a@b?c"),
            ("https://me:p@ss@host", "https://host"),
            ("me:s3cret@host", "host"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
