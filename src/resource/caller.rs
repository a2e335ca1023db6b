//! Who makes the calls.

/// An account, and who of it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account's number.
    pub account: String,
    /// The ARN of the user, or of the session of a role.
    pub arn: String,
}

impl Caller {
    /// What of the ARN names the caller: `Admin/alice` for a session of the role `Admin`, `bob` for a user, `root`.
    pub fn name(&self) -> &str {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn);
        let kinds = ["assumed-role/", "federated-user/", "user/"];
        let named = kinds.into_iter().find_map(|kind| resource.strip_prefix(kind));
        named.unwrap_or(resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_named_by_what_differs() {
        for (arn, name) in [
            (
                "arn:aws:sts::111122223333:assumed-role/Admin/alice",
                "Admin/alice",
            ),
            ("arn:aws:iam::111122223333:user/team/bob", "team/bob"),
            ("arn:aws:iam::111122223333:root", "root"),
            ("no arn", "no arn"),
        ] {
            let (account, arn) = ("111122223333".to_owned(), arn.to_owned());
            assert_eq!(Caller { account, arn }.name(), name);
        }
    }
}
