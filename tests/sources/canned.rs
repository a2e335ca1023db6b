//! An endpoint that gives answers from a list, for what the embedded one cannot be brought to say.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Canned {
    listener: TcpListener,
}

impl Canned {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// Answers one request after another, and gives back their bodies.
    pub(crate) async fn answer(&self, answers: &[Value]) -> Vec<Value> {
        self.answer_with(200, answers).await
    }

    /// The same with another status.
    pub(crate) async fn answer_with(&self, status: u16, answers: &[Value]) -> Vec<Value> {
        let mut bodies = Vec::new();
        for answer in answers {
            let (mut connection, _) = self.listener.accept().await.unwrap();
            bodies.push(body(&mut connection).await);
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            connection.write_all((head + &answer).as_bytes()).await.unwrap();
        }
        bodies
    }
}

/// An answer of the Feature Store runtime.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// All is well.
    Ok(Value),
    /// A status and an error of the service.
    Error(u16, &'static str),
    /// The connection is closed without an answer.
    Nothing,
}

impl Canned {
    /// Gives one answer to each request, and gives back how the requests begin, such as `PUT /FeatureGroup/customers`.
    pub(crate) async fn reply(&self, replies: &[Reply]) -> Vec<String> {
        let mut lines = Vec::new();
        for reply in replies {
            let (mut connection, _) = self.listener.accept().await.unwrap();
            lines.push(first_line(&mut connection).await);
            let answer = match reply {
                Reply::Ok(body) => answer("200 OK", "", &body.to_string()),
                Reply::Error(status, code) => {
                    // The clients try again at once.
                    let headers = format!("x-amzn-errortype: {code}\r\nx-amz-retry-after: 0\r\n");
                    answer(&format!("{status} Error"), &headers, "{\"Message\":\"why\"}")
                }
                Reply::Nothing => continue,
            };
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        lines
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Reads a whole request, whether it has a body or not; gives back its method and path.
async fn first_line(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let read = connection.read_buf(&mut request).await.unwrap();
        assert!(read > 0, "the request ends early");
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            let line = String::from_utf8_lossy(&request);
            let end = line.find(['?', '\r']).unwrap();
            return line[..end].trim_end_matches(" HTTP/1.1").to_owned();
        }
    }
}

/// Reads until the body of the request is complete.
async fn body(connection: &mut TcpStream) -> Value {
    let mut request = Vec::new();
    loop {
        let read = connection.read_buf(&mut request).await.unwrap();
        assert!(read > 0, "the request ends early");
        let text = String::from_utf8_lossy(&request);
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if let Ok(body) = serde_json::from_str(body) {
            return body;
        }
    }
}
