//! What a sweep needs, looked at piece by piece: each with what fixes it.

mod audit_events;
pub mod fleet;
mod verification;

use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::OrderBy;
use bytesize::ByteSize;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::discovery::discover;
use super::log_group::LogGroup;
use super::price::price;
use super::queries::audit_evidence;
use super::selector::Selector;
use super::wanted::Wanted;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::Description;
use crate::source::aws::call::call;
use crate::source::aws::cause::{Cause, chain};
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::default_window::default_window;
use crate::source::eks::{DESCRIBE_CLUSTER, describe};

/// The names of audit streams begin so (EKS user guide, page "Send control plane logs to
/// CloudWatch Logs").
const AUDIT_STREAM: &str = "kube-apiserver-audit-";

/// A busy cluster's audit log is never silent for so long, and delivery takes minutes.
const FRESH_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Streams looked at, the newest first: the API servers of a cluster have one each.
const STREAMS: i32 = 50;

/// How long to wait for what a sweep does without.
const EXTRA_WITHIN: Duration = Duration::from_secs(10);

/// How a piece was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Good,
    /// Worth knowing.
    Doubtful,
    /// A sweep fails without it.
    Missing,
}

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it was found.
    pub state: State,
    /// In words; further lines say what to do.
    pub words: String,
}

impl Check {
    fn new(name: &'static str, state: State, words: impl Into<String>) -> Self {
        Self {
            name,
            state,
            words: words.into(),
        }
    }

    fn missing(name: &'static str, failure: &Failure) -> Self {
        Self::new(name, State::Missing, failure.to_string())
    }

    /// That nothing can be looked at, because there is no connection.
    pub fn not_connected(failure: &Failure) -> Self {
        Self::missing("credentials", failure)
    }
}

/// What is looked at, and within which bounds.
#[derive(Debug, Clone)]
pub struct Examined<'a> {
    /// The cluster; without one, only what all clusters share.
    pub cluster: Option<&'a Selector>,
    /// The start of the window that a sweep would ask for; absent if the cluster's version
    /// decides.
    pub since: Option<DateTime<Utc>>,
    /// The present.
    pub now: DateTime<Utc>,
    /// Whether the query's answer is compared with whole events.
    pub verifies: bool,
    /// When to give up.
    pub deadline: Instant,
}

/// Looks at everything that a sweep needs behind one connection.
pub async fn examine(connection: &Connection, examined: &Examined<'_>) -> Vec<Check> {
    let mut checks = vec![
        Check::new("Region", State::Good, &*connection.region),
        identity(connection, examined.deadline).await,
    ];
    let wanted = match examined.cluster {
        Some(selector) => Wanted::selected(vec![selector.clone()], Vec::new()),
        None => Wanted::all(Vec::new()),
    };
    let mut version = None;
    if let Some(selector) = examined.cluster {
        let cluster = selector.name();
        let (checks_of_cluster, known) = control_plane(connection, cluster, examined).await;
        checks.extend(checks_of_cluster);
        version = known;
    }
    let since = examined
        .since
        .unwrap_or_else(|| examined.now - default_window(version));
    let groups = match discover(connection, &wanted, false, examined.deadline).await {
        Ok(found) => found.groups,
        Err(failure) => {
            checks.push(Check::missing("logs:DescribeLogGroups", &failure));
            return checks;
        }
    };
    match (examined.cluster, groups.first()) {
        (None, None) => {
            let failure = Failure::new(Cause::NoClusters).in_region(connection);
            checks.push(Check::missing("clusters", &failure));
        }
        (None, Some(_)) => {
            let names: Vec<&str> = groups.iter().map(|group| &*group.cluster.name).collect();
            let words = format!("{} with a log group: {}", names.len(), names.join(", "));
            checks.push(Check::new("clusters", State::Good, words));
        }
        (Some(selector), None) => {
            let cluster = Cluster::named(selector.name());
            let failure =
                Failure::new(Cause::NoLogGroup { nearest: None }).concerning(&cluster, connection);
            checks.push(Check::missing("log group", &failure));
        }
        (Some(_), Some(group)) => {
            checks.extend(log_group(connection, group, since, examined.now));
            checks.push(audit_stream(connection, group, examined).await);
            let queries = queries(connection, group, examined).await;
            let is_allowed = queries.iter().all(|check| check.state == State::Good);
            checks.extend(queries);
            if is_allowed {
                checks.push(audit_events::check(connection, group, examined).await);
                if examined.verifies {
                    checks.push(verification::check(connection, group, since, examined).await);
                }
            }
        }
    }
    checks
}

async fn identity(connection: &Connection, deadline: Instant) -> Check {
    const NAME: &str = "identity";
    let asking = connection.sts().get_caller_identity().send();
    let until = deadline.min(Instant::now() + EXTRA_WITHIN);
    match tokio::time::timeout_at(until, asking).await {
        Ok(Ok(caller)) => Check::new(NAME, State::Good, caller.arn.unwrap_or_default()),
        Ok(Err(error)) => {
            let words = chain(&error);
            let words = format!("sts:GetCallerIdentity failed: {words}");
            Check::new(NAME, State::Doubtful, words)
        }
        Err(_) => {
            let words = "sts:GetCallerIdentity did not respond; queries do not need it";
            Check::new(NAME, State::Doubtful, words)
        }
    }
}

/// What the EKS API says of the cluster, and its version. A sweep does without.
async fn control_plane(
    connection: &Connection,
    cluster: &str,
    examined: &Examined<'_>,
) -> (Vec<Check>, Option<KubernetesVersion>) {
    const NAME: &str = "Kubernetes version";
    let deadline = examined.deadline.min(Instant::now() + EXTRA_WITHIN);
    let described = match describe(connection, cluster, deadline).await {
        Ok(Some(Description::Cluster(described))) => described,
        Ok(Some(Description::Deleted)) => {
            let cluster = Cluster::named(cluster);
            let failure = Failure::new(Cause::NoCluster).concerning(&cluster, connection);
            let check = Check::new(NAME, State::Doubtful, failure.to_string());
            return (vec![check], None);
        }
        Ok(None) => {
            let words = "eks:DescribeCluster did not respond; a sweep takes the version from the log, or from --kubernetes-version";
            return (vec![Check::new(NAME, State::Doubtful, words)], None);
        }
        Err(failure) => {
            let cluster = Cluster::named(cluster);
            let failure = failure.concerning(&cluster, connection);
            let check = Check::new(DESCRIBE_CLUSTER, State::Doubtful, failure.to_string());
            return (vec![check], None);
        }
    };
    let mut checks = vec![
        Check::new(DESCRIBE_CLUSTER, State::Good, "allowed"),
        match described.version {
            Some(version) => {
                let words = format!("{version}: {}", lifetime(version));
                Check::new(NAME, State::Good, words)
            }
            None => Check::new(NAME, State::Doubtful, "EKS reports none"),
        },
    ];
    if !described.audit_logging {
        let cluster = Cluster::named(cluster);
        let failure = Failure::new(Cause::AuditLoggingOff).concerning(&cluster, connection);
        checks.push(Check::missing("audit logging", &failure));
    }
    (checks, described.version)
}

/// How long a cluster of this version accepts a stale token (EKS user guide, pages "Kubernetes
/// versions" and "Kubernetes service accounts").
fn lifetime(version: KubernetesVersion) -> &'static str {
    if version.caps_tokens() {
        "a stale token is accepted for 24 hours"
    } else {
        "a stale token is accepted for 90 days, and for 24 hours once this is upgraded to 1.34"
    }
}

fn log_group(
    connection: &Connection,
    group: &LogGroup,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<Check> {
    let Some(described) = &group.described else {
        let words = format!(
            "logs:DescribeLogGroups is not allowed: whether {} exists, its retention and its size cannot be seen\n  allow logs:DescribeLogGroups on arn:aws:logs:{}:*:log-group:*",
            group.name, connection.region
        );
        return vec![Check::new("log group", State::Doubtful, words)];
    };
    let size = ByteSize(described.stored_bytes).display().si();
    let words = format!("{}, class {}, stores {size}", group.name, described.class);
    let mut checks = vec![Check::new("log group", State::Good, words)];
    let kept = match described.retention_days {
        Some(days) => format!("{days} d"),
        None => "for ever".to_owned(),
    };
    checks.push(match group.kept_since(now) {
        Some(kept_since) if kept_since > since => {
            let words = format!(
                "kept {kept}; there is nothing from before {}: {}\n  a sweep sees a frozen token whenever it is used: 24 h are enough for most\n  keep more: aws logs put-retention-policy --region {} --log-group-name {} --retention-in-days 90",
                kept_since.format("%Y-%m-%d %H:%M UTC"),
                group.kept_because(now),
                connection.region,
                group.name
            );
            Check::new("retention", State::Doubtful, words)
        }
        _ => Check::new("retention", State::Good, format!("kept {kept}")),
    });
    if let Some(bytes) = group.bytes_in(since, now, now) {
        let hours = (now - since).num_hours();
        let words = format!(
            "a sweep over {hours} h scans about {}, {}",
            ByteSize(bytes).display().si(),
            price(&connection.region, bytes, None)
        );
        checks.push(Check::new("price", State::Good, words));
    }
    checks
}

async fn audit_stream(connection: &Connection, group: &LogGroup, examined: &Examined<'_>) -> Check {
    const NAME: &str = "audit log";
    const ACTION: &str = "logs:DescribeLogStreams";
    let asking = call(
        &connection.paces.describe,
        ACTION,
        examined.deadline,
        || {
            connection
                .client
                .describe_log_streams()
                .log_group_name(&group.name)
                .order_by(OrderBy::LastEventTime)
                .descending(true)
                .limit(STREAMS)
                .send()
        },
    );
    let streams = match asking.await {
        Ok(Some(page)) => page.log_streams.unwrap_or_default(),
        Ok(None) => {
            let failure = Failure::during(ACTION, Cause::OutOfTime);
            return Check::missing(NAME, &failure.concerning(&group.cluster, connection));
        }
        Err(failure) => {
            let failure = failure.concerning(&group.cluster, connection);
            // A sweep does not need it.
            return Check::new(NAME, State::Doubtful, failure.to_string());
        }
    };
    let audit = streams.iter().filter(|stream| {
        let name = stream.log_stream_name.as_deref();
        name.is_some_and(|name| name.starts_with(AUDIT_STREAM))
    });
    let newest = audit
        .filter_map(|stream| stream.last_event_timestamp.max(stream.last_ingestion_time))
        .max()
        .and_then(DateTime::<Utc>::from_timestamp_millis);
    let Some(newest) = newest else {
        let failure = Failure::new(Cause::NoAuditLog).concerning(&group.cluster, connection);
        return Check::missing(NAME, &failure);
    };
    let age = (examined.now - newest).max(TimeDelta::zero());
    let seconds = Duration::from_secs(age.num_seconds().unsigned_abs());
    let words = format!(
        "the newest event is {} old",
        humantime::format_duration(seconds)
    );
    if age <= FRESH_WITHIN {
        return Check::new(NAME, State::Good, words);
    }
    let failure = Failure::new(Cause::NoAuditLog).concerning(&group.cluster, connection);
    let words = format!(
        "{words}: audit logging may have been switched off\n  {}",
        failure.hint()
    );
    Check::new(NAME, State::Doubtful, words)
}

/// Starts the query of a sweep over one second, looks at it and stops it: what each permission
/// allows is known best by using it.
async fn queries(connection: &Connection, group: &LogGroup, examined: &Examined<'_>) -> Vec<Check> {
    let (client, deadline) = (&connection.client, examined.deadline);
    let concerning = |failure: Failure| failure.concerning(&group.cluster, connection);
    let second = examined.now.timestamp();
    let starting = call(
        &connection.paces.start_query,
        "logs:StartQuery",
        deadline,
        || {
            client
                .start_query()
                .log_group_names(&group.name)
                .query_string((audit_evidence::QUERY.text)())
                .start_time(second)
                .end_time(second)
                .send()
        },
    );
    let checked = |name, outcome: Result<bool, Failure>| match outcome {
        Ok(true) => Check::new(name, State::Good, "allowed"),
        Ok(false) => Check::new(name, State::Doubtful, "no response before the timeout"),
        Err(failure) => Check::missing(name, &concerning(failure)),
    };
    let (id, start) = match starting.await {
        Ok(Some(started)) => (started.query_id, Ok(true)),
        Ok(None) => (None, Ok(false)),
        Err(failure) => (None, Err(failure)),
    };
    let mut checks = vec![checked("logs:StartQuery", start)];
    let Some(id) = id else {
        return checks;
    };
    let looking = call(
        &connection.paces.get_query_results,
        "logs:GetQueryResults",
        deadline,
        || client.get_query_results().query_id(&id).send(),
    );
    let looked = looking.await.map(|answer| answer.is_some());
    checks.push(checked("logs:GetQueryResults", looked));
    let stopping = call(
        &connection.paces.stop_query,
        "logs:StopQuery",
        deadline,
        || client.stop_query().query_id(&id).send(),
    );
    let stopped = match stopping.await {
        // That it has ended already is no refusal.
        Err(failure) if !matches!(failure.cause(), Cause::AccessDenied { .. }) => Ok(true),
        other => other.map(|answer| answer.is_some()),
    };
    checks.push(checked("logs:StopQuery", stopped));
    checks
}
