//! Who is rejected, and who was accepted from the same addresses before.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::connect::Connection;
use super::failure::Failure;
use super::query::{Query, REJECTIONS, STALE_TOKEN_EVENTS};
use super::run::{self, Answer, End, Row, Span};
use super::{Target, note_end, span};
use crate::audit::path_shape::path_shape;
use crate::evidence::accepted::Evidence;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::rejection::{RejectedCaller, Rejection, Rejections};
use crate::evidence::set::Collect;
use crate::source::arrivals::Arrivals;
use crate::source::intake::take_in;

/// The most characters of a query (CloudWatch Logs API reference, StartQuery, queryString), less
/// what the query for events takes itself.
const ADDRESSES_LENGTH: usize = 9_000;

/// What the queries have in common.
pub(super) struct Asked<'a> {
    pub(super) connection: &'a Connection,
    pub(super) target: &'a Target,
    pub(super) deadline: Instant,
    pub(super) time_limit: Duration,
}

/// Collects the rejections in the window, and what was accepted from the same addresses before
/// it. What is known if the run is broken off is kept.
pub(super) async fn gather<C: Collect>(
    asked: &Asked<'_>,
    collector: &mut AcceptedOnly<C>,
    coverage: &mut Coverage,
    mut interrupt: Pin<&mut impl Future<Output = ()>>,
) -> Result<End, Failure> {
    let target = asked.target;
    // A rejection is written when it arrives, and the query does not tell arrivals apart.
    let window = Span {
        first_second: target.since.timestamp(),
        last_second: target.until.timestamp(),
    };
    let answer = ask(asked, &REJECTIONS, window, coverage, interrupt.as_mut()).await?;
    let mut rejected = Vec::new();
    for row in &answer.rows {
        match of_row(row, &target.cluster) {
            Some((_, rejections)) if rejections.first > target.until => {}
            Some(one) => rejected.push(one),
            None => coverage.gap(
                &target.log_group(),
                GapKind::MalformedEvent,
                "row of rejections",
            ),
        }
    }
    for (caller, rejections) in &rejected {
        collector.0.reject_many(caller.clone(), rejections);
    }
    let (Some(text), Some(look_back), End::Complete) =
        (look_back(rejected.iter()), target.look_back, &answer.end)
    else {
        return Ok(answer.end);
    };
    let query = Query {
        text: &text,
        ..STALE_TOKEN_EVENTS
    };
    let before = span(look_back, target.since, target.now);
    let answer = ask(asked, &query, before, coverage, interrupt).await?;
    let arrivals = Arrivals {
        since: Some(target.since),
        // Nothing of the window itself: it is here already.
        until: Some(DateTime::<Utc>::MIN_UTC),
        look_back: Some(look_back),
    };
    for message in &answer.messages {
        take_in(message, &target.cluster, arrivals, collector);
    }
    Ok(answer.end)
}

async fn ask(
    asked: &Asked<'_>,
    query: &Query<'_>,
    span: Span,
    coverage: &mut Coverage,
    interrupt: Pin<&mut impl Future<Output = ()>>,
) -> Result<Answer, Failure> {
    let log_group = asked.target.log_group();
    let left = asked.deadline.saturating_duration_since(Instant::now());
    let connection = asked.connection;
    let answer = run::run(connection, query, &log_group, span, left, interrupt).await?;
    note_end(coverage, &log_group, query, &answer, asked.time_limit);
    Ok(answer)
}

/// The rejections in one row; `None` if it is not such a row.
pub(super) fn of_row(row: &Row, cluster: &Arc<Cluster>) -> Option<(RejectedCaller, Rejections)> {
    let text = |name: &str| row.get(name).map_or("", String::as_str);
    let rejections = Rejections {
        first: time(text("firstRejection"))?,
        last: time(text("lastRejection"))?,
        count: count(text("rejections"))?,
    };
    // A path of the same shape as the ones that the row stands for.
    let mut path = text("rootPart").to_owned();
    if row.contains_key("scopeMark") {
        path.push_str("/namespaces/n");
    }
    if let Some(resource) = row.get("resourcePart") {
        path.push('/');
        path.push_str(resource);
    }
    if row.contains_key("nameMark") {
        path.push_str("/n");
    }
    if let Some(subresource) = row.get("subresourcePart") {
        path.push('/');
        path.push_str(subresource);
    }
    let caller = RejectedCaller {
        cluster: Arc::clone(cluster),
        address: text("peerPart").to_owned(),
        user_agent: unescaped(text("agentPart"))?,
        call: format!(
            "{} {}",
            unescaped(text("verbPart"))?,
            path_shape(&unescaped(&path)?)
        ),
    };
    (!caller.address.is_empty()).then_some((caller, rejections))
}

/// The text of a JSON string, as it stands in the event.
fn unescaped(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.to_utc())
}

/// A count, which the service may write in floating point.
fn count(text: &str) -> Option<u64> {
    let count: f64 = text.parse().ok()?;
    (count >= 1.0).then_some(count as u64)
}

/// The text of the query for the accepted requests that came from the addresses of these callers;
/// `None` if there are no addresses. The most rejected come first, as many as a query can name.
pub(super) fn look_back<'a>(
    rejected: impl Iterator<Item = &'a (RejectedCaller, Rejections)>,
) -> Option<String> {
    let mut counts: BTreeMap<IpAddr, (u64, &str)> = BTreeMap::new();
    for (caller, rejections) in rejected {
        // Only what is an address goes into a query.
        if let Ok(address) = caller.address.parse() {
            counts.entry(address).or_insert((0, &caller.address)).0 += rejections.count;
        }
    }
    let mut addresses: Vec<(u64, &str)> = counts.into_values().collect();
    addresses.sort_by(|one, other| (other.0, one.1).cmp(&(one.0, other.1)));
    let mut filter = String::new();
    for (_, address) in addresses {
        let like = format!("@message like \"\\\"{address}\\\"\"");
        if filter.len() + like.len() > ADDRESSES_LENGTH {
            break;
        }
        filter.push_str(if filter.is_empty() {
            "| filter "
        } else {
            " or "
        });
        filter.push_str(&like);
    }
    if filter.is_empty() {
        return None;
    }
    let Query { text, .. } = STALE_TOKEN_EVENTS;
    Some(text.replacen("| limit", &format!("{filter}\n| limit"), 1))
}

/// A collector that takes in accepted requests only: an event that holds the annotation's phrase
/// may be a rejection, and those are counted by their own query.
#[derive(Debug, Default)]
pub(super) struct AcceptedOnly<C>(pub(super) C);

impl<C: Collect> Collect for AcceptedOnly<C> {
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.0.accept(cluster, evidence);
    }

    fn accept_earlier(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.0.accept_earlier(cluster, evidence);
    }

    fn reject(&mut self, _: &Arc<Cluster>, _: Rejection) {}

    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, &str)]) -> Row {
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_row_is_read() {
        let cluster = Arc::new(Cluster::named("c"));
        let row = row(&[
            ("rejections", "41"),
            ("firstRejection", "2026-11-24T06:01:28.846018Z"),
            ("lastRejection", "2026-11-24T06:07:41.000001Z"),
            ("peerPart", "10.0.0.7"),
            ("agentPart", r"a \u003cb\u003e \\ c"),
            ("verbPart", "get"),
            ("rootPart", "/apis/apps/v1"),
            ("scopeMark", "/namespaces/"),
            ("resourcePart", "deployments"),
            ("nameMark", "/"),
            ("subresourcePart", "status"),
        ]);
        let (caller, rejections) = of_row(&row, &cluster).expect("a row of rejections");
        assert_eq!(caller.user_agent, r"a <b> \ c");
        assert_eq!(
            caller.call,
            "get /apis/apps/v1/namespaces/{namespace}/deployments/{name}/status"
        );
        assert_eq!(rejections.count, 41);
        assert!(rejections.first < rejections.last);
    }

    #[test]
    fn only_addresses_go_into_a_query() {
        let rejected = |address: &str, count| {
            let caller = RejectedCaller {
                cluster: Arc::new(Cluster::named("c")),
                address: address.to_owned(),
                user_agent: String::new(),
                call: String::new(),
            };
            let rejections = Rejections {
                first: DateTime::UNIX_EPOCH,
                last: DateTime::UNIX_EPOCH,
                count,
            };
            (caller, rejections)
        };
        let hostile = [rejected("\" or 1 = 1 | display @message", 9)];
        assert_eq!(look_back(hostile.iter()), None);
        let many: Vec<_> = (0..2_000)
            .map(|at| rejected(&format!("fd00::{at:x}"), at + 1))
            .collect();
        let text = look_back(many.iter()).expect("a query");
        assert!(text.len() <= 10_000, "{}", text.len());
        assert!(text.contains("\"\\\"fd00::7cf\\\"\""), "the most rejected");
        assert!(text.trim_end().ends_with("| limit 100000"));
    }
}
