//! The program: parse, configure, run.

use std::env;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;
use kinescope::cli::{Cli, Command};
use kinescope::config::Config;
use kinescope::message::Ended;
use kinescope::redact::Redaction;
use kinescope::runtime::Clock;
use kinescope::terminal::panics;
use kinescope::{commands, logging, query, redact, sanitize, source};

fn main() -> ExitCode {
    match env::args_os().nth(1) {
        Some(word) if word == query::WORD => return query::serve(),
        Some(word) if word == source::WORD => return source::serve(),
        _ => {}
    }
    panics::report();
    if let Ok(executable) = executable() {
        query::run_programs_apart(executable.clone());
        source::run_processes_apart(executable);
    }
    // What is wrong with the arguments repeats them.
    if env::args_os().any(|word| word == "--redact") {
        redact::process::start(Redaction::new(Vec::new(), false));
    }
    let clock = Clock::start();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return explain(&answer),
    };
    let ended = run(cli, clock);
    if let Some(why) = logging::take_trouble() {
        // Whatever was asked for was done all the same.
        complain(&why);
    }
    match ended {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Told) => ExitCode::FAILURE,
        Ok(Ended::Interrupted) => ExitCode::from(130),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(if commands::is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// One line on stderr, which may be closed; the exit code says the same.
fn complain(what: &str) {
    let text = format!("kinescope: {what}");
    let _ = writeln!(io::stderr(), "{}", redact::process::mask(&text));
}

/// This program, also where its file was replaced or taken away since it began.
fn executable() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        Ok(running)
    } else {
        env::current_exe()
    }
}

/// Help and the version, as they are; or what is wrong with the arguments, which repeats them and with them anything.
fn explain(answer: &clap::Error) -> ExitCode {
    // Stdout or stderr may be closed; the exit code says the same.
    if !answer.use_stderr() {
        let _ = answer.print();
        return ExitCode::SUCCESS;
    }
    redact_by_config();
    let text = answer.render().to_string();
    let _ = write!(io::stderr(), "{}", sanitize::block(&text));
    ExitCode::from(2)
}

/// Masks what the person's settings have masked, as far as they can be found without arguments that were understood.
fn redact_by_config() {
    let mut args = env::args_os();
    let named = args.find_map(|word| {
        let joined = word.to_str().and_then(|word| word.strip_prefix("--config="));
        joined
            .map(|file| Some(PathBuf::from(file)))
            .or_else(|| (word == "--config").then_some(None))
    });
    let named = named.and_then(|file| file.or_else(|| args.next().map(PathBuf::from)));
    let Ok(config) = Config::load(named.as_deref()) else {
        return;
    };
    if config.redact.always || redact::process::is_on() {
        redact::process::start(Redaction::new(config.redact.patterns, false));
    }
}

fn run(cli: Cli, clock: Clock) -> anyhow::Result<Ended> {
    let config = Config::load(cli.global.config.as_deref())?;
    commands::redact(&cli.global, &config);
    logging::start(cli.global.log_file.as_deref())?;
    if cli.global.record.is_some() {
        commands::check_screen(cli.command.as_ref())?;
    }
    match cli.command {
        None => commands::explore(&cli.global, &config, clock),
        Some(Command::Demo(demo)) => commands::demo(&cli.global, &demo, &config, clock),
        Some(Command::Tail(tail)) => commands::tail(&cli.global, &tail, &config, clock),
        Some(Command::Get(get)) => commands::get(&cli.global, &get, clock),
        Some(Command::Config) => commands::config(&cli.global),
        Some(Command::Completions { shell }) => commands::completions(shell),
        Some(Command::Man) => commands::man(),
    }
}
