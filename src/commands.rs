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
use crate::config::{self, Circumstances, Config};
use crate::demo::{self, Endpoint};
use crate::headless::{self, Failure};
use crate::keymap::Keymap;
use crate::message::Ended;
use crate::model::{Abilities, Connection, Identity, Model, OpenedSession, Settings, Size};
use crate::redact::{Redaction, process};
use crate::runtime::{App, Clock, Entrance, Manner, Reach, Signals, entrance};
use crate::source::{self, Prepared, Seat, Session, SessionError};
use crate::terminal::clipboard::Tool;
use crate::terminal::{Colours, NoScreen, Record, RecordError, Screen, Surroundings};
use crate::tour::{self, Tour};
use crate::view::Look;

/// Whether it was what was asked for that made no sense.
pub fn is_usage(error: &anyhow::Error) -> bool {
    let session = error.downcast_ref().is_some_and(SessionError::is_usage);
    let written_over = matches!(
        error.downcast_ref(),
        Some(NoScreen::Unrecorded(RecordError::Exists(_)))
    );
    session || written_over || error.downcast_ref().is_some_and(Failure::is_usage)
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

/// The explorer on the account of the environment. Where only the EC2 instance knows the region it is asked behind the first
/// frame: elsewhere nobody answers.
pub fn explore(global: &Global, config: &Config, clock: Clock) -> anyhow::Result<Ended> {
    run(async {
        let entrance = entrance(global, config);
        let prepared = entrance.prepare().await?;
        let waits = prepared.region().is_none() && Prepared::may_ask_instance();
        let opened = if waits {
            Err(entrance.identity(prepared.profile(), prepared.settings()))
        } else {
            Ok(entrance.opened(&prepared.open().await?))
        };
        Box::pin(show(opened, Some(entrance), global, config, clock, None)).await
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
            let tour = args.tour.then(|| Tour::embedded(pace())).transpose()?;
            let mut opened = entrance(global, config).opened(&session);
            opened.identity.is_embedded = true;
            return Box::pin(show(Ok(opened), None, global, config, clock, tour)).await;
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
        entrance::log(&session);
        Ok(headless::tail(&session, args, decoder, clock).await?)
    })
}

/// Records of a feature group on stdout.
pub fn get(global: &Global, args: &cli::Get, clock: Clock) -> anyhow::Result<Ended> {
    run(async {
        let session = Session::open(options(global)).await?;
        entrance::log(&session);
        Ok(headless::get(&session, args, clock).await?)
    })
}

/// The settings in force.
pub fn config(global: &Global) -> anyhow::Result<Ended> {
    let told = Surroundings::of(variable);
    write_out(config::effective(global.config.as_deref(), &circumstances(global, told))?.as_bytes())
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

/// The screen, with a session or with what is known before there is one.
async fn show(
    opened: Result<OpenedSession, Identity>,
    entrance: Option<Entrance>,
    global: &Global,
    config: &Config,
    clock: Clock,
    tour: Option<Tour>,
) -> anyhow::Result<Ended> {
    if tour.is_some() {
        check_tour(opened.as_ref().map_or_else(|it| it, |it| &it.identity))?;
    }
    let surroundings = surroundings(config);
    let circumstances = circumstances(global, surroundings);
    let (theme, _) = circumstances.theme(config);
    let (ascii, _) = circumstances.ascii(config);
    let look = Look::new(
        ascii,
        &config.theme(theme)?,
        surroundings.colours == Colours::True,
    );
    let manner = Manner {
        max_fps: circumstances.max_fps(config),
        clipboard: Tool::of(surroundings, variable),
        is_entitled: config.title,
    };
    let (identity, abilities, services) = match opened {
        Ok(opened) => (opened.identity, opened.abilities, Some(opened.services)),
        Err(identity) => (identity, <[Abilities; 4]>::default(), None),
    };
    let settings = Settings {
        zone: TimeZone::system(),
        decoding: config.decoding.clone(),
        filters: config.filters.clone(),
        ring_bytes: config.ring_mib << 20,
        audit_values: config.audit_values,
        bell: config.bell,
        redacts: process::is_on(),
        abilities,
    };
    // Before the terminal is taken: a signal in between would end the program without giving it back.
    let signals = signals()?;
    let record = global.record.clone().map(|file| Record {
        file,
        title: format!("kinescope · {}", identity.region),
        at: clock.now().wall,
        clock: Box::new(move || clock.now().mono),
    });
    let screen = Screen::enter(surroundings, record)?;
    let mut model = Model::new(settings, identity, config.keymap.clone(), screen.size()?);
    model.session = Connection::new(services.is_some());
    let reach = Reach { services, entrance };
    let app = App::new(model, look, screen, signals, clock, manner, reach);
    let app = match tour {
        Some(tour) => app.touring(tour, Keymap::embedded()?),
        None => app,
    };
    // The program is large, and a future is moved about.
    Box::pin(app.run()).await.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => error.into(),
        _ => because("the terminal cannot be used")(error),
    })
}

/// Refuses a tour that could not come to its end. Where the size cannot be told there is no screen at all.
fn check_tour(identity: &Identity) -> Result<(), Failure> {
    if identity.read_only {
        return Err(Failure::TourWrites);
    }
    match crossterm::terminal::size() {
        Ok((width, height)) if width < tour::ROOM.width || height < tour::ROOM.height => {
            Err(Failure::TourRoom(tour::ROOM, Size { width, height }))
        }
        _ => Ok(()),
    }
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

/// What goes before the settings.
fn circumstances(global: &Global, surroundings: Surroundings) -> Circumstances {
    let named = variable("AWS_PROFILE").filter(|name| !name.is_empty());
    Circumstances {
        read_only: global.read_only,
        ascii: global.ascii,
        max_fps: global.max_fps,
        theme: global.theme,
        profile: global.profile.clone().or(named),
        surroundings,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn entrance(global: &Global, config: &Config) -> Entrance {
    Entrance::new(options(global), global.read_only, config)
}

fn options(global: &Global) -> source::Options {
    source::Options {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
        seat: Seat::Shell,
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
