//! A document as lines that fold: what stands on them is written once, and folding only chooses which of them show.
//!
//! All nodes lie in one row in the order of their lines, each with the place where its inside ends, so that folding skips
//! ranges. Their texts lie one after the other in one string, and so a record of many megabytes is a few large pieces of memory.
//!
//! Must not: hold text that has not passed [`crate::sanitize`]; [`super::Writer`] sees to it.

use std::ops::Range;

/// A part of the text of all nodes.
pub(super) type Span = Range<u32>;

/// What a line says, for those who choose its colour. Text alone tells the kinds apart too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An object, a map.
    Object,
    /// An array, a list.
    Array,
    /// A set.
    Set,
    /// A string, in quotes.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// Bytes: what they are, or a dump of them.
    Bytes,
    /// A value that was, and the one that is.
    Change,
    /// Lines that belong together, such as what did not change.
    Group,
    /// A line of plain text.
    Text,
    /// Words of ours about the record.
    Note,
    /// A label and what it stands for.
    Fact,
    /// The same, where what it stands for is when the record arrived.
    Arrival,
    /// More of the text above.
    Piece,
    /// Nothing.
    Blank,
}

impl Kind {
    /// Whether its inside can be hidden. Plain text is there to be read.
    fn folds(self) -> bool {
        !self.is_plain() && self != Self::Piece
    }

    /// Whether it stands at the left edge, with no place before it for a sign and a marker.
    pub fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Note | Self::Fact | Self::Arrival | Self::Blank
        )
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It is another, or something inside it is.
    Changed,
    /// It is what it was.
    Same,
}

/// A line, or something that folds into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// How far in it stands.
    pub depth: u16,
    /// What it is.
    pub kind: Kind,
    /// What became of it, in a document that compares.
    pub sign: Option<Sign>,
    /// The column where its text begins, so that values stand below each other.
    pub column: u16,
    pub(super) name: Span,
    pub(super) text: Span,
    /// Where the part of its text ends that stands on its own line.
    pub(super) head: u32,
    /// The number of the first node that is not inside it.
    pub(super) end: u32,
}

impl Node {
    /// Whether it is the value that all others are inside of: the outermost one that no other names.
    fn is_root(&self) -> bool {
        self.depth == 0 && self.name.is_empty() && matches!(self.kind, Kind::Object | Kind::Array)
    }
}

/// A line on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it is.
    pub node: &'a Node,
    /// Its name; empty where it has none.
    pub name: &'a str,
    /// As much of its text as stands on this line.
    pub text: &'a str,
    /// Whether it folds, and if so, whether it is folded.
    pub folded: Option<bool>,
    /// Whether some of its text is hidden.
    pub cut: bool,
    name_at: u32,
    text_at: u32,
}

/// A document as lines that fold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    pub(super) folded: Vec<bool>,
    /// The numbers of the nodes that show, in order.
    visible: Vec<u32>,
}

impl Tree {
    pub(super) fn new(text: String, nodes: Vec<Node>, folded: Vec<bool>) -> Self {
        let mut tree = Self {
            text,
            nodes,
            folded,
            visible: Vec::new(),
        };
        tree.choose();
        tree
    }

    /// How many lines show.
    pub fn lines(&self) -> usize {
        self.visible.len()
    }

    /// How many lines of notes it begins with.
    pub(super) fn notes(&self) -> usize {
        let notes = self.nodes.iter().take_while(|node| node.kind == Kind::Note);
        notes.count()
    }

    /// One of the lines that show.
    pub fn line(&self, place: usize) -> Option<Line<'_>> {
        let number = self.number(place)?;
        let node = &self.nodes[number];
        let folded = self.folds(number).then(|| self.folded[number]);
        Some(Line {
            node,
            name: self.slice(&node.name),
            text: self.slice(&(node.text.start..node.head)),
            folded,
            cut: folded == Some(true) && node.head < node.text.end,
            name_at: node.name.start,
            text_at: node.text.start,
        })
    }

    /// Hides or shows what is inside the node of a line; a further line of a long text counts as its first. Tells where that
    /// node's line is now.
    pub fn toggle(&mut self, place: usize) -> usize {
        match self.owner(place) {
            Some(number) => self.set(number, !self.folded[number]),
            None => place,
        }
    }

    /// Hides what is inside, or where there is nothing to hide goes to what it is inside of.
    pub fn fold(&mut self, place: usize) -> usize {
        match (self.owner(place), self.number(place)) {
            (Some(owner), _) if !self.folded[owner] => self.set(owner, true),
            (_, Some(number)) => self.parent(number).map_or(place, |parent| self.place(parent)),
            _ => place,
        }
    }

    /// Shows what is inside, or where it shows already goes there.
    pub fn unfold(&mut self, place: usize) -> usize {
        match self.number(place).filter(|number| self.folds(*number)) {
            Some(number) if self.folded[number] => self.set(number, false),
            Some(_) => (place + 1).min(self.lines().saturating_sub(1)),
            None => place,
        }
    }

    /// Folds everything but the value that all others are inside of, or where that is folded shows everything. Tells where
    /// the line at a place is now.
    pub fn toggle_all(&mut self, place: usize) -> usize {
        let number = self.number(place).unwrap_or(0);
        let folds: Vec<bool> = (0..self.nodes.len())
            .map(|it| self.folds(it) && !self.nodes[it].is_root())
            .collect();
        let open = folds
            .iter()
            .zip(&self.folded)
            .any(|(folds, folded)| *folds && !folded);
        self.folded = folds.into_iter().map(|folds| folds && open).collect();
        self.choose();
        self.place(number)
    }

    /// Shows every one of these nodes, and all of its text. They are in order.
    pub(super) fn reveal(&mut self, numbers: impl IntoIterator<Item = u32>) {
        let mut outer: Vec<usize> = Vec::new();
        let mut next = 0;
        for number in numbers {
            let number = number as usize;
            while next <= number {
                let node = &self.nodes[next];
                if node.end as usize <= number {
                    next = node.end as usize;
                    continue;
                }
                if next < number || node.kind == Kind::String {
                    outer.push(next);
                }
                next += 1;
            }
            for it in outer.drain(..) {
                self.folded[it] = false;
            }
        }
        self.choose();
    }

    /// The line that shows a place in the text of a node.
    pub(super) fn place_of(&self, number: u32, at: u32) -> usize {
        let inside = number as usize + 1..self.nodes[number as usize].end as usize;
        let pieces = inside.take_while(|it| self.nodes[*it].kind == Kind::Piece);
        let piece = pieces.filter(|it| self.nodes[*it].text.start <= at).last();
        self.place(piece.unwrap_or(number as usize))
    }

    /// The number of the node of a line.
    pub fn number(&self, place: usize) -> Option<usize> {
        self.visible.get(place).map(|number| *number as usize)
    }

    /// Takes over what is folded from the same document, written for another width or with other values.
    pub(super) fn fold_like(&mut self, other: &Self) {
        for groups in [true, false] {
            let (ours, theirs) = (self.containers(groups), other.containers(groups));
            let depths = |tree: &Self, numbers: &[usize]| -> Vec<u16> {
                numbers.iter().map(|it| tree.nodes[*it].depth).collect()
            };
            if depths(self, &ours) == depths(other, &theirs) {
                for (our, their) in ours.into_iter().zip(theirs) {
                    self.folded[our] = other.folded[their];
                }
            }
        }
        self.choose();
    }

    /// What folds whatever its width: groups, or the rest.
    fn containers(&self, groups: bool) -> Vec<usize> {
        let is_one = |it: &usize| {
            let kind = self.nodes[*it].kind;
            self.folds(*it) && kind != Kind::String && (kind == Kind::Group) == groups
        };
        (0..self.nodes.len()).filter(is_one).collect()
    }

    /// Which of the nodes a line is of, however many lines each takes.
    pub(super) fn ordinal(&self, place: usize) -> usize {
        let number = self.number(place).unwrap_or(0);
        let nodes = self.nodes.iter().take(number + 1);
        nodes
            .filter(|node| node.kind != Kind::Piece)
            .count()
            .saturating_sub(1)
    }

    /// The line of that node.
    pub(super) fn place_of_ordinal(&self, ordinal: usize) -> usize {
        let mut nodes = (0..self.nodes.len()).filter(|it| self.nodes[*it].kind != Kind::Piece);
        nodes.nth(ordinal).map_or(0, |number| self.place(number))
    }

    pub(super) fn slice(&self, span: &Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The line of a node, or of what it is folded into.
    pub fn place(&self, number: usize) -> usize {
        self.visible
            .partition_point(|it| *it as usize <= number)
            .saturating_sub(1)
    }

    fn set(&mut self, number: usize, folded: bool) -> usize {
        self.folded[number] = folded;
        self.choose();
        self.place(number)
    }

    fn folds(&self, number: usize) -> bool {
        let node = &self.nodes[number];
        node.kind.folds() && node.end as usize > number + 1
    }

    /// The node that a key on a line folds.
    fn owner(&self, place: usize) -> Option<usize> {
        let number = self.number(place)?;
        let owner = match self.nodes[number].kind {
            Kind::Piece => self.parent(number)?,
            _ => number,
        };
        self.folds(owner).then_some(owner)
    }

    fn parent(&self, number: usize) -> Option<usize> {
        let before = (0..number).rev();
        before
            .into_iter()
            .find(|it| self.nodes[*it].end as usize > number)
    }

    /// Chooses the lines that show.
    fn choose(&mut self) {
        self.visible.clear();
        let mut next: u32 = 0;
        while let Some(node) = self.nodes.get(next as usize) {
            self.visible.push(next);
            next = if self.folded[next as usize] {
                node.end
            } else {
                next + 1
            };
        }
    }
}

impl Line<'_> {
    /// Where its name stands in the text of all nodes.
    pub(super) fn name_span(&self) -> Span {
        self.name_at..self.name_at + u32::try_from(self.name.len()).unwrap_or(0)
    }

    /// Where its text does.
    pub(super) fn text_span(&self) -> Span {
        self.text_at..self.text_at + u32::try_from(self.text.len()).unwrap_or(0)
    }
}
