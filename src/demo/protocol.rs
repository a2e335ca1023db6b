//! The form in which a call reaches an embedded service and its answer leaves, apart from HTTP and from wire framing.
//!
//! Must not: know any one service.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The account that owns everything in the embedded services.
pub const ACCOUNT: &str = "111122223333";

/// One call of an operation.
#[derive(Debug)]
pub struct Call<'a> {
    /// The operation's name, such as `ListStreams`.
    pub operation: &'a str,
    /// Its parameters by the names of the API reference, wherever on the wire they came from.
    pub input: &'a Value,
    /// The region that the request was signed for.
    pub region: &'a str,
    /// The time of the call.
    pub now: Timestamp,
}

/// What an operation gives back: the members of its response, or a fault.
pub type Answer = Result<Reply, Fault>;

/// The members of a response.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// As a tree.
    Json(Value),
    /// As JSON text, where a tree would cost too much.
    Text(String),
}

impl Reply {
    /// The JSON text of the response's body.
    pub fn into_text(self) -> String {
        match self {
            Self::Json(members) => members.to_string(),
            Self::Text(text) => text,
        }
    }
}

impl From<Value> for Reply {
    fn from(members: Value) -> Self {
        Self::Json(members)
    }
}

/// An error of a service, by its own code.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The code, such as `ResourceNotFoundException`.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// Further members of the error's shape.
    pub members: Value,
}

impl Fault {
    /// A client error: HTTP status 400.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code,
            message: message.into(),
            members: json!({}),
        }
    }

    /// The same with another HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The call of an operation that the service does not have.
    pub fn unknown_operation(operation: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            format!("{operation} is not an operation of this endpoint"),
        )
    }
}

/// One embedded service.
pub trait Service: Send + Sync {
    /// Carries out a call. Calls of one service come one after another, in the order in which they arrive.
    fn call(&self, call: &Call<'_>) -> Answer;

    /// Carries out a call whose answer goes on. `None` if the operation is none of these.
    fn follow(&self, _call: &Call<'_>) -> Option<Result<Box<dyn Events>, Fault>> {
        None
    }
}

/// An answer that goes on for as long as the caller listens.
pub trait Events: Send {
    /// What there is to tell at a time. It is asked again and again, until it ends.
    fn next(&mut self, now: Timestamp) -> News;
}

/// What an answer that goes on has to tell.
#[derive(Debug, PartialEq)]
pub enum News {
    /// An event: its name, and its members as JSON text.
    Event(&'static str, String),
    /// Nothing yet.
    Nothing,
    /// That it ends, with a fault or without.
    End(Option<Fault>),
}
