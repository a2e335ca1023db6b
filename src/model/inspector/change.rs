//! A change of an item as lines: what became of each attribute, or the one image that there is.

use unicode_width::UnicodeWidthStr;

use super::Sight;
use super::tree::{Kind, Sign};
use super::value::{scalar, set_line, write_attribute, write_indexed, write_item, write_unchanged};
use super::write::{Place, Writer};
use crate::resource::{Attribute, Change, Diff, Event, Item, diff_items};
use crate::sanitize;

/// Columns that old values are given when they stand below each other.
const WIDEST_OLD: usize = 24;
/// What stands between a value that was and the one that is.
const ARROW: &str = "  →  ";

/// All that a change says.
pub(super) fn write_change(writer: &mut Writer, sight: Sight, change: &Change) {
    let note = |writer: &mut Writer, text: &str| writer.leaf(&Place::default(), Kind::Note, text);
    if let Some((kind, who)) = &change.identity {
        let ttl = if change.is_ttl() {
            ": its time to live had run out"
        } else {
            ""
        };
        note(writer, &format!("by {kind} {who}{ttl}"));
    }
    if let Some(words) = missing(change) {
        note(writer, words);
    }
    let place = Place::default();
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => write_diffs(writer, &place, sight, diff_items(old, new)),
        (None, Some(new)) if change.event == Event::Insert => {
            write_item(writer, &place.signed(Sign::Added), sight, new);
        }
        (Some(old), None) if change.event == Event::Remove => {
            write_item(writer, &place.signed(Sign::Removed), sight, old);
        }
        (Some(image), None) | (None, Some(image)) => write_item(writer, &place, sight, image),
        (None, None) => write_item(writer, &place, sight, &change.keys),
    }
}

/// Which image is not there although the item had it, and why. A record does not name its stream's view type, so what is
/// absent tells it.
fn missing(change: &Change) -> Option<&'static str> {
    Some(match (&change.event, &change.old, &change.new) {
        (Event::Insert, _, None) => {
            "keys only: the new image is not in this stream's view (KEYS_ONLY, or OLD_IMAGE)"
        }
        (Event::Remove, None, _) => {
            "keys only: the old image is not in this stream's view (KEYS_ONLY or NEW_IMAGE)"
        }
        (Event::Modify, None, None) => "keys only: neither image is in this stream's view (KEYS_ONLY)",
        (Event::Modify, None, Some(_)) => {
            "the item as it is: the old image is not in this stream's view (NEW_IMAGE)"
        }
        (Event::Modify, Some(_), None) => {
            "the item as it was: the new image is not in this stream's view (OLD_IMAGE)"
        }
        _ => return None,
    })
}

/// What became of each attribute; those that stayed are one line.
fn write_diffs(writer: &mut Writer, place: &Place<'_>, sight: Sight, diffs: Vec<(&str, Diff<'_>)>) {
    let (same, other): (Vec<_>, Vec<_>) = diffs
        .into_iter()
        .partition(|(_, diff)| matches!(diff, Diff::Same(_)));
    let pad = writer.pad(other.iter().map(|(name, _)| *name));
    let column = old_column(sight, other.iter().map(|(_, diff)| diff));
    for (name, diff) in &other {
        write_diff(writer, &Place { name, pad, ..*place }, sight, diff, column);
    }
    write_unchanged(writer, place, "attribute", same.len(), |writer, place| {
        let pad = writer.pad(same.iter().map(|(name, _)| *name));
        for (name, diff) in &same {
            write_diff(writer, &Place { name, pad, ..*place }, sight, diff, 0);
        }
    });
}

fn write_diff(writer: &mut Writer, place: &Place<'_>, sight: Sight, diff: &Diff<'_>, column: usize) {
    let changed = place.signed(Sign::Changed);
    match diff {
        Diff::Same(value) => write_attribute(writer, &place.signed(Sign::Same), sight, value),
        Diff::Removed(value) => write_attribute(writer, &place.signed(Sign::Removed), sight, value),
        Diff::Added(value) => write_added(writer, &place.signed(Sign::Added), sight, value, column),
        Diff::Replaced(old, new) => write_replaced(writer, &changed, sight, (old, new), column),
        Diff::Map(diffs) => {
            let at = writer.open(&changed, Kind::Object, "{…}");
            write_diffs(writer, &place.inside("", 0), sight, diffs.clone());
            writer.close(at);
        }
        Diff::List(diffs) => {
            let at = writer.open(&changed, Kind::Array, "[…]");
            write_list(writer, &place.inside("", 0), sight, diffs);
            writer.close(at);
        }
        Diff::Set { .. } => write_set(writer, &changed, sight, diff, column),
    }
}

fn write_list(writer: &mut Writer, place: &Place<'_>, sight: Sight, diffs: &[Diff<'_>]) {
    let column = old_column(sight, diffs.iter());
    let same = |diff: &Diff<'_>| matches!(diff, Diff::Same(_));
    write_indexed(diffs, |name, pad, diff| {
        if !same(diff) {
            write_diff(writer, &Place { name, pad, ..*place }, sight, diff, column);
        }
    });
    let count = diffs.iter().filter(|diff| same(diff)).count();
    write_unchanged(writer, place, "element", count, |writer, place| {
        write_indexed(diffs, |name, pad, diff| {
            if same(diff) {
                write_diff(writer, &Place { name, pad, ..*place }, sight, diff, 0);
            }
        });
    });
}

/// What came stands where new values do, below the arrows.
fn write_added(writer: &mut Writer, place: &Place<'_>, sight: Sight, value: &Attribute, column: usize) {
    let before = column + ARROW.width();
    match line_of(sight, value) {
        Some((kind, text)) if column > 0 && before + text.width() <= writer.room(place) => {
            writer.leaf(place, kind, &format!("{}{text}", " ".repeat(before)));
        }
        _ => write_attribute(writer, place, sight, value),
    }
}

/// Old and new beside each other where there is room, and else below each other.
fn write_replaced(
    writer: &mut Writer,
    place: &Place<'_>,
    sight: Sight,
    (old, new): (&Attribute, &Attribute),
    column: usize,
) {
    if let (Some((_, was)), Some((_, is))) = (line_of(sight, old), line_of(sight, new)) {
        let line = format!("{}{ARROW}{is}", padded(&was, column));
        if line.width() <= writer.room(place) {
            return writer.leaf(place, Kind::Change, &line);
        }
    }
    let at = writer.open(place, Kind::Change, "");
    let inside = place.inside("", 0);
    write_attribute(writer, &inside.signed(Sign::Removed), sight, old);
    write_attribute(writer, &inside.signed(Sign::Added), sight, new);
    writer.close(at);
}

/// `{a, b}  →  {a, c}    + c   − b` where there is room, and else the elements that came and went.
fn write_set(writer: &mut Writer, place: &Place<'_>, sight: Sight, diff: &Diff<'_>, column: usize) {
    let Diff::Set {
        old,
        new,
        kept,
        added,
        removed,
    } = diff
    else {
        return;
    };
    let signed = |sign: &'static str, values: &[Attribute]| {
        let words = values
            .iter()
            .map(move |value| format!("   {sign} {}", scalar(sight, value).1));
        words.collect::<String>()
    };
    if let (Some((_, was)), Some((_, is))) = (line_of(sight, old), line_of(sight, new)) {
        let line = format!(
            "{}{ARROW}{is}  {}{}",
            padded(&was, column),
            signed("+", added),
            signed("−", removed)
        );
        if line.width() <= writer.room(place) {
            return writer.leaf(place, Kind::Change, &line);
        }
    }
    let at = writer.open(place, Kind::Set, "set");
    let inside = place.inside("", 0);
    let sight = sight.plain();
    for (sign, values) in [(Sign::Added, added), (Sign::Removed, removed)] {
        for value in values {
            write_attribute(writer, &inside.signed(sign), sight, value);
        }
    }
    write_unchanged(writer, &inside, "element", kept.len(), |writer, place| {
        for value in kept {
            write_attribute(writer, place, sight, value);
        }
    });
    writer.close(at);
}

/// A value on one line, where it is of a type that has one, and short.
fn line_of(sight: Sight, value: &Attribute) -> Option<(Kind, String)> {
    const ROOM: usize = 120;
    let set = |elements: Vec<Attribute>| {
        let line = if sight.typed {
            value.to_json().to_string()
        } else {
            set_line(sight, elements.into_iter(), ROOM)?
        };
        Some((Kind::Set, line))
    };
    let line = match value {
        Attribute::M(item) if !item.is_empty() => None,
        Attribute::L(list) if !list.is_empty() => None,
        Attribute::Ss(texts) => set(texts.iter().cloned().map(Attribute::S).collect()),
        Attribute::Ns(texts) => set(texts.iter().cloned().map(Attribute::N).collect()),
        Attribute::M(_) => Some((Kind::Object, "{}".to_owned())),
        Attribute::L(_) => Some((Kind::Array, "[]".to_owned())),
        Attribute::Bs(_) | Attribute::B(_) => None,
        Attribute::S(text) if text.len() > ROOM => None,
        value => Some(scalar(sight, value)),
    };
    let (kind, text) = line?;
    Some((kind, sanitize::line(&text).into_owned()))
}

/// Columns that the old values beside each other are given.
fn old_column<'a>(sight: Sight, diffs: impl Iterator<Item = &'a Diff<'a>>) -> usize {
    let was = |diff: &Diff<'_>| match diff {
        Diff::Replaced(old, _) | Diff::Set { old, .. } => line_of(sight, old).map(|(_, text)| text.width()),
        _ => None,
    };
    diffs
        .filter_map(was)
        .filter(|it| *it <= WIDEST_OLD)
        .max()
        .unwrap_or(0)
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Whether any attribute of either image is binary, or has some inside.
pub(super) fn holds_bytes(change: &Change) -> bool {
    fn is_or_holds(value: &Attribute) -> bool {
        match value {
            Attribute::B(_) | Attribute::Bs(_) => true,
            Attribute::M(item) => item.values().any(is_or_holds),
            Attribute::L(list) => list.iter().any(is_or_holds),
            _ => false,
        }
    }
    let images: [Option<&Item>; 3] = [Some(&change.keys), change.old.as_ref(), change.new.as_ref()];
    images
        .into_iter()
        .flatten()
        .any(|item| item.values().any(is_or_holds))
}
