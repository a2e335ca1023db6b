//! Answers that go on: events in the frames of `application/vnd.amazon.eventstream`.
//!
//! Must not: know which service they come from.

use std::io;
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::header::CONTENT_TYPE;
use http::{HeaderValue as Text, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio_util::sync::CancellationToken;

use super::answer::{Body, JSON_1_1};
use crate::demo::clock::Clock;
use crate::demo::protocol::{Events, Fault, News};

const EVENT_STREAM: Text = Text::from_static("application/vnd.amazon.eventstream");

/// How often news are looked for. Records reach a consumer in some 70 ms (Developer Guide, "Develop enhanced fan-out consumers").
const TICK: Duration = Duration::from_millis(25);

/// A response whose body is written as there is something to tell, until the events end or the endpoint stops.
pub(super) fn response(events: Box<dyn Events>, clock: Clock, stop: CancellationToken) -> Response<Body> {
    let telling = Telling {
        events,
        clock,
        stop,
        place: Place::Start,
    };
    let frames = StreamBody::new(frames(telling));
    let mut response = Response::new(frames.boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, EVENT_STREAM);
    response
}

struct Telling {
    events: Box<dyn Events>,
    clock: Clock,
    stop: CancellationToken,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Middle,
    End,
}

fn frames(telling: Telling) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
    stream::unfold(telling, |mut telling| async move {
        let message = telling.next().await?;
        Some((frame(&message), telling))
    })
}

impl Telling {
    /// The next message, once there is one.
    async fn next(&mut self) -> Option<Message> {
        match self.place {
            Place::Start => {
                self.place = Place::Middle;
                return Some(event("initial-response", "{}".to_owned()));
            }
            Place::Middle => {}
            Place::End => return None,
        }
        loop {
            match self.events.next(self.clock.now()) {
                News::Event(name, members) => return Some(event(name, members)),
                News::End(fault) => {
                    self.place = Place::End;
                    return fault.map(|fault| exception(&fault));
                }
                News::Nothing => {}
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }
}

fn event(name: &'static str, members: String) -> Message {
    message("event", ":event-type", name, members)
}

fn exception(fault: &Fault) -> Message {
    let members = serde_json::json!({"message": fault.message}).to_string();
    message("exception", ":exception-type", fault.code, members)
}

fn message(kind: &'static str, type_header: &'static str, name: &'static str, members: String) -> Message {
    let header =
        |header: &'static str, value: &'static str| Header::new(header, HeaderValue::String(value.into()));
    Message::new(Bytes::from(members))
        .add_header(header(":message-type", kind))
        .add_header(header(type_header, name))
        .add_header(header(":content-type", JSON_1_1))
}

fn frame(message: &Message) -> io::Result<Frame<Bytes>> {
    let mut bytes = Vec::with_capacity(message.payload().len() + 128);
    write_message_to(message, &mut bytes).map_err(io::Error::other)?;
    Ok(Frame::data(bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_eventstream::frame::read_message_from;
    use jiff::Timestamp;

    /// Two events and a fault.
    struct Story(u8);

    impl Events for Story {
        fn next(&mut self, _: Timestamp) -> News {
            self.0 += 1;
            match self.0 {
                1 | 3 => News::Event("Told", self.0.to_string()),
                2 => News::Nothing,
                _ => News::End(Some(Fault::new("ResourceInUseException", "taken"))),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn events_are_framed_one_by_one_and_a_fault_is_the_last() {
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let response = response(Box::new(Story(0)), clock, CancellationToken::new());
        let mut bytes = response.into_body().collect().await.unwrap().to_bytes();
        let mut told = Vec::new();
        while !bytes.is_empty() {
            let message = read_message_from(&mut bytes).unwrap();
            let name = message.headers()[1]
                .value()
                .as_string()
                .unwrap()
                .as_str()
                .to_owned();
            told.push((name, String::from_utf8(message.payload().to_vec()).unwrap()));
        }
        let expected = [
            ("initial-response", "{}"),
            ("Told", "1"),
            ("Told", "3"),
            ("ResourceInUseException", r#"{"message":"taken"}"#),
        ];
        assert_eq!(
            told,
            expected.map(|(name, members)| (name.to_owned(), members.to_owned()))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_ends_with_the_endpoint() {
        struct Silence;
        impl Events for Silence {
            fn next(&mut self, _: Timestamp) -> News {
                News::Nothing
            }
        }
        let stop = CancellationToken::new();
        stop.cancel();
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let response = response(Box::new(Silence), clock, stop);
        assert!(response.into_body().collect().await.is_ok());
    }
}
