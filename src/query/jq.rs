//! Programs in jq, which say of a value whether it passes.
//!
//! Must not: let a program print, or end the process on purpose. Nothing here bounds what it takes; [`super::apart`] does.

use std::fmt;
use std::thread;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader, lex, parse};
use jaq_core::native::{Fun, run, v};
use jaq_core::{Compiler, Ctx, Vars, compile};
use jaq_json::{Val, read};

use super::FilterError;

/// The longest program, in bytes: the parser goes down the stack with each bracket.
const LONGEST: usize = 4 << 10;
/// Room for the parser, in bytes, enough for a program that is nothing but brackets.
const STACK: usize = 128 << 20;

type Data = JustLut<Val>;

/// A program, ready to run.
pub(super) struct Program(jaq_core::Filter<Data>);

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Program")
    }
}

impl Program {
    /// Reads a program; a mistake is told with its place in `code`.
    pub(super) fn parse(code: &str) -> Result<Self, FilterError> {
        if code.len() > LONGEST {
            return Err(unread(&format!("a program has {LONGEST} bytes at most")));
        }
        thread::scope(|scope| {
            let parser = thread::Builder::new().stack_size(STACK);
            let parsing = parser.spawn_scoped(scope, || Self::parse_here(code));
            let parsed = parsing.map(|parsing| parsing.join().ok());
            parsed
                .ok()
                .flatten()
                .unwrap_or_else(|| Err(unread("it cannot be read")))
        })
    }

    fn parse_here(code: &str) -> Result<Self, FilterError> {
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let arena = Arena::default();
        let modules = Loader::new(defs)
            .load(&arena, File { code, path: () })
            .map_err(|errors| mistake(code, errors.into_iter().flat_map(|(_, error)| loading(error))))?;
        let program = Compiler::default()
            .with_funs(funs())
            .compile(modules)
            .map_err(|errors| {
                mistake(
                    code,
                    errors
                        .into_iter()
                        .flat_map(|(_, error)| error.into_iter().map(undefined)),
                )
            })?;
        Ok(Self(program))
    }

    /// Whether it puts out anything that is neither `null` nor `false` for a value, given as its JSON text. What fails does not
    /// pass: a record that has no such field is none of those that are looked for.
    pub(super) fn passes(&self, json: &[u8]) -> bool {
        let value = read::parse_single(json).unwrap_or_default();
        let context = Ctx::<Data>::new(&self.0.lut, Vars::new([]));
        self.0
            .id
            .run((context, value))
            .any(|output| output.is_ok_and(|value| !matches!(value, Val::Null | Val::Bool(false))))
    }
}

/// A program that is wrong as a whole.
fn unread(why: &str) -> FilterError {
    FilterError {
        at: 0,
        why: why.to_owned(),
    }
}

/// The standard library without what acts on the world outside of the program.
fn funs() -> impl Iterator<Item = Fun<Data>> {
    let silent = run::<Data>(("stderr_empty", v(0), |_| Box::new(std::iter::empty())));
    jaq_core::funs()
        .chain(jaq_std::funs().filter(|(name, ..)| !matches!(*name, "stderr_empty" | "env")))
        .chain(jaq_json::funs())
        .chain([silent])
}

/// What is wrong, and the rest of the code from where it is wrong.
type Mistake<'a> = (String, &'a str);

fn loading<'a>(error: load::Error<&'a str>) -> Vec<Mistake<'a>> {
    let expected = |what: &str, at| match what {
        "nothing" => ("the program has to end before this".to_owned(), at),
        what => {
            let article = if what.starts_with(['a', 'e', 'i']) {
                "an"
            } else {
                "a"
            };
            (format!("{article} {what} is expected here"), at)
        }
    };
    match error {
        load::Error::Io(errors) => errors
            .into_iter()
            .map(|(at, _)| ("modules cannot be loaded here".to_owned(), at))
            .collect(),
        load::Error::Lex(errors) => {
            let errors: Vec<lex::Error<&'a str>> = errors;
            errors
                .into_iter()
                .map(|(what, at)| expected(what.as_str(), at))
                .collect()
        }
        load::Error::Parse(errors) => {
            let errors: Vec<parse::Error<&'a str>> = errors;
            errors
                .into_iter()
                .map(|(what, at)| expected(what.as_str(), at))
                .collect()
        }
    }
}

fn undefined((name, what): compile::Error<&str>) -> Mistake<'_> {
    (format!("there is no {} '{name}'", what.as_str()), name)
}

/// The first mistake, with its place. What is missing at the end has an empty rest, which is a part of nothing.
fn mistake<'a>(code: &'a str, mut mistakes: impl Iterator<Item = Mistake<'a>>) -> FilterError {
    let (why, rest) = mistakes
        .next()
        .unwrap_or_else(|| ("it is no program".to_owned(), ""));
    let offset = (rest.as_ptr() as usize).wrapping_sub(code.as_ptr() as usize);
    let at = if offset < code.len() { offset } else { code.len() };
    FilterError {
        at: code[..at].chars().count(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(code: &str, json: &str) -> bool {
        Program::parse(code).unwrap().passes(json.as_bytes())
    }

    #[test]
    fn what_is_true_of_a_value_lets_it_pass() {
        assert!(passes(".total > 100", "{\"total\": 212.4}"));
        assert!(!passes(".total > 100", "{\"total\": 12}"));
        assert!(passes("select(.a == \"x\")", "{\"a\": \"x\"}"));
        assert!(!passes("select(.a == \"x\")", "{\"a\": \"y\"}"));
        assert!(passes(
            ".items[] | .sku | test(\"^B\")",
            "{\"items\":[{\"sku\":\"A\"},{\"sku\":\"B\"}]}"
        ));
    }

    #[test]
    fn what_fails_does_not_pass_and_does_no_harm() {
        assert!(!passes(".a.b", "[1]"));
        assert!(!passes("error(\"x\")", "{}"));
        assert!(!passes("halt", "{}"));
        assert!(!passes("stderr | empty", "\"\\u001b[2J\""));
    }

    #[test]
    fn a_program_may_put_out_much_before_what_is_true() {
        assert!(passes("range(100000) | . == 99999", "null"));
    }

    #[test]
    fn a_program_of_brackets_is_no_program_and_does_no_harm() {
        for part in [
            "[", "(", "{", "-", "1|", "1,", "[.[", "try ", "if ", "def f: ", "\"\\(", ".a|=", "1 as $x|",
            "..", "reduce ",
        ] {
            let code = part.repeat(LONGEST / part.len());
            let whole = format!("{}1", part.repeat(LONGEST / part.len() - 1));
            drop((Program::parse(&code), Program::parse(&whole)));
        }
        let error = Program::parse(&"(".repeat(LONGEST + 1)).unwrap_err();
        assert_eq!(error.why, "a program has 4096 bytes at most");
        let nested = format!("{}1{}", "[".repeat(LONGEST / 2 - 1), "]".repeat(LONGEST / 2 - 1));
        assert!(Program::parse(&nested).is_ok());
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let error = |code| Program::parse(code).unwrap_err();
        assert_eq!(error(".total >").at, 8);
        assert_eq!(error(".a | nosuch").at, 5);
        assert!(error(".a | nosuch").why.contains("no filter 'nosuch'"));
        assert_eq!(error("é | §").at, 0);
        assert_eq!(error(".a | (.b").at, 8);
        assert_eq!(error(".a === 1").why, "the program has to end before this");
    }

    #[test]
    fn a_program_may_run_beside_the_screen() {
        fn goes_anywhere<T: Send + Sync>() {}
        goes_anywhere::<Program>();
    }
}
