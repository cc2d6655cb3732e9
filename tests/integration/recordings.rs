//! The recorded audit logs and their ledgers: see `fixtures/README.md`.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::coverage::Coverages;
use eks_stale_tokens::evidence::set::{Collect, EvidenceSet};
use eks_stale_tokens::source::files::scan::scan;
use eks_stale_tokens::source::request_filter::RequestFilter;
use eks_stale_tokens::verdict::Context;
use serde::Deserialize;

/// The names of the recordings, which are the names of their clusters.
pub(crate) const RECORDINGS: [&str; 2] = ["recording", "timeline"];

/// The tokens in the recordings live for 90 days, whatever version their control plane states.
pub(crate) fn ninety_days() -> Context<'static> {
    Context::stated(90 * 86_400)
}

/// The directory of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The directory of the recorded audit logs.
pub(crate) fn audit_logs() -> PathBuf {
    fixtures().join("aws")
}

/// A recorded audit log, unpacked.
pub(crate) fn audit_log(recording: &str) -> String {
    let directory = fixtures().join("aws/eks").join(recording).join("cluster");
    let packed = |name: &str| File::open(directory.join(name));
    let mut text = String::new();
    if let Ok(file) = packed("audit.log.zst") {
        zstd::Decoder::new(file)
            .and_then(|mut decoder| decoder.read_to_string(&mut text))
            .expect("a zstd file of text");
    } else {
        let file = packed("audit.log.gz").expect("a recorded log");
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .expect("a gzip file of text");
    }
    text
}

/// All evidence in some lines, and what was covered.
pub(crate) fn evidence_in(cluster: &str, text: &str) -> (EvidenceSet, Coverages) {
    let cluster = Arc::new(Cluster::named(cluster));
    let mut evidence = EvidenceSet::default();
    let scanned = scan(
        text.as_bytes(),
        &cluster,
        RequestFilter::default(),
        &mut evidence,
    );
    assert!(scanned.gaps.is_empty(), "{:?}", scanned.gaps);
    let mut coverages = Coverages::default();
    for time in scanned.times() {
        coverages.of(&cluster).saw(time);
    }
    (evidence, coverages)
}

/// What the clients of a recording really did.
pub(crate) struct Ledger {
    pub(crate) pods: HashMap<String, Pod>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) requests: Vec<Request>,
}

/// A pod.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pod {
    pub(crate) ns: String,
    pub(crate) sa: String,
    /// The kind of the workload that owns it.
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) workload: String,
    #[serde(default)]
    pub(crate) pod: String,
    #[serde(default)]
    pub(crate) uid: String,
    #[serde(default)]
    pub(crate) behaviour: String,
    /// When it was deleted, in seconds since 1970.
    pub(crate) deleted: Option<f64>,
}

/// A token.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) pod_uid: Option<String>,
    /// Absent for tokens that never expire.
    #[serde(default)]
    pub(crate) iat: i64,
    pub(crate) warnafter: Option<i64>,
    pub(crate) jti: Option<String>,
}

/// A request.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    pub(crate) cat: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) t_send: f64,
    pub(crate) status: Option<u16>,
    pub(crate) audit_id: Option<String>,
    pub(crate) token: Option<String>,
    /// The name of the pod that sent it.
    pub(crate) pod: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
enum Entry {
    Recording {},
    Pod(Pod),
    Token(Token),
    Request(Request),
}

/// The ledger of a recording.
pub(crate) fn ledger(recording: &str) -> Ledger {
    let path = fixtures().join(format!("ledgers/{recording}.jsonl.zst"));
    let file = File::open(path).expect("a ledger");
    let mut text = String::new();
    zstd::Decoder::new(file)
        .and_then(|mut decoder| decoder.read_to_string(&mut text))
        .expect("a zstd file of text");
    let mut ledger = Ledger {
        pods: HashMap::new(),
        tokens: HashMap::new(),
        requests: Vec::new(),
    };
    for line in text.lines() {
        match serde_json::from_str(line).expect("an entry of the ledger") {
            Entry::Recording {} => {}
            Entry::Pod(pod) => {
                ledger.pods.insert(pod.uid.clone(), pod);
            }
            Entry::Token(token) => {
                ledger.tokens.insert(token.id.clone(), token);
            }
            Entry::Request(request) => ledger.requests.push(request),
        }
    }
    ledger
}

impl Token {
    /// When it was issued.
    pub(crate) fn issued(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.iat, 0).expect("a time")
    }
}

/// An evidence set merged from parts in the order given.
pub(crate) fn merged(parts: impl IntoIterator<Item = EvidenceSet>) -> EvidenceSet {
    parts
        .into_iter()
        .fold(EvidenceSet::default(), |mut all, part| {
            all.merge(part);
            all
        })
}
