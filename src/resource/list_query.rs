//! What of a list its service is asked for, where the service itself chooses and sorts.
//!
//! Must not: know which service it is, nor how a person writes it; that is [`crate::query`]'s.

use std::fmt;

use super::Timestamp;

/// What of a list is wanted, and in what order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// What its resources must be like; all are wanted where there is none.
    pub condition: Option<Condition>,
    /// In what order. Services sort by the variable of the condition, and by age where there is none.
    pub order: SortOrder,
}

/// An order of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// A to Z, the oldest first.
    Ascending,
    /// Z to A, the newest first.
    #[default]
    Descending,
}

impl SortOrder {
    /// The other one.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// Something that a service knows of its resources and can compare.
#[derive(Debug, PartialEq, Eq)]
pub struct Variable {
    /// The service's own name of it, such as `CreatedAt`.
    pub name: &'static str,
    /// A shorter one, such as `created`.
    pub word: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A point in time.
    Time,
}

impl Variable {
    /// Whether the service compares it like this. A prefix is "a string that is found at the beginning of a variable, such as
    /// Name or Id" (API reference of Amazon Machine Learning, page `DescribeBatchPredictions`), which a time is not.
    pub fn allows(&self, operator: Operator) -> bool {
        operator != Operator::Prefix || self.holds != Holds::Time
    }

    /// All that it can be compared by.
    pub fn operators(&self) -> impl Iterator<Item = Operator> {
        Operator::ALL.into_iter().filter(|it| self.allows(*it))
    }
}

/// How a variable is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is this.
    Eq,
    /// It is not this.
    Ne,
    /// It is more than this.
    Gt,
    /// It is this or more.
    Ge,
    /// It is less than this.
    Lt,
    /// It is this or less.
    Le,
    /// It begins with this.
    Prefix,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Eq,
        Self::Ne,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
        Self::Prefix,
    ];

    /// How a person writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Prefix => "^=",
        }
    }

    /// The service's own name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "EQ",
            Self::Ne => "NE",
            Self::Gt => "GT",
            Self::Ge => "GE",
            Self::Lt => "LT",
            Self::Le => "LE",
            Self::Prefix => "Prefix",
        }
    }
}

/// What a variable is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A text.
    Text(String),
    /// A point in time, and how the person wrote it.
    Time(Timestamp, String),
}

impl Operand {
    /// As it is sent: times are in seconds since 1970, which is how Amazon Machine Learning writes them.
    pub fn as_sent(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Time(time, _) if time.subsec_millisecond() == 0 => time.as_second().to_string(),
            Self::Time(time, _) => {
                let millis = time.as_millisecond();
                let sign = if millis < 0 { "-" } else { "" };
                let millis = millis.unsigned_abs();
                format!("{sign}{}.{:03}", millis / 1000, millis % 1000)
            }
        }
    }
}

/// One comparison: a service takes one at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub variable: &'static Variable,
    /// How.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
}

/// As a person writes it, so that it can be read again.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.variable.word, self.operator.sign())?;
        match &self.operand {
            Operand::Text(text) if text.is_empty() || text.trim() != text || text.starts_with('"') => {
                write!(f, "\"{text}\"")
            }
            Operand::Text(text) | Operand::Time(_, text) => f.write_str(text),
        }
    }
}
