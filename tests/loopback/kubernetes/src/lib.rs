//! A Kubernetes API server on the loopback interface, as far as lists of pods go: TLS, bearer
//! tokens, pages with `limit` and `continue`, and what it answers when it refuses.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use loopback_port::{LocalServer, tls};
use rustls::{ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What the server answers instead of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `403 Forbidden` for this resource.
    Forbidden(&'static str),
    /// `410 Gone` for the next page of this resource that is asked for with a continue token.
    ExpiredOnce(&'static str),
    /// `410 Gone` for every such page.
    Expired(&'static str),
    /// It takes the request and never answers.
    Hang,
}

/// The objects of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// Its pods.
    pub pods: Vec<Value>,
    /// Its ReplicaSets, of which only the metadata is listed.
    pub replicasets: Vec<Value>,
    /// Its Jobs, likewise.
    pub jobs: Vec<Value>,
}

#[derive(Debug)]
struct State {
    token: &'static str,
    objects: Objects,
    /// What becomes of the cluster after the next page is sent.
    changes: VecDeque<Objects>,
    refusals: Vec<Refusal>,
    page: usize,
    requests: Vec<String>,
}

/// An API server that stops when it is dropped.
#[derive(Debug)]
pub struct ApiServer {
    server: LocalServer,
    directory: TempDir,
    state: Arc<Mutex<State>>,
}

/// The token that the server takes.
pub const TOKEN: &str = "token-of-the-loopback";

impl ApiServer {
    /// A server with these objects.
    pub fn start(objects: Objects) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let config = tls(&directory.path().join("ca.pem"));
        let state = Arc::new(Mutex::new(State {
            token: TOKEN,
            objects,
            changes: VecDeque::new(),
            refusals: Vec::new(),
            page: usize::MAX,
            requests: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let server = LocalServer::start(move |stream| {
            let (config, shared) = (Arc::clone(&config), Arc::clone(&shared));
            std::thread::spawn(move || {
                let server = ServerConnection::new(config).expect("TLS");
                serve(StreamOwned::new(server, stream), &shared);
            });
        });
        Self {
            server,
            directory,
            state,
        }
    }

    /// At most so many objects on a page, whatever is asked for.
    pub fn pages_of(self, objects: usize) -> Self {
        locked(&self.state).page = objects;
        self
    }

    /// Refuses from the start.
    pub fn refuses(self, refusal: Refusal) -> Self {
        locked(&self.state).refusals.push(refusal);
        self
    }

    /// What the cluster has become when the next page is asked for.
    pub fn becomes(self, objects: Objects) -> Self {
        locked(&self.state).changes.push_back(objects);
        self
    }

    /// The requests so far: path and query.
    pub fn requests(&self) -> Vec<String> {
        locked(&self.state).requests.clone()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.server.port())
    }

    /// What a pod of the cluster finds in the directory of its own service account.
    pub fn credentials(&self, token: &str) -> PathBuf {
        let directory = self.directory.path().join("serviceaccount");
        std::fs::create_dir_all(&directory).expect("made");
        std::fs::write(directory.join("token"), token).expect("written");
        std::fs::copy(
            self.directory.path().join("ca.pem"),
            directory.join("ca.crt"),
        )
        .expect("copied");
        directory
    }

    /// A kubeconfig whose user has this, with a context named `prod` for a cluster of this name.
    pub fn kubeconfig(&self, cluster: &str, user: Value) -> PathBuf {
        let path = self.directory.path().join("kubeconfig");
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "prod",
            "clusters": [{"name": cluster, "cluster": {
                "server": self.url(),
                "certificate-authority": self.directory.path().join("ca.pem"),
            }}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "prod", "context": {"cluster": cluster, "user": "me"}}],
        });
        std::fs::write(&path, config.to_string()).expect("written");
        path
    }

    /// A user with a credential plugin that prints this token.
    pub fn plugin(token: &str) -> Value {
        let credential = json!({
            "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
            "status": {"token": token, "expirationTimestamp": "2099-01-01T00:00:00Z"},
        });
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1", "command": "printf",
            "args": ["%s", credential.to_string()], "interactiveMode": "Never",
        }})
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Answers the requests of one connection, until it ends.
fn serve(mut stream: impl Read + Write, state: &Mutex<State>) {
    loop {
        let mut head = Vec::new();
        {
            let mut reader = BufReader::with_capacity(1, &mut stream);
            loop {
                let mut line = String::new();
                match reader.read_line(&mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) if line == "\r\n" => break,
                    Ok(_) => head.push(line),
                }
            }
        }
        let Some(target) = head.first().and_then(|line| line.split(' ').nth(1)) else {
            return;
        };
        let bearer = head.iter().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("authorization")
                .then(|| value.trim().to_owned())
        });
        let Some((status, body)) = answer(target, bearer.as_deref(), &mut locked(state)) else {
            std::thread::sleep(std::time::Duration::from_secs(120));
            return;
        };
        let body = body.to_string();
        let written = write!(
            stream,
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if written.and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

fn answer(target: &str, bearer: Option<&str>, state: &mut State) -> Option<(u16, Value)> {
    state.requests.push(target.to_owned());
    let refused = |code: u16, reason: &str, message: &str| {
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
            "reason": reason, "message": message, "metadata": {},
        });
        Some((code, status))
    };
    if state.refusals.contains(&Refusal::Hang) {
        return None;
    }
    if bearer != Some(&format!("Bearer {}", state.token)) {
        return refused(401, "Unauthorized", "Unauthorized");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let value = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    let (resource, kind, objects) = match path {
        "/api/v1/pods" => ("pods", "PodList", &state.objects.pods),
        "/apis/apps/v1/replicasets" => (
            "replicasets",
            "PartialObjectMetadataList",
            &state.objects.replicasets,
        ),
        "/apis/batch/v1/jobs" => ("jobs", "PartialObjectMetadataList", &state.objects.jobs),
        _ => {
            return refused(
                404,
                "NotFound",
                "the server could not find the requested resource",
            );
        }
    };
    if state.refusals.contains(&Refusal::Forbidden(resource)) {
        let message = format!("{resource} is forbidden: User \"me\" cannot list resource");
        return refused(403, "Forbidden", &message);
    }
    let from: usize = value("continue")
        .and_then(|it| it.parse().ok())
        .unwrap_or(0);
    if from > 0 {
        let once = state
            .refusals
            .iter()
            .position(|it| *it == Refusal::ExpiredOnce(resource));
        if let Some(at) = once {
            state.refusals.swap_remove(at);
            return refused(410, "Expired", "The provided continue parameter is too old");
        }
        if state.refusals.contains(&Refusal::Expired(resource)) {
            return refused(410, "Expired", "The provided continue parameter is too old");
        }
    }
    let limit: usize = value("limit")
        .and_then(|it| it.parse().ok())
        .unwrap_or(usize::MAX);
    let limit = limit.min(state.page);
    let items: Vec<Value> = objects.iter().skip(from).take(limit).cloned().collect();
    let next = from + items.len();
    let mut metadata = json!({"resourceVersion": "7"});
    if next < objects.len() {
        metadata["continue"] = next.to_string().into();
    }
    if let Some(changed) = state.changes.pop_front() {
        state.objects = changed;
    }
    Some((
        200,
        json!({"kind": kind, "apiVersion": "v1", "metadata": metadata, "items": items}),
    ))
}
