//! Members of requests in which something else stands, or nothing.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Values where others are expected, as JSON, one on a line.
const ODD: &str = include_str!("odd.txt");

/// Something else in a member's place, or nothing, or a member that does not belong there.
#[derive(Clone, Debug)]
pub(crate) enum Twist {
    Put(Index, Value),
    Drop(Index),
    Add(String, Value),
}

fn odd() -> impl Strategy<Value = Value> {
    let numbers = any::<i64>().prop_map(Value::from);
    let texts = "[a-zA-Z0-9+/=:._ #\\[\\]()-]{0,40}".prop_map(Value::from);
    let known = ODD
        .lines()
        .map(|text| serde_json::from_str::<Value>(text).unwrap());
    let long = (0_usize..5000).prop_map(|length| Value::from("x".repeat(length)));
    prop_oneof![6 => select(known.collect::<Vec<_>>()), 1 => numbers, 1 => texts, 1 => long]
}

/// Any of them; members come from these bodies.
pub(crate) fn twist(bodies: &[String]) -> impl Strategy<Value = Twist> {
    let members = bodies
        .iter()
        .filter_map(|body| serde_json::from_str::<Value>(body).ok());
    let names = members.flat_map(|it| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    let names: Vec<String> = names.collect();
    prop_oneof![
        6 => (any::<Index>(), odd()).prop_map(|(at, value)| Twist::Put(at, value)),
        1 => any::<Index>().prop_map(Twist::Drop),
        1 => (select(names), odd()).prop_map(|(name, value)| Twist::Add(name, value)),
    ]
}

/// The places of all values within one.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    let mut go_on = |name: &str, value: &Value| {
        let there = format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(value, &there, all);
        all.push(there);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| go_on(name, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| go_on(&at.to_string(), value)),
        _ => {}
    }
}

/// A body after all of them.
pub(crate) fn twisted(body: &str, twists: &[Twist]) -> String {
    let Ok(mut members) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    for twist in twists {
        let mut all = Vec::new();
        places(&members, "", &mut all);
        match twist {
            Twist::Put(at, value) if !all.is_empty() => {
                *members.pointer_mut(at.get::<String>(&all)).unwrap() = value.clone();
            }
            Twist::Drop(at) if !all.is_empty() => {
                let (parent, name) = at.get::<String>(&all).rsplit_once('/').unwrap();
                if let Some(Value::Object(members)) = members.pointer_mut(parent) {
                    members.remove(name);
                }
            }
            Twist::Add(name, value) => members[name] = value.clone(),
            _ => {}
        }
    }
    members.to_string()
}
