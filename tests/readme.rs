//! The README says what is true.

use clap::CommandFactory as _;
use kinescope::cli::Cli;
use kinescope::config;
use kinescope::keymap::Keymap;

const README: &str = include_str!("../README.md");

/// Tables stand between two marks each. `UPDATE_README=1 cargo test --test readme` writes them anew.
#[test]
fn tables_are_those_of_the_program() {
    let keys = Keymap::embedded().unwrap().markdown();
    let tables = [
        ("a test compares -->\n", keys, "<!-- keys end -->"),
        (
            "<!-- settings: made from src/config/reference.rs -->\n",
            config::markdown(),
            "<!-- settings end -->",
        ),
    ];
    let mut text = README.to_owned();
    for (begin, table, end) in tables {
        let begin = text.find(begin).unwrap() + begin.len();
        let end = text.find(end).unwrap();
        text.replace_range(begin..end, &table);
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), text).unwrap();
    } else {
        assert_eq!(README, text, "UPDATE_README=1 writes the tables anew");
    }
}

#[test]
fn every_flag_and_command_is_told() {
    let cli = Cli::command();
    for command in cli.get_subcommands() {
        let name = command.get_name();
        assert!(is_told(name), "{name} is not in the README");
    }
    for command in std::iter::once(&cli).chain(cli.get_subcommands()) {
        let name = command.get_name();
        for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(
                README.contains(&format!("--{flag}")),
                "--{flag} of {name} is not in the README"
            );
        }
    }
}

/// Whether a command is called somewhere, or begins a phrase in the table of flags.
fn is_told(command: &str) -> bool {
    let begins = |phrase: &str| phrase.split([' ', '`', '\n']).next() == Some(command);
    let section = README.lines().skip_while(|line| *line != "## Flags").skip(1);
    let mut phrases = section
        .take_while(|line| !line.starts_with("## "))
        .flat_map(|row| row.split('`').skip(1).step_by(2));
    README.split("kinescope ").skip(1).any(begins) || phrases.any(begins)
}
