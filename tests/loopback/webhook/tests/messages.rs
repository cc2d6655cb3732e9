//! Messages as they are sent, and the answers in their order.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use loopback_webhook::{Answer, WebhookReceiver};

/// Sends a message and gives the first line of the answer, if there is one.
fn send(receiver: &WebhookReceiver, text: &str) -> String {
    let url = receiver.url();
    let rest = url.strip_prefix("http://localhost:").expect("an address");
    let (port, path) = rest.split_once('/').expect("a path");
    let mut stream =
        TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).expect("it listens");
    let body = format!(r#"{{"text":"{text}"}}"#);
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nContent-Length: {}\r\nX-Kind: Test\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn messages_are_kept_until_they_are_taken() {
    let receiver = WebhookReceiver::start();
    assert_eq!(send(&receiver, "one"), "HTTP/1.1 200 Status");
    assert_eq!(send(&receiver, "two"), "HTTP/1.1 200 Status");
    assert_eq!(receiver.count(), 2);
    let messages = receiver.take();
    assert_eq!(messages[1].text(), "two");
    assert!(receiver.url().ends_with(&messages[0].path));
    assert!(messages[0].headers.contains("x-kind: test"));
    assert_eq!(receiver.count(), 0);
}

#[test]
fn the_last_answer_stays() {
    let receiver = WebhookReceiver::start();
    receiver.answers([
        Answer::Close,
        Answer::Http(503, "Retry-After: 1\r\n", "later"),
    ]);
    let answers = ["one", "two", "three"].map(|text| send(&receiver, text));
    assert_eq!(answers, ["", "HTTP/1.1 503 Status", "HTTP/1.1 503 Status"]);
}
