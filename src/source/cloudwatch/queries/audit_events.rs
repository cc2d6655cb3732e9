//! When the audit log of each cluster begins and ends, where the edges of the window show no event.

use super::logs_query::{LogsQuery, QuerySpan, RowOrigin, RowOutcome};
use crate::audit::control_plane;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "audit-events",
    purpose: "audit events of any kind, one row per log group: proof that its audit log is seen",
    text: || include_str!("../../../../queries/audit-events.insights"),
    depths: &[
        Depth::Sweep,
        Depth::Investigate,
        Depth::Export,
        Depth::ExportRejected,
    ],
    span: QuerySpan::Silence,
    read_row: Some(read_row),
    ..LogsQuery::PRINTED
};

fn read_row(
    row: &Row,
    _: &RowOrigin,
    _: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    if row.get("auditMark").is_none() && row.event_time("firstEvent").is_some() {
        coverage.foreign_events += row.count("events");
        return RowOutcome::Consumed;
    }
    read_seen(row, row.get("userPart"), row.get("programPart"), coverage)
}

/// Reads when audit events were seen, and the version that a program of the control plane states.
pub(super) fn read_seen(
    row: &Row,
    user: Option<&str>,
    program: Option<&str>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let times = (row.event_time("firstEvent"), row.event_time("lastEvent"));
    let (Some(first), Some(last)) = times else {
        return RowOutcome::Malformed("min and max of @timestamp");
    };
    coverage.saw(first);
    coverage.saw(last);
    let version = user
        .zip(program)
        .and_then(|(user, program)| control_plane::believable(user, program));
    if let Some(version) = version {
        coverage.control_plane.saw_between(version, first, last);
    }
    RowOutcome::Consumed
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::cluster::Cluster;
    use crate::source::request_filter::RequestFilter;

    fn read<const N: usize>(row: [(&str, &str); N]) -> (RowOutcome, Coverage) {
        let origin = RowOrigin {
            cluster: Arc::new(Cluster::named("a")),
            log_group: "/aws/eks/a/cluster".to_owned(),
            filter: RequestFilter::default(),
        };
        let mut coverage = Coverage::default();
        let outcome = read_row(&Row::from(row), &origin, &mut Vec::new(), &mut coverage);
        (outcome, coverage)
    }

    #[test]
    fn a_row_tells_the_first_event_the_last_and_the_version() {
        // Times come in both forms.
        let (outcome, coverage) = read([
            ("events", "3"),
            ("auditMark", "audit.k8s.io"),
            ("firstEvent", "1795500000000"),
            ("lastEvent", "2026-11-24 06:08:20.250"),
            ("userPart", "system:apiserver"),
            ("programPart", "kube-apiserver/v1.34.2"),
        ]);
        assert_eq!(outcome, RowOutcome::Consumed);
        let seconds = |time: Option<chrono::DateTime<chrono::Utc>>| time.map(|it| it.timestamp());
        assert_eq!(seconds(coverage.first_event), Some(1_795_500_000));
        assert_eq!(seconds(coverage.last_event), Some(1_795_500_500));
        let version = coverage.control_plane.version().expect("a version");
        assert_eq!(version.0.to_string(), "1.34");
    }

    #[test]
    fn what_is_no_audit_event_proves_nothing_and_no_row_is_malformed() {
        let (outcome, coverage) = read([
            ("events", "7"),
            ("firstEvent", "1795500000000"),
            ("lastEvent", "1795500000000"),
        ]);
        assert_eq!(outcome, RowOutcome::Consumed);
        assert_eq!((coverage.last_event, coverage.foreign_events), (None, 7));
        assert!(matches!(
            read([("events", "7")]).0,
            RowOutcome::Malformed(_)
        ));
    }
}
