//! What became of an item: its attributes before and after, compared by name, by index in lists, by element in sets.
//!
//! Must not: read a number. Two numbers are the same where they are written alike, as the service writes them.

use std::collections::HashSet;
use std::hash::Hash;

use super::attribute::item_preview;
use super::{Attribute, Item};

/// What became of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Diff<'a> {
    /// Nothing.
    Same(&'a Attribute),
    /// It came.
    Added(&'a Attribute),
    /// It went.
    Removed(&'a Attribute),
    /// It is another one now.
    Replaced(&'a Attribute, &'a Attribute),
    /// Something inside a map is other than it was.
    Map(Vec<(&'a str, Diff<'a>)>),
    /// Something inside a list is.
    List(Vec<Diff<'a>>),
    /// A set has other elements: those that it kept, that came, and that went, each as a value of its own.
    Set {
        /// The set before.
        old: &'a Attribute,
        /// The set after.
        new: &'a Attribute,
        /// In both.
        kept: Vec<Attribute>,
        /// Only after.
        added: Vec<Attribute>,
        /// Only before.
        removed: Vec<Attribute>,
    },
}

/// The attributes of both images by name, each with its value before and after; at least one of the two is there.
fn pairs<'a>(
    old: &'a Item,
    new: &'a Item,
) -> impl Iterator<Item = (&'a str, Option<&'a Attribute>, Option<&'a Attribute>)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        let before = old.peek().map(|(name, _)| name.as_str());
        let after = new.peek().map(|(name, _)| name.as_str());
        let name = before.into_iter().chain(after).min()?;
        let was = (before == Some(name)).then(|| old.next()).flatten();
        let is = (after == Some(name)).then(|| new.next()).flatten();
        Some((name, was.map(|(_, value)| value), is.map(|(_, value)| value)))
    })
}

/// What became of each attribute of an item.
pub fn diff_items<'a>(old: &'a Item, new: &'a Item) -> Vec<(&'a str, Diff<'a>)> {
    pairs(old, new)
        .filter_map(|(name, old, new)| Some((name, diff_sides(old, new)?)))
        .collect()
}

fn diff_sides<'a>(old: Option<&'a Attribute>, new: Option<&'a Attribute>) -> Option<Diff<'a>> {
    match (old, new) {
        (Some(old), Some(new)) => Some(diff(old, new)),
        (Some(old), None) => Some(Diff::Removed(old)),
        (None, Some(new)) => Some(Diff::Added(new)),
        (None, None) => None,
    }
}

/// What became of a value.
pub fn diff<'a>(old: &'a Attribute, new: &'a Attribute) -> Diff<'a> {
    use Attribute::{Bs, L, M, N, Ns, S, Ss};
    if old == new {
        return Diff::Same(new);
    }
    match (old, new) {
        (M(before), M(after)) => Diff::Map(diff_items(before, after)),
        (L(before), L(after)) => {
            let longest = before.len().max(after.len());
            let sides = (0..longest).filter_map(|n| diff_sides(before.get(n), after.get(n)));
            Diff::List(sides.collect())
        }
        (Ss(before), Ss(after)) => diff_sets(old, new, before, after, |it| S(it.clone())),
        (Ns(before), Ns(after)) => diff_sets(old, new, before, after, |it| N(it.clone())),
        (Bs(before), Bs(after)) => diff_sets(old, new, before, after, |it| Attribute::B(it.clone())),
        _ => Diff::Replaced(old, new),
    }
}

fn diff_sets<'a, T: Eq + Hash>(
    old: &'a Attribute,
    new: &'a Attribute,
    before: &[T],
    after: &[T],
    value: impl Fn(&T) -> Attribute,
) -> Diff<'a> {
    let (had, has): (HashSet<&T>, HashSet<&T>) = (before.iter().collect(), after.iter().collect());
    let of = |elements: &[T], keep: &dyn Fn(&T) -> bool| {
        elements.iter().filter(|it| keep(it)).map(&value).collect()
    };
    let (added, removed): (Vec<_>, Vec<_>) = (
        of(after, &|it| !had.contains(it)),
        of(before, &|it| !has.contains(it)),
    );
    if added.is_empty() && removed.is_empty() {
        // The service gives the elements of a set in no order.
        return Diff::Same(new);
    }
    Diff::Set {
        old,
        new,
        kept: of(after, &|it| had.contains(it)),
        added,
        removed,
    }
}

/// Bytes of a value that a summary shows at most.
const SUMMARIZED: usize = 24;

/// What changed in an item, on one line of so many bytes or a little more: `Replies 3 → 4, + LastPostedBy, − Draft`. Looks no
/// further than that, for items may be 400 KB and a list shows many of them.
pub fn change_summary(old: &Item, new: &Item, limit: usize) -> String {
    let mut out = String::new();
    push_summary(&mut out, "", old, new, limit);
    if out.is_empty() {
        out.push_str("nothing changed");
    }
    out
}

fn push_summary(out: &mut String, path: &str, old: &Item, new: &Item, limit: usize) {
    for (name, was, is) in pairs(old, new) {
        if out.len() > limit {
            return;
        }
        let name = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        let words = match (was, is) {
            (Some(was), Some(is)) if was == is => continue,
            (Some(Attribute::M(was)), Some(Attribute::M(is))) => {
                push_summary(out, &name, was, is, limit);
                continue;
            }
            (Some(Attribute::L(was)), Some(Attribute::L(is))) if was.len() == is.len() => {
                format!("~ {name}")
            }
            (Some(was @ Attribute::L(_)), Some(is)) => format!("{name} {} → {}", short(was), short(is)),
            (Some(was), Some(is)) => match diff(was, is) {
                Diff::Same(_) => continue,
                Diff::Set { added, removed, .. } => {
                    format!("{name} {}", elements(&added, &removed))
                }
                _ => format!("{name} {} → {}", short(was), short(is)),
            },
            (None, _) => format!("+ {name}"),
            (_, None) => format!("− {name}"),
        };
        out.push_str(if out.is_empty() { "" } else { ", " });
        out.push_str(&words);
    }
}

fn elements(added: &[Attribute], removed: &[Attribute]) -> String {
    let some = |sign: &'static str, values: &[Attribute]| {
        let words = values
            .iter()
            .take(3)
            .map(move |it| format!("{sign} {}", short(it)));
        words.collect::<Vec<_>>()
    };
    [some("+", added), some("−", removed)].concat().join(" ")
}

/// A value in a few characters.
fn short(value: &Attribute) -> String {
    match value {
        Attribute::M(item) => format!("{{{}}}", item.len()),
        Attribute::L(list) => format!("[{}]", list.len()),
        Attribute::Ss(set) | Attribute::Ns(set) => format!("set {{{}}}", set.len()),
        Attribute::Bs(set) => format!("set {{{}}}", set.len()),
        Attribute::B(bytes) => format!("{} bytes", bytes.len()),
        value => value.preview(SUMMARIZED),
    }
}

/// The values of an item's key as a person names it: `"DynamoDB" / "Thread 2"`.
pub fn key_words(keys: &Item, limit: usize) -> String {
    let values: Vec<_> = keys.values().map(|value| value.preview(limit)).collect();
    if values.is_empty() {
        return item_preview(keys, limit);
    }
    values.join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::collection::{btree_map, hash_set, vec};
    use proptest::prelude::*;

    fn s(text: &str) -> Attribute {
        Attribute::S(text.to_owned())
    }

    fn n(digits: &str) -> Attribute {
        Attribute::N(digits.to_owned())
    }

    fn item<const N: usize>(members: [(&str, Attribute); N]) -> Item {
        members.map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn maps_are_compared_by_name_lists_by_index_and_sets_by_element() {
        let set = |texts: &[&str]| Attribute::Ss(texts.iter().map(ToString::to_string).collect());
        let old = item([
            ("gone", s("x")),
            ("list", Attribute::L(vec![n("1"), n("2")])),
            ("map", Attribute::M(item([("a", n("1")), ("b", n("2"))]))),
            ("tags", set(&["a", "b"])),
        ]);
        let new = item([
            ("came", s("y")),
            ("list", Attribute::L(vec![n("1"), n("3"), n("4")])),
            ("map", Attribute::M(item([("a", n("1")), ("b", s("2"))]))),
            ("tags", set(&["c", "a"])),
        ]);
        let (one, two, three, four) = (n("1"), n("2"), n("3"), n("4"));
        let (x, y, text) = (s("x"), s("y"), s("2"));
        let diffs = diff_items(&old, &new);
        assert_eq!(diffs[0], ("came", Diff::Added(&y)));
        assert_eq!(diffs[1], ("gone", Diff::Removed(&x)));
        let list = vec![Diff::Same(&one), Diff::Replaced(&two, &three), Diff::Added(&four)];
        assert_eq!(diffs[2], ("list", Diff::List(list)));
        let map = vec![("a", Diff::Same(&one)), ("b", Diff::Replaced(&two, &text))];
        assert_eq!(diffs[3], ("map", Diff::Map(map)));
        let Diff::Set {
            kept, added, removed, ..
        } = &diffs[4].1
        else {
            panic!()
        };
        assert_eq!(
            (&kept[..], &added[..], &removed[..]),
            (&[s("a")][..], &[s("c")][..], &[s("b")][..])
        );
    }

    #[test]
    fn the_order_of_a_set_is_no_change() {
        let set = |texts: [&str; 2]| Attribute::Ns(texts.map(str::to_owned).to_vec());
        assert!(matches!(diff(&set(["1", "2"]), &set(["2", "1"])), Diff::Same(_)));
    }

    #[test]
    fn a_summary_says_what_changed_and_no_more_than_fits() {
        let old = item([
            ("Draft", Attribute::Bool(true)),
            ("Replies", n("3")),
            ("Title", s("t")),
        ]);
        let new = item([("LastPostedBy", s("zoe")), ("Replies", n("4")), ("Title", s("t"))]);
        assert_eq!(
            change_summary(&old, &new, 100),
            "− Draft, + LastPostedBy, Replies 3 → 4"
        );
        let nested = |city: &str| item([("address", Attribute::M(item([("city", s(city))])))]);
        assert_eq!(
            change_summary(&nested("Rome"), &nested("Oslo"), 100),
            r#"address.city "Rome" → "Oslo""#
        );
        let many = |value: &str| (0..5000).map(|k| (format!("k{k}"), n(value))).collect::<Item>();
        assert!(change_summary(&many("1"), &many("2"), 100).len() < 140);
        assert_eq!(change_summary(&old, &old, 100), "nothing changed");
    }

    fn attributes() -> impl Strategy<Value = Attribute> {
        let texts = hash_set("[ab]{0,2}", 1..4).prop_map(|it| it.into_iter().collect::<Vec<_>>());
        let leaf = prop_oneof![
            "[ab]{0,2}".prop_map(Attribute::S),
            "[12]".prop_map(Attribute::N),
            any::<bool>().prop_map(Attribute::Bool),
            Just(Attribute::Null),
            vec(any::<u8>(), 0..3).prop_map(|it| Attribute::B(Bytes::from(it))),
            texts.clone().prop_map(Attribute::Ss),
            texts.prop_map(Attribute::Ns),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Attribute::L),
                btree_map("[abc]", inner, 0..4).prop_map(Attribute::M),
            ]
        })
    }

    /// Makes the change to what was.
    fn apply(old: Option<&Attribute>, diff: &Diff<'_>) -> Option<Attribute> {
        match (old, diff) {
            (Some(_), Diff::Same(value)) | (None, Diff::Added(value)) => Some((*value).clone()),
            (Some(was), Diff::Removed(value)) if was == *value => None,
            (Some(was), Diff::Replaced(value, new)) if was == *value => Some((*new).clone()),
            (Some(Attribute::M(was)), Diff::Map(diffs)) => Some(Attribute::M(apply_to(was, diffs))),
            (Some(Attribute::L(was)), Diff::List(diffs)) => {
                let values = diffs
                    .iter()
                    .enumerate()
                    .filter_map(|(n, diff)| apply(was.get(n), diff));
                Some(Attribute::L(values.collect()))
            }
            (
                Some(was),
                Diff::Set {
                    old, added, removed, ..
                },
            ) if was == *old => {
                let texts = |values: &[Attribute]| -> Vec<String> {
                    let text = |it: &Attribute| match it {
                        Attribute::S(text) | Attribute::N(text) => text.clone(),
                        _ => unreachable!(),
                    };
                    values.iter().map(text).collect()
                };
                let gone = texts(removed);
                let change = |set: &[String]| {
                    let kept = set.iter().filter(|it| !gone.contains(it)).cloned();
                    kept.chain(texts(added)).collect::<Vec<_>>()
                };
                match was {
                    Attribute::Ss(set) => Some(Attribute::Ss(change(set))),
                    Attribute::Ns(set) => Some(Attribute::Ns(change(set))),
                    _ => unreachable!(),
                }
            }
            _ => panic!("{diff:?} does not follow from {old:?}"),
        }
    }

    fn apply_to(old: &Item, diffs: &[(&str, Diff<'_>)]) -> Item {
        let values = diffs
            .iter()
            .filter_map(|(name, diff)| Some(((*name).to_owned(), apply(old.get(*name), diff)?)));
        values.collect()
    }

    /// Sets in one order.
    fn sorted(value: Attribute) -> Attribute {
        let sort = |mut set: Vec<String>| {
            set.sort();
            set
        };
        match value {
            Attribute::Ss(set) => Attribute::Ss(sort(set)),
            Attribute::Ns(set) => Attribute::Ns(sort(set)),
            Attribute::L(list) => Attribute::L(list.into_iter().map(sorted).collect()),
            Attribute::M(item) => Attribute::M(item.into_iter().map(|(k, v)| (k, sorted(v))).collect()),
            other => other,
        }
    }

    proptest! {
        #[test]
        fn a_difference_made_to_what_was_gives_what_is(
            old in btree_map("[abc]", attributes(), 0..4),
            new in btree_map("[abc]", attributes(), 0..4),
        ) {
            let given = Attribute::M(apply_to(&old, &diff_items(&old, &new)));
            prop_assert_eq!(sorted(given), sorted(Attribute::M(new)));
        }

        #[test]
        fn a_summary_of_any_change_is_bounded(
            old in btree_map("[abc]", attributes(), 0..4),
            new in btree_map("[abc]", attributes(), 0..4),
            limit in 0usize..60,
        ) {
            prop_assert!(change_summary(&old, &new, limit).len() < limit + 400);
        }
    }
}
