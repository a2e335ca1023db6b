//! How the payloads of which streams are read, and which files hold their schemas: `[[decode]]` and `[schemas]`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::glob;
use crate::decode::{Decoder, Definition, Format, Schemas};

/// What is wrong, and where in the text.
pub(super) type Mistake = (Range<usize>, String);

/// How the payloads of streams are read.
#[derive(Clone, Debug, Default)]
pub struct Decoding {
    rules: Vec<(String, Decoder)>,
    /// For the others.
    automatic: Decoder,
}

/// A `[[decode]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    stream: String,
    format: Spanned<String>,
    schema: Option<Spanned<String>>,
    descriptors: Option<Spanned<String>>,
    message: Option<Spanned<String>>,
}

/// `[schemas]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    #[serde(default)]
    avro: Vec<Spanned<String>>,
    #[serde(default)]
    confluent: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    glue: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Decoding {
    /// Reads the files that are named, from the folder that their names are relative to.
    pub(super) fn load(rules: Vec<Rule>, files: &Files, folder: &Path) -> Result<Self, Mistake> {
        let mut schemas = Schemas::default();
        files.load(folder, &mut schemas)?;
        let rules = rules.into_iter().map(|rule| {
            let (decoder, definition) = rule.load(folder)?;
            if let Some(definition) = definition {
                schemas.add(definition);
            }
            Ok((rule.stream, decoder))
        });
        let rules: Vec<_> = rules.collect::<Result<_, Mistake>>()?;
        let schemas = Arc::new(schemas);
        let knowing = |decoder: Decoder| decoder.knowing(Arc::clone(&schemas));
        Ok(Self {
            automatic: knowing(Decoder::automatic()),
            rules: rules
                .into_iter()
                .map(|(stream, decoder)| (stream, knowing(decoder)))
                .collect(),
        })
    }

    /// How this stream's payloads are read: by the first rule for its name.
    pub fn decoder_for(&self, stream: &str) -> Decoder {
        // The name of a stream is at the end of its ARN.
        let name = stream.rsplit('/').next().unwrap_or(stream);
        let is_meant = |pattern: &str| glob::matches(pattern, name) || glob::matches(pattern, stream);
        let rule = self.rules.iter().find(|(pattern, _)| is_meant(pattern));
        rule.map_or(&self.automatic, |(_, decoder)| decoder).clone()
    }
}

impl Rule {
    fn load(&self, folder: &Path) -> Result<(Decoder, Option<Definition>), Mistake> {
        let wrong = |why: &str| Err((self.format.span(), why.to_owned()));
        let format: Format = at(&self.format, str::parse)?;
        self.refuse_others(format)?;
        let definition = match (format, &self.schema, &self.descriptors, &self.message) {
            (Format::Avro, Some(schema), ..) => at(schema, |file| Definition::avro(&folder.join(file)))?,
            (Format::Protobuf, _, Some(file), Some(message)) => at(file, |file| {
                Definition::protobuf(&folder.join(file), message.get_ref())
            })?,
            (Format::Protobuf, _, Some(_), None) => {
                return wrong("`descriptors` need a `message`, such as \"shop.Order\"");
            }
            (Format::Protobuf, _, None, Some(_)) => {
                return wrong("a `message` needs the `descriptors` that it is in");
            }
            _ => return Ok((Decoder::with(format), None)),
        };
        Ok((Decoder::of(definition.clone()), Some(definition)))
    }

    /// What is said about a schema must be of use to the format.
    fn refuse_others(&self, format: Format) -> Result<(), Mistake> {
        let said = [
            ("schema", &self.schema, Format::Avro),
            ("descriptors", &self.descriptors, Format::Protobuf),
            ("message", &self.message, Format::Protobuf),
        ];
        for (name, value, of) in said {
            if let Some(value) = value.as_ref().filter(|_| format != of) {
                return Err((
                    value.span(),
                    format!("`{name}` is for format \"{of}\", and this is \"{format}\""),
                ));
            }
        }
        Ok(())
    }
}

impl Files {
    fn load(&self, folder: &Path, schemas: &mut Schemas) -> Result<(), Mistake> {
        for pattern in &self.avro {
            let files = at(pattern, |pattern| glob::files(folder, pattern))?;
            if files.is_empty() {
                return Err((pattern.span(), format!("there is no file {}", pattern.get_ref())));
            }
            for file in files {
                schemas.add(at(pattern, |_| Definition::avro(&file))?);
            }
        }
        for (id, file) in &self.confluent {
            let number = at(id, |id| {
                id.parse::<u32>()
                    .map_err(|_| "an id of a registry is an integer, such as 17")
            })?;
            schemas.add_confluent(number, definition(file, folder)?);
        }
        for (id, file) in &self.glue {
            let number = at(id, |id| uuid(id).ok_or("a schema version id of Glue is a UUID"))?;
            schemas.add_glue(number, definition(file, folder)?);
        }
        Ok(())
    }
}

/// `FILE.avsc`, or `DESCRIPTORS#package.Message`.
fn definition(file: &Spanned<String>, folder: &Path) -> Result<Definition, Mistake> {
    at(file, |word| match word.rsplit_once('#') {
        Some((descriptors, message)) => Definition::protobuf(&folder.join(descriptors), message),
        None => Definition::avro(&folder.join(word)),
    })
}

/// Makes something of a text. What is wrong with it is told at its place.
fn at<T, E: ToString>(text: &Spanned<String>, make: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Mistake> {
    make(text.get_ref()).map_err(|why| (text.span(), why.to_string()))
}

fn uuid(text: &str) -> Option<u128> {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let digits: String = text.split('-').collect();
    let sound = lengths == [8, 4, 4, 4, 12] && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
}
