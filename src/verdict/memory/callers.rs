//! What an earlier report knows about the callers that it could not name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::RETAIN_UNSEEN;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::rejection::RejectedCaller;
use crate::report::remembered::RememberedCaller;

/// A caller that is rejected again within this time never stopped: watches, the rarest requests of
/// a client, are renewed within the hour.
const SAME_OUTAGE: TimeDelta = TimeDelta::hours(1);

/// A cluster, an address and a user agent.
type Caller<'a> = (&'a Cluster, &'a str, &'a str);

#[derive(Debug, Clone, Copy)]
struct KnownCaller<'a> {
    reported: &'a RejectedCaller,
    /// Whether it was rejected all the time, up to when it was reported.
    was_going_on: bool,
    /// Whether that was reported.
    is_told: bool,
}

/// The callers that an earlier report could not name.
#[derive(Debug, Default)]
pub struct KnownCallers<'a>(BTreeMap<Caller<'a>, KnownCaller<'a>>);

impl<'a> KnownCallers<'a> {
    /// Those of this report, with what its clusters are called now.
    pub fn of(report: Option<&'a Report>, called: impl Fn(&'a Cluster) -> &'a Cluster) -> Self {
        let mut known = BTreeMap::new();
        let Some(report) = report else {
            return Self(known);
        };
        for remembered in &report.remembered_callers {
            let reported = &remembered.caller;
            let caller = KnownCaller {
                reported,
                was_going_on: true,
                is_told: true,
            };
            known.insert(key(called(&remembered.cluster), reported), caller);
        }
        let everybody_knows = report
            .changes
            .as_ref()
            .is_none_or(|changes| changes.notified);
        for scan in &report.clusters {
            for reported in &scan.rejected_callers {
                let was_going_on = reported.is_persistent(scan.window.until);
                let caller = KnownCaller {
                    reported,
                    was_going_on,
                    is_told: was_going_on && (everybody_knows || !reported.is_new),
                };
                let key = key(called(&scan.cluster), reported);
                // One that pauses was told of all the same.
                if was_going_on || !known.contains_key(&key) {
                    known.insert(key, caller);
                }
            }
        }
        Self(known)
    }

    /// Whether it was reported that this caller is rejected all the time.
    pub fn is_told(&self, cluster: &Cluster, caller: &RejectedCaller) -> bool {
        self.get(cluster, caller).is_some_and(|known| known.is_told)
    }

    /// When a caller that is rejected now was rejected first, if the earlier report knew it, and
    /// whether that may have been earlier.
    pub fn since(
        &self,
        cluster: &Cluster,
        caller: &RejectedCaller,
    ) -> Option<(DateTime<Utc>, bool)> {
        let known = self.get(cluster, caller)?;
        let reported = known.reported;
        // Between the two windows nobody looked.
        let went_on = caller.at_least_since && known.was_going_on;
        let is_one_outage = went_on || caller.first - reported.last <= SAME_OUTAGE;
        (is_one_outage && reported.first < caller.first)
            .then_some((reported.first, reported.at_least_since))
    }

    /// The callers that were reported and are not urgent now: they are remembered as
    /// long as holders are, so that one that comes and goes is not reported as new every time.
    pub fn carried_on(&self, now: &Report) -> Vec<RememberedCaller> {
        let urgent: BTreeSet<Caller<'_>> = now
            .urgent_callers()
            .map(|(scan, caller)| key(&scan.cluster, caller))
            .collect();
        let as_of = now.as_of();
        let is_recent = |known: &KnownCaller<'_>| {
            as_of.is_none_or(|as_of| as_of - known.reported.last <= RETAIN_UNSEEN)
        };
        self.0
            .iter()
            .filter(|(caller, known)| {
                known.is_told && is_recent(known) && !urgent.contains(*caller)
            })
            .map(|((cluster, _, _), known)| RememberedCaller {
                cluster: (*cluster).clone(),
                caller: known.reported.clone(),
            })
            .collect()
    }

    fn get(&self, cluster: &Cluster, caller: &RejectedCaller) -> Option<KnownCaller<'a>> {
        self.0.get(&key(cluster, caller)).copied()
    }
}

fn key<'a>(cluster: &'a Cluster, caller: &'a RejectedCaller) -> Caller<'a> {
    (
        cluster,
        caller.address.unescaped(),
        caller.user_agent.unescaped(),
    )
}

#[cfg(test)]
mod tests;
