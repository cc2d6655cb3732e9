//! Who is rejected already, and how it is known.
//!
//! A rejected request has no user name. What it has in common with earlier accepted requests shows
//! who most likely sent it, and how likely that is.

use chrono::{DateTime, TimeDelta, Utc};

use super::pod_status::PodAtAddress;
use super::severity::Severity;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;

/// What rejected and accepted requests have in common; the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The user agent alone. All users of the same library share it, so it is a guess at
    /// the service account and never a verdict.
    UserAgent,
    /// The address alone, which a pod has now and had all the time, and whose container has run for
    /// longer than a token lives; on the host network of a node the user agent fits its image.
    PodAtAddress,
    /// The address and the user agent.
    AddressAndUserAgent,
    /// The address, the user agent and the shape of at least one path.
    AddressUserAgentAndPath,
}

impl Confidence {
    /// What they have in common, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::UserAgent => "user agent alone",
            Self::PodAtAddress => "pod at that address now",
            Self::AddressAndUserAgent => "address, agent",
            Self::AddressUserAgentAndPath => "address, agent, path",
        }
    }
}

/// The rejections that one holder most likely caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRejections {
    /// The arrival of the first since it was last accepted; from before the window where the
    /// earlier report knew it.
    pub first: DateTime<Utc>,
    /// Whether there may have been earlier ones: the first came as soon as the window began.
    pub at_least_since: bool,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were inside the window.
    pub count: u64,
    /// What they have in common with its accepted requests.
    pub confidence: Confidence,
    /// The addresses they came from.
    pub addresses: Vec<UntrustedText>,
    /// What was called: verb and shape of the path.
    pub calls: Vec<UntrustedText>,
    /// How many other holders were seen at these addresses: more than none on a host network,
    /// or where an address was given to another pod.
    pub others_at_address: usize,
    /// Whether it was accepted again after the first of them: it works from time to time, or
    /// something else at its address sends a bad token.
    pub accepted_in_between: bool,
}

/// The most likely sender of a single rejected request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its service account.
    pub service_account: ServiceAccount,
    /// Its pod's name.
    pub pod: Option<UntrustedText>,
    /// The node of that pod.
    pub node: Option<UntrustedText>,
    /// The token that it held then, as far as one was seen: the newest that was issued before.
    pub token: Option<SenderToken>,
    /// What its rejections have in common with its accepted requests.
    pub confidence: Confidence,
}

/// The token of the sender of a rejected request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderToken {
    /// When it was issued: the earliest estimate.
    pub issued: DateTime<Utc>,
    /// When the API server starts to reject it.
    pub rejected_from: DateTime<Utc>,
    /// Its identity, `JTI=<uuid>`, where the cluster reports it.
    pub credential_id: Option<UntrustedText>,
}

/// The rejections of all holders of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingRejections {
    /// The arrival of the first.
    pub first: DateTime<Utc>,
    /// Whether there may have been earlier ones.
    pub at_least_since: bool,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were inside the window.
    pub count: u64,
    /// The weakest confidence among the holders.
    pub confidence: Confidence,
}

impl FindingRejections {
    /// The rejections of several holders together; `None` if none of them was rejected.
    pub fn of<'a>(rejections: impl Iterator<Item = &'a HolderRejections>) -> Option<Self> {
        rejections
            .map(|it| Self {
                first: it.first,
                at_least_since: it.at_least_since,
                last: it.last,
                count: it.count,
                confidence: it.confidence,
            })
            .reduce(|one, other| Self {
                first: one.first.min(other.first),
                at_least_since: match one.first.cmp(&other.first) {
                    std::cmp::Ordering::Less => one.at_least_since,
                    std::cmp::Ordering::Equal => one.at_least_since || other.at_least_since,
                    std::cmp::Ordering::Greater => other.at_least_since,
                },
                last: one.last.max(other.last),
                count: one.count.saturating_add(other.count),
                confidence: one.confidence.min(other.confidence),
            })
    }
}

/// What a rejected caller looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerKind {
    /// A workload: it calls the Kubernetes API from inside, or from where an account was accepted.
    Workload,
    /// A program that people run: kubectl, Helm, a browser.
    Tool,
    /// A kubelet, whose certificate or bootstrap token is not accepted.
    Node,
    /// Inside, but it calls nothing of the Kubernetes API: a scanner, or a probe.
    Scanner,
    /// It calls from an address of the internet that no account was accepted from.
    Outsider,
}

impl CallerKind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; Self::Outsider as usize + 1] = [
        Self::Workload,
        Self::Tool,
        Self::Node,
        Self::Scanner,
        Self::Outsider,
    ];

    /// The kind in words, for one caller and for several.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Workload => ("workload", "workloads"),
            Self::Tool => ("person or tool", "people or tools"),
            Self::Node => ("node", "nodes"),
            Self::Scanner => ("scanner or probe", "scanners or probes"),
            Self::Outsider => ("outsider", "outsiders"),
        }
    }
}

/// Fewer rejections are an accident: a request that was under way while a token was replaced.
const FEWEST: u64 = 3;
/// Rejections over a shorter time are one as well, or a rollout.
const SHORTEST: TimeDelta = TimeDelta::hours(1);
/// A caller that was not rejected within this time before the window's end has stopped or was
/// fixed.
const CURRENT: TimeDelta = TimeDelta::hours(1);

/// A rejected caller that matches no single holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedCaller {
    /// The peer's address.
    pub address: UntrustedText,
    /// The user agent, as the caller gave it.
    pub user_agent: UntrustedText,
    /// What it looks like; absent in a report of version 1 of the JSON form.
    pub kind: Option<CallerKind>,
    /// How urgent it is: only what looks like a workload, and is rejected all the time, is.
    pub severity: Option<Severity>,
    /// Whether it is urgent and was not in the earlier report.
    pub is_new: bool,
    /// What was called: verb and shape of the path.
    pub calls: Vec<UntrustedText>,
    /// The arrival of the first rejection; from before the window where the earlier report knew
    /// it.
    pub first: DateTime<Utc>,
    /// Whether there may have been earlier ones: the first came as soon as the window began.
    pub at_least_since: bool,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were inside the window.
    pub count: u64,
    /// The holders that share its address and user agent; none for an unknown caller.
    pub candidates: Vec<Candidate>,
    /// The service accounts that used this user agent from elsewhere: guesses.
    pub perhaps: Vec<ServiceAccount>,
    /// The pods that have its address now, where the cluster was queried: leads, the best first.
    pub pods: Vec<PodAtAddress>,
}

impl RejectedCaller {
    /// Whether a caller is rejected all the time, up to this moment.
    pub fn is_persistent(&self, until: DateTime<Utc>) -> bool {
        self.count >= FEWEST && self.last - self.first >= SHORTEST && until - self.last <= CURRENT
    }
}

/// A holder that may have caused rejections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its service account.
    pub service_account: ServiceAccount,
    /// Its pod's name, where it is known.
    pub pod: Option<UntrustedText>,
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, caller, rejections};
    use super::*;

    #[test]
    fn together_they_are_known_by_the_weakest_and_last_from_the_first_to_the_last() {
        assert_eq!(FindingRejections::of([].into_iter()), None);
        let one = rejections(-9, -5);
        let other = HolderRejections {
            confidence: Confidence::UserAgent,
            ..rejections(-7, -1)
        };
        let expected = FindingRejections {
            first: at(-9),
            at_least_since: false,
            last: at(-1),
            count: 10,
            confidence: Confidence::UserAgent,
        };
        assert_eq!(
            FindingRejections::of([&one, &other].into_iter()),
            Some(expected)
        );
        assert_eq!(
            FindingRejections::of([&other, &one].into_iter()),
            Some(expected)
        );
    }

    /// Only the earliest can hide an earlier one.
    #[test]
    fn there_may_be_earlier_ones_if_there_may_be_before_the_first() {
        let since = |first, at_least_since| HolderRejections {
            at_least_since,
            ..rejections(first, -1)
        };
        for (one, other, expected) in [
            (since(-9, true), since(-7, false), true),
            (since(-9, false), since(-7, true), false),
            (since(-9, true), since(-9, false), true),
            (since(-9, false), since(-9, false), false),
        ] {
            for both in [[&one, &other], [&other, &one]] {
                let together = FindingRejections::of(both.into_iter()).expect("rejections");
                assert_eq!(together.at_least_since, expected, "{both:?}");
            }
        }
    }

    #[test]
    fn three_rejections_over_an_hour_up_to_the_last_hour_are_persistent() {
        let second = TimeDelta::seconds(1);
        let persistent = RejectedCaller {
            first: at(-2),
            last: at(-1),
            count: 3,
            ..caller(None)
        };
        assert!(persistent.is_persistent(at(0)));
        assert!(!persistent.is_persistent(at(0) + second));
        let few = RejectedCaller {
            count: 2,
            ..persistent.clone()
        };
        assert!(!few.is_persistent(at(0)));
        let short = RejectedCaller {
            first: at(-2) + second,
            ..persistent
        };
        assert!(!short.is_persistent(at(0)));
    }

    #[test]
    fn what_rejections_have_in_common_and_who_sends_them_is_said_in_words() {
        let confidences = [
            Confidence::UserAgent,
            Confidence::PodAtAddress,
            Confidence::AddressAndUserAgent,
            Confidence::AddressUserAgentAndPath,
        ];
        assert!(confidences.is_sorted());
        assert_eq!(
            confidences.map(Confidence::words),
            [
                "user agent alone",
                "pod at that address now",
                "address, agent",
                "address, agent, path"
            ]
        );
        assert_eq!(
            CallerKind::ALL.map(|kind| kind.words().1),
            [
                "workloads",
                "people or tools",
                "nodes",
                "scanners or probes",
                "outsiders"
            ]
        );
    }
}
