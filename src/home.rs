//! The person's home folder, as a shell would put it where `~` stands.

use std::path::{Path, PathBuf};

/// The same place with the home folder in place of a leading `~/`, which nobody but a shell knows.
pub fn expand(path: &Path) -> PathBuf {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    within(home.as_deref(), path)
}

fn within(home: Option<&Path>, path: &Path) -> PathBuf {
    match (home, path.strip_prefix("~")) {
        (Some(home), Ok(rest)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tilde_of_its_own_at_the_beginning_is_the_home_folder() {
        let expanded = |path: &str| within(Some(Path::new("/home/me")), Path::new(path));
        assert_eq!(expanded("~/out/a.jsonl"), Path::new("/home/me/out/a.jsonl"));
        for other in ["~you/a.jsonl", "a/~/b.jsonl", "/~/a", "a~"] {
            assert_eq!(expanded(other), Path::new(other));
        }
        assert_eq!(within(None, Path::new("~/a")), Path::new("~/a"));
    }
}
