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
