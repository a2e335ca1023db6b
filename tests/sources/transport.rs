//! Endpoints that do not answer.

use kinescope::source::{ErrorKind, Session};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_refused_connection_is_told_with_its_address_by_every_section() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sources = Session::demo(&format!("http://{address}")).sources();
    // All at once: each waits between its attempts.
    let calls = sources.iter().map(|source| source.catalog.describe("x".into()));
    for answer in futures::future::join_all(calls).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Transport, "{error}");
        assert_eq!(error.message, format!("connection refused by {address}"));
    }
}

#[tokio::test]
async fn a_call_that_hangs_can_be_left_and_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    for source in Session::demo(&format!("http://{address}")).sources() {
        let call = source.catalog.list(None);
        let asked = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let read = connection.read(&mut [0; 8192]).await.unwrap();
            assert!(read > 0, "a request arrives");
            connection
        };
        let mut connection = tokio::select! {
            answer = call => panic!("nobody answered, but {answer:?}"),
            connection = asked => connection,
        };
        // The call is dropped: what remains of the request may still come, then the end.
        let mut rest = Vec::new();
        connection.read_to_end(&mut rest).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends_and_tells_how_long_it_took() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tail = Session::demo(&format!("http://{address}")).sources()[0]
        .tail
        .clone()
        .unwrap();
    let error = tail
        .read(
            "orders".into(),
            "shardId-000000000000".into(),
            "iterator".into(),
            None,
        )
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Transport, "timed out")
    );
    assert!(
        error.message.starts_with(&address.to_string()),
        "{}",
        error.message
    );
}
