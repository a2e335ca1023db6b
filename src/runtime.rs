//! The loop: what happens goes into [`update`], what it asks for is done here, and the screen is drawn when something changed.
//!
//! The only part of the program that reads the clock, spawns tasks and has services called.

mod calls;
mod clock;
pub mod drafts;
pub mod entrance;
mod export;
mod keeper;
mod outside;
mod signals;
pub mod tail;
mod touring;
mod vanished;

use std::io;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures::StreamExt as _;
use tokio::sync::mpsc;

pub use clock::Clock;
use signals::ECHO;
pub use signals::{Signal, Signals};

use crate::clock::Now;
use crate::edit::audit;
use crate::keymap::Keymap;
use crate::logging;
use crate::message::{Effect, Ended, Message};
use crate::model::{Model, Size};
use crate::redact::process as redaction;
use crate::source::Services;
use crate::terminal::Screen;
use crate::terminal::clipboard::{self, Tool};
use crate::tour::Tour;
use crate::update::update;
use crate::view::{self, Look};
use calls::Calls;
use drafts::Drafts;
pub use entrance::Entrance;
use keeper::{Job, Keeper};
use vanished::Watch;

/// Messages that may wait for the loop. A full channel holds up the tasks that fill it, and so the reading of a stream.
const CHANNEL: usize = 64;
/// Messages that are taken in before keys get their turn again.
const BURST: usize = 16;

/// The program with a screen.
pub struct App {
    model: Model,
    look: Look,
    screen: Screen,
    signals: Signals,
    clock: Clock,
    frame: Duration,
    drawn_at: Option<Duration>,
    dirty: bool,
    calls: Calls,
    messages: mpsc::Receiver<Message>,
    input: EventStream,
    keeper: Option<Keeper>,
    watch: Watch,
    /// Whether there is no terminal any more.
    is_unseen: bool,
    /// When the terminal came back from somebody else's editor, on the monotonic clock.
    back_at: Option<Duration>,
    /// What puts a text on the clipboard of the desktop.
    clipboard: Option<Tool>,
    /// The title of the window, where it is to have one.
    title: Option<String>,
    /// What presses keys until a person does.
    tour: Option<Tour>,
    /// The person's keys, while a tour has its own.
    persons_keymap: Option<Keymap>,
    /// What is left to be told when a tour has stopped.
    held: Option<Message>,
    /// What it tells.
    caption: String,
}

/// How the program behaves to the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Frames a second at most.
    pub max_fps: u16,
    /// What puts a text on the clipboard of the desktop; without it, the terminal is asked to.
    pub clipboard: Option<Tool>,
    /// Whether the window's title says what is shown.
    pub is_entitled: bool,
}

/// What can be asked from the beginning on.
#[derive(Debug)]
pub struct Reach {
    /// What can be called, where there is a session already.
    pub services: Option<Services>,
    /// What opens other sessions, where there may be any.
    pub entrance: Option<Entrance>,
}

/// What the loop waited for.
enum Turn {
    Input(Option<io::Result<Event>>),
    Message(Message),
    Signal(Signal),
    Vanished,
    Woke,
    DrawDue,
    TourDue,
}

impl App {
    /// The program, ready to run.
    pub fn new(
        model: Model,
        look: Look,
        screen: Screen,
        signals: Signals,
        clock: Clock,
        manner: Manner,
        reach: Reach,
    ) -> Self {
        let (sender, messages) = mpsc::channel(CHANNEL);
        let frame = Duration::from_secs(1) / u32::from(manner.max_fps.max(1));
        let drafts = Drafts::of_person(clock.now().wall);
        let keeper = drafts.map(|drafts| Keeper::start(drafts, sender.clone()));
        let calls = Calls::new(clock, sender, reach, model.identity.read_only);
        Self {
            model,
            look,
            screen,
            signals,
            clock,
            frame,
            drawn_at: None,
            dirty: true,
            calls,
            messages,
            input: EventStream::new(),
            keeper,
            watch: Watch::new(),
            is_unseen: false,
            back_at: None,
            clipboard: manner.clipboard,
            title: manner.is_entitled.then(String::new),
            tour: None,
            persons_keymap: None,
            held: None,
            caption: String::new(),
        }
    }

    /// Runs until it ends. The terminal is left by whoever owns it.
    pub async fn run(mut self) -> io::Result<Ended> {
        let ended = self.turns().await;
        // Whoever still has something to tell does not wait for it to be heard.
        self.messages.close();
        if let Some(keeper) = self.keeper.take() {
            keeper.finish().await;
        }
        match ended {
            // Nobody is there any more to be told.
            Err(error) if vanished::is_so(&error) => Ok(Ended::Interrupted),
            ended => ended,
        }
    }

    async fn turns(&mut self) -> io::Result<Ended> {
        let size = self.screen.size()?;
        self.take(Message::Resumed(size))?;
        self.draw()?;
        #[cfg(debug_assertions)]
        panic_on_request();
        loop {
            let ended = match self.turn().await {
                // Input that ends or fails is a terminal that has vanished.
                Turn::Input(None | Some(Err(_))) | Turn::Vanished => self.go_on_unseen()?,
                Turn::Signal(signal) if self.is_echo(signal) => None,
                Turn::Signal(Signal::End | Signal::Interrupt) => self.take(Message::EndAsked)?,
                Turn::Input(Some(Ok(event))) => self.input(&event)?,
                Turn::Message(message) => self.take_burst(message)?,
                Turn::Signal(Signal::Stop) => self.suspend()?,
                Turn::Woke => self.take(Message::Woke)?,
                Turn::DrawDue => None,
                Turn::TourDue => self.play()?,
            };
            if let Some(ended) = ended {
                return Ok(ended);
            }
            if self.is_dirty() && self.draw_due() <= self.clock.now().mono {
                self.draw_if_seen()?;
            }
        }
    }

    fn is_dirty(&self) -> bool {
        self.dirty && !self.is_unseen
    }

    fn draw_if_seen(&mut self) -> io::Result<()> {
        match self.draw() {
            Err(error) if vanished::is_so(&error) => {
                self.dirty = false;
                Ok(())
            }
            drawn => drawn,
        }
    }

    /// The terminal has vanished: the program ends, as soon as it may, and draws nothing more.
    fn go_on_unseen(&mut self) -> io::Result<Option<Ended>> {
        self.is_unseen = true;
        self.take(Message::EndAsked)
    }

    /// Whether a signal is of a key that was pressed while the terminal was lent.
    fn is_echo(&self, signal: Signal) -> bool {
        let back = self.back_at.map(|at| at + ECHO);
        signal.is_from_keyboard() && back.is_some_and(|until| self.clock.now().mono < until)
    }

    /// Waits for whatever comes first. Keys and signals go before answers, so that a flood of these delays none of those.
    async fn turn(&mut self) -> Turn {
        let wake = self.model.wake_at(self.clock.now().mono);
        let tour = self.tour.as_ref().and_then(Tour::wake_at);
        let draw = self.is_dirty().then(|| self.draw_due());
        tokio::select! {
            biased;
            signal = self.signals.next() => Turn::Signal(signal),
            () = self.watch.vanished(), if !self.is_unseen => Turn::Vanished,
            event = self.input.next(), if !self.is_unseen => Turn::Input(event),
            () = self.clock.until(draw) => Turn::DrawDue,
            () = self.clock.until(tour) => Turn::TourDue,
            () = self.clock.until(wake) => Turn::Woke,
            Some(message) = self.messages.recv() => Turn::Message(message),
        }
    }

    fn input(&mut self, event: &Event) -> io::Result<Option<Ended>> {
        match event {
            Event::Key(key) if self.tour.is_some() && key.kind == KeyEventKind::Press => self.take_over(*key),
            Event::Key(key) if key.kind != KeyEventKind::Release => self.take(Message::Key(*key)),
            Event::Paste(_) if self.tour.is_some() => self.stop_tour(),
            Event::Paste(text) => self.take(Message::Pasted(text.clone())),
            Event::Resize(width, height) => self.take(Message::Resized(Size {
                width: *width,
                height: *height,
            })),
            _ => Ok(None),
        }
    }

    fn take_burst(&mut self, first: Message) -> io::Result<Option<Ended>> {
        let mut ended = self.take(first)?;
        for _ in 0..BURST {
            match self.messages.try_recv() {
                Ok(message) if ended.is_none() => ended = self.take(message)?,
                _ => break,
            }
        }
        Ok(ended)
    }

    fn take(&mut self, message: Message) -> io::Result<Option<Ended>> {
        if self.tour.is_some() && matches!(message, Message::DraftsFound(_)) {
            // The question what to do with them would take the tour's keys.
            self.held = Some(message);
            return Ok(None);
        }
        self.dirty = true;
        let now = self.clock.now();
        for effect in update(&mut self.model, message, now) {
            if let Some(ended) = self.perform(effect)? {
                return Ok(Some(ended));
            }
        }
        Ok(None)
    }

    fn perform(&mut self, effect: Effect) -> io::Result<Option<Ended>> {
        match effect {
            Effect::Call(ticket, request) => self.calls.call(ticket, request),
            Effect::StartTail(ticket, request) => self.calls.tail(ticket, request),
            Effect::OrderTail(ticket, parents_first) => self.calls.order_tail(ticket, parents_first),
            Effect::Scan(ticket, scan) => self.calls.scan(ticket, scan),
            Effect::Export(ticket, export) => self.calls.export(ticket, export),
            Effect::Copy(text) => self.copy(&text)?,
            Effect::Inspect(ticket, record, sight, decoder) => {
                self.calls.inspect(ticket, record, sight, decoder);
            }
            Effect::KeepDraft(kept) => self.keep(Job::Keep(kept)),
            Effect::DropDraft(kept) => self.keep(Job::Drop(kept)),
            Effect::TakeOver(kept, left) => self.keep(Job::TakeOver(kept, left)),
            Effect::DropLeft(left) => self.keep(Job::DropLeft(left)),
            Effect::Audit(line) => tracing::info!(target: audit::TARGET, "{line}"),
            Effect::EditOutside(text) => return self.edit_outside(&text),
            Effect::Choose(ticket, decoder, word) => self.calls.choose(ticket, decoder, word),
            Effect::TryTail(ticket) => self.calls.try_tail(ticket),
            Effect::RenewCredentials => self.calls.renew_credentials(),
            Effect::WatchCredentials(ticket) => self.calls.watch_credentials(ticket),
            Effect::ListProfiles(ticket) => self.calls.list_profiles(ticket),
            Effect::OpenSession(ticket, choice) => self.calls.open_session(ticket, choice),
            Effect::Install(services) => self.calls.install(services, self.model.identity.read_only),
            Effect::Cancel(ticket) => self.calls.cancel(ticket),
            Effect::Bell => self.screen.ring()?,
            Effect::Redraw => self.screen.forget(),
            Effect::Suspend => return self.suspend(),
            Effect::Quit(ended) => return Ok(Some(ended)),
        }
        Ok(None)
    }

    /// Has a draft kept or dropped; who has no home is told that it is not.
    fn keep(&mut self, job: Job) {
        if let Some(keeper) = &self.keeper {
            return keeper.ask(job);
        }
        let words = "there is no home directory, so that drafts do not outlive the program";
        self.model.notify(self.clock.now().mono, words, true);
    }

    /// Nothing tells whether a terminal took it, and the person is told just that.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        // Whoever it is pasted for sees it as well.
        let text = redaction::mask(text).into_owned();
        if let Some(tool) = self.clipboard {
            self.calls.copy(tool, text);
            return Ok(());
        }
        let words = if self.screen.copy(&text)? {
            clipboard::words(text.len(), self.screen.surroundings().inside)
        } else {
            "this is too long for the terminal's clipboard; w writes it to a file".to_owned()
        };
        self.model.notify(self.clock.now().mono, words, false);
        Ok(())
    }

    /// Gives the terminal back, stops like any job, and takes the terminal again when the shell says so.
    fn suspend(&mut self) -> io::Result<Option<Ended>> {
        self.screen.suspend()?;
        let size = self.screen.size()?;
        self.take(Message::Resumed(size))
    }

    /// Lends the terminal to the person's own editor. Nothing of ours may read from it meanwhile, and what was typed there is
    /// no signal for us.
    fn edit_outside(&mut self, text: &str) -> io::Result<Option<Ended>> {
        self.input = EventStream::new();
        let edited = self.screen.lend(|| outside::edit(text))?;
        self.input = EventStream::new();
        self.back_at = Some(self.clock.now().mono);
        let size = self.screen.size()?;
        let ended = self.take(Message::Resumed(size))?;
        Ok(self.take(Message::Edited(edited))?.or(ended))
    }

    fn draw_due(&self) -> Duration {
        self.drawn_at.map_or(Duration::ZERO, |at| at + self.frame)
    }

    /// Names the window anew where something else is shown than before.
    fn entitle(&mut self) -> io::Result<()> {
        let Some(before) = &mut self.title else {
            return Ok(());
        };
        let title = view::title(&self.model);
        if *before != title {
            self.screen.entitle(&title)?;
            *before = title;
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let now: Now = self.clock.now();
        self.screen.draw(|frame| {
            view::draw(frame, &self.model, &self.look, now);
            touring::look(self.tour.as_mut(), frame.buffer_mut(), self.model.caption_lines());
        })?;
        self.entitle()?;
        self.drawn_at = Some(now.mono);
        self.dirty = false;
        if let Some(why) = self.screen.recording_trouble().or_else(logging::take_trouble) {
            self.model.notify(now.mono, why, true);
            self.dirty = true;
        }
        Ok(())
    }
}

/// Panics, in a task where `KINESCOPE_PANIC=task`, with data in the message where it is `quoting`, so that a test can see what a panic leaves of a real terminal. Not in a
/// release.
#[cfg(debug_assertions)]
fn panic_on_request() {
    match std::env::var("KINESCOPE_PANIC").as_deref() {
        Ok("task") => drop(tokio::task::spawn_blocking(|| {
            panic!("a task was asked to panic")
        })),
        Ok("quoting") => drop("€ 4111"[1..].to_owned()),
        Ok(_) => panic!("the loop was asked to panic"),
        Err(_) => {}
    }
}
