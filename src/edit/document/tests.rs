use super::*;
use crate::edit::fixtures::{customers, many, one, record};
use crate::resource::FeatureRecord;
use proptest::prelude::*;

fn draft(values: Features) -> Draft {
    let base = FeatureRecord {
        values,
        expires: None,
    };
    Draft::of(customers(), "c-1", Some(base))
}

fn wrong(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_record_is_told_with_its_types_and_what_it_does_not_have() {
    let text = write(&Draft::of(customers(), "c-1", Some(record())));
    assert_eq!(
        text,
        r#"// Record c-1 of customers. Nothing is written before you have reviewed it.
// A feature that is taken out is removed from the record. Numbers may stand in quotes or without.
{
  // Integral
  "visits": 7,
  // String, the identifier: it cannot be changed
  "customer_id": "c-1",
  // String, the event time: it moves forward unless you set it
  "event_time": "2026-11-20T11:00:00Z",
  // String
  "name": "Ada\u001b",
  // Set of String
  "tags": ["b", "a"],
  // "score": 0, // Fractional, absent
  // "history": [], // List of Integral, absent
  // "embedding": [], // Vector of 3 Fractional, absent
}
"#
    );
    assert_eq!(read(&text).unwrap(), record().values);
}

#[test]
fn an_absent_feature_is_there_when_its_line_is_uncommented() {
    let text = write(&Draft::of(customers(), "c-1", Some(record())));
    for (feature, value) in [("score", one("0")), ("history", many(&[]))] {
        let text = text.replace(&format!("// \"{feature}\""), &format!("\"{feature}\""));
        let features = read(&text).unwrap();
        assert_eq!(features.last(), Some(&(feature.to_owned(), value)));
    }
}

#[test]
fn numbers_keep_their_text() {
    for number in [
        "0.1",
        "1e308",
        "-0",
        "-0.0",
        "9223372036854775807",
        "1E+5",
        "100000000000000000000.10",
    ] {
        let features = vec![("score".to_owned(), one(number))];
        let text = write(&draft(features.clone()));
        assert!(text.contains(&format!("\"score\": {number},\n")), "{text}");
        assert_eq!(read(&text).unwrap()[0], features[0]);
    }
    for text in ["007", "+5", ".5", "5.", "NaN", "", " 7", "7\n", "--1", "1e"] {
        let features = vec![("score".to_owned(), one(text))];
        let text = write(&draft(features.clone()));
        assert!(text.contains("\"score\": \""), "{text}");
        assert_eq!(read(&text).unwrap()[0], features[0]);
    }
}

#[test]
fn comments_trailing_commas_and_foreign_line_ends_are_no_mistakes() {
    let expected = vec![("a".to_owned(), one("1")), ("b".to_owned(), many(&["x", "2"]))];
    for text in [
        r#"{"a":1,"b":["x",2]}"#,
        "\u{feff}// c\r\n{\r\n \"a\" /* : */ : \"1\" , \r\n\t\"b\" : [ \"x\", /* \"y\", */ 2, ], }\r\n// end",
        "{\"a\":1,\"b\":[\"x\" // \"\n,2]}/**/",
    ] {
        assert_eq!(read(text).unwrap(), expected, "{text}");
    }
    assert_eq!(read("{}").unwrap(), []);
    assert_eq!(
        read("{ \"a//b\": \"/* c */\" }").unwrap(),
        [("a//b".to_owned(), one("/* c */"))]
    );
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_is_expected() {
    for (text, expected) in [
        ("", "line 1, column 1: the record begins with {"),
        ("[]", "line 1, column 1: the record begins with {"),
        ("{", "line 1, column 2: the record has no end: } is missing"),
        (
            "{\n  a: 1}",
            "line 2, column 3: the name of a feature in quotes is expected, or }",
        ),
        (
            "{\"ä\" 1}",
            "line 1, column 6: a colon is expected after the name of a feature",
        ),
        (
            "{\"a\": }",
            "line 1, column 7: a string, a number or a list of these is expected",
        ),
        (
            "{\"a\":",
            "line 1, column 6: the text ends where a value is expected",
        ),
        (
            "{\"a\": null}",
            "line 1, column 7: null is no value: take the feature out, or give it an empty string",
        ),
        (
            "{\"a\": true}",
            "line 1, column 7: a string, a number or a list of these is expected",
        ),
        (
            "{\"a\": {}}",
            "line 1, column 7: an object is no value of a feature; a string, a number or a list of these is expected",
        ),
        (
            "{\"a\": [[]]}",
            "line 1, column 8: a list inside a list is no value of a feature",
        ),
        (
            "{\"a\": 007}",
            "line 1, column 7: this is no JSON number; put it in quotes if it is meant so",
        ),
        (
            "{\"a\": 1 \"b\": 2}",
            "line 1, column 9: a comma or } is expected",
        ),
        ("{\"a\": [1 2]}", "line 1, column 10: a comma or ] is expected"),
        (
            "{\"a\": 1,, }",
            "line 1, column 9: the name of a feature in quotes is expected, or }",
        ),
        (
            "{\"a\": 1,\n \"a\": 2}",
            "line 2, column 2: this feature stands in the record before",
        ),
        (
            "{\"a\": \"x\n\"}",
            "line 1, column 7: this string has no end on its line; a line end inside it is written \\n",
        ),
        (
            "{\"a\": \"x\ty\"}",
            "line 1, column 9: a control character inside a string is written as an escape, a tab as \\t",
        ),
        (
            "{\"a\": \"\\x\"}",
            "line 1, column 9: this escape is none of JSON's",
        ),
        (
            "{} /* x",
            "line 1, column 4: this comment has no end: */ is missing",
        ),
        (
            "{} x",
            "line 1, column 4: nothing but comments may follow the record",
        ),
    ] {
        assert_eq!(wrong(text), expected, "{text}");
    }
}

#[test]
fn half_of_a_pair_of_surrogates_is_refused_and_a_whole_one_is_read() {
    assert!(wrong("{\"a\": \"\\ud83d\"}").ends_with("this escape is none of JSON's"));
    assert_eq!(read("{\"a\": \"\\ud83d\\ude00\"}").unwrap()[0].1, one("😀"));
}

#[test]
fn the_reason_stands_at_the_top_once_and_names_the_line_of_the_new_text() {
    let mine = "{\n  \"a\": nonsense\n}\n";
    let told = with_error(mine, &read(mine).unwrap_err());
    assert_eq!(
        told,
        "//! line 3, column 8: a string, a number or a list of these is expected\n{\n  \"a\": nonsense\n}\n"
    );
    let again = with_error(&told, &read(&told).unwrap_err());
    assert_eq!(again, told);
    let mistakes = [Mistake::new("a", "b"), Mistake::new("c\n", "d")];
    let told = with_mistakes(&told, &mistakes);
    assert_eq!(told, "//! a: b\n//! c␊: d\n{\n  \"a\": nonsense\n}\n");
    assert_eq!(untold(&told), mine);
    assert!(with_error(&told, &read(&told).unwrap_err()).starts_with("//! line 3, column 8: "));
    assert_eq!(
        with_error("//! x", &read("//! x").unwrap_err()).lines().count(),
        1
    );
}

#[test]
fn a_mistake_names_the_line_of_its_feature_in_the_new_text() {
    let mine = "//! an earlier reason\n// note\n{ \"a\": 1,\n\n  \"b\":\n    [2], \"c\": 3\n}\n";
    let mistakes = ["c", "b", "absent", "a"].map(|feature| Mistake::new(feature, "no"));
    let told = with_mistakes(mine, &mistakes);
    let reasons: Vec<_> = told.lines().take(4).collect();
    assert_eq!(
        reasons,
        [
            "//! line 9: c: no",
            "//! line 8: b: no",
            "//! absent: no",
            "//! line 6: a: no"
        ]
    );
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[8].contains("\"c\"") && lines[7].contains("\"b\"") && lines[5].contains("\"a\""));
}

#[test]
fn what_acts_on_a_terminal_is_an_escape_in_the_text() {
    let hostile = "\u{1b}[2J\u{202e}\u{7f}\r\n\t\u{feff}";
    let features = vec![("name".to_owned(), one(hostile))];
    let draft = Draft::of(
        customers(),
        hostile,
        Some(FeatureRecord {
            values: features.clone(),
            expires: None,
        }),
    );
    let text = write(&draft);
    assert_eq!(sanitize::block(&text), text);
    assert_eq!(read(&text).unwrap()[0], features[0]);
}

fn arbitrary_features() -> impl Strategy<Value = Features> {
    let text = || {
        prop_oneof![
            "\\PC*",
            any::<String>(),
            "-?[0-9]{1,20}(\\.[0-9]{1,5})?(e[0-9]{1,3})?"
        ]
    };
    let value = prop_oneof![
        text().prop_map(FeatureValue::One),
        prop::collection::vec(text(), 0..4).prop_map(FeatureValue::Many),
    ];
    let name = prop_oneof![
        Just("visits".to_owned()),
        Just("score".to_owned()),
        Just("tags".to_owned()),
        any::<String>(),
    ];
    prop::collection::btree_map(name, value, 0..6).prop_map(|features| features.into_iter().collect())
}

proptest! {
    #[test]
    fn whatever_a_record_holds_comes_back(mut features in arbitrary_features()) {
        features.retain(|(name, _)| name != "customer_id");
        features.push(("customer_id".to_owned(), one("c-1")));
        let mut draft = draft(features.clone());
        let read = read(&write(&draft)).unwrap();
        prop_assert_eq!(&read, &features);
        draft.replace(&read).unwrap();
        prop_assert!(!draft.is_dirty());
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "[{}\\[\\]\":,/*\\\\a0-9.eé \n-]{0,40}") {
        if let Err(error) = read(&text) {
            let again = with_error(&text, &error);
            prop_assert!(again.ends_with(split_told(&text).1));
        }
    }
}
