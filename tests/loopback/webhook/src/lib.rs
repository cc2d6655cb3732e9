//! A webhook on the loopback interface.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use loopback_port::{LocalServer, tls};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the receiver does with one message.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Answers so: the status, further headers, the body.
    Http(u16, &'static str, &'static str),
    /// Closes the connection.
    Close,
    /// Never answers.
    Hang,
}

impl Answer {
    /// Success, as Slack tells it.
    pub const OK: Self = Self::Http(200, "", "ok");
}

/// One message that arrived.
#[derive(Debug, Clone)]
pub struct Message {
    /// The path that it was sent to.
    pub path: String,
    /// Its headers in lower case, one a line.
    pub headers: String,
    /// Its body.
    pub body: String,
    /// When it arrived.
    pub at: Instant,
}

impl Message {
    /// The text of the message.
    pub fn text(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("a JSON body");
        body["text"].as_str().expect("a text").to_owned()
    }
}

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    afterwards: Option<Answer>,
    messages: Vec<Message>,
}

/// A webhook that keeps what it is told, and stops when it is dropped.
#[derive(Debug)]
pub struct WebhookReceiver {
    server: LocalServer,
    scheme: &'static str,
    state: Arc<Mutex<State>>,
}

/// A connection, plain or encrypted.
trait Connection: Read + Write + Send {}

impl<T: Read + Write + Send> Connection for T {}

impl WebhookReceiver {
    /// A receiver that takes every message.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// The same over TLS, with a certificate for `localhost` of its own making, which is written
    /// to that file.
    pub fn start_with_tls(certificate: &Path) -> Self {
        Self::start_with(Some(tls(certificate)))
    }

    fn start_with(tls: Option<Arc<ServerConfig>>) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        // A connection that hangs is kept open to the end.
        let mut kept = Vec::new();
        let server = LocalServer::start(move |stream| {
            let connection: Box<dyn Connection> = match &tls {
                None => Box::new(stream),
                Some(config) => {
                    let server = ServerConnection::new(Arc::clone(config)).expect("TLS");
                    Box::new(StreamOwned::new(server, stream))
                }
            };
            kept.extend(receive(connection, &shared));
        });
        Self {
            server,
            scheme,
            state,
        }
    }

    /// Answers the next messages so, and those after them with the last of these.
    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        let mut state = locked(&self.state);
        state.answers = answers.into_iter().collect();
        state.afterwards = state.answers.back().cloned();
    }

    /// The address, with a path that is a secret.
    pub fn url(&self) -> String {
        // Certificates are for names.
        let port = self.server.port();
        format!(
            "{}://localhost:{port}/services/T0AAA/B0BBB/hunter2hunter2",
            self.scheme
        )
    }

    /// What arrived since it was asked last.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut locked(&self.state).messages)
    }

    /// How many messages have arrived.
    pub fn count(&self) -> usize {
        locked(&self.state).messages.len()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no thread has panicked")
}

/// Reads one request and answers it; gives the connection back if it is to hang.
fn receive(stream: Box<dyn Connection>, state: &Mutex<State>) -> Option<Box<dyn Connection>> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = {
        let mut state = locked(state);
        state.messages.push(Message {
            path: first.split(' ').nth(1)?.to_owned(),
            headers,
            body: String::from_utf8(body).ok()?,
            at: Instant::now(),
        });
        let next = state.answers.pop_front();
        next.or_else(|| state.afterwards.clone())
            .unwrap_or(Answer::OK)
    };
    let mut stream = reader.into_inner();
    match answer {
        Answer::Http(status, headers, body) => {
            let _ = write!(
                stream,
                "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            let _ = stream.flush();
            None
        }
        Answer::Close => None,
        Answer::Hang => Some(stream),
    }
}
