//! The picker of a place to tail from.

use super::tail;
use crate::clock::Now;
use crate::message::{Action, Effect, TailRequest};
use crate::model::{Model, Overlay, Place, Seek, places};
use crate::resource::{Position, ResourceId, ShardId};
use crate::tail::parse_position;

/// Opens the picker on a stream of the section that is shown.
pub(super) fn open(model: &mut Model, now: Now, stream: ResourceId, name: String) -> Vec<Effect> {
    let mut places = places(now.wall, &model.zone);
    places.extend(selected_record(model));
    let mut seek = Seek::new(stream, name, places, Vec::new());
    seek.shards = known_shards(model, &seek.stream);
    if let Some(tail) = model.tail.as_ref().filter(|it| it.request.stream == seek.stream) {
        seek.only = tail.request.only.iter().cloned().collect();
        seek.parents_first = tail.request.parents_first;
    }
    model.overlays.push(Overlay::Seek(Box::new(seek)));
    Vec::new()
}

/// The record under the cursor is a place of its own.
fn selected_record(model: &Model) -> Option<Place> {
    let tail = model.tail.as_ref()?;
    let record = tail.record()?;
    Some(Place {
        text: format!("seq:{}", record.sequence.as_str()),
        help: "the selected record, in its shard",
        shard: Some(record.shard.clone()),
        begins: false,
    })
}

/// The shards of a stream and whether they are open: as they were listed, or else as the tail has met them.
fn known_shards(model: &Model, stream: &ResourceId) -> Vec<(ShardId, bool)> {
    let listed = model.browser().shards.as_ref().filter(|it| it.stream == *stream);
    let mut shards: Vec<_> = listed
        .and_then(|list| list.shards.value())
        .into_iter()
        .flat_map(|paged| &paged.items)
        .map(|shard| (shard.id.clone(), shard.is_open()))
        .collect();
    if let Some(tail) = model.tail.as_ref().filter(|it| it.request.stream == *stream) {
        let met = tail
            .shards
            .iter()
            .map(|(id, meter)| (id.clone(), meter.is_open()));
        shards.retain(|(id, _)| !tail.shards.contains_key(id));
        shards.extend(met);
    }
    shards.sort_unstable();
    shards
}

/// Moves about in the picker that lies on top, or takes what it says.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let page = usize::from(model.size.height / 2).max(1);
    let Some(Overlay::Seek(seek)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let row = match action {
        Action::Accept => return accept(model, now),
        Action::Toggle => {
            seek.toggle();
            return Vec::new();
        }
        Action::Down => seek.cursor + 1,
        Action::Up => seek.cursor.saturating_sub(1),
        Action::PageDown => seek.cursor + page,
        Action::PageUp => seek.cursor.saturating_sub(page),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        Action::NextPane | Action::PreviousPane => seek.other_group(),
        _ => return Vec::new(),
    };
    seek.select(row);
    Vec::new()
}

/// Begins the tail, or says what is wrong.
fn accept(model: &mut Model, now: Now) -> Vec<Effect> {
    let zone = model.zone.clone();
    let Some(Overlay::Seek(seek)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let from = match parse_position(seek.input.value(), now.wall, &zone) {
        Ok(Position::AtSequence(_)) if seek.only.len() > 1 => {
            seek.error = Some("a sequence number belongs to one shard: choose that one, or all".to_owned());
            return Vec::new();
        }
        Ok(from) => from,
        Err(error) => {
            seek.error = Some(error.to_string());
            return Vec::new();
        }
    };
    let Some(Overlay::Seek(seek)) = model.overlays.pop() else {
        return Vec::new();
    };
    let request = TailRequest {
        from,
        only: seek.only.into_iter().collect(),
        parents_first: seek.parents_first,
        ..tail::request(model, seek.stream)
    };
    tail::start(model, now, request, seek.name)
}
