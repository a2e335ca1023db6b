//! Looking for words in a document.

use regex::{Regex, RegexBuilder};

use super::tree::{Kind, Line, Span, Tree};

/// How large a compiled expression may be, in bytes.
const LARGEST_EXPRESSION: usize = 1 << 20;
/// How many places are found at most.
const MOST: usize = 10_000;

/// What was looked for, and where it is.
#[derive(Clone, Debug)]
pub struct Search {
    /// As it was typed.
    pub text: String,
    expression: Option<Regex>,
    found: Vec<Found>,
    /// Which of them was gone to last.
    at: usize,
}

#[derive(Clone, Debug)]
struct Found {
    node: u32,
    span: Span,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Search {
    /// A search that has not looked anywhere yet. The text is an expression, or else just words; capitals count where there are
    /// any in it.
    pub fn new(text: &str) -> Self {
        let compile = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(!text.chars().any(char::is_uppercase))
                .size_limit(LARGEST_EXPRESSION)
                .build()
        };
        Self {
            text: text.to_owned(),
            expression: compile(text).or_else(|_| compile(&regex::escape(text))).ok(),
            found: Vec::new(),
            at: 0,
        }
    }

    /// Looks everywhere in a document, and unfolds what it finds.
    pub fn run(&mut self, tree: &mut Tree) {
        self.found.clear();
        let Some(expression) = &self.expression else {
            return;
        };
        for (number, node) in (0..).zip(&tree.nodes) {
            if node.kind == Kind::Piece {
                continue;
            }
            for span in [&node.name, &node.text] {
                let places = expression.find_iter(tree.slice(span)).filter(|it| !it.is_empty());
                let room = MOST - self.found.len();
                self.found.extend(places.take(room).map(|it| {
                    let from = |at: usize| span.start + u32::try_from(at).unwrap_or(0);
                    Found {
                        node: number,
                        span: from(it.start())..from(it.end()),
                    }
                }));
            }
        }
        tree.reveal(self.found.iter().map(|found| found.node));
        self.at = self.at.min(self.found.len().saturating_sub(1));
    }

    /// The next document is another one.
    pub(super) fn restart(&mut self) {
        self.at = 0;
    }

    /// The line of the first place at a node or below it, or else of the very first.
    pub fn first(&mut self, tree: &Tree, number: usize) -> Option<usize> {
        let next = self.found.iter().position(|found| found.node as usize >= number);
        self.at = next.unwrap_or(0);
        self.line(tree)
    }

    /// The line of the next place, or of the one before; after the last comes the first.
    pub fn step(&mut self, tree: &Tree, forwards: bool) -> Option<usize> {
        let count = self.found.len().max(1);
        self.at = (self.at + if forwards { 1 } else { count - 1 }) % count;
        self.line(tree)
    }

    /// How many places there are.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether there may be more.
    pub fn is_cut(&self) -> bool {
        self.found.len() == MOST
    }

    /// Which place was gone to last, from 1.
    pub fn ordinal(&self) -> usize {
        self.at + 1
    }

    /// What of a line's name, and what of its text, was looked for.
    pub fn marks(&self, line: &Line<'_>) -> [Vec<Mark>; 2] {
        [line.name_span(), line.text_span()].map(|span| self.marks_in(&span))
    }

    fn marks_in(&self, span: &Span) -> Vec<Mark> {
        let first = self.found.partition_point(|it| it.span.end <= span.start);
        let within = self.found[first..]
            .iter()
            .take_while(|it| it.span.start < span.end);
        let at = |place: u32| (place.clamp(span.start, span.end) - span.start) as usize;
        within
            .map(|it| Mark {
                start: at(it.span.start),
                end: at(it.span.end),
            })
            .collect()
    }

    fn line(&self, tree: &Tree) -> Option<usize> {
        let found = self.found.get(self.at)?;
        Some(tree.place_of(found.node, found.span.start))
    }
}
