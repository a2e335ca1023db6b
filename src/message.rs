//! What happens ([`Message`]), what a person wants ([`Action`]), and what the program then asks of the world ([`Effect`]).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;
use serde::Deserialize;

use crate::cli::Output;
use crate::decode::{ChoiceError, Decoder};
use crate::edit::{Kept, LeftBehind};
use crate::model::{Document, Found, OpenedSession, ProfileEntry, Scan, SessionChoice, Sight, Size, Ticket};
use crate::resource::{
    Ancestor, Ancestry, Caller, Consumer, Detail, Entry, FeatureRecord, GatheredRecords, ListQuery, Page,
    PageToken, Position, Record, RecordWrite, ResourceId, Section, Shard, ShardId, WantedRecords,
};
use crate::source::{Services, SourceError};
use crate::tail::TailEvent;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// The program has started, or came back from being suspended.
    Resumed(Size),
    /// A key.
    Key(KeyEvent),
    /// Text from the clipboard.
    Pasted(String),
    /// The terminal has another size.
    Resized(Size),
    /// The time that [`crate::model::Model::wake_at`] asked for has come.
    Woke,
    /// Drafts that programs left which run no more.
    DraftsFound(Vec<LeftBehind>),
    /// A text was handed to a program for the desktop's clipboard: how many bytes to which; or why not.
    Copied(Result<(usize, &'static str), String>),
    /// A draft could not be kept, or looked for; why.
    DraftFailed(String),
    /// Drafts can be kept again.
    DraftsKept,
    /// The text of [`Effect::EditOutside`] as the person left it; or why there is none.
    Edited(Result<String, String>),
    /// A tour tells this; or nothing more.
    Captioned(Option<String>),
    /// A tour is over, and the program with it.
    TourEnded,
    /// A signal asks to end, or there is no terminal any more.
    EndAsked,
    /// An answer to an [`Effect`], with the ticket that it carried.
    Reply(Ticket, Reply),
}

/// The answer to an [`Effect`].
#[derive(Debug)]
pub enum Reply {
    /// To [`Request::List`] and [`Request::Query`].
    Listed(Section, Result<Page<Entry>, SourceError>),
    /// To [`Request::Describe`].
    Described(Section, ResourceId, Result<Box<Detail>, SourceError>),
    /// To [`Request::Trace`].
    Traced(Section, Ancestor, Result<Ancestry, SourceError>),
    /// To [`Request::Shards`].
    Shards(Section, ResourceId, Result<Page<Shard>, SourceError>),
    /// To [`Request::Consumers`].
    Consumers(Section, Result<Page<Consumer>, SourceError>),
    /// To [`Request::Register`].
    Registered(ResourceId, Result<Consumer, SourceError>),
    /// To [`Request::Deregister`]: the stream, and the consumer's name.
    Deregistered(ResourceId, String, Result<(), SourceError>),
    /// To [`Request::Caller`].
    Caller(Result<Caller, SourceError>),
    /// To [`Request::Record`].
    Record(Section, Result<Option<FeatureRecord>, SourceError>),
    /// To [`Request::Identifiers`].
    Identifiers(Section, ResourceId, Result<Page<String>, SourceError>),
    /// To [`Request::Gather`].
    Gathered(Section, Result<GatheredRecords, SourceError>),
    /// To [`Request::Write`].
    Written(Section, Result<(), SourceError>),
    /// To [`Effect::Inspect`].
    Inspected(Document),
    /// To [`Effect::Choose`]: the word, and what it chose.
    Chosen(String, Result<Decoder, ChoiceError>),
    /// To [`Effect::Scan`].
    Scanned(Found),
    /// To [`Effect::Export`], many times.
    Exported(Exported),
    /// To [`Effect::StartTail`], many times.
    Tail(TailReply),
    /// To [`Effect::ListProfiles`].
    Profiles(Result<Vec<ProfileEntry>, String>),
    /// To [`Effect::OpenSession`].
    SessionOpened(Result<Box<OpenedSession>, String>),
    /// To [`Effect::WatchCredentials`], many times: the provider that is waited for now, if one is.
    AskingFor(Option<String>),
}

impl Reply {
    /// What went wrong in a call to a service.
    pub fn failure(&self) -> Option<&SourceError> {
        match self {
            Self::Listed(_, Err(error))
            | Self::Caller(Err(error))
            | Self::Described(_, _, Err(error))
            | Self::Traced(_, _, Err(error))
            | Self::Shards(_, _, Err(error))
            | Self::Consumers(_, Err(error))
            | Self::Registered(_, Err(error))
            | Self::Deregistered(_, _, Err(error))
            | Self::Record(_, Err(error))
            | Self::Identifiers(_, _, Err(error))
            | Self::Gathered(_, Err(error))
            | Self::Written(_, Err(error))
            | Self::Tail(TailReply::Failed(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether a service did what it was asked for.
    pub fn is_answered(&self) -> bool {
        match self {
            Self::Inspected(_)
            | Self::Chosen(..)
            | Self::Scanned(_)
            | Self::Exported(_)
            | Self::Profiles(_)
            | Self::SessionOpened(_)
            | Self::AskingFor(_)
            | Self::Tail(TailReply::Events(..)) => false,
            _ => self.failure().is_none(),
        }
    }
}

/// News of a tail.
#[derive(Debug)]
pub enum TailReply {
    /// The consumer to read through is still being registered.
    Registering,
    /// So many shards are listed; the listing goes on.
    Listing(usize),
    /// It has begun.
    Begun,
    /// What happened, and how many calls were made and throttled since it began.
    Events(Vec<TailEvent>, crate::tail::Counters),
    /// It could not begin.
    Failed(SourceError),
}

/// Records to write to a file.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file, which must not be there yet.
    pub file: PathBuf,
    /// What goes into it.
    pub contents: Contents,
}

/// What is written to a file.
#[derive(Clone, Debug)]
pub enum Contents {
    /// Records of a stream.
    Stream {
        /// In what form.
        output: Output,
        /// Their stream.
        stream: ResourceId,
        /// How payloads are read.
        decoder: Decoder,
        /// The records.
        records: Vec<Arc<Record>>,
    },
    /// Texts, a line each.
    Lines(Vec<String>),
}

impl Contents {
    /// How many records there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Stream { records, .. } => records.len(),
            Self::Lines(lines) => lines.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How far the writing of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exported {
    /// So many records are written.
    Written(usize),
    /// All are, and took so many bytes.
    Done(u64),
    /// It could not be written.
    Failed(String),
}

/// Something that the world is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// Ask a service; the answer carries the ticket.
    Call(Ticket, Request),
    /// Read a stream live; its news carry the ticket until it is cancelled.
    StartTail(Ticket, TailRequest),
    /// Tell a tail whether parents are drained before their children are begun.
    OrderTail(Ticket, bool),
    /// Look which rows pass a filter.
    Scan(Ticket, Scan),
    /// Write records to a file, until it is cancelled.
    Export(Ticket, Export),
    /// Send a text to the clipboard of the terminal.
    Copy(String),
    /// Decode a record for the inspector, as it is to be looked at.
    Inspect(Ticket, Arc<Record>, Sight, Decoder),
    /// Read the file that a word names, to read payloads as it says instead of as this decoder does.
    Choose(Ticket, Decoder, String),
    /// Have whoever of a tail waits for credentials try again now.
    TryTail(Ticket),
    /// Have the providers of credentials asked anew when some are needed next.
    RenewCredentials,
    /// Tell which provider of credentials is waited for, until it is cancelled.
    WatchCredentials(Ticket),
    /// Read which profiles there are.
    ListProfiles(Ticket),
    /// Open a session; nothing of the one in use changes.
    OpenSession(Ticket, SessionChoice),
    /// From now on make calls with these, and stop all that goes on with others.
    Install(Services),
    /// Stop what goes under this ticket.
    Cancel(Ticket),
    /// Keep a draft where it outlives the program, in place of an earlier one of the record.
    KeepDraft(Box<Kept>),
    /// Drop the draft of a record that was kept by this program.
    DropDraft(Box<Kept>),
    /// Keep a draft that another program left as this one's; only then is the other's dropped.
    TakeOver(Box<Kept>, Box<LeftBehind>),
    /// Drop a draft that another program left.
    DropLeft(Box<LeftBehind>),
    /// Write the line of a write to the log.
    Audit(String),
    /// Give the terminal to the person's own editor with a text, until it ends.
    EditOutside(String),
    /// Stop like a job, until the shell continues it.
    Suspend,
    /// Ring the terminal's bell.
    Bell,
    /// Clear the screen and draw everything.
    Redraw,
    /// End the program.
    Quit(Ended),
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person was done.
    Done,
    /// Some of it failed, which was told.
    Told,
    /// By a signal, or by the key that means the same.
    Interrupted,
}

/// A question to a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Who calls.
    Caller,
    /// A page of a section's list.
    List(Section, Option<PageToken>),
    /// A page of what of a section's list the service is asked for.
    Query(Section, ListQuery, Option<PageToken>),
    /// All about something that a resource was made from.
    Trace(Section, Ancestor),
    /// All about one resource.
    Describe(Section, ResourceId),
    /// A page of a stream's shards.
    Shards(Section, ResourceId, Option<PageToken>),
    /// A page of a stream's registered consumers.
    Consumers(Section, ResourceId, Option<PageToken>),
    /// Register a consumer with a stream, by its name; a write that costs money.
    Register(Section, ResourceId, String),
    /// Deregister a consumer of a stream; a write.
    Deregister(Section, ResourceId, Consumer),
    /// One record of a feature group by its identifier.
    Record(Section, ResourceId, String),
    /// A page of the identifiers of a group's records, those that were deleted softly among them where the flag is set.
    Identifiers(Section, ResourceId, bool, Option<PageToken>),
    /// Records by their identifiers, at most 100 together.
    Gather(Section, Vec<WantedRecords>),
    /// Write a record. Never cancelled.
    Write(Section, RecordWrite),
}

/// A stream to tail.
#[derive(Clone, Debug, PartialEq)]
pub struct TailRequest {
    /// Whose stream it is.
    pub section: Section,
    /// The stream.
    pub stream: ResourceId,
    /// Where to begin.
    pub from: Position,
    /// Only these shards, without their children; all where it is empty.
    pub only: Vec<ShardId>,
    /// Whether parents are drained before their children are begun.
    pub parents_first: bool,
    /// How long the stream keeps records, where that is known.
    pub retention: Option<Duration>,
    /// Through which registered consumer; by polling where there is none.
    pub through: Option<Through>,
}

impl TailRequest {
    /// All of a stream, from now on, by polling.
    pub fn all_of(section: Section, stream: ResourceId) -> Self {
        Self {
            section,
            stream,
            from: Position::Latest,
            only: Vec::new(),
            parents_first: true,
            retention: None,
            through: None,
        }
    }
}

/// A registered consumer to read through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// Its name or its ARN.
    pub consumer: String,
    /// Whether one that is still being registered is waited for.
    pub patient: bool,
}

impl Through {
    /// The name alone: an ARN ends in `/consumer/NAME:SECONDS`.
    pub fn name(&self) -> &str {
        let of_arn = self.consumer.split_once("/consumer/");
        let name = of_arn.and_then(|(_, rest)| Some(rest.rsplit_once(':')?.0));
        name.unwrap_or(&self.consumer)
    }
}

/// The actions, and the list of them, so that none can be left out of it.
macro_rules! actions {
    ($($action:ident,)*) => {
        /// Something that a person wants, by the name that the keymap uses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "the keymap's help text says what each one does")]
        pub enum Action {
            $($action,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$action,)*];
        }
    };
}

actions! {
    ShowStreams,
    ShowTables,
    ShowFeatures,
    ShowPredictions,
    NextPane,
    PreviousPane,
    Down,
    Up,
    Top,
    Bottom,
    PageDown,
    PageUp,
    ScrollDown,
    ScrollUp,
    ScrollLeft,
    ScrollRight,
    Open,
    Accept,
    Back,
    Tail,
    TailFrom,
    LookUp,
    Mark,
    MarkAll,
    Unmark,
    UnmarkAll,
    ShowMarks,
    Gather,
    Compare,
    OnlyDifferences,
    ToggleDeleted,
    Consumers,
    Deregister,
    Confirm,
    ToggleFollow,
    EditRecord,
    NewRecord,
    CloneRecord,
    DeleteRecord,
    EditOutside,
    RemoveFeature,
    PutBack,
    Stores,
    TimeToLive,
    Review,
    Update,
    UndoWrite,
    Mine,
    Theirs,
    AllMine,
    AllTheirs,
    KeepDraft,
    DiscardDraft,
    ShowDrafts,
    ShowModel,
    ShowDataSource,
    ToggleHex,
    ToggleTyped,
    ToggleFold,
    ToggleAll,
    Fold,
    Unfold,
    ToggleOrder,
    ToggleZone,
    Decoder,
    Filter,
    OnlyKey,
    Columns,
    Export,
    Copy,
    ShowShards,
    ShowKeys,
    Sort,
    Toggle,
    Search,
    NextMatch,
    PreviousMatch,
    Refresh,
    Commands,
    Complete,
    CopyCommand,
    Profiles,
    Help,
    Redraw,
    Suspend,
    Quit,
    QuitNow,
}
