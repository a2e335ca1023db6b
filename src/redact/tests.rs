use proptest::prelude::*;

use super::*;

fn plain() -> Redaction {
    Redaction::new(Vec::new(), true)
}

#[test]
fn accounts_are_masked_wherever_they_stand() {
    for (text, masked) in [
        ("123456789012", "************"),
        (
            "arn:aws:kinesis:eu-west-1:123456789012:stream/a",
            "arn:aws:kinesis:eu-west-1:************:stream/a",
        ),
        ("{\"owner\":123456789012.5}", "{\"owner\":************.5}"),
        ("1234-5678-9012", "**************"),
        (
            "no 1234567890123 and 12345678901",
            "no 1234567890123 and 12345678901",
        ),
        ("shardId-000000000002", "shardId-000000000002"),
        ("shardId-123456789012", "shardId-************"),
        ("000000000002", "************"),
    ] {
        assert_eq!(plain().mask(text), masked);
    }
}

#[test]
fn keys_and_whom_an_arn_names_are_masked() {
    for (text, masked) in [
        ("AKIAIOSFODNN7EXAMPLE", "********************"),
        ("id=AROADEMODEMODEMODEMO1:me", "id=*********************:me"),
        ("AKIDEMO", "AKIDEMO"),
        (
            "arn:aws:sts::123456789012:assumed-role/Admin/alice is",
            "arn:aws:sts::************:assumed-role/*********** is",
        ),
        (
            "arn:aws-cn:iam::1:user/team/bob",
            "arn:aws-cn:iam::*:user/********",
        ),
    ] {
        assert_eq!(plain().mask(text), masked);
    }
}

#[test]
fn what_is_learnt_is_masked_in_pieces_and_by_name() {
    let mut redaction = plain();
    redaction.learn_arn("arn:aws:sts::111122223333:assumed-role/Admin/alice");
    assert_eq!(
        redaction.mask("1112222 33 by alice as Admin"),
        "******* 33 by ***** as *****"
    );
    assert_eq!(redaction.mask("x22223333"), "x********");
    redaction.learn_arn("arn:aws:iam::000000000000:root");
    assert_eq!(redaction.mask("root 000000"), "root 000000");
}

#[test]
fn a_mask_is_as_long_and_wide_as_what_it_stands_for() {
    let redaction = Redaction::new(vec![Regex::new("secret\u{301}東").unwrap()], false);
    assert_eq!(redaction.mask("a secret\u{301}東 b"), "a ••••••\u{307}＊ b");
    assert_eq!(
        redaction.mask_bytes("x secret\u{301}東\u{0}".as_bytes()),
        &b"x ***********\0"[..]
    );
}

#[test]
fn digits_that_are_typed_show_as_soon_as_they_can_be_no_account() {
    for (text, cursor, masked) in [
        ("12345", 5, "12345"),
        ("arn:123456", 10, "arn:******"),
        ("12345678901", 11, "***********"),
        ("1234567890123", 13, "1234567890123"),
        ("1234567 x", 9, "1234567 x"),
    ] {
        assert_eq!(plain().mask_typed(text, cursor), masked);
    }
}

#[test]
fn json_stays_json() {
    let json = serde_json::json!({"123456789012": [123_456_789_012_u64, 7, "a 123456789012", null]});
    let expected = serde_json::json!({"************": ["************", 7, "a ************", null]});
    assert_eq!(plain().mask_json(json), expected);
}

proptest! {
    #[test]
    fn a_mask_keeps_characters_and_columns_and_is_masked_itself(
        before in "\\PC{0,20}", digits in "[0-9]{12}", after in "\\PC{0,20}",
    ) {
        use unicode_width::UnicodeWidthStr as _;
        let text = format!("{before}|{digits}|{after}");
        let masked = Redaction::new(Vec::new(), false).mask(&text).into_owned();
        prop_assert!(!masked.contains(&digits));
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        prop_assert_eq!(masked.width(), text.width());
        prop_assert_eq!(Redaction::new(Vec::new(), false).mask(&masked), masked.as_str());
    }

    #[test]
    fn nothing_but_what_is_found_changes(text in "[a-z0-9 :-]{0,60}") {
        let masked = plain().mask(&text).into_owned();
        for (was, is) in text.chars().zip(masked.chars()) {
            prop_assert!(was == is || is == '*');
        }
    }
}

#[test]
fn the_newest_names_are_kept_in_mind() {
    let mut redaction = plain();
    for n in 0..=KNOWN {
        redaction.learn_name(&format!("name-{n:03}"));
    }
    let newest = format!("name-{KNOWN:03}");
    assert_eq!(redaction.mask(&newest), "********");
    assert_eq!(redaction.mask("name-000"), "name-000");
    assert_eq!(redaction.mask("name-001"), "********");
}

#[test]
fn what_is_escaped_is_masked_too() {
    let mut redaction = plain();
    redaction.learn_account("111122223333");
    for (text, masked) in [
        (
            r#"{"a":"\u0031\u00323456789012"}"#,
            r#"{"a":"**********************"}"#,
        ),
        (r#"{"a":"é\u0031111222"}"#, r#"{"a":"é************"}"#),
        (r#"{"a":"\u00e9 \ud83d \u00"}"#, r#"{"a":"\u00e9 \ud83d \u00"}"#),
        (
            r"arn:aws:iam::1:user\/dana-lopez",
            r"arn:aws:iam::*:user\/**********",
        ),
    ] {
        assert_eq!(redaction.mask(text), masked);
    }
}
