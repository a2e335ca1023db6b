//! What of a section's list is shown, and in what order.

use super::overlay;
use crate::clock::Now;
use crate::message::Effect;
use crate::model::{Model, Prompt, Purpose};

/// Asks for a filter; the one in force is there to be changed.
pub(super) fn ask_filter(model: &mut Model) -> Vec<Effect> {
    let text = model.browser().listing.filter.clone().unwrap_or_default();
    overlay::open_prompt(model, Prompt::with(Purpose::FilterList, text))
}

/// Shows only rows with these words in them; all where there are none.
pub(super) fn filter(model: &mut Model, text: &str) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    let browser = model.browser_mut();
    browser.listing.filter = Some(text.to_owned()).filter(|text| !text.is_empty());
    browser.arrange();
    browser.show_cursor(fit);
    Vec::new()
}

/// Puts the list into the next order.
pub(super) fn sort(model: &mut Model, now: Now) -> Vec<Effect> {
    let browser = model.browser_mut();
    browser.listing.order = browser.listing.order.next();
    browser.arrange();
    let words = match browser.listing.order.word() {
        Some(word) => format!("sorted by {word}"),
        None => "in the service's order".to_owned(),
    };
    model.notify(now.mono, words, false);
    Vec::new()
}
