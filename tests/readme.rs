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

/// Which files of `src/source` call what IAM knows under one prefix.
const CALLERS: [(&str, &[&str]); 4] = [
    (
        "kinesis",
        &[
            include_str!("../src/source/kinesis.rs"),
            include_str!("../src/source/kinesis/consumers.rs"),
            include_str!("../src/source/kinesis/fan_out.rs"),
        ],
    ),
    ("dynamodb", &[include_str!("../src/source/dynamodb_streams.rs")]),
    (
        "sagemaker",
        &[
            include_str!("../src/source/sagemaker.rs"),
            include_str!("../src/source/feature_store.rs"),
        ],
    ),
    (
        "machinelearning",
        &[
            include_str!("../src/source/machine_learning.rs"),
            include_str!("../src/source/machine_learning/behind.rs"),
        ],
    ),
];

/// How the names of calls begin.
const VERBS: [&str; 10] = [
    "BatchGet",
    "Delete",
    "Deregister",
    "Describe",
    "Get",
    "List",
    "Put",
    "Register",
    "Subscribe",
    "Update",
];

#[test]
fn policies_allow_the_calls_that_are_made_and_no_others() {
    let policies = [
        include_str!("../assets/iam/read-only.json"),
        include_str!("../assets/iam/editor.json"),
    ];
    let mut allowed: Vec<_> = policies.iter().flat_map(|policy| actions(policy)).collect();
    // Asked for by the services on behalf of the caller.
    allowed.retain(|action| action != "kms:Decrypt");
    let mut made: Vec<_> = CALLERS
        .iter()
        .flat_map(|(prefix, files)| calls(prefix, files))
        .collect();
    // "Security and Access Control" of the Feature Store: it has no action of its own, PutRecord's counts.
    made.retain(|call| call != "sagemaker:UpdateRecord");
    allowed.sort_unstable();
    made.sort_unstable();
    made.dedup();
    assert_eq!(allowed, made);
}

/// The actions that a policy allows.
#[expect(clippy::unwrap_used, reason = "a policy of another shape fails the test")]
fn actions(policy: &str) -> Vec<String> {
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow");
        match &statement["Action"] {
            serde_json::Value::Array(several) => several.clone(),
            one => vec![one.clone()],
        }
    });
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// The operations that errors of these files name: each call does, so that a person knows what failed.
fn calls(prefix: &str, files: &[&str]) -> Vec<String> {
    let code = files.iter().filter_map(|file| file.split("#[cfg(test)]").next());
    let words = code.flat_map(|code| code.split('"').skip(1).step_by(2));
    words
        .filter(|word| VERBS.iter().any(|verb| word.starts_with(verb)))
        .filter(|word| word.chars().all(char::is_alphanumeric))
        .map(|word| format!("{prefix}:{word}"))
        .collect()
}
