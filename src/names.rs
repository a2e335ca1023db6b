//! The names that actions, contexts and roles have in files.
//!
//! Must not: know any of them.

/// The words of a variant's name, as serde writes them in kebab case.
pub fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_their_capitals() {
        assert_eq!(kebab("QuitNow"), "quit-now");
        assert_eq!(kebab("Tail"), "tail");
    }
}
