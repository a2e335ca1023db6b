//! A request to an embedded endpoint without any client library.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends a request as from a region; any other status than 200 fails the test.
pub(crate) async fn send(url: &str, region: &str, line: &str, headers: &str, body: &Value) -> Value {
    let authority = url.replace("http://", "");
    let body = body.to_string();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n{headers}\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=A/20251009/{region}/x/aws4_request\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(&authority).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_default()
}
