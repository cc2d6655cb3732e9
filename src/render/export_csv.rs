//! CSV of single requests: one row per accepted stale request or rejected request, in time order.
//! The columns are an interface; new ones are only added at the end.

use std::io::{self, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cell::Cell;
use super::csv::incomplete;
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

type Record = [Cell; COLUMNS.len()];

fn accepted(request: &AcceptedRequest, rejected_from: DateTime<Utc>) -> Record {
    let evidence = &request.evidence;
    let age = evidence.received - request.token.issued;
    [
        Cell::exact_time(evidence.received),
        Cell::text(&request.cluster.name),
        Cell::text(&evidence.service_account.namespace),
        Cell::text(&evidence.service_account.name),
        Cell::optional(evidence.pod.as_ref(), Cell::text),
        Cell::optional(evidence.node.as_ref(), Cell::text),
        Cell::text(&evidence.verb),
        Cell::text(&evidence.request_uri),
        Cell::of(evidence.status),
        Cell::text(&evidence.address),
        Cell::text(&evidence.user_agent),
        Cell::of(evidence.seconds_after_warning),
        Cell::exact_time(request.token.issued),
        Cell::of(age.num_seconds()),
        Cell::exact_time(rejected_from),
        Cell::optional(evidence.credential_id.as_ref(), Cell::text),
        Cell::text(&evidence.audit_id),
        Cell::optional(request.cluster.account.as_ref(), Cell::text),
        Cell::optional(request.cluster.region.as_ref(), Cell::text),
        Cell::of("accepted"),
        Cell::default(),
        Cell::spreadsheet_time(evidence.received),
        Cell::spreadsheet_time(request.token.issued),
        Cell::spreadsheet_time(rejected_from),
    ]
}

fn rejected(cluster: &Cluster, request: &RejectedRequest, sender: Option<&Sender>) -> Record {
    let rejection = &request.rejection;
    let account = sender.map(|it| &it.service_account);
    let token = sender.and_then(|sender| sender.token.as_ref());
    let issued = token.map(|token| token.issued);
    let rejected_from = token.map(|token| token.rejected_from);
    let age = issued.map(|issued| rejection.received - issued);
    [
        Cell::exact_time(rejection.received),
        Cell::text(&cluster.name),
        Cell::optional(account, |it| Cell::text(&it.namespace)),
        Cell::optional(account, |it| Cell::text(&it.name)),
        Cell::optional(sender.and_then(|it| it.pod.as_ref()), Cell::text),
        Cell::optional(sender.and_then(|it| it.node.as_ref()), Cell::text),
        Cell::text(&request.verb),
        Cell::text(&request.request_uri),
        Cell::of(401_u16),
        Cell::text(&rejection.address),
        Cell::text(&rejection.user_agent),
        Cell::default(),
        Cell::optional(issued, Cell::exact_time),
        Cell::optional(age, |age| Cell::of(age.num_seconds())),
        Cell::optional(rejected_from, Cell::exact_time),
        Cell::optional(token.and_then(|it| it.credential_id.as_ref()), Cell::text),
        Cell::text(&request.audit_id),
        Cell::optional(cluster.account.as_ref(), Cell::text),
        Cell::optional(cluster.region.as_ref(), Cell::text),
        Cell::of("rejected"),
        Cell::optional(sender, |it| Cell::of(it.confidence.words())),
        Cell::spreadsheet_time(rejection.received),
        Cell::optional(issued, Cell::spreadsheet_time),
        Cell::optional(rejected_from, Cell::spreadsheet_time),
    ]
}
