//! What people type to choose by: filters, programs, conditions of lists, positions, columns.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kinescope::decode::Decoder;
use kinescope::query::{Filter, FilterError, Path, parse_condition};
use kinescope::resource::{Body, Record, Section, Variable};
use kinescope::source::Session;
use kinescope::tail::{parse_position, parse_time};
use proptest::prelude::*;

use super::corpus;
use super::judge;
use super::trial::trial;

fn texts(of: &[&str]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

fn filters() -> Vec<String> {
    texts(&[
        "tot.l",
        "shard:4 key:cust-1 error",
        "key=\"a \\\" b\" (?i)timeout|refused",
        "event:REMOVE event:ttl x{3,5}",
        "[a-z&&[^aeiou]]+\\b\\p{Greek}",
        "(?P<name>a+)+$ \\x{1F600} [[:alpha:]]",
        "(a{1,1000}){1,1000}",
        "shard:\"shardId-000000000004\" ^\\{\"order",
    ])
}

fn programs() -> Vec<String> {
    texts(&[
        ".total > 100",
        "jq:.items[] | .sku | test(\"^B\"; \"i\")",
        "select(.a == \"x\" and (.b // null) != null)",
        "any(.items[]; .price * .qty > 2)",
        "has(\"a\") | not",
        ".. | numbers | . as [$a, {b: $c}] | $a + $c",
        "def f(x): if x > 1 then x - 1 | f(.) else . end; f(3)",
        "reduce .[] as $x (0; . + $x) | try error catch .",
        "[.[] | \"\\(.a) \\u00e9\" | @base64] | sort_by(.) | .[1:-1]",
        "label $out | foreach .[] as $i (0; .+1; ., break $out)",
        "{a: 1, \"b\": .c, $__loc__} | to_entries? // empty",
        ".a |= (.+1) | .b //= 3 | limit(3; range(10))",
    ])
}

/// Where it says that the mistake is must be in the text, or at its end.
fn is_mistake_in(text: &str, error: &FilterError) -> Result<(), TestCaseError> {
    prop_assert!(error.at <= text.chars().count(), "{} of {:?}", error, text);
    prop_assert!(!error.why.is_empty());
    Ok(())
}

fn record(data: Vec<u8>) -> Record {
    Record {
        shard: "shardId-000000000004".into(),
        sequence: "1".into(),
        arrived: None,
        body: Body::blob("cust-1", data),
    }
}

#[test]
fn any_text_is_an_expression_that_is_held_against_any_payload_or_a_mistake_in_it() {
    let given = (corpus::text(&filters()), corpus::bytes());
    trial("filters", 1, given, |(text, data)| {
        for read in [Filter::matching, Filter::searching] {
            match read(&text) {
                Ok(filter) => {
                    let sifted = filter.sift(&[&record(data.clone())], &Decoder::automatic());
                    prop_assert_eq!(sifted.passed.len(), 1);
                    let shown = String::from_utf8_lossy(&data);
                    for place in filter.places(&shown) {
                        prop_assert!(shown.get(place).is_some());
                    }
                }
                Err(error) => is_mistake_in(&text, &error)?,
            }
        }
        Ok(())
    });
}

/// They are only read here: what they do when they run is bounded by a process of their own.
#[test]
fn any_text_is_a_program_or_a_mistake_in_it() {
    trial("programs", 8, corpus::text(&programs()), |text| {
        for read in [Filter::parse, Filter::program] {
            if let Err(error) = read(&text) {
                is_mistake_in(&text, &error)?;
            }
        }
        Ok(())
    });
}

static VARIABLES: LazyLock<&'static [Variable]> = LazyLock::new(|| {
    let services = Session::demo("http://127.0.0.1:1").sources();
    let predictions = &services[Section::Predictions.index()];
    predictions.query.as_ref().unwrap().variables()
});

#[test]
fn any_text_is_a_condition_that_is_written_alike_or_a_mistake() {
    let (now, zone) = (Timestamp::from_second(1_795_000_000).unwrap(), TimeZone::UTC);
    let texts = texts(&[
        "status = FAILED",
        "name ^= churn",
        "name == \"a \\\"b\\\"\"",
        "created >= -7d",
        "created < 2026-11-20T14:02:00Z",
        "updated GE 14:02",
        "user != ana and status = COMPLETED",
        "model prefix ml-",
    ]);
    trial("conditions", 1, corpus::text(&texts), |text| {
        match parse_condition(&text, &VARIABLES, now, &zone) {
            Ok(condition) => {
                let again = parse_condition(&condition.to_string(), &VARIABLES, now, &zone);
                prop_assert_eq!(again, Ok(condition), "{}", text);
            }
            Err(error) => judge::one_line(&error.to_string())?,
        }
        Ok(())
    });
}

#[test]
fn any_text_is_a_position_or_a_time_or_neither() {
    let texts = texts(&[
        "latest",
        "TRIM_HORIZON",
        "-15m",
        "-P1Y2M3DT4H",
        "-9223372036854775807s",
        "2026-03-02T09:14:00Z",
        "2026-03-02T09:14:00.123456789+05:30[Asia/Kolkata]",
        "14:02:60",
        "seq:49590338271490256608559692538361571095921575989136588898",
        "-999999-01-01",
    ]);
    let zones = ["UTC", "Europe/Berlin", "Pacific/Apia"].map(|name| TimeZone::get(name).unwrap());
    let times = [
        Timestamp::MIN,
        Timestamp::from_second(1_795_000_000).unwrap(),
        Timestamp::MAX,
    ];
    let given = (
        corpus::text(&texts),
        proptest::sample::select(zones.to_vec()),
        proptest::sample::select(times.to_vec()),
    );
    trial("positions", 1, given, |(text, zone, now)| {
        parse_time(&text, now, &zone);
        match parse_position(&text, now, &zone) {
            Ok(_) => Ok(()),
            Err(error) => judge::one_line(&error.to_string()),
        }
    });
}

#[test]
fn any_text_is_a_path_that_is_written_alike_or_a_mistake() {
    let texts = texts(&[
        ".customer.id",
        ".items[0].sku",
        ".[\"a.b\"]",
        ".",
        ".[18446744073709551616]",
        ".é[\"\\u0041\"][3]",
    ]);
    let given = (corpus::text(&texts), corpus::bytes());
    trial("columns", 1, given, |(text, data)| match Path::parse(&text) {
        Ok(path) => {
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path.clone()));
            if let Some(json) = Decoder::automatic().decode(&data).value.json() {
                path.find(json);
            }
            Ok(())
        }
        Err(error) => judge::one_line(&error.to_string()),
    });
}
