//! How a write ended, and how that is told.

use crate::resource::FeatureRecord;
use crate::source::SourceError;

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It is stored, and this is what the online store shows now; nothing after a deletion.
    Stored {
        /// The record.
        record: Option<FeatureRecord>,
    },
    /// The service took it, and the online store does not show it, or cannot.
    Taken(Taken),
    /// The service took it, and the online store shows something else than was there or was written: somebody wrote at the same
    /// time or after it.
    StoredDifferently {
        /// What is stored.
        stored: Option<FeatureRecord>,
    },
    /// Somebody else changed the record since it was read. Nothing was written, or it was not answered and what is stored is
    /// something else.
    Differs {
        /// What is stored; `None` where the record is gone.
        theirs: Option<FeatureRecord>,
    },
    /// The store still shows what was there before.
    NotStored {
        /// Why the write was not answered well; `None` where the service took it.
        error: Option<SourceError>,
    },
    /// Nothing was written.
    Failed {
        /// Why.
        error: SourceError,
    },
    /// It is not known whether it was written; [`super::Saving::settle`] looks again.
    Unknown {
        /// What became of the write.
        error: SourceError,
        /// Why the store could not be asked, where that is why.
        reading: Option<SourceError>,
    },
}

/// Why the online store does not show a write that the service took.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It was for the offline store, which cannot be read here.
    Elsewhere,
    /// Its event time was not newer than the stored one.
    Historic,
    /// Its life was past already.
    Expired,
    /// The store could not be read.
    Unread(SourceError),
}

impl Ending {
    /// Whether the draft is done with. Otherwise it is kept.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Taken(taken) => !matches!(taken, Taken::Unread(_)),
            ending => matches!(ending, Self::Stored { .. }),
        }
    }

    /// Whether looking again may tell more.
    pub fn can_settle(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. } | Self::NotStored { .. } | Self::Taken(Taken::Unread(_))
        )
    }

    /// The ending in a word, for a log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stored { .. } => "stored",
            Self::Taken(_) => "taken",
            Self::StoredDifferently { .. } => "stored differently",
            Self::Differs { .. } => "differs",
            Self::NotStored { .. } => "not stored",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What went wrong with the write, where anything did.
    pub fn error(&self) -> Option<&SourceError> {
        match self {
            Self::Failed { error } | Self::Unknown { error, .. } => Some(error),
            Self::NotStored { error } => error.as_ref(),
            _ => None,
        }
    }

    /// One line for the person: what is known, and what to do.
    pub fn words(&self) -> String {
        match self {
            Self::Stored { record: Some(_) } => "stored, and read back as written".to_owned(),
            Self::Stored { record: None } => "deleted, and no longer there".to_owned(),
            Self::Taken(taken) => taken.words(),
            Self::StoredDifferently { stored: Some(_) } => {
                "the service took it, but somebody else's record is stored now; compare".to_owned()
            }
            Self::StoredDifferently { stored: None } => {
                "the service took it, but the record is gone now; somebody deleted it".to_owned()
            }
            Self::Differs { theirs: Some(_) } => {
                "somebody else changed the record since you read it, and the draft is kept: compare and merge".to_owned()
            }
            Self::Differs { theirs: None } => {
                "the record is gone since you read it, and the draft is kept: decide whether to put it anew".to_owned()
            }
            Self::NotStored { error: Some(error) } => {
                format!("not stored, as far as can be seen, and the draft is kept: {error}")
            }
            Self::NotStored { error: None } => {
                "the service took it, but the store still shows what was there: its event time may not be newer than \
                 that of a deletion, or it shows later; look again"
                    .to_owned()
            }
            Self::Failed { error } => format!("nothing was written, and the draft is kept: {error}"),
            Self::Unknown { error, reading: Some(reading) } => format!(
                "it is not known whether this was written: {error}; and the record cannot be read: {reading}"
            ),
            Self::Unknown { error, reading: None } => {
                format!("it is not known whether this was written, and the online store cannot tell: {error}")
            }
        }
    }
}

impl Taken {
    fn words(&self) -> String {
        match self {
            Self::Elsewhere => "the service took it for the offline store, which is not read here".to_owned(),
            Self::Historic => {
                "the service took it as history: the stored record is newer and stays".to_owned()
            }
            Self::Expired => "the service took it, and its life is past already".to_owned(),
            Self::Unread(error) => format!("the service took it, but reading it back failed: {error}"),
        }
    }
}
