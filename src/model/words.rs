//! A typed or pasted line taken apart.

/// The words of a line: apart by blanks and commas, in quotes where one holds some; each only once, in their order.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in text.chars().chain([' ']) {
        match character {
            '"' if quoted || word.is_empty() => quoted = !quoted,
            character if !quoted && (character.is_whitespace() || character == ',') => {
                let word = std::mem::take(&mut word);
                if !word.is_empty() && !words.contains(&word) {
                    words.push(word);
                }
            }
            character => word.push(character),
        }
    }
    let rest = word.trim_end();
    if !rest.is_empty() {
        words.push(rest.to_owned());
    }
    words
}

/// A word as it is typed, so that [`words`] takes it for one.
pub fn as_word(word: &str) -> String {
    if word.contains(|c: char| c.is_whitespace() || c == ',') {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_commas_and_lines_part_words() {
        assert_eq!(words("a, b\tc\n\nd,,a "), ["a", "b", "c", "d"]);
        assert_eq!(words("  \n"), Vec::<String>::new());
    }

    #[test]
    fn quotes_hold_a_word_together() {
        assert_eq!(words("\"c/1 ä, x\" y"), ["c/1 ä, x", "y"]);
        assert_eq!(words("\"open end"), ["open end"]);
        assert_eq!(words("inch\" 5"), ["inch\"", "5"]);
        assert_eq!(words(&as_word("a b")), ["a b"]);
    }
}
