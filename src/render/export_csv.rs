//! CSV of single requests: one row an accepted stale request, in time order. The columns are an
//! interface; new ones are only ever added at the end.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::csv::{cell, incomplete};
use super::moment::rfc3339_exact;
use crate::evidence::accepted::AcceptedRequest;
use crate::evidence::coverage::Coverages;

/// The columns, in order.
pub const COLUMNS: [&str; 19] = [
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
];

/// Writes the rows, each with the moment from which its token is rejected. An export that may be incomplete ends in rows that say so, which start
/// with `#`.
pub fn render(
    requests: impl Iterator<Item = io::Result<AcceptedRequest>>,
    coverages: &Coverages,
    rejected_from: impl Fn(&AcceptedRequest) -> DateTime<Utc>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
    writer.write_record(COLUMNS).map_err(io_error)?;
    for request in requests {
        let request = request?;
        writer
            .write_record(record(&request, rejected_from(&request)))
            .map_err(io_error)?;
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

/// The error as it was: whether a reader has gone away is told by its kind.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

fn record(request: &AcceptedRequest, rejected_from: DateTime<Utc>) -> [String; COLUMNS.len()] {
    let evidence = &request.evidence;
    let optional = |text: &Option<String>| text.as_deref().map_or_else(String::new, cell);
    [
        rfc3339_exact(evidence.received),
        cell(&request.cluster.name),
        cell(&evidence.service_account.namespace),
        cell(&evidence.service_account.name),
        optional(&evidence.pod),
        optional(&evidence.node),
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
        optional(&evidence.credential_id),
        cell(&evidence.audit_id),
        cell(request.cluster.account.as_deref().unwrap_or_default()),
        cell(request.cluster.region.as_deref().unwrap_or_default()),
    ]
}
