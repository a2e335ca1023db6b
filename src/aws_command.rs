//! The `aws` command that makes the same call as the program: something to paste into a shell, a runbook or a ticket.
//!
//! What comes from a service, a stream or a record can name no option, read no file and start no program: see [`shell`], and
//! `is_read_from_elsewhere` for what `aws` itself makes of values.
//!
//! Must not: make the call.

mod calls;
pub mod shell;

use serde_json::{Map, Value};

pub use calls::{RECORDS, of_record, of_request, services_of};
use shell::{Unquotable, quote};

use crate::model::Identity;

/// The largest argument that Linux takes is 128 KiB (`MAX_ARG_STRLEN`); beyond, the command could not be run.
const LONGEST: usize = 100_000;

/// A call, as the service's reference names its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsCommand {
    service: &'static str,
    operation: &'static str,
    members: Vec<(&'static str, Argument)>,
}

/// What a member of a call is.
#[derive(Clone, Debug, PartialEq)]
enum Argument {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
    /// A structure or a list, which `aws` takes as JSON.
    Json(Value),
    /// What another call gives under this name.
    Given(Box<AwsCommand>, &'static str),
}

impl AwsCommand {
    fn new(service: &'static str, operation: &'static str) -> Self {
        Self {
            service,
            operation,
            members: Vec::new(),
        }
    }

    fn with(mut self, member: &'static str, argument: Argument) -> Self {
        self.members.push((member, argument));
        self
    }

    fn text(self, member: &'static str, text: impl Into<String>) -> Self {
        self.with(member, Argument::Text(text.into()))
    }

    /// The command as a line for a shell, asking as whom and where the program does.
    pub fn line(&self, identity: &Identity) -> Result<String, Unquotable> {
        let mut words = Vec::new();
        if identity.is_embedded {
            // The embedded services take any key; `aws` wants one.
            words.push("AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo".to_owned());
        }
        words.push(format!("aws {} {}", self.service, self.operation));
        let place = [
            (
                "profile",
                (!identity.is_embedded).then_some(identity.profile.as_str()),
            ),
            ("region", Some(identity.region.as_str())),
            ("endpoint-url", identity.endpoint_of(self.service)),
        ];
        for (name, value) in place {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                words.push(option(name, value)?);
            }
        }
        words.extend(self.options(identity)?);
        let line = words.join(" ");
        if line.len() > LONGEST {
            return Err(Unquotable::TooLong(line.len()));
        }
        Ok(line)
    }

    fn options(&self, identity: &Identity) -> Result<Vec<String>, Unquotable> {
        let is_elsewhere =
            |argument: &Argument| matches!(argument, Argument::Text(text) if is_read_from_elsewhere(text));
        if self.members.iter().any(|(_, argument)| is_elsewhere(argument)) {
            return Ok(vec![option("cli-input-json", &self.json().to_string())?]);
        }
        let option = |(member, argument): &(&str, Argument)| {
            let name = option_name(member);
            Ok(match argument {
                Argument::Text(text) => option(&name, text)?,
                Argument::Number(number) => format!("--{name} {number}"),
                Argument::Json(json) => option(&name, &json.to_string())?,
                Argument::Given(call, given) => {
                    let call = call.line(identity)?;
                    format!("--{name} \"$({call} --query {given} --output text)\"")
                }
            })
        };
        self.members.iter().map(option).collect()
    }

    /// All members as one JSON text, in which no value means anything but itself.
    fn json(&self) -> Value {
        let members = self.members.iter().filter_map(|(member, argument)| {
            let value = match argument {
                Argument::Text(text) => Value::from(text.as_str()),
                Argument::Number(number) => Value::from(*number),
                Argument::Json(json) => json.clone(),
                Argument::Given(..) => return None,
            };
            Some(((*member).to_owned(), value))
        });
        Value::from(members.collect::<Map<_, _>>())
    }
}

/// Whether `aws` would read a value from a file or from the network instead of taking it as it is ("Loading a parameter from a
/// file" of the AWS CLI user guide; version 1 follows web addresses too).
fn is_read_from_elsewhere(text: &str) -> bool {
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|it| matches!(it.as_str(), "file" | "fileb" | "http" | "https"))
}

/// An option with its value, which is never taken for an option itself.
fn option(name: &str, value: &str) -> Result<String, Unquotable> {
    let gap = if value.starts_with('-') { "=" } else { " " };
    Ok(format!("--{name}{gap}{}", quote(value)?))
}

/// The option for a member of a call: `StreamARN` is `stream-arn`, `MLModelId` is `ml-model-id`.
fn option_name(member: &str) -> String {
    let letters: Vec<char> = member.chars().collect();
    let mut name = String::with_capacity(member.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let after_small = at > 0 && letters[at - 1].is_ascii_lowercase();
        let before_small = at > 0 && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || before_small) {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Request;
    use crate::resource::Section;

    fn identity() -> Identity {
        Identity {
            profile: "shop-dev".to_owned(),
            region: "us-east-1".to_owned(),
            ..Identity::default()
        }
    }

    fn line_of(request: &Request) -> String {
        of_request(request).unwrap().line(&identity()).unwrap()
    }

    fn record(identifier: &str) -> String {
        line_of(&Request::Record(
            Section::Features,
            "customers".into(),
            identifier.to_owned(),
        ))
    }

    #[test]
    fn options_are_named_as_aws_names_them() {
        for (member, name) in [
            ("StreamARN", "stream-arn"),
            ("MLModelId", "ml-model-id"),
            ("EQ", "eq"),
            (
                "RecordIdentifierValueAsString",
                "record-identifier-value-as-string",
            ),
        ] {
            assert_eq!(option_name(member), name);
        }
    }

    #[test]
    fn a_command_asks_as_the_program_does() {
        let list = Request::List(Section::Streams, None);
        assert_eq!(
            line_of(&list),
            "aws kinesis list-streams --profile shop-dev --region us-east-1"
        );
        let embedded = Identity {
            is_embedded: true,
            endpoint: Some("http://127.0.0.1:4566".to_owned()),
            ..identity()
        };
        assert_eq!(
            of_request(&list).unwrap().line(&embedded).unwrap(),
            "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo aws kinesis list-streams --region us-east-1 \
             --endpoint-url http://127.0.0.1:4566"
        );
    }

    #[test]
    fn a_command_goes_to_the_endpoint_of_its_service() {
        let identity = Identity {
            endpoint: Some("http://all".to_owned()),
            endpoints: vec![("kinesis", "http://one".to_owned())],
            ..identity()
        };
        let line = |section| {
            of_request(&Request::List(section, None))
                .unwrap()
                .line(&identity)
                .unwrap()
        };
        assert!(line(Section::Streams).ends_with("--endpoint-url http://one"));
        assert!(line(Section::Tables).ends_with("--endpoint-url http://all"));
    }

    #[test]
    fn keys_of_the_environment_are_asked_with_without_a_profile() {
        let identity = Identity {
            profile: String::new(),
            ..identity()
        };
        let list = of_request(&Request::List(Section::Streams, None)).unwrap();
        assert_eq!(
            list.line(&identity).unwrap(),
            "aws kinesis list-streams --region us-east-1"
        );
    }

    #[test]
    fn a_value_is_neither_an_option_nor_a_command() {
        assert!(record("--endpoint-url=http://evil").contains("as-string=--endpoint-url=http://evil"));
        assert!(record("$(reboot)").ends_with("as-string '$(reboot)' --expiration-time-response Enabled"));
        assert!(record("a'b").contains(r"as-string 'a'\''b'"));
    }

    #[test]
    fn a_value_that_aws_would_read_from_a_file_is_given_as_json() {
        for value in ["file:///etc/passwd", "fileb://x", "https://evil", "FILE://x"] {
            let line = record(value);
            assert!(
                line.contains("--cli-input-json '{\"FeatureGroupName\":\"customers\""),
                "{line}"
            );
            assert!(!line.contains(&format!(" {value}")), "{line}");
        }
    }

    #[test]
    fn what_no_command_line_takes_is_refused() {
        let line = |identifier: String| {
            let request = Request::Record(Section::Features, "customers".into(), identifier);
            of_request(&request).unwrap().line(&identity())
        };
        assert_eq!(line("a\0b".to_owned()), Err(Unquotable::Nul));
        assert!(matches!(line("x".repeat(LONGEST)), Err(Unquotable::TooLong(_))));
    }
}
