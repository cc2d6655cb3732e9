//! Who is rejected, and who was accepted from the same addresses before.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::events::AcceptedOnly;
use super::{Context, Question, Seconds, Took, events};
use crate::audit::path_shape::path_shape;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::rejection::{RejectedCaller, Rejections, Run};
use crate::evidence::set::Collect;
use crate::source::cloudwatch::query::REJECTIONS;
use crate::source::cloudwatch::row::Row;
use crate::source::intake::take_in;

/// The most characters of a query (CloudWatch Logs API reference, StartQuery, queryString), less
/// what the query for events takes itself.
const ADDRESSES_LENGTH: usize = 9_000;

/// Who is rejected inside the window.
pub fn question<C: Collect>() -> Question<C> {
    Question {
        // A rejection is written when it arrives, and the query does not tell arrivals apart.
        seconds: Seconds::Arrived,
        ..Question::of(REJECTIONS, take)
    }
}

/// Who was accepted before the window from the addresses of these callers; `None` if there are
/// no addresses.
pub fn earlier<C: Collect>(rejected: &[(RejectedCaller, Rejections)]) -> Option<Question<C>> {
    Some(Question {
        filter: Arc::from(look_back(rejected.iter())?),
        seconds: Seconds::Before,
        take: take_earlier,
        ..events::question()
    })
}

fn take<C: Collect>(
    row: &Row,
    context: &Context,
    collected: &mut C,
    coverage: &mut Coverage,
) -> Took {
    match of_row(row, &context.cluster) {
        Some((_, rejections)) if context.arrivals.until < rejections.first() => {}
        Some((caller, rejections)) => collected.reject_many(caller, &rejections),
        None => coverage.gap(&context.place, GapKind::MalformedEvent, "row of rejections"),
    }
    Took::Row
}

fn take_earlier<C: Collect>(
    row: &Row,
    context: &Context,
    collected: &mut C,
    _: &mut Coverage,
) -> Took {
    if let Some(message) = row.get("@message") {
        let mut accepted = AcceptedOnly(std::mem::take(collected));
        take_in(message, &context.cluster, context.arrivals, &mut accepted);
        *collected = accepted.0;
    }
    Took::Row
}

/// The rejections in one row; `None` if it is not such a row.
fn of_row(row: &Row, cluster: &Arc<Cluster>) -> Option<(RejectedCaller, Rejections)> {
    let text = |name: &str| row.get(name).unwrap_or_default();
    let rejections = Rejections::run(Run {
        first: time(text("firstRejection"))?,
        last: time(text("lastRejection"))?,
        count: count(text("rejections"))?,
    });
    let caller = RejectedCaller {
        cluster: Arc::clone(cluster),
        address: text("peerPart").to_owned(),
        user_agent: unescaped(text("agentPart"))?,
        call: call(row)?,
    };
    (!caller.address.is_empty()).then_some((caller, rejections))
}

/// What was called: verb and shape of the path; `None` if that cannot be read.
pub(super) fn call(row: &Row) -> Option<String> {
    let text = |name: &str| row.get(name).unwrap_or_default();
    // A path of the same shape as the ones that the row stands for.
    let mut path = text("rootPart").to_owned();
    if row.get("scopeMark").is_some() {
        path.push_str("/namespaces/n");
    }
    if let Some(resource) = row.get("resourcePart") {
        path.push('/');
        path.push_str(resource);
    }
    if row.get("nameMark").is_some() {
        path.push_str("/n");
    }
    if let Some(subresource) = row.get("subresourcePart") {
        path.push('/');
        path.push_str(subresource);
    }
    Some(format!(
        "{} {}",
        unescaped(text("verbPart"))?,
        path_shape(&unescaped(&path)?)
    ))
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

/// The filter for the accepted requests that came from the addresses of these callers; `None` if
/// there are no addresses. The most rejected come first, as many as a query can name.
fn look_back<'a>(
    rejected: impl Iterator<Item = &'a (RejectedCaller, Rejections)>,
) -> Option<String> {
    let mut counts: BTreeMap<IpAddr, (u64, &str)> = BTreeMap::new();
    for (caller, rejections) in rejected {
        // Only what is an address goes into a query.
        if let Ok(address) = caller.address.parse() {
            counts.entry(address).or_insert((0, &caller.address)).0 += rejections.count();
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
    Some(filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::set::EvidenceSet;
    use crate::source::arrivals::Arrivals;

    #[test]
    fn a_row_is_read() {
        let cluster = Arc::new(Cluster::named("c"));
        let row = Row::from([
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
        assert_eq!(rejections.count(), 41);
        assert!(rejections.first() < rejections.last());
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
            let rejections = Rejections::run(Run {
                first: DateTime::UNIX_EPOCH,
                last: DateTime::UNIX_EPOCH,
                count,
            });
            (caller, rejections)
        };
        let hostile = [rejected("\" or 1 = 1 | display @message", 9)];
        assert_eq!(look_back(hostile.iter()), None);
        let many: Vec<_> = (0..2_000)
            .map(|at| rejected(&format!("fd00::{at:x}"), at + 1))
            .collect();
        let many = earlier::<EvidenceSet>(&many).expect("a question");
        let text = many.whole_text(Arrivals::default());
        assert!(text.len() <= 10_000, "{}", text.len());
        assert!(text.contains("\"\\\"fd00::7cf\\\"\""), "the most rejected");
        assert!(text.trim_end().ends_with("| limit 100000"));
    }
}
