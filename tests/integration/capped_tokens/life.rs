//! What a client does in its life, as lines of a log.

use chrono::{DateTime, TimeDelta, Utc};

use crate::outage::log_writer::{Log, Pod, at};

/// The end of every log here.
pub(super) const NOW: &str = "2026-11-20T12:00:00Z";

pub(super) fn now() -> DateTime<Utc> {
    at(NOW)
}

pub(super) fn hours(hours: f64) -> TimeDelta {
    TimeDelta::seconds((hours * 3600.0) as i64)
}

pub(super) fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// A pod whose token was issued so long ago.
pub(super) fn pod(account: &'static str, name: &str, address: &str, hours_ago: f64) -> Pod {
    let mut pod = Pod::new(account, name, address, NOW);
    pod.issued = now() - hours(hours_ago);
    pod
}

/// The pod with a token that was issued then.
pub(super) fn with_token(pod: &Pod, issued: DateTime<Utc>) -> Pod {
    Pod {
        issued,
        ..pod.clone()
    }
}

/// The pod is accepted at this step, from when its token is stale (or `from`, if that is later)
/// up to a moment.
pub(super) fn works(
    log: &mut Log,
    pod: &Pod,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    step: TimeDelta,
) {
    let mut time = from.max(pod.issued + TimeDelta::seconds(3607));
    while time <= to {
        log.accepted(pod, time);
        time += step;
    }
}

/// The pod is rejected once a minute for so many minutes, from a minute after its token's end.
pub(super) fn is_rejected_for(log: &mut Log, pod: &Pod, how_many: i64) -> DateTime<Utc> {
    let end = pod.issued + TimeDelta::hours(24);
    for minute in 1..=how_many {
        log.rejected(pod, end + minutes(1 + minute));
    }
    end + minutes(1 + how_many)
}

/// Somebody else's event, so that the log ends when it should.
pub(super) fn ends_now(log: &mut Log) {
    log.goes_on(now());
}
