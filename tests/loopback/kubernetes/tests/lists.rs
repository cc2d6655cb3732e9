//! Lists as a client gets them that trusts the server's certificate.

use std::sync::Arc;

use loopback_kubernetes::{ApiServer, Objects, Refusal, TOKEN};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// The status and the body of an answer.
fn get(server: &ApiServer, token: &str, path: &str) -> (u16, Value) {
    let authority = std::fs::read(server.credentials(token).join("ca.crt")).expect("it is there");
    let authority = Certificate::from_pem(&authority).expect("a certificate");
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[authority]))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build();
    let agent: Agent = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .build()
        .into();
    let mut answer = agent
        .get(format!("{}{path}", server.url()))
        .header("authorization", format!("Bearer {token}"))
        .call()
        .expect("an answer");
    let body = answer.body_mut().read_to_string().expect("a body");
    let body = serde_json::from_str(&body).expect("JSON");
    (answer.status().as_u16(), body)
}

/// A server with so many pods.
fn server(pods: u32) -> ApiServer {
    let pod = |number| json!({"metadata": {"name": format!("pod-{number}")}});
    ApiServer::start(Objects {
        pods: (0..pods).map(pod).collect(),
        ..Objects::default()
    })
}

#[test]
fn pods_are_listed_in_pages() {
    let server = server(3).pages_of(2);
    let (status, first) = get(&server, TOKEN, "/api/v1/pods?limit=500");
    assert_eq!(status, 200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    let from = first["metadata"]["continue"].as_str().expect("more");
    let (_, last) = get(&server, TOKEN, &format!("/api/v1/pods?continue={from}"));
    assert_eq!(last["items"][0]["metadata"]["name"], "pod-2");
    assert_eq!(last["metadata"].get("continue"), None);
    assert_eq!(server.requests()[0], "/api/v1/pods?limit=500");
}

#[test]
fn a_refusal_is_a_status_with_its_reason() {
    let server = server(1)
        .refuses(Refusal::Forbidden("jobs"))
        .refuses(Refusal::ExpiredOnce("pods"));
    let refused = |token: &str, path: &str| {
        let (status, body) = get(&server, token, path);
        (status, body["reason"].as_str().unwrap_or("").to_owned())
    };
    let expected = [
        ("another", "/api/v1/pods", 401, "Unauthorized"),
        (TOKEN, "/apis/batch/v1/jobs", 403, "Forbidden"),
        (TOKEN, "/api/v1/secrets", 404, "NotFound"),
        (TOKEN, "/api/v1/pods?continue=1", 410, "Expired"),
        (TOKEN, "/api/v1/pods?continue=1", 200, ""),
    ];
    for (token, path, status, reason) in expected {
        assert_eq!(refused(token, path), (status, reason.to_owned()), "{path}");
    }
}
