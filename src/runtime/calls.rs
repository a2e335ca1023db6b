//! Effects become tasks, and their results messages.
//!
//! Each task runs under its ticket, so that it can be stopped when nobody waits for it any more.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::clock::Clock;
use super::export::{self, Wanted};
use super::tail;
use crate::decode::Decoder;
use crate::message::{Export, Exported, Message, Reply, Request, TailReply, TailRequest};
use crate::model::{Document, Scan, Sight, Ticket};
use crate::resource::{Record, Section};
use crate::source::Source;

/// News of a tail that may wait on their way into the loop's channel.
const TAIL_CHANNEL: usize = 2;

/// The tasks that are under way.
pub(super) struct Calls {
    clock: Clock,
    messages: mpsc::Sender<Message>,
    sources: Arc<[Source]>,
    running: HashMap<Ticket, AbortHandle>,
    /// Whether parents go first, for the tail that is read.
    order: Option<(Ticket, watch::Sender<bool>)>,
}

impl Calls {
    pub(super) fn new(clock: Clock, messages: mpsc::Sender<Message>, sources: Vec<Source>) -> Self {
        Self {
            clock,
            messages,
            sources: sources.into(),
            running: HashMap::new(),
            order: None,
        }
    }

    /// Asks a service.
    pub(super) fn call(&mut self, ticket: Ticket, request: Request) {
        let (sources, messages, clock) = (self.sources.clone(), self.messages.clone(), self.clock);
        self.spawn(ticket, async move {
            let begun = clock.now().mono;
            let reply = answer(&sources, &request).await;
            let took = clock.now().mono.saturating_sub(begun);
            tracing::info!(
                call = named(&request),
                ms = took.as_millis(),
                failed = failure(reply.as_ref()),
                "called"
            );
            if let Some(reply) = reply {
                send(&messages, ticket, reply).await;
            }
        });
    }

    /// Reads a stream live until it is cancelled.
    pub(super) fn tail(&mut self, ticket: Ticket, request: TailRequest) {
        let (sources, messages, clock) = (self.sources.clone(), self.messages.clone(), self.clock);
        let (order, parents_first) = watch::channel(request.parents_first);
        self.order = Some((ticket, order));
        self.spawn(ticket, async move {
            let Some(source) = source(&sources, request.section).cloned() else {
                return;
            };
            let order = tail::Order {
                stream: request.stream,
                from: request.from,
                only: request.only,
                parents_first,
                retention: request.retention,
                through: request.through,
            };
            let (news, mut heard) = mpsc::channel::<TailReply>(TAIL_CHANNEL);
            let forward = async {
                while let Some(news) = heard.recv().await {
                    send(&messages, ticket, Reply::Tail(news)).await;
                }
            };
            tokio::join!(tail::drive(source, order, clock, news), forward);
        });
    }

    /// Tells a tail whether parents go before their children.
    pub(super) fn order_tail(&self, ticket: Ticket, parents_first: bool) {
        if let Some((_, order)) = self.order.as_ref().filter(|(read, _)| *read == ticket) {
            order.send_replace(parents_first);
        }
    }

    /// Decodes a record where it holds up nothing.
    pub(super) fn inspect(&mut self, ticket: Ticket, record: Arc<Record>, sight: Sight, decoder: Decoder) {
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let decoded = tokio::task::spawn_blocking(move || Document::read(&record, sight, &decoder)).await;
            if let Ok(document) = decoded {
                send(&messages, ticket, Reply::Inspected(document)).await;
            }
        });
    }

    /// Writes records to a file, where it holds up nothing.
    pub(super) fn export(&mut self, ticket: Ticket, export: Export) {
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let (_wanted, still_wanted) = Wanted::new();
            let news = messages.clone();
            let tell = move |written| {
                let reply = Reply::Exported(Exported::Written(written));
                // How far it is may be left out where the loop is busy.
                let _ = news.try_send(Message::Reply(ticket, reply));
            };
            let written =
                tokio::task::spawn_blocking(move || export::write(&export, &still_wanted, tell)).await;
            if let Ok(written) = written {
                let news = written.map_or_else(|why| Exported::Failed(why.to_string()), Exported::Done);
                send(&messages, ticket, Reply::Exported(news)).await;
            }
        });
    }

    /// Looks which rows pass a filter, where it holds up nothing.
    pub(super) fn scan(&mut self, ticket: Ticket, scan: Scan) {
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let found = tokio::task::spawn_blocking(move || scan.run()).await;
            if let Ok(found) = found {
                send(&messages, ticket, Reply::Scanned(found)).await;
            }
        });
    }

    /// Reads the file that a word names, where it holds up nothing.
    pub(super) fn choose(&mut self, ticket: Ticket, decoder: Decoder, word: String) {
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let choosing = tokio::task::spawn_blocking(move || (decoder.choosing_by_word(&word), word));
            if let Ok((chosen, word)) = choosing.await {
                send(&messages, ticket, Reply::Chosen(word, chosen)).await;
            }
        });
    }

    /// Stops what goes under this ticket.
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        if let Some(task) = self.running.remove(&ticket) {
            task.abort();
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place, and it keeps hold of the task"
    )]
    fn spawn(&mut self, ticket: Ticket, task: impl Future<Output = ()> + Send + 'static) {
        self.running.retain(|_, task| !task.is_finished());
        self.running.insert(ticket, tokio::spawn(task).abort_handle());
    }
}

/// A loop that has ended takes no more messages, and its tasks end with it.
async fn send(messages: &mpsc::Sender<Message>, ticket: Ticket, reply: Reply) {
    let _ = messages.send(Message::Reply(ticket, reply)).await;
}

fn source(sources: &[Source], section: Section) -> Option<&Source> {
    sources.iter().find(|source| source.section == section)
}

/// Makes the call. `None` only where the program asks a service for what it cannot do, which update does not.
async fn answer(sources: &[Source], request: &Request) -> Option<Reply> {
    Some(match request.clone() {
        Request::List(section, from) => {
            Reply::Listed(section, source(sources, section)?.catalog.list(from).await)
        }
        Request::Describe(section, id) => {
            let detail = source(sources, section)?.catalog.describe(id.clone()).await;
            Reply::Described(section, id, detail.map(Box::new))
        }
        Request::Shards(section, stream, from) => {
            let reader = source(sources, section)?.tail.as_ref()?;
            let page = reader.shards(stream.clone(), from).await;
            Reply::Shards(section, stream, page)
        }
        Request::Consumers(section, stream, from) => {
            let consumers = source(sources, section)?.consumers.as_ref()?;
            Reply::Consumers(section, consumers.list(stream, from).await)
        }
        Request::Register(section, stream, name) => {
            let consumers = source(sources, section)?.consumers.as_ref()?;
            let registered = consumers.register(stream.clone(), name).await;
            Reply::Registered(stream, registered)
        }
        Request::Deregister(section, stream, consumer) => {
            let consumers = source(sources, section)?.consumers.as_ref()?;
            let deregistered = consumers.deregister(consumer.arn).await;
            Reply::Deregistered(stream, consumer.name, deregistered)
        }
        Request::Record(section, group, identifier) => {
            let edit = source(sources, section)?.edit.as_ref()?;
            Reply::Record(section, edit.get(group, identifier).await)
        }
    })
}

/// What was asked, for the log: a record's identifier is a part of its payload and stays out.
fn named(request: &Request) -> String {
    match request {
        Request::List(section, _) => format!("list {section:?}"),
        Request::Describe(_, id) => format!("describe {id}"),
        Request::Shards(_, stream, _) => format!("shards of {stream}"),
        Request::Consumers(_, stream, _) => format!("consumers of {stream}"),
        Request::Register(_, stream, name) => format!("register {name} with {stream}"),
        Request::Deregister(_, _, consumer) => format!("deregister {}", consumer.arn),
        Request::Record(_, group, _) => format!("a record of {group}"),
    }
}

/// What went wrong, for the log.
fn failure(reply: Option<&Reply>) -> String {
    let error = match reply {
        Some(
            Reply::Listed(_, Err(error))
            | Reply::Described(_, _, Err(error))
            | Reply::Shards(_, _, Err(error))
            | Reply::Consumers(_, Err(error))
            | Reply::Registered(_, Err(error))
            | Reply::Deregistered(_, _, Err(error))
            | Reply::Record(_, Err(error)),
        ) => Some(error),
        _ => None,
    };
    error.map(ToString::to_string).unwrap_or_default()
}
