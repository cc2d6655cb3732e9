//! Parts of reports, for tests: each test changes what it is about.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Report;
use super::acceptance::Accepted;
use super::changes::State;
use super::finding::{Finding, HolderFinding, TokenFinding};
use super::judged_by::JudgedBy;
use super::rejection::{Confidence, HolderRejections, RejectedCaller};
use super::scan::{ClusterScan, Window};
use super::severity::Severity;
use super::token_lifetime::TokenLifetime;
use super::verdict::Verdict;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::{CountedGap, Gap, GapKind};
use crate::evidence::holder::Identity;

/// So many hours after a Monday; negative before it.
pub fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_478_400, 0).expect("a time") + TimeDelta::hours(hours)
}

/// The service account `ns/NAME`.
pub fn account(name: &str) -> ServiceAccount {
    ServiceAccount {
        namespace: "ns".to_owned(),
        name: name.to_owned(),
    }
}

/// A token issued then, and used from two hours later until the moment zero.
pub fn token(issued: i64) -> TokenFinding {
    TokenFinding {
        credential_id: None,
        issued: at(issued),
        first_used: at(issued + 2),
        last_used: at(0),
        requests: 3,
        lifetime: TokenLifetime::of_version(false),
        user_agents: vec!["app/v1".into()],
    }
}

/// A pod with one token, issued 1,000 hours ago.
pub fn holder(pod: &str, verdict: Verdict) -> HolderFinding {
    HolderFinding {
        identity: Identity::Pod {
            uid: format!("uid-{pod}").into(),
        },
        pod: Some(pod.into()),
        nodes: Vec::new(),
        addresses: vec!["10.0.0.7".into()],
        user_agents: vec!["app/v1".into()],
        more_user_agents: false,
        verdict,
        severity: None,
        issued: at(-1000),
        rejected_from: at(-1000 + 90 * 24),
        lifetime: TokenLifetime::of_version(false),
        requests: 3,
        first_seen: at(-998),
        last_seen: at(0),
        tokens: vec![token(-1000)],
        calls: Vec::new(),
        rejections: None,
        interruptions: Vec::new(),
        quiet_since: None,
        only_in_look_back: false,
        pod_status: None,
        reasons: Vec::new(),
    }
}

/// Rejections from one hour to another.
pub fn rejections(first: i64, last: i64) -> HolderRejections {
    HolderRejections {
        first: at(first),
        at_least_since: false,
        last: at(last),
        count: 5,
        confidence: Confidence::AddressAndUserAgent,
        addresses: vec!["10.0.0.7".into()],
        calls: vec!["list /api/v1/pods".into()],
        others_at_address: 0,
        accepted_in_between: false,
    }
}

/// A finding on `ns/NAME` in cluster `c`.
pub fn finding(name: &str, holders: Vec<HolderFinding>) -> Finding {
    Finding {
        rank: 1,
        cluster: Cluster::named("c"),
        service_account: account(name),
        verdict: holders[0].verdict,
        severity: holders[0].severity,
        accepted: None,
        after_upgrade: None,
        holders,
        clients: Vec::new(),
        remedies: Vec::new(),
    }
}

/// The same finding, accepted by the operator for good.
pub fn accepted(finding: Finding) -> Finding {
    Finding {
        severity: None,
        accepted: Some(Accepted {
            until: NaiveDate::MAX,
            reason: "known".into(),
        }),
        ..finding
    }
}

/// A critical state with a token that ends at the moment zero.
pub fn state(verdict: Verdict) -> State {
    State {
        verdict,
        severity: Some(Severity::Critical),
        issued: at(-1000),
        rejected_from: at(0),
        seen_at: None,
    }
}

/// Something that could not be seen, once.
pub fn gap(kind: GapKind) -> CountedGap {
    CountedGap {
        gap: Gap {
            place: "log".into(),
            kind,
            detail: "".into(),
        },
        count: 1,
    }
}

/// A caller that was rejected in the last hours before the moment zero.
pub fn caller(severity: Option<Severity>) -> RejectedCaller {
    RejectedCaller {
        address: "10.0.0.9".into(),
        user_agent: "curl/8".into(),
        kind: None,
        severity,
        is_new: false,
        calls: Vec::new(),
        first: at(-5),
        at_least_since: false,
        last: at(0),
        count: 5,
        candidates: Vec::new(),
        perhaps: Vec::new(),
        pods: Vec::new(),
    }
}

/// A scan of a day that ends at the moment zero and saw everything.
pub fn scan(cluster: Cluster) -> ClusterScan {
    ClusterScan {
        cluster,
        without_events: false,
        profile: None,
        window: Window {
            since: at(-24),
            until: at(0),
        },
        judged_by: JudgedBy {
            version: None,
            version_source: None,
            lifetime: TokenLifetime::of_version(false),
            uncapped_tokens: 0,
        },
        places: Vec::new(),
        lines: 0,
        bytes_read: 0,
        bytes_scanned: 0,
        price: None,
        queries: 0,
        verified_queries: Vec::new(),
        gaps: Vec::new(),
        notes: Vec::new(),
        accepted_at_age_seconds: None,
        rejected_callers: Vec::new(),
        more_rejected_callers: false,
        ignored_callers: 0,
        legacy_tokens: Vec::new(),
    }
}

/// A report on these clusters with these findings.
pub fn report(clusters: Vec<ClusterScan>, findings: Vec<Finding>) -> Report {
    Report {
        clusters,
        gaps: Vec::new(),
        skipped_files: Vec::new(),
        target_version: None,
        filtered: None,
        notes: Vec::new(),
        findings,
        remembered: Vec::new(),
        remembered_callers: Vec::new(),
        changes: None,
    }
}
