//! Everything the program knows, and nothing of how it is drawn or where it comes from.
//!
//! [`crate::update`] is the only one to change it, [`crate::view`] only reads it.
//!
//! Must not: do I/O, read a clock, hold a handle to anything that does.

mod abilities;
pub mod aws_command;
mod batch;
mod behind;
mod browser;
mod comparison;
mod consumers;
mod copy_menu;
mod editor;
mod follow;
mod help;
mod identity;
mod inspector;
mod layout;
mod lineage;
mod listing;
mod marks;
mod meter;
mod outline;
mod overlay;
mod palette;
mod panel;
mod prompt;
mod record_outline;
mod records;
mod remote;
mod seek;
mod session;
mod shown;
mod sieve;
mod tail;
mod ticket;
mod words;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

pub use abilities::Abilities;
pub use batch::{BatchPane, BatchView, json_line};
pub use behind::Behind;
pub use browser::{Browser, Focus, ShardList, cancel_listing};
pub use comparison::{Column, Comparison, Contrast, FeatureRow};
pub use consumers::{ConsumerChange, ConsumerList, ConsumerMenu};
pub use copy_menu::CopyMenu;
pub use editor::{
    Before, Checked, Desk, Editor, Form, FormRow, FormSign, Merging, Opening, Pause, Review, Stage,
    ValueLine, WriteEnded, Writing, parse_value, value_text,
};
pub use follow::{Follow, Pace};
pub use help::{Help, HelpLine};
pub use identity::{Identity, ReadOnlyBy};
pub use inspector::{
    BETWEEN, Document, GAP, INDENT, Inspector, Kind, Line as TreeLine, Mark, Node, Reading, Search, Sight,
    Sign, Tree,
};
pub use layout::{BrowseLayout, EditorLayout, Layout, Size, TailLayout, Work};
pub use lineage::{Branch, Lineage};
pub use listing::{ListOrder, Listing, RowWords};
pub use marks::{Mark as RecordMark, MarkList, Marks};
pub use meter::{ShardMeter, ShardOrder, ShardSign, ShardState};
pub use outline::{LABEL, Line as OutlineLine, Outline, wrap};
pub use overlay::{Overlay, Purpose, Then};
pub use palette::{Command, Palette, called, nearest_word, other_words, remember};
pub use panel::{KeyTable, Panel, ShardTable};
pub use prompt::{Choice, Prompt};
pub use record_outline::{RecordLine, RecordOutline};
pub use records::{Lookup, RecordsPane, shown_from};
pub use remote::{Paged, Remote, Wait, settle_page};
pub use seek::{Place, Seek, SeekRow, places};
pub use session::{Connection, OpenedSession, ProfileEntry, SessionChoice, SessionColumn, SessionMenu};
pub use shown::{Saying, Shown};
pub use sieve::{Found, Scan, Sieve};
pub use tail::TailPane;
pub use ticket::{Ticket, Tickets};
pub use words::{as_word, words};

use jiff::tz::TimeZone;

use crate::config::Decoding;
use crate::edit::{Kept, LeftBehind};
use crate::keymap::{Context, Keymap};
use crate::message::Ended;
use crate::resource::{Detail, FeatureGroup, ResourceId, Section};
use crate::tail::Rate;

/// How long a notice stays on the screen.
const NOTICE_LIFE: Duration = Duration::from_secs(6);
/// Below this height there is no caption.
const UNCAPTIONED: u16 = 6;
/// How often the seconds of a wait, or the rates of a tail, are written anew.
const BEAT: Duration = Duration::from_secs(1);

/// Drafts of records that are not stored.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Those that were kept since the program began.
    pub here: Vec<Kept>,
    /// Those that programs left which run no more.
    pub left: Vec<LeftBehind>,
    /// Those of which it is not known yet whether they are of this account.
    pub unsorted: Vec<LeftBehind>,
    /// Why the last one is not on the disk.
    pub failed: Option<String>,
}

/// What was chosen at the start and does not change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time zone of the clock on the wall.
    pub zone: TimeZone,
    /// How the payloads of each stream are read.
    pub decoding: Decoding,
    /// Filters by the names that the config gives them.
    pub filters: BTreeMap<String, String>,
    /// Bytes that a tail keeps.
    pub ring_bytes: usize,
    /// Whether the log tells the values of what is written.
    pub audit_values: bool,
    /// Whether the terminal's bell is rung when something that is followed has ended.
    pub bell: bool,
    /// Whether what others must not see is masked.
    pub redacts: bool,
    /// What each section's service can do, in the order of [`Section::ALL`].
    pub abilities: [Abilities; 4],
}

/// A file that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporting {
    /// What is waited for.
    pub wait: Wait,
    /// The file.
    pub file: PathBuf,
    /// Records that are written.
    pub written: usize,
    /// Records in all.
    pub records: usize,
    /// Rows that the filter had not looked at when they were chosen.
    pub unseen: u64,
}

/// Words for the person that go away by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The words, sanitized.
    pub text: String,
    /// Whether something failed.
    pub failed: bool,
    /// When they go, on the monotonic clock.
    pub until: Duration,
}

/// The whole of it.
#[derive(Debug)]
pub struct Model {
    /// What was chosen at the start.
    pub settings: Settings,
    /// Who and where.
    pub identity: Identity,
    /// The session that calls are made with.
    pub session: Connection,
    /// The question who calls.
    pub caller: Remote<()>,
    /// The keys.
    pub keymap: Keymap,
    /// The terminal's size.
    pub size: Size,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// The section that is shown.
    pub section: Section,
    /// The sections' lists, in the order of [`Section::ALL`].
    pub browsers: [Browser; 4],
    /// The live tail, over whatever section it was started from.
    pub tail: Option<TailPane>,
    /// The records of a group, over the section that it is in.
    pub records: Option<RecordsPane>,
    /// Marked records that are gathered, over the section that they are of, or over the records of one group.
    pub batch: Option<BatchPane>,
    /// The record that is edited, over whatever it was opened from.
    pub editor: Option<Editor>,
    /// Drafts that are not stored.
    pub drafts: Shelf,
    /// How the program ends as soon as the write that is under way is over.
    pub quits: Option<Ended>,
    /// What lies over it all; the last one gets the keys.
    pub overlays: Vec<Overlay>,
    /// Lines of commands that were carried out, the newest first.
    pub commands: VecDeque<String>,
    /// A file that is being written.
    pub exporting: Option<Exporting>,
    /// What is under way.
    pub tickets: Tickets,
    /// Calls that were made.
    pub calls: Rate,
    /// Words for the person.
    pub notice: Option<Notice>,
    /// What a tour tells, below everything.
    pub caption: Option<String>,
    /// When the time that a record on the screen still has is written anew, on the monotonic clock.
    pub ticks_at: Option<Duration>,
}

impl Model {
    /// The program before anything has happened.
    pub fn new(settings: Settings, identity: Identity, keymap: Keymap, size: Size) -> Self {
        Self {
            zone: settings.zone.clone(),
            settings,
            identity,
            session: Connection::new(true),
            caller: Remote::Idle,
            keymap,
            size,
            section: Section::Streams,
            browsers: Section::ALL.map(Browser::new),
            tail: None,
            editor: None,
            drafts: Shelf::default(),
            quits: None,
            records: None,
            batch: None,
            overlays: Vec::new(),
            commands: VecDeque::new(),
            exporting: None,
            tickets: Tickets::default(),
            calls: Rate::default(),
            notice: None,
            caption: None,
            ticks_at: None,
        }
    }

    /// The section that is shown.
    pub fn browser(&self) -> &Browser {
        &self.browsers[self.section.index()]
    }

    /// The section that is shown, to change it.
    pub fn browser_mut(&mut self) -> &mut Browser {
        &mut self.browsers[self.section.index()]
    }

    /// What the service of the section that is shown can do.
    pub fn abilities(&self) -> Abilities {
        self.settings.abilities[self.section.index()]
    }

    /// Where keys count now, innermost first.
    pub fn contexts(&self) -> &'static [Context] {
        self.contexts_of(self.overlays.last())
    }

    /// Where keys count below what lies on top, innermost first.
    pub fn contexts_below(&self) -> &'static [Context] {
        self.contexts_of(self.overlays.iter().nth_back(1))
    }

    fn contexts_of(&self, top: Option<&Overlay>) -> &'static [Context] {
        match top {
            Some(Overlay::Prompt(_)) => &[Context::Prompt],
            Some(Overlay::Session(_)) => &[Context::Session],
            Some(Overlay::Consumers(_)) => &[Context::Consumers, Context::Global],
            Some(Overlay::Confirm(_)) => &[Context::Confirm],
            Some(Overlay::Leave(_)) => &[Context::Leave],
            Some(Overlay::Drafts { .. }) => &[Context::Drafts, Context::Global],
            Some(Overlay::Marks(_)) => &[Context::Marks, Context::Global],
            Some(Overlay::Copy(_)) => &[Context::Copy, Context::Global],
            Some(Overlay::Seek(seek)) if seek.is_typing() => &[Context::Seek],
            Some(Overlay::Seek(_)) => &[Context::SeekShards, Context::Seek],
            Some(Overlay::Palette(_)) => &[Context::Palette],
            Some(Overlay::Help(help)) if help.is_typing => &[Context::Prompt],
            Some(Overlay::Help(_)) => &[Context::Help, Context::Global],
            None => self.pane_contexts(),
        }
    }

    /// Where keys count below whatever lies over it all, innermost first.
    pub fn pane_contexts(&self) -> &'static [Context] {
        if self.editor.is_some() {
            return self.editor_contexts();
        }
        match (&self.tail, &self.batch, &self.records) {
            (Some(tail), ..) if tail.focus == Focus::Detail && tail.inspector().is_some() => {
                &[Context::Inspector, Context::Tail, Context::Global]
            }
            (Some(_), ..) => &[Context::Tail, Context::Global],
            (_, Some(_), _) => &[Context::Batch, Context::Global],
            (_, _, Some(_)) => &[Context::Records, Context::Global],
            _ if self.abilities().provenance => &[Context::Prediction, Context::Browse, Context::Global],
            _ => &[Context::Browse, Context::Global],
        }
    }

    /// Whether something has taken the place of the section's list.
    pub fn is_workspace(&self) -> bool {
        self.tail.is_some() || self.records.is_some() || self.batch.is_some()
    }

    /// What is known of a feature group of the section that is shown.
    pub fn feature_group(&self, id: &ResourceId) -> Option<&FeatureGroup> {
        match self.browser().details.get(id)?.value()? {
            Detail::FeatureGroup(group) => Some(group),
            _ => None,
        }
    }

    fn editor_contexts(&self) -> &'static [Context] {
        let desk = self.editor.as_ref().and_then(|editor| editor.desk.as_ref());
        match desk.map(|desk| (&desk.stage, &desk.form.line)) {
            Some((Stage::Editing, Some(_))) => &[Context::Prompt],
            Some((Stage::Reviewing(_), _)) => &[Context::Review, Context::Global],
            Some((Stage::Merging(_), _)) => &[Context::Merge, Context::Global],
            Some((Stage::Saving(_), _)) => &[Context::Global],
            _ => &[Context::Editor, Context::Global],
        }
    }

    /// Where everything stands on the screen.
    pub fn layout(&self) -> Layout {
        let paneled = self.tail.as_ref().is_some_and(|tail| tail.panel.is_some());
        let focus = match (&self.batch, &self.records) {
            (Some(batch), _) => batch.focus,
            (None, Some(records)) => records.focus,
            (None, None) => self.browser().focus,
        };
        let size = self.size.shorter(self.caption_lines());
        let layout = Layout::new(size, self.tail.is_some(), paneled, focus);
        if let Some(editor) = &self.editor {
            return layout.editing(editor.note_lines());
        }
        // Such a service's list tells enough for columns.
        let layout = if self.abilities().variables.is_empty() {
            layout
        } else {
            layout.tabular()
        };
        let compares = matches!(&self.batch, Some(batch) if batch.view == BatchView::Comparison);
        let reads = self.batch.is_some() || self.records.is_some();
        if compares || (reads && focus == Focus::Detail) {
            layout.widened(compares)
        } else {
            layout
        }
    }

    /// How many lines a caption takes; a short screen has none to spare.
    pub fn caption_lines(&self) -> u16 {
        u16::from(self.caption.is_some() && self.size.height >= UNCAPTIONED)
    }

    /// How many rows of the list that is shown fit.
    pub fn list_rows(&self) -> usize {
        let headings = self.tail.as_ref().map_or(0, TailPane::heading_rows);
        self.layout().list_rows().saturating_sub(usize::from(headings))
    }

    /// Shows words for a while.
    pub fn notify(&mut self, now: Duration, text: impl Into<String>, failed: bool) {
        self.notice = Some(Notice {
            text: text.into(),
            failed,
            until: now + NOTICE_LIFE,
        });
    }

    /// When something changes by itself: a wait gets longer, a notice goes, records are due. `None` while idle.
    pub fn wake_at(&self, now: Duration) -> Option<Duration> {
        let waits = self.is_waiting().then(|| next_beat(now));
        let tail = self.tail.as_ref().and_then(|tail| tail.wake_at(next_beat(now)));
        let notice = self.notice.as_ref().map(|notice| notice.until);
        let settles = self.browser().settles_at;
        let writes = self.editor.as_ref().and_then(Editor::wake_at);
        let fades = (self.calls.per_second(now) > 0).then(|| next_beat(now));
        let rests = self.records.as_ref().and_then(|it| it.settles_at);
        let follows = self.browsers.iter().filter_map(|it| it.follow.wakes_at).min();
        let ages = self
            .browsers
            .iter()
            .any(|it| it.follow.ticks)
            .then(|| next_beat(now));
        let again = self.batch.as_ref().and_then(|it| it.wakes_at);
        [
            waits,
            tail,
            notice,
            settles,
            fades,
            writes,
            rests,
            again,
            follows,
            ages,
            self.ticks_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether a wait is on the screen.
    fn is_waiting(&self) -> bool {
        let menu = |it: &Overlay| match it {
            Overlay::Consumers(menu) => menu.is_waiting(),
            Overlay::Session(menu) => menu.reading.or(menu.opening).is_some(),
            _ => false,
        };
        self.overlays.iter().any(menu)
            || self.session.opening.is_some()
            || self.browser().is_waiting()
            || self.editor.as_ref().is_some_and(|editor| editor.wait().is_some())
            || self.tail.as_ref().is_some_and(TailPane::is_waiting)
            || self.records.as_ref().is_some_and(RecordsPane::is_waiting)
            || self.batch.as_ref().is_some_and(BatchPane::is_waiting)
    }
}

/// The next whole beat, so that all waits on the screen change together.
fn next_beat(now: Duration) -> Duration {
    Duration::from_secs(now.as_secs()) + BEAT
}
