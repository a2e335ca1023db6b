//! Effects become tasks, and their results messages.
//!
//! Each task runs under its ticket, so that it can be stopped when nobody waits for it any more.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::entrance::Entrance;
use super::export::{self, Wanted};
use super::tail::{self, Wishes};
use super::{Reach, clock::Clock};
use crate::decode::Decoder;
use crate::message::{Export, Exported, Message, Reply, Request, TailReply, TailRequest};
use crate::model::{Document, Scan, SessionChoice, Sight, Ticket};
use crate::redact::process as redaction;
use crate::resource::{Record, Section};
use crate::source::{ErrorKind, Keyring, Services, Source, SourceError};
use crate::terminal::clipboard::Tool;

/// News of a tail that may wait on their way into the loop's channel.
const TAIL_CHANNEL: usize = 2;

/// The tasks that are under way.
pub(super) struct Calls {
    clock: Clock,
    messages: mpsc::Sender<Message>,
    services: Option<Arc<Services>>,
    entrance: Option<Entrance>,
    /// Whether no write leaves the program, whatever is asked for.
    read_only: bool,
    running: HashMap<Ticket, AbortHandle>,
    /// What the tail that is read is told.
    wishes: Option<(Ticket, watch::Sender<Wishes>)>,
}

impl Calls {
    pub(super) fn new(clock: Clock, messages: mpsc::Sender<Message>, reach: Reach, read_only: bool) -> Self {
        Self {
            clock,
            messages,
            services: reach.services.map(Arc::new),
            entrance: reach.entrance,
            read_only,
            running: HashMap::new(),
            wishes: None,
        }
    }

    /// Asks a service.
    pub(super) fn call(&mut self, ticket: Ticket, request: Request) {
        let Some(services) = self.services.clone() else {
            return;
        };
        let (messages, clock) = (self.messages.clone(), self.clock);
        let refused = self.read_only.then(|| refusal(&request)).flatten();
        // A write is never stopped half way, whoever waits for it no longer.
        let stops = (!is_write(&request)).then_some(ticket);
        self.spawn_under(stops, async move {
            let begun = clock.now().mono;
            let reply = match refused {
                None => answer(&services, &request).await,
                refused => refused,
            };
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
        let Some(services) = self.services.clone() else {
            return;
        };
        let (messages, clock) = (self.messages.clone(), self.clock);
        let (sender, wishes) = watch::channel(Wishes::ordered(request.parents_first));
        self.wishes = Some((ticket, sender));
        self.spawn(ticket, async move {
            let Some(source) = source(&services.sources, request.section).cloned() else {
                return;
            };
            let order = tail::Order {
                stream: request.stream,
                from: request.from,
                only: request.only,
                wishes,
                patience: None,
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
        self.wish(ticket, |wishes| wishes.parents_first = parents_first);
    }

    /// Has whoever of a tail waits for credentials try again now.
    pub(super) fn try_tail(&self, ticket: Ticket) {
        self.wish(ticket, |wishes| wishes.tries += 1);
    }

    fn wish(&self, ticket: Ticket, change: impl FnOnce(&mut Wishes)) {
        if let Some((_, wishes)) = self.wishes.as_ref().filter(|(read, _)| *read == ticket) {
            wishes.send_modify(change);
        }
    }

    /// Has the providers of credentials asked anew when some are needed next.
    pub(super) fn renew_credentials(&self) {
        let services = self.services.as_ref();
        if let Some(keyring) = services.and_then(|services| services.keyring.as_ref()) {
            keyring.renew();
        }
    }

    /// Tells which provider of credentials is waited for.
    pub(super) fn watch_credentials(&mut self, ticket: Ticket) {
        let services = self.services.as_ref();
        let Some(mut asking) = services.and_then(|it| it.keyring.as_ref()).map(Keyring::asking) else {
            return;
        };
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            while asking.changed().await.is_ok() {
                let provider = asking.borrow_and_update().clone();
                send(&messages, ticket, Reply::AskingFor(provider)).await;
            }
        });
    }

    /// Reads which profiles there are.
    pub(super) fn list_profiles(&mut self, ticket: Ticket) {
        let Some(entrance) = self.entrance.clone() else {
            return;
        };
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let listed = entrance.profiles().await;
            send(&messages, ticket, Reply::Profiles(listed)).await;
        });
    }

    /// Opens a session beside the one in use.
    pub(super) fn open_session(&mut self, ticket: Ticket, choice: SessionChoice) {
        let Some(entrance) = self.entrance.clone() else {
            return;
        };
        let messages = self.messages.clone();
        self.spawn(ticket, async move {
            let opened = entrance.open(choice).await.map(Box::new);
            send(&messages, ticket, Reply::SessionOpened(opened)).await;
        });
    }

    /// From now on makes calls with these. Nothing goes on that was begun with others.
    pub(super) fn install(&mut self, services: Services, read_only: bool) {
        for (_, task) in self.running.drain() {
            task.abort();
        }
        self.wishes = None;
        self.services = Some(Arc::new(services));
        self.read_only = read_only;
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

    /// Hands a text to a program that puts it on the clipboard.
    pub(super) fn copy(&self, tool: Tool, text: String) {
        let messages = self.messages.clone();
        // Nobody waits for it, and it has the text at once.
        tokio::task::spawn_blocking(move || {
            let copied = tool.copy(&text).map(|()| (text.len(), tool.name));
            let copied = copied.map_err(|why| format!("nothing was copied: {}: {why}", tool.name));
            let _ = messages.try_send(Message::Copied(copied));
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

    fn spawn(&mut self, ticket: Ticket, task: impl Future<Output = ()> + Send + 'static) {
        self.spawn_under(Some(ticket), task);
    }

    /// Under a ticket a task can be stopped.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place, and it keeps hold of what may be stopped"
    )]
    fn spawn_under(&mut self, ticket: Option<Ticket>, task: impl Future<Output = ()> + Send + 'static) {
        self.running.retain(|_, task| !task.is_finished());
        let task = tokio::spawn(task).abort_handle();
        if let Some(ticket) = ticket {
            self.running.insert(ticket, task);
        }
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
async fn answer(services: &Services, request: &Request) -> Option<Reply> {
    let sources = &services.sources;
    Some(match request.clone() {
        Request::Caller => {
            let caller = services.identify.caller().await;
            if let Ok(caller) = &caller {
                redaction::learn(|it| {
                    it.learn_account(&caller.account);
                    it.learn_arn(&caller.arn);
                });
            }
            Reply::Caller(caller)
        }
        Request::List(section, from) => {
            Reply::Listed(section, source(sources, section)?.catalog.list(from).await)
        }
        Request::Query(section, query, from) => {
            let chooser = source(sources, section)?.query.as_ref()?;
            Reply::Listed(section, chooser.query(query, from).await)
        }
        Request::Trace(section, ancestor) => {
            let provenance = source(sources, section)?.provenance.as_ref()?;
            let found = provenance.trace(ancestor.clone()).await;
            Reply::Traced(section, ancestor, found)
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
        Request::Identifiers(section, group, with_deleted, from) => {
            let edit = source(sources, section)?.edit.as_ref()?;
            let page = edit.identifiers(group.clone(), with_deleted, from).await;
            Reply::Identifiers(section, group, page)
        }
        Request::Gather(section, wanted) => {
            let edit = source(sources, section)?.edit.as_ref()?;
            Reply::Gathered(section, edit.gather(wanted).await)
        }
        Request::Write(section, write) => {
            let edit = source(sources, section)?.edit.as_ref()?;
            Reply::Written(section, edit.write(write).await)
        }
    })
}

fn is_write(request: &Request) -> bool {
    refusal(request).is_some()
}

/// The answer to a write where writes are refused. Update asks for none; this stands between a mistake there and the network.
fn refusal(request: &Request) -> Option<Reply> {
    let error = |operation, on: &str| {
        let message = "writes are refused";
        SourceError::new(ErrorKind::Denied, operation, on, "read-only", message)
    };
    Some(match request {
        Request::Register(_, stream, name) => {
            let failed = error("RegisterStreamConsumer", name);
            Reply::Registered(stream.clone(), Err(failed))
        }
        Request::Deregister(_, stream, consumer) => {
            let failed = error("DeregisterStreamConsumer", &consumer.name);
            Reply::Deregistered(stream.clone(), consumer.name.clone(), Err(failed))
        }
        Request::Write(section, write) => {
            let failed = error(write.change.operation(), write.group.as_str());
            Reply::Written(*section, Err(failed))
        }
        _ => return None,
    })
}

/// What was asked, for the log: a record's identifier is a part of its payload and stays out.
fn named(request: &Request) -> String {
    match request {
        Request::Caller => "who calls".to_owned(),
        Request::List(section, _) => format!("list {section:?}"),
        Request::Query(section, query, _) => match &query.condition {
            Some(condition) => format!("list {section:?} by {}", condition.variable.name),
            None => format!("list {section:?}"),
        },
        Request::Trace(_, ancestor) => format!("describe {ancestor}"),
        Request::Describe(_, id) => format!("describe {id}"),
        Request::Shards(_, stream, _) => format!("shards of {stream}"),
        Request::Consumers(_, stream, _) => format!("consumers of {stream}"),
        Request::Register(_, stream, name) => format!("register {name} with {stream}"),
        Request::Deregister(_, _, consumer) => format!("deregister {}", consumer.arn),
        Request::Record(_, group, _) => format!("a record of {group}"),
        Request::Identifiers(_, group, ..) => format!("identifiers of {group}"),
        Request::Gather(..) => "a batch of records".to_owned(),
        Request::Write(_, write) => format!("{} to {}", write.change.operation(), write.group),
    }
}

/// What went wrong, for the log.
fn failure(reply: Option<&Reply>) -> String {
    let error = reply.and_then(Reply::failure);
    // The resource and the service's words may name a record, or repeat its values.
    error.map_or(String::new(), |error| {
        let id = error.request_id.as_deref().unwrap_or("-");
        format!("{} failed: {}, request {id}", error.operation, error.code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{DeletionMode, RecordChange, RecordWrite};

    #[test]
    fn where_writes_are_refused_none_leaves_and_every_question_does() {
        let write = Request::Write(
            Section::Features,
            RecordWrite {
                group: "customers".into(),
                identifier: "cust-1".to_owned(),
                change: RecordChange::Delete {
                    event_time: String::new(),
                    mode: DeletionMode::Soft,
                },
                stores: Vec::new(),
            },
        );
        let register = Request::Register(Section::Streams, "orders".into(), "reader".to_owned());
        for (request, operation) in [(write, "DeleteRecord"), (register, "RegisterStreamConsumer")] {
            let told = failure(refusal(&request).as_ref());
            assert!(
                told.starts_with(operation) && told.contains("read-only"),
                "{told}"
            );
        }
        let question = Request::Record(Section::Features, "customers".into(), "cust-1".to_owned());
        assert!(refusal(&question).is_none());
    }
}
