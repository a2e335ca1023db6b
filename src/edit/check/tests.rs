use super::*;
use crate::edit::fixtures::{customers, group, many, one};

fn told(feature: &str, given: &FeatureValue) -> Option<String> {
    value(&customers(), feature, given)
        .err()
        .map(|mistake| mistake.to_string())
}

fn all_right(feature: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(told(feature, &one(text)), None, "{text}");
    }
}

fn all_wrong(feature: &str, texts: &[&str], why: &str) {
    for text in texts {
        assert_eq!(told(feature, &one(text)).as_deref(), Some(why), "{text}");
    }
}

#[test]
fn an_integral_is_digits_within_64_bits() {
    all_right(
        "visits",
        &[
            "0",
            "-0",
            "7",
            "007",
            "-42",
            "9223372036854775807",
            "-9223372036854775808",
        ],
    );
    all_wrong(
        "visits",
        &[
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999",
        ],
        "visits: an Integral is between -9223372036854775808 and 9223372036854775807",
    );
    all_wrong(
        "visits",
        &[
            "", "-", "+7", " 7", "7 ", "7.0", "1e3", "0x7", "1_000", "١", "--1",
        ],
        "visits: an Integral is digits with or without a minus sign, such as -42",
    );
}

#[test]
fn a_fractional_is_a_decimal_number_that_a_double_can_hold() {
    all_right(
        "score",
        &[
            "0",
            "-0",
            "0.1",
            "1e308",
            "1.7976931348623157e308",
            "-1E-400",
            "6.02e+23",
            "00.50",
        ],
    );
    all_wrong(
        "score",
        &["1e309", "-1e309", "1.7976931348623159e308"],
        "score: a Fractional is between -1.7976931348623157e308 and 1.7976931348623157e308",
    );
    all_wrong(
        "score",
        &[
            "",
            "NaN",
            "inf",
            "-Infinity",
            "+1",
            ".5",
            "5.",
            " 1",
            "1,5",
            "1e",
            "0x1p3",
            "1f",
        ],
        "score: a Fractional is a decimal number such as -1.5 or 6.02e23",
    );
}

#[test]
fn a_string_is_any_text_up_to_350_kb() {
    all_right("name", &["", " ", "\u{1b}[2J\0", "ä😀", &"x".repeat(358_400)]);
    all_wrong(
        "name",
        &[&"x".repeat(358_401), &("x".to_owned() + &"ä".repeat(179_200))],
        "name: 358401 bytes are too many: a value has at most 358400",
    );
}

#[test]
fn a_list_is_as_long_as_it_likes_within_350_kb() {
    assert_eq!(told("history", &many(&[])), None);
    assert_eq!(told("history", &many(&["1", "1", "2"])), None);
    assert_eq!(
        told("history", &many(&["1", "x"])).as_deref(),
        Some("history: element 2: an Integral is digits with or without a minus sign, such as -42")
    );
    let halves = |second: usize| FeatureValue::Many(vec!["1".repeat(10), "1".repeat(second)]);
    assert!(told("tags", &halves(358_390)).is_none());
    assert_eq!(
        told("tags", &halves(358_391)).as_deref(),
        Some("tags: 358401 bytes are too many: a value has at most 358400")
    );
    let numbers = |count| FeatureValue::Many((0..count).map(|_| String::new()).collect());
    let mut group = group();
    group.features[5].kind = "String".to_owned();
    let schema = Schema::of(&group);
    assert_eq!(value(&schema, "history", &numbers(358_400)), Ok(()));
    assert_eq!(
        value(&schema, "history", &numbers(358_401)).unwrap_err().why,
        "358401 elements are too many: a list has at most 358400"
    );
}

#[test]
fn a_set_has_each_element_once() {
    assert_eq!(told("tags", &many(&["a", "b", ""])), None);
    assert_eq!(
        told("tags", &many(&["a", "b", "a"])).as_deref(),
        Some("tags: element 3 stands in the set before")
    );
}

#[test]
fn a_vector_has_as_many_elements_as_its_dimension() {
    assert_eq!(told("embedding", &many(&["0.1", "-2", "3e4"])), None);
    for (elements, count) in [(&["1", "2"][..], 2), (&["1", "2", "3", "4"], 4), (&[], 0)] {
        assert_eq!(
            told("embedding", &many(elements)),
            Some(format!(
                "embedding: has {count} elements, and the vector's dimension is 3"
            ))
        );
    }
}

#[test]
fn one_value_and_a_list_are_not_taken_for_each_other() {
    assert_eq!(
        told("visits", &many(&["1"])).as_deref(),
        Some("visits: takes one value and not a list")
    );
    assert_eq!(
        told("tags", &one("a")).as_deref(),
        Some("tags: takes a list: it is a Set of String")
    );
}

#[test]
fn an_element_is_checked_as_it_is_typed() {
    let schema = customers();
    assert_eq!(text(&schema, "embedding", "0.5"), Ok(()));
    assert_eq!(
        text(&schema, "embedding", "half").unwrap_err().to_string(),
        "embedding: a Fractional is a decimal number such as -1.5 or 6.02e23"
    );
}

#[test]
fn an_unknown_feature_is_told_with_the_nearest_name() {
    for (feature, why) in [
        ("vists", "customers has no such feature; did you mean visits?"),
        ("Visits", "customers has no such feature; did you mean visits?"),
        (
            "customerid",
            "customers has no such feature; did you mean customer_id?",
        ),
        ("colour", "customers has no such feature"),
        ("", "customers has no such feature"),
    ] {
        assert_eq!(value(&customers(), feature, &one("1")).unwrap_err().why, why);
    }
}

#[test]
fn what_is_of_an_unknown_type_may_be_anything() {
    let mut group = group();
    group.features[2].kind = "Decimal".to_owned();
    group.features[3].collection = Some("Map".to_owned());
    let schema = Schema::of(&group);
    assert_eq!(value(&schema, "visits", &one("seven")), Ok(()));
    assert_eq!(value(&schema, "score", &one("7")), Ok(()));
    assert_eq!(value(&schema, "score", &many(&["7", "7"])), Ok(()));
}

#[test]
fn an_identifier_is_neither_empty_nor_over_2_kb() {
    let schema = customers();
    assert_eq!(identifier(&schema, "c"), Ok(()));
    assert_eq!(identifier(&schema, &"c".repeat(2048)), Ok(()));
    assert_eq!(
        identifier(&schema, "").unwrap_err().to_string(),
        "customer_id: the identifier of a record must not be empty"
    );
    assert_eq!(
        identifier(&schema, &"c".repeat(2049)).unwrap_err().to_string(),
        "customer_id: 2049 bytes are too many: an identifier has at most 2048"
    );
    let mut group = group();
    group.features[0].kind = "Integral".to_owned();
    assert_eq!(
        identifier(&Schema::of(&group), "c").unwrap_err().to_string(),
        "customer_id: an Integral is digits with or without a minus sign, such as -42"
    );
}

#[test]
fn an_event_time_has_the_form_of_its_group() {
    all_right(
        "event_time",
        &["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z"],
    );
    all_wrong(
        "event_time",
        &["2026-11-20", "2026-11-20T12:00:00", "1795176000", ""],
        "event_time: an event time of this group is a time in UTC such as 2026-03-02T09:14:00Z or 2026-03-02T09:14:00.000Z",
    );
    let mut group = group();
    group.features[1].kind = "Fractional".to_owned();
    let schema = Schema::of(&group);
    assert_eq!(text(&schema, "event_time", "1795176000.125"), Ok(()));
    for wrong in ["2026-11-20T12:00:00Z", "1e9", "1795176000.1234567"] {
        assert_eq!(
            text(&schema, "event_time", wrong).unwrap_err().to_string(),
            "event_time: an event time of this group is seconds since 1970 such as 1772442840 or 1772442840.125"
        );
    }
}

#[test]
fn a_record_has_its_identifier_its_event_time_and_350_kb_at_most() {
    let schema = customers();
    // The names of these take 21 bytes, and their values 4.
    let sized = |bytes: usize| {
        vec![
            ("customer_id".to_owned(), one("c-1")),
            ("event_time".to_owned(), one("t")),
            ("name".to_owned(), one(&"x".repeat(bytes - 29))),
        ]
    };
    assert_eq!(record(&schema, &sized(358_400)), []);
    let told = |features: &Features| -> Vec<_> {
        record(&schema, features)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(
        told(&sized(358_401)),
        ["358401 bytes are too many: a record with the names of its features has at most 358400"]
    );
    assert_eq!(
        told(&vec![]),
        [
            "customer_id: every record of this group has it",
            "event_time: every record of this group has it"
        ]
    );
}

#[test]
fn a_record_has_2500_features_at_most() {
    let schema = customers();
    let of = |count: usize| {
        let rest = (2..count).map(|number| (format!("f{number}"), one("")));
        let first = ["customer_id", "event_time"].map(|name| (name.to_owned(), one("")));
        first.into_iter().chain(rest).collect::<Features>()
    };
    assert_eq!(record(&schema, &of(2500)), []);
    assert_eq!(
        record(&schema, &of(2501))[0].to_string(),
        "2501 features are too many: a record has at most 2500"
    );
}

#[test]
fn a_life_is_a_number_and_a_unit() {
    for (text, value, unit) in [
        ("30 Days", 30, TtlUnit::Days),
        (" 30days ", 30, TtlUnit::Days),
        ("1 day", 1, TtlUnit::Days),
        ("5 m", 5, TtlUnit::Minutes),
        ("90s", 90, TtlUnit::Seconds),
        ("2 HOURS", 2, TtlUnit::Hours),
        ("2147483647 w", i32::MAX, TtlUnit::Weeks),
    ] {
        assert_eq!(ttl(text), Ok(Some(TtlDuration { value, unit })), "{text}");
    }
    assert_eq!(ttl("  "), Ok(None));
    for text in [
        "30",
        "Days",
        "-1 Days",
        "1.5 Days",
        "30 fortnights",
        "30 dayss",
        "1 Ð",
    ] {
        assert_eq!(
            ttl(text).unwrap_err().to_string(),
            "a time to live is a number of Seconds, Minutes, Hours, Days or Weeks, such as 30 Days",
            "{text}"
        );
    }
    for text in ["0 Days", "2147483648 Weeks"] {
        assert_eq!(
            ttl(text).unwrap_err().to_string(),
            "a time to live is between 1 and 2147483647",
            "{text}"
        );
    }
}

#[test]
fn a_mistake_acts_on_no_terminal() {
    let mistake = Mistake::new("a\u{1b}", "b\n");
    assert_eq!(mistake.to_string(), "a␛: b␊");
}
