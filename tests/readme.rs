//! The README says what is true.

use clap::CommandFactory as _;
use kinescope::cli::Cli;
use kinescope::keymap::Keymap;

const README: &str = include_str!("../README.md");

/// The table stands between two marks. `UPDATE_README=1 cargo test --test readme` writes it anew.
#[test]
fn the_keys_are_those_of_the_keymap() {
    let table = Keymap::embedded().unwrap().markdown();
    let begin = README.find("a test compares -->\n").unwrap() + "a test compares -->\n".len();
    let end = README.find("<!-- keys end -->").unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let text = format!("{}{table}{}", &README[..begin], &README[end..]);
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), text).unwrap();
    } else {
        assert_eq!(&README[begin..end], table);
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
