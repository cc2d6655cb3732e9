//! The port as a client sees it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use loopback_port::LocalServer;

#[test]
fn a_port_takes_connections_until_it_is_dropped() {
    let used = Arc::new(());
    let inside = Arc::clone(&used);
    let server = LocalServer::start(move |mut stream| {
        let _ = &inside;
        stream.write_all(b"hello").expect("sent");
    });
    let port = server.port();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("a greeting");
        assert_eq!(text, "hello");
    }
    drop(server);
    assert_eq!(Arc::strong_count(&used), 1, "its thread is gone");
}
