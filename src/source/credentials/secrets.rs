//! What other programs say, with what may be secret in it masked.
//!
//! It is a guess, on the careful side: a word that is masked for nothing is a smaller loss than a key on a shared screen.

use std::sync::LazyLock;

use regex::Regex;

use crate::sanitize;

/// Characters at most.
const WIDTH: usize = 160;
/// What stands for a secret.
const MASK: &str = "•••";

/// What a name says to be secret, as in `password=…`, `"SecretAccessKey": "…"` and `Bearer …`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = r#"(?i)((?:secret|token|passw(?:or)?d|pwd|credentials?|api[-_]?key|key[-_]?id|access[-_]?key|authorization)["']?\s*[=:]\s*|bearer\s+)["']?[^\s"',;&}]+["']?"#;
    Regex::new(names).ok()
});

/// Words of base64 and hex as keys are made of.
static LONG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_=-]{16,}").ok());

/// One line, bounded, with what looks like a secret masked.
pub(super) fn masked(line: &str) -> String {
    let line = sanitize::line(line);
    let (Some(named), Some(long)) = (&*NAMED, &*LONG) else {
        return MASK.to_owned();
    };
    let line = named.replace_all(&line, format!("${{1}}{MASK}"));
    let line = long.replace_all(&line, |found: &regex::Captures<'_>| {
        if is_like_a_key(&found[0]) {
            MASK.to_owned()
        } else {
            found[0].to_owned()
        }
    });
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}

/// Long words of a language, such as the names of exceptions and paths, have no digits.
fn is_like_a_key(word: &str) -> bool {
    let holds = |of: fn(&u8) -> bool| word.as_bytes().iter().any(of);
    let is_mixed = holds(u8::is_ascii_uppercase) && holds(u8::is_ascii_lowercase);
    holds(u8::is_ascii_digit) || (word.len() >= 32 && is_mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_and_what_helps_is_left() {
        for (line, shown) in [
            (
                "ExpiredTokenException: log in again",
                "ExpiredTokenException: log in again",
            ),
            (
                "cannot open /home/me/.config/company-auth",
                "cannot open /home/me/.config/company-auth",
            ),
            ("for AKIAIOSFODNN7EXAMPLE: no", "for •••: no"),
            ("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "got •••"),
            ("digest 9e107d9d372bb6826bd81d3542a419d6.", "digest •••."),
            ("password=hunter2 is wrong", "password=••• is wrong"),
            (r#"{"SecretAccessKey": "short"}"#, r#"{"SecretAccessKey": •••}"#),
            ("Authorization: abc", "Authorization: •••"),
            ("sent Bearer abc", "sent Bearer •••"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }

    #[test]
    fn a_line_is_bounded() {
        assert_eq!(masked(&"a b ".repeat(999)).chars().count(), WIDTH + 1);
    }
}
