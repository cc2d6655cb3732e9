//! CSV of single requests: one row per accepted stale request or rejected request, in time order.
//! The columns are an interface; new ones are only added at the end.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::csv::{cell, incomplete};
use super::time_format::{rfc3339_exact, spreadsheet};
use crate::evidence::accepted::AcceptedRequest;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::evidence::rejection::RejectedRequest;
use crate::report::rejection::Sender;

/// The columns, in order.
pub const COLUMNS: [&str; 24] = [
    "time",
    "cluster",
    "namespace",
    "service_account",
    "pod",
    "node",
    "verb",
    "request_uri",
    "status",
    "source_ip",
    "user_agent",
    "elapsed_seconds",
    "issued",
    "age_seconds",
    "rejected_from",
    "credential_id",
    "audit_id",
    "account",
    "region",
    "outcome",
    "confidence",
    "time_utc",
    "issued_utc",
    "rejected_from_utc",
];

/// A request with what is known about its token.
#[derive(Debug)]
pub enum ExportedRequest {
    /// An accepted request made with a stale token.
    Accepted {
        /// The request.
        request: AcceptedRequest,
        /// The moment from which its token is rejected.
        rejected_from: DateTime<Utc>,
    },
    /// A rejected request.
    Rejected {
        /// The cluster.
        cluster: Arc<Cluster>,
        /// The request.
        request: RejectedRequest,
        /// Its most likely sender; `None` if no single holder matches.
        sender: Option<Sender>,
    },
}

/// Writes the rows. An export that may be incomplete ends in rows that say so, which start with
/// `#`.
pub fn render(
    requests: impl Iterator<Item = io::Result<ExportedRequest>>,
    coverages: &Coverages,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
    writer.write_record(COLUMNS).map_err(io_error)?;
    for request in requests {
        let record = match request? {
            ExportedRequest::Accepted {
                request,
                rejected_from,
            } => accepted(&request, rejected_from),
            ExportedRequest::Rejected {
                cluster,
                request,
                sender,
            } => rejected(&cluster, &request, sender.as_ref()),
        };
        writer.write_record(record).map_err(io_error)?;
    }
    for coverage in coverages.0.values() {
        for counted in coverage.counted_gaps() {
            writer
                .write_record([incomplete(&counted)])
                .map_err(io_error)?;
        }
    }
    writer.flush()
}

/// The error as it was: its kind shows whether a reader has gone away.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

type Record = [String; COLUMNS.len()];

fn accepted(request: &AcceptedRequest, rejected_from: DateTime<Utc>) -> Record {
    let evidence = &request.evidence;
    [
        rfc3339_exact(evidence.received),
        cell(&request.cluster.name),
        cell(&evidence.service_account.namespace),
        cell(&evidence.service_account.name),
        optional(evidence.pod.as_deref()),
        optional(evidence.node.as_deref()),
        cell(&evidence.verb),
        cell(&evidence.request_uri),
        evidence.status.to_string(),
        cell(&evidence.address),
        cell(&evidence.user_agent),
        evidence.seconds_after_warning.to_string(),
        rfc3339_exact(request.token.issued),
        (evidence.received - request.token.issued)
            .num_seconds()
            .to_string(),
        rfc3339_exact(rejected_from),
        optional(evidence.credential_id.as_deref()),
        cell(&evidence.audit_id),
        optional(request.cluster.account.as_deref()),
        optional(request.cluster.region.as_deref()),
        "accepted".to_owned(),
        String::new(),
        spreadsheet(evidence.received),
        spreadsheet(request.token.issued),
        spreadsheet(rejected_from),
    ]
}

fn rejected(cluster: &Cluster, request: &RejectedRequest, sender: Option<&Sender>) -> Record {
    let rejection = &request.rejection;
    let token = sender.and_then(|sender| sender.token.as_ref());
    let of_token = |text: fn(DateTime<Utc>) -> String, time: Option<DateTime<Utc>>| {
        time.map_or_else(String::new, text)
    };
    let issued = token.map(|token| token.issued);
    let rejected_from = token.map(|token| token.rejected_from);
    [
        rfc3339_exact(rejection.received),
        cell(&cluster.name),
        optional(sender.map(|it| &*it.service_account.namespace)),
        optional(sender.map(|it| &*it.service_account.name)),
        optional(sender.and_then(|it| it.pod.as_ref())),
        optional(sender.and_then(|it| it.node.as_ref())),
        cell(&request.verb),
        cell(&request.request_uri),
        "401".to_owned(),
        cell(&rejection.address),
        cell(&rejection.user_agent),
        String::new(),
        of_token(rfc3339_exact, issued),
        issued.map_or_else(String::new, |issued| {
            (rejection.received - issued).num_seconds().to_string()
        }),
        of_token(rfc3339_exact, rejected_from),
        optional(token.and_then(|it| it.credential_id.as_ref())),
        cell(&request.audit_id),
        optional(cluster.account.as_deref()),
        optional(cluster.region.as_deref()),
        "rejected".to_owned(),
        optional(sender.map(|it| it.confidence.words())),
        spreadsheet(rejection.received),
        of_token(spreadsheet, issued),
        of_token(spreadsheet, rejected_from),
    ]
}

fn optional(text: Option<impl Display>) -> String {
    text.map_or_else(String::new, cell)
}
