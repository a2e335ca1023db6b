//! What a service can do: list and describe ([`Catalog`]), be read live ([`Tail`]), hand out records and write them ([`Edit`]),
//! push records to registered consumers ([`Consumers`]), choose and sort a list ([`Query`]), tell what a resource was made from
//! ([`Provenance`]).
//!
//! The rest of the program sees services only through these traits and asks what a [`Source`] *can do*, never which
//! service it is. Implementations live in the files of `source/`, and the SDK's types stop there.

mod caller;
mod classify;
mod credentials;
mod dynamodb_streams;
mod endpoint;
mod error;
mod feature_store;
mod http;
mod kinesis;
mod limiter;
mod machine_learning;
mod sagemaker;
mod services;
mod session;
mod time;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};

pub use credentials::{Keyring, WORD, run_processes_apart, serve};
pub use error::{Advice, ErrorKind, SourceError};
pub use services::Services;
pub use session::{
    Options, Prepared, ProfileSummary, REGIONS, Seat, Session, SessionError, check_region, list_profiles,
};

use crate::resource::{
    Ancestor, Ancestry, Batch, Caller, Consumer, ConsumerArn, Detail, Entry, FeatureRecord, GatheredRecords,
    IteratorToken, ListQuery, Page, PageToken, Position, RecordWrite, ResourceId, Section, Shard, ShardId,
    Variable, WantedRecords,
};

/// An answer that is on its way.
pub type Reply<'a, T> = BoxFuture<'a, Result<T, SourceError>>;

/// Lists resources and describes one. Every service can.
pub trait Catalog: Send + Sync {
    /// One page of the list, from its beginning or from where an earlier page ended.
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>>;

    /// All that is known of one resource.
    fn describe(&self, id: ResourceId) -> Reply<'_, Detail>;

    /// The resource that a word of the command line means, such as a name, an ARN or `table:NAME`; `None` where the word
    /// is none of this service's. It need not exist: that is seen by whatever is done with it.
    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>>;
}

/// Reads the shards of a stream.
pub trait Tail: Send + Sync {
    /// One page of a stream's shards, closed ones included.
    fn shards(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Shard>>;

    /// The children of a shard, where the service can be asked for no more than these; none where only all shards tell.
    fn children(&self, _stream: ResourceId, _parent: ShardId) -> Reply<'_, Vec<Shard>> {
        ready(Ok(Vec::new())).boxed()
    }

    /// An iterator at a position of a shard.
    fn iterator(&self, stream: ResourceId, shard: ShardId, position: Position) -> Reply<'_, IteratorToken>;

    /// The records from an iterator on, at most so many where a number is given. Tried once: how to try again is decided by
    /// [`crate::tail`].
    fn read(
        &self,
        stream: ResourceId,
        shard: ShardId,
        from: IteratorToken,
        most: Option<u32>,
    ) -> Reply<'_, Batch>;

    /// What the service allows a reader of one shard.
    fn limits(&self) -> ReadLimits;
}

/// Hands out records by their identifiers, and writes them.
pub trait Edit: Send + Sync {
    /// The record as the online store has it, or `None` where there is no such record.
    fn get(&self, group: ResourceId, identifier: String) -> Reply<'_, Option<FeatureRecord>>;

    /// One page of the identifiers of a group's records, those that were deleted softly among them where they are wanted.
    /// Not every endpoint knows the call, and not every group can answer it.
    fn identifiers(
        &self,
        group: ResourceId,
        with_deleted: bool,
        from: Option<PageToken>,
    ) -> Reply<'_, Page<String>>;

    /// Records by their identifiers, at most 100 together, of one group or several. One call: what it leaves unprocessed is
    /// in the answer.
    fn gather(&self, wanted: Vec<WantedRecords>) -> Reply<'_, GatheredRecords>;

    /// Writes a record. Tried once: a write that was not answered may have been made, and whoever asked for it finds out.
    fn write(&self, write: RecordWrite) -> Reply<'_, ()>;
}

/// Tells who calls.
pub trait Identify: Send + Sync {
    /// The account, and who of it calls.
    fn caller(&self) -> Reply<'_, Caller>;
}

/// Registers readers that have a throughput of their own, and reads through them.
pub trait Consumers: Send + Sync {
    /// One page of a stream's consumers.
    fn list(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Consumer>>;

    /// One of a stream's consumers, by its name or its ARN.
    fn describe(&self, stream: ResourceId, consumer: String) -> Reply<'_, Consumer>;

    /// Registers a consumer, which costs money until it is deregistered. It can read once it is `ACTIVE`.
    fn register(&self, stream: ResourceId, name: String) -> Reply<'_, Consumer>;

    /// Deregisters a consumer; whoever reads through it is cut off.
    fn deregister(&self, consumer: ConsumerArn) -> Reply<'_, ()>;

    /// Reads through a consumer. One reader has one subscription to a shard.
    fn reader(&self, consumer: &Consumer) -> Arc<dyn Tail>;
}

/// Lists only what one asks for, in the order that one asks for.
pub trait Query: Send + Sync {
    /// What it can choose and sort by.
    fn variables(&self) -> &'static [Variable];

    /// One page of what passes, from its beginning or from where an earlier page of the same query ended.
    fn query(&self, query: ListQuery, from: Option<PageToken>) -> Reply<'_, Page<Entry>>;
}

/// Tells what a resource was made from.
pub trait Provenance: Send + Sync {
    /// All that is known of an ancestor.
    fn trace(&self, ancestor: Ancestor) -> Reply<'_, Ancestry>;
}

/// What a service allows a reader of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Reads a second, all readers together.
    pub calls_per_second: u32,
    /// Bytes a second, all readers together; `None` where the service counts only calls.
    pub bytes_per_second: Option<u64>,
    /// Records that one read brings at most, where it can be asked for fewer.
    pub records_per_read: Option<u32>,
    /// Whether a shard can be read from a point in time.
    pub seeks_time: bool,
    /// How long records are kept, where it is the same for every stream.
    pub retention: Option<Duration>,
    /// Whether records are pushed: a read waits until some are there, so the next may follow at once, and an iterator is
    /// a subscription that is over once a read has failed.
    pub pushed: bool,
}

/// What the services allow, and what their error codes mean, for the tests of the tail.
#[cfg(test)]
pub(crate) mod facts {
    pub(crate) use super::classify::{kind_of, kind_of_status};
    pub(crate) use super::dynamodb_streams::LIMITS as DYNAMODB_STREAMS;
    pub(crate) use super::kinesis::LIMITS as KINESIS;
}

/// One service as the program knows it.
#[derive(Clone)]
pub struct Source {
    /// Where its resources are shown.
    pub section: Section,
    /// Lists and describes.
    pub catalog: Arc<dyn Catalog>,
    /// Reads live, where the service can.
    pub tail: Option<Arc<dyn Tail>>,
    /// Hands out records and writes them, where the service can.
    pub edit: Option<Arc<dyn Edit>>,
    /// Pushes records to registered consumers, where the service can.
    pub consumers: Option<Arc<dyn Consumers>>,
    /// Chooses and sorts its list, where the service can.
    pub query: Option<Arc<dyn Query>>,
    /// Tells what its resources were made from, where the service can.
    pub provenance: Option<Arc<dyn Provenance>>,
}

impl Source {
    /// A service that lists and describes.
    fn new(section: Section, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            section,
            catalog,
            tail: None,
            edit: None,
            consumers: None,
            query: None,
            provenance: None,
        }
    }

    fn querying(section: Section, service: impl Catalog + Query + Provenance + 'static) -> Self {
        let service = Arc::new(service);
        Self {
            query: Some(service.clone()),
            provenance: Some(service.clone()),
            ..Self::new(section, service)
        }
    }

    fn tailing(section: Section, service: impl Catalog + Tail + 'static) -> Self {
        let service = Arc::new(service);
        Self {
            tail: Some(service.clone()),
            ..Self::new(section, service)
        }
    }

    fn pushing(section: Section, service: impl Catalog + Tail + Consumers + 'static) -> Self {
        let service = Arc::new(service);
        Self {
            tail: Some(service.clone()),
            consumers: Some(service.clone()),
            ..Self::new(section, service)
        }
    }

    fn editing(section: Section, service: impl Catalog + Edit + 'static) -> Self {
        let service = Arc::new(service);
        Self {
            edit: Some(service.clone()),
            ..Self::new(section, service)
        }
    }
}
