//! What every service relies on, as bytes on a connection.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use hyper::body::Incoming;
use hyper::{HeaderMap, Request, Response};
use loopback_aws::{AnswerBody, Exception, Input, Server, Signer, decoded};
use serde_json::json;

/// What a server sends whose answer has this body.
fn sent(body: fn() -> AnswerBody) -> String {
    let server = Server::start(move |_: Request<Incoming>| async move {
        Ok::<_, io::Error>(Response::new(body()))
    });
    let mut stream = TcpStream::connect(server.address()).expect("it listens");
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn an_answer_is_whole_or_breaks_off_after_its_half() {
    let whole = sent(|| AnswerBody::whole("12345678".into()));
    assert!(whole.contains("content-length: 8\r\n"), "{whole}");
    assert!(whole.ends_with("\r\n\r\n12345678"), "{whole}");
    let half = sent(|| AnswerBody::whole("12345678".into()).truncated());
    assert!(half.contains("content-length: 8\r\n"), "{half}");
    assert!(half.ends_with("\r\n\r\n1234"), "{half}");
}

#[test]
fn the_signer_stands_in_the_scope_of_the_signature() {
    let mut headers = HeaderMap::new();
    assert_eq!(Signer::of(&headers), None);
    let signature = "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-1/logs/aws4_request, \
                     SignedHeaders=host, Signature=0";
    headers.insert("authorization", signature.parse().expect("a header"));
    let signer = Signer::of(&headers).expect("a signature");
    assert_eq!(
        [signer.access_key, signer.region, signer.service],
        ["AKID", "eu-west-1", "logs"]
    );
}

#[test]
fn parameters_of_the_wrong_type_are_refused() {
    let body = json!({"limit": 101, "prefix": null, "names": ["a", 1], "start": "soon"});
    let input = Input(&body);
    assert_eq!(input.text("prefix"), Ok(None));
    let name = |exception: Exception| exception.name;
    assert_eq!(
        input.count("limit", 100).map_err(name),
        Err("InvalidParameterException")
    );
    assert_eq!(input.count("limit", 101), Ok(Some(101)));
    assert_eq!(
        input.texts("names").map_err(name),
        Err("SerializationException")
    );
    assert_eq!(
        input.required_integer("start").map_err(name),
        Err("SerializationException")
    );
    assert_eq!(
        input.required_text("prefix").map_err(name),
        Err("InvalidParameterException")
    );
}

#[test]
fn an_error_names_itself_beside_its_details() {
    let error = Exception::throttled().with_detail("place", json!(7));
    assert_eq!(
        error.body(),
        json!({"__type": "ThrottlingException", "message": "Rate exceeded", "place": 7})
    );
}

#[test]
fn percent_encoding_is_taken_away() {
    assert_eq!(decoded("logs%2Feu%20west/%C3%A9"), "logs/eu west/é");
}
