//! Which call what is on the screen stands for, as `aws` makes it.
//!
//! Must not: make it.

use super::{Focus, Model, Overlay, Stage};
use crate::aws_command::{AwsCommand, of_record, of_request};
use crate::clock::Now;
use crate::gather::BATCH;
use crate::message::Request;
use crate::resource::{ResourceId, WantedRecords};

/// The commands for what the person looks at, a line each; or why there is none.
pub fn on_screen(model: &Model, now: Now) -> Result<String, String> {
    let commands = commands(model, now)?;
    let lines: Result<Vec<_>, _> = commands.iter().map(|it| it.line(&model.identity)).collect();
    lines
        .map(|lines| lines.join("\n"))
        .map_err(|why| format!("there is no command for this: {why}"))
}

/// The command for the resource that is selected, or for what it was made from.
pub fn of_selected(model: &Model) -> Result<String, String> {
    let request = if let Some(step) = model.browser().behind() {
        Request::Trace(model.section, step.ancestor.clone())
    } else {
        let id = model.browser().selected().map(|entry| entry.id.clone());
        Request::Describe(model.section, id.ok_or("nothing is selected")?)
    };
    let command = of_request(&request).ok_or("the service has no call for this")?;
    command.line(&model.identity).map_err(|why| why.to_string())
}

fn commands(model: &Model, now: Now) -> Result<Vec<AwsCommand>, String> {
    let over = model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Consumers(menu) => {
            let stream = stream_arn(model, &menu.list.stream);
            Some(vec![Request::Consumers(model.section, stream, None)])
        }
        Overlay::Marks(_) => Some(gathering(model, model.browser().marks.wanted(|_| Vec::new()))),
        _ => None,
    });
    let requests = match over {
        Some(requests) => requests,
        None if model.editor.is_some() => vec![edited(model, now)?],
        None if model.tail.is_some() => return Ok(tailed(model)),
        None if model.batch.is_some() => gathered(model),
        None if model.records.is_some() => looked_up(model),
        None => listed(model),
    };
    let commands: Vec<_> = requests.iter().filter_map(of_request).collect();
    if commands.is_empty() {
        return Err("nothing here stands for a call".to_owned());
    }
    Ok(commands)
}

/// The write that is reviewed, or the reading of the record that is edited.
fn edited(model: &Model, now: Now) -> Result<Request, String> {
    let editor = model.editor.as_ref().ok_or("no record is edited")?;
    if let Some(desk) = &editor.desk
        && let Stage::Reviewing(review) = &desk.stage
    {
        let write = desk.form.draft().write(review.intent, now.wall);
        let write = write.map_err(|why| why.to_string())?;
        return Ok(Request::Write(model.section, write));
    }
    let identifier = editor.identifier.clone();
    Ok(Request::Record(model.section, editor.group.clone(), identifier))
}

/// The selected record from its place in its shard; the stream's shards where there is none.
fn tailed(model: &Model) -> Vec<AwsCommand> {
    let Some(tail) = &model.tail else {
        return Vec::new();
    };
    let (section, stream) = (tail.request.section, &tail.request.stream);
    match tail.record() {
        Some(record) => vec![of_record(section, stream, record)],
        None => of_request(&Request::Shards(section, stream.clone(), None))
            .into_iter()
            .collect(),
    }
}

fn gathered(model: &Model) -> Vec<Request> {
    let features = model.batch.as_ref().map_or(&[][..], |pane| &pane.features);
    gathering(model, model.browser().marks.wanted(|_| features.to_vec()))
}

/// As many calls as the service takes for them.
fn gathering(model: &Model, wanted: Vec<WantedRecords>) -> Vec<Request> {
    let mut calls: Vec<Vec<WantedRecords>> = Vec::new();
    for group in wanted {
        for identifiers in group.identifiers.chunks(BATCH) {
            let part = WantedRecords {
                identifiers: identifiers.to_vec(),
                ..group.clone()
            };
            let room = |call: &Vec<WantedRecords>| {
                let held: usize = call.iter().map(|it| it.identifiers.len()).sum();
                held + identifiers.len() <= BATCH
            };
            match calls.last_mut().filter(|call| room(call)) {
                Some(call) => call.push(part),
                None => calls.push(vec![part]),
            }
        }
    }
    calls
        .into_iter()
        .map(|call| Request::Gather(model.section, call))
        .collect()
}

/// The selected record of a group; the identifiers where there is none.
fn looked_up(model: &Model) -> Vec<Request> {
    let request = model.records.as_ref().map(|pane| match pane.selected() {
        Some(identifier) => Request::Record(model.section, pane.group.clone(), identifier.to_owned()),
        None => Request::Identifiers(model.section, pane.group.clone(), pane.with_deleted, None),
    });
    request.into_iter().collect()
}

/// The list; or all that is told beside it of what is selected, where the person is there.
fn listed(model: &Model) -> Vec<Request> {
    let (section, browser) = (model.section, model.browser());
    if let Some(step) = browser.behind() {
        return vec![Request::Trace(section, step.ancestor.clone())];
    }
    match browser.selected().filter(|_| browser.focus == Focus::Detail) {
        Some(entry) => {
            let shards = browser
                .selected_shards()
                .map(|_| Request::Shards(section, entry.id.clone(), None));
            let same = |request: &Request| {
                of_request(request) != of_request(&Request::Describe(section, entry.id.clone()))
            };
            let describe = Request::Describe(section, entry.id.clone());
            std::iter::once(describe).chain(shards.filter(same)).collect()
        }
        None => vec![browser.page_request(None)],
    }
}

/// The ARN of a stream, where it is known: consumers go by that alone.
fn stream_arn(model: &Model, stream: &ResourceId) -> ResourceId {
    let detail = model.browser().details.get(stream).and_then(|it| it.value());
    match detail {
        Some(crate::resource::Detail::Stream(it)) => it.arn.as_str().into(),
        _ => stream.clone(),
    }
}
