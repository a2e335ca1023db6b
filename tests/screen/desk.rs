//! A person at the program: presses keys, lets time go by, sees the screen; services answer when they are told to.

use std::fmt::Debug;
use std::sync::LazyLock;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::{TimeZone, offset};
use kinescope::clock::Now;
use kinescope::config::Decoding;
use kinescope::keymap::Keymap;
use kinescope::message::{Effect, Message, Reply, Request, TailReply, TailRequest};
use kinescope::model::{Abilities, Document, Identity, Model, ReadOnlyBy, Remote, Settings, Size, Ticket};
use kinescope::resource::{Record, Section, Variable};
use kinescope::source::{Session, SourceError};
use kinescope::tail::{Counters, Lag, TailEvent};
use kinescope::update::update;
use kinescope::view::{self, Look, Theme, ThemeName};
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use unicode_width::UnicodeWidthStr;

use super::fixtures;

/// What predictions are filtered by.
static VARIABLES: LazyLock<&'static [Variable]> = LazyLock::new(|| {
    let services = Session::demo("http://127.0.0.1:1").sources();
    let query = services[Section::Predictions.index()].query.clone();
    query.expect("predictions are queried").variables()
});

pub(super) struct Desk {
    pub(super) model: Model,
    pub(super) now: Now,
    /// What the program asked for and nobody has answered.
    pub(super) asked: Vec<Effect>,
    look: Look,
}

impl Desk {
    /// The program, just started, of which nothing has been answered.
    pub(super) fn start(width: u16, height: u16) -> Self {
        let tail = |seeks_time| Abilities {
            tail: true,
            seeks_time,
            ..Abilities::default()
        };
        let pushing = Abilities {
            consumers: true,
            ..tail(true)
        };
        let edit = Abilities {
            edit: true,
            ..Abilities::default()
        };
        let querying = Abilities {
            variables: *VARIABLES,
            provenance: true,
            ..Abilities::default()
        };
        let settings = Settings {
            zone: TimeZone::fixed(offset(1)),
            decoding: Decoding::default(),
            filters: [("sevens".to_owned(), ".n == 7".to_owned())].into(),
            ring_bytes: 64 << 20,
            audit_values: false,
            bell: false,
            redacts: false,
            abilities: [pushing, tail(false), edit, querying],
        };
        let identity = Identity {
            account: Some("111122223333".to_owned()),
            profile: "shop-dev".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: None,
            endpoints: Vec::new(),
            caller: None,
            read_only: true,
            read_only_by: ReadOnlyBy::CommandLine,
            is_embedded: false,
        };
        let size = Size { width, height };
        let mut desk = Self {
            model: Model::new(settings, identity, Keymap::embedded().unwrap(), size),
            now: Now::start(fixtures::NOON.parse().unwrap()),
            asked: Vec::new(),
            look: look(false, ThemeName::Sixteen),
        };
        // Who calls is a story of its own.
        desk.model.caller = Remote::Ready(());
        // So is what becomes of the credentials.
        desk.model.session.watch = Some(desk.model.tickets.issue());
        desk.send(Message::Resumed(size));
        desk
    }

    /// The same with every call answered.
    pub(super) fn filled(width: u16, height: u16) -> Self {
        let mut desk = Self::start(width, height);
        desk.answer_all();
        desk
    }

    /// The same where records may be written.
    pub(super) fn writing(width: u16, height: u16) -> Self {
        let mut desk = Self::filled(width, height);
        desk.model.identity.read_only = false;
        desk
    }

    pub(super) fn in_ascii(mut self) -> Self {
        self.look.ascii = true;
        self
    }

    pub(super) fn wear(&mut self, theme: ThemeName) {
        self.look = look(self.look.ascii, theme);
    }

    pub(super) fn send(&mut self, message: Message) {
        let effects = update(&mut self.model, message, self.now);
        self.asked.extend(effects);
    }

    /// Presses keys one after another: `t`, `enter`, `ctrl-c`, `esc` …
    pub(super) fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            self.send(Message::Key(key_event(key)));
        }
    }

    pub(super) fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.send(Message::Key(KeyEvent::new(
                KeyCode::Char(character),
                KeyModifiers::NONE,
            )));
        }
    }

    /// Lets time go by, waking the program whenever it wants to be woken.
    pub(super) fn wait(&mut self, span: Duration) {
        let end = self.now.after(span);
        while let Some(at) = self.model.wake_at(self.now.mono).filter(|at| *at <= end.mono) {
            self.now = self.now.after(at.saturating_sub(self.now.mono));
            self.send(Message::Woke);
        }
        self.now = self.now.after(end.mono.saturating_sub(self.now.mono));
    }

    /// Answers calls, and the calls that follow, until there are none.
    pub(super) fn answer_all(&mut self) {
        loop {
            self.wait(Duration::from_millis(200));
            let calls = self.take_calls();
            if calls.is_empty() {
                return;
            }
            for (ticket, request) in calls {
                self.send(Message::Reply(ticket, fixtures::answer(&request)));
            }
        }
    }

    /// Answers the calls for lists alone.
    pub(super) fn answer_list(&mut self) {
        for (ticket, request) in self.take_calls() {
            if matches!(request, Request::List(..)) {
                self.send(Message::Reply(ticket, fixtures::answer(&request)));
            } else {
                self.asked.push(Effect::Call(ticket, request));
            }
        }
    }

    /// The calls that were asked for; what else was, stays.
    pub(super) fn take_calls(&mut self) -> Vec<(Ticket, Request)> {
        let (calls, rest) = std::mem::take(&mut self.asked)
            .into_iter()
            .partition::<Vec<_>, _>(|effect| matches!(effect, Effect::Call(..)));
        self.asked = rest;
        let call = |effect| match effect {
            Effect::Call(ticket, request) => Some((ticket, request)),
            _ => None,
        };
        calls.into_iter().filter_map(call).collect()
    }

    /// Answers the call for a section's list with a failure, and the others as they should be.
    pub(super) fn fail_list(&mut self, section: Section, error: &SourceError) {
        for (ticket, request) in self.take_calls() {
            let reply = match request {
                Request::List(it, _) if it == section => Reply::Listed(section, Err(error.clone())),
                request => fixtures::answer(&request),
            };
            self.send(Message::Reply(ticket, reply));
        }
    }

    /// The tail that was asked for.
    pub(super) fn take_tail(&mut self) -> (Ticket, TailRequest) {
        let place = self
            .asked
            .iter()
            .position(|effect| matches!(effect, Effect::StartTail(..)));
        match self.asked.remove(place.expect("no tail was asked for")) {
            Effect::StartTail(ticket, request) => (ticket, request),
            _ => unreachable!(),
        }
    }

    /// Tails what is selected; the shards are listed, and it has begun.
    pub(super) fn begin_tail(&mut self) -> Ticket {
        self.keys(&["t"]);
        let (ticket, _) = self.take_tail();
        self.send(Message::Reply(ticket, Reply::Tail(TailReply::Begun)));
        ticket
    }

    /// News of a tail.
    pub(super) fn tail_events(&mut self, ticket: Ticket, events: Vec<TailEvent>, calls: u64) {
        let counters = Counters {
            calls,
            ..Counters::default()
        };
        self.send(Message::Reply(
            ticket,
            Reply::Tail(TailReply::Events(events, counters)),
        ));
    }

    /// Records of one shard come out of a tail and show.
    pub(super) fn tail_brings(&mut self, ticket: Ticket, records: Vec<Record>) {
        let shard = records[0].shard.clone();
        let lag = Lag {
            behind: Some(Duration::ZERO),
            caught_up: true,
            ..Lag::default()
        };
        self.tail_events(ticket, vec![TailEvent::Read { shard, records, lag }], 1);
        self.wait(Duration::from_millis(400));
        self.scan();
        self.inspect();
    }

    /// Looks at the rows that a filter or a search asked to look at, a part at a time until there are no more.
    pub(super) fn scan(&mut self) {
        let is_scan = |effect: &Effect| matches!(effect, Effect::Scan(..));
        while let Some(place) = self.asked.iter().position(is_scan) {
            if let Effect::Scan(ticket, scan) = self.asked.remove(place) {
                self.send(Message::Reply(ticket, Reply::Scanned(scan.run())));
            }
        }
    }

    /// Answers what the inspector asked for.
    pub(super) fn inspect(&mut self) {
        while let Some(place) = self
            .asked
            .iter()
            .position(|effect| matches!(effect, Effect::Inspect(..)))
        {
            if let Effect::Inspect(ticket, record, sight, decoder) = self.asked.remove(place) {
                self.send(Message::Reply(
                    ticket,
                    Reply::Inspected(Document::read(&record, sight, &decoder)),
                ));
            }
        }
    }

    /// The screen as text.
    pub(super) fn screen(&self) -> String {
        let mut terminal = self.draw();
        let buffer = terminal.backend_mut().buffer().clone();
        let width = usize::from(buffer.area.width.max(1));
        let rows = buffer.content.chunks(width).map(|row| {
            // A wide character covers the cell after it, which is left empty.
            let mut text = String::new();
            let mut covered = false;
            for cell in row {
                if !std::mem::replace(&mut covered, false) {
                    text.push_str(cell.symbol());
                    covered = cell.symbol().width() > 1;
                }
            }
            text.trim_end().to_owned()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// The screen with its styles, as ratatui writes them.
    pub(super) fn draw(&self) -> Terminal<TestBackend> {
        self.draw_at(self.model.size)
    }

    /// The same on a terminal of another size than the program knows of.
    pub(super) fn draw_at(&self, Size { width, height }: Size) -> Terminal<TestBackend> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        self.draw_on(&mut terminal);
        terminal
    }

    /// Draws the screen on a terminal, which keeps what it had.
    pub(super) fn draw_on<B: Backend<Error: Debug>>(&self, terminal: &mut Terminal<B>) {
        terminal
            .draw(|frame| view::draw(frame, &self.model, &self.look, self.now))
            .unwrap();
    }
}

fn look(ascii: bool, theme: ThemeName) -> Look {
    Look::new(ascii, &Theme::named(theme).unwrap(), true)
}

fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("ctrl-") {
        Some(name) => (KeyModifiers::CONTROL, name),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "pgdn" => KeyCode::PageDown,
        "pgup" => KeyCode::PageUp,
        "backspace" => KeyCode::Backspace,
        name => KeyCode::Char(name.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}
