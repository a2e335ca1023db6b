//! What of a section's list is shown, and in what order; where the service chooses and sorts itself, it is asked to.

use super::{cancel, overlay};
use crate::clock::Now;
use crate::message::Effect;
use crate::model::{Choice, Model, Prompt, Purpose, Remote, cancel_listing};
use crate::query::{ConditionError, parse_condition};
use crate::resource::{Condition, Holds, Operator, SortOrder, Variable};

/// Asks for a filter; the one in force is there to be changed.
pub(super) fn ask_filter(model: &mut Model) -> Vec<Effect> {
    if !model.abilities().variables.is_empty() {
        return ask_condition(model);
    }
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
    if !model.abilities().variables.is_empty() {
        return reverse(model, now);
    }
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

fn ask_condition(model: &mut Model) -> Vec<Effect> {
    let condition = model.browser().query.condition.as_ref();
    let text = condition.map_or(String::new(), ToString::to_string);
    let choices = model.abilities().variables.iter().flat_map(examples);
    let prompt = Prompt::with(Purpose::QueryList, text).offering(choices);
    overlay::open_prompt(model, prompt)
}

/// Comparisons to choose from: whole ones by each word that a variable can hold, else beginnings that ask for a value.
fn examples(variable: &'static Variable) -> Vec<Choice> {
    let choice = |operator: Operator, value: &str, help: String| Choice {
        text: format!("{} {} {value}", variable.word, operator.sign()),
        help,
    };
    match variable.holds {
        Holds::OneOf(words) => {
            let whole = |word: &&str| choice(Operator::Eq, word, String::new());
            words.iter().map(whole).collect()
        }
        Holds::Time => vec![choice(Operator::Ge, "-7d", variable.name.to_owned())],
        Holds::Text => {
            let signs: Vec<_> = variable.operators().map(Operator::sign).collect();
            let help = format!("{}: {}", variable.name, signs.join(" "));
            vec![choice(Operator::Prefix, "", help)]
        }
    }
}

/// Has the service asked for what passes a comparison; for all where there is none.
pub(super) fn query(model: &mut Model, now: Now, text: &str) -> Result<Vec<Effect>, ConditionError> {
    let condition = if text.is_empty() {
        None
    } else {
        let variables = model.abilities().variables;
        Some(parse_condition(text, variables, now.wall, &model.zone)?)
    };
    Ok(ask_anew(model, condition, model.browser().query.order))
}

/// Asks for all.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    let order = model.browser().query.order;
    ask_anew(model, None, order)
}

/// Asks for the list in the other order.
fn reverse(model: &mut Model, now: Now) -> Vec<Effect> {
    let query = model.browser().query.clone();
    let order = query.order.reversed();
    let words = match order {
        SortOrder::Ascending => "asked for in ascending order: A to Z, the oldest first",
        SortOrder::Descending => "asked for in descending order: Z to A, the newest first",
    };
    model.notify(now.mono, words, false);
    ask_anew(model, query.condition, order)
}

/// What is here answers another question and goes.
fn ask_anew(model: &mut Model, condition: Option<Condition>, order: SortOrder) -> Vec<Effect> {
    let browser = model.browser_mut();
    browser.query.condition = condition;
    browser.query.order = order;
    let free = cancel_listing(&mut browser.list);
    browser.list = Remote::Idle;
    browser.arrange();
    browser.move_to(0, 0);
    browser.top = 0;
    cancel(model, free)
}

/// Times that the comparison tells from now are from this now.
pub(super) fn renew(model: &mut Model, now: Now) {
    let variables = model.abilities().variables;
    let zone = model.zone.clone();
    let query = &mut model.browser_mut().query;
    if let Some(condition) = &query.condition {
        let again = parse_condition(&condition.to_string(), variables, now.wall, &zone);
        query.condition = again.ok().or(query.condition.take());
    }
}
