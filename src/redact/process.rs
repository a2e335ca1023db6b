//! The redaction of this process: set once at its start, and told more as more becomes known.
//!
//! Process-wide, because whoever forgot to pass it on would show what must not be seen; and what is masked is a matter of the
//! process as a whole, like the terminal that it writes to.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Redaction;

/// Whether there is one: what is asked for each text.
static ON: AtomicBool = AtomicBool::new(false);
static REDACTION: RwLock<Option<Redaction>> = RwLock::new(None);

/// Bytes, or characters, around a part that are looked at to know what is masked in it.
const AROUND: usize = 256;

/// Masks from now on; never ends.
pub fn start(redaction: Redaction) {
    *write() = Some(redaction);
    ON.store(true, Ordering::Release);
}

/// Whether it masks.
pub fn is_on() -> bool {
    ON.load(Ordering::Acquire)
}

/// Has it keep something in mind.
pub fn learn(lesson: impl FnOnce(&mut Redaction)) {
    if let Some(redaction) = write().as_mut() {
        lesson(redaction);
    }
}

/// The text with everything masked that is to be.
pub fn mask(text: &str) -> Cow<'_, str> {
    with(|it| it.mask(text)).unwrap_or(Cow::Borrowed(text))
}

/// The same of a text that is typed, with a cursor after so many bytes.
pub fn mask_typed(text: &str, cursor: usize) -> Cow<'_, str> {
    with(|it| it.mask_typed(text, cursor)).unwrap_or(Cow::Borrowed(text))
}

/// The bytes with everything masked that is to be.
pub fn mask_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    with(|it| it.mask_bytes(bytes)).unwrap_or(Cow::Borrowed(bytes))
}

/// A part of bytes, masked by what stands around it: of a large payload only what shows is looked at.
pub fn mask_part(bytes: &[u8], part: Range<usize>) -> Cow<'_, [u8]> {
    if !is_on() {
        return Cow::Borrowed(&bytes[part]);
    }
    let start = part.start.saturating_sub(AROUND);
    let end = part.end.saturating_add(AROUND).min(bytes.len());
    let masked = mask_bytes(&bytes[start..end]);
    Cow::Owned(masked[part.start - start..part.end - start].to_vec())
}

/// So many characters of a text at most, none of which is a part of something masked that goes on behind them.
pub fn beginning(text: &str, most: usize) -> Cow<'_, str> {
    let place = |n: usize| text.char_indices().nth(n).map(|(at, _)| at);
    let Some(end) = place(most) else {
        return Cow::Borrowed(text);
    };
    let looked_at = &text[..place(most.saturating_add(AROUND)).unwrap_or(text.len())];
    match mask(looked_at) {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(masked) => Cow::Owned(masked.chars().take(most).collect()),
    }
}

/// Does something with it, where there is one.
pub fn with<T>(act: impl FnOnce(&Redaction) -> T) -> Option<T> {
    if !is_on() {
        return None;
    }
    let redaction = REDACTION
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    redaction.as_ref().map(act)
}

fn write() -> std::sync::RwLockWriteGuard<'static, Option<Redaction>> {
    REDACTION
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
