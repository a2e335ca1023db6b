//! The table of the figures, and which of them are over their limits.

use std::process::ExitCode;

/// One figure.
pub(crate) struct Row {
    what: String,
    seen: String,
    against: String,
    number: f64,
    unit: &'static str,
    limit: Option<f64>,
}

impl Row {
    /// How much more one thing takes than another, both told in words.
    pub(crate) fn ratio(what: impl Into<String>, seen: (f64, &str), against: (f64, &str, &str)) -> Self {
        let (bare, bare_unit, name) = against;
        Self {
            what: what.into(),
            seen: format!("{} {}", digits(seen.0), seen.1),
            against: format!("{} {bare_unit} {name}", digits(bare)),
            number: seen.0 / bare,
            unit: "×",
            limit: None,
        }
    }

    /// A figure that is compared with nothing but its limit.
    pub(crate) fn plain(
        what: impl Into<String>,
        number: f64,
        unit: &'static str,
        how: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            seen: format!("{} {unit}", digits(number)),
            against: how.into(),
            number,
            unit,
            limit: None,
        }
    }

    /// What it may be at most.
    #[must_use]
    pub(crate) fn at_most(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.number > limit)
    }

    fn cells(&self) -> [String; 5] {
        let limit = self
            .limit
            .map_or(String::new(), |it| format!("{} {}", digits(it), self.unit));
        let ratio = if self.unit == "×" {
            format!("{:.2}", self.number)
        } else {
            String::new()
        };
        let mark = if self.is_over() { " **over**" } else { "" };
        [
            self.what.clone(),
            self.seen.clone(),
            self.against.clone(),
            ratio,
            limit + mark,
        ]
    }
}

/// All of them.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds some, and says on stdout that they are there, since others take their time.
    pub(crate) fn take(&mut self, rows: Vec<Row>) {
        for row in &rows {
            println!("{}", row.cells().join("  "));
        }
        self.rows.extend(rows);
    }

    /// As Markdown.
    pub(crate) fn print(&self) {
        println!("\n| figure | seen | against | ratio | at most |\n|---|---:|---|---:|---:|");
        for row in &self.rows {
            println!("| {} |", row.cells().join(" | "));
        }
    }

    /// Whether all are within their limits.
    pub(crate) fn verdict(&self) -> ExitCode {
        let over = self.rows.iter().filter(|row| row.is_over()).count();
        println!("\n{} figures, {over} over their limits", self.rows.len());
        if over == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// As many digits as say something.
fn digits(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        it if it < 10.0 => format!("{number:.2}"),
        it if it < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
