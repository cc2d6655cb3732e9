//! A report with everything in it.

use crate::audit::kubernetes_version::KubernetesVersion;
use crate::cluster_state::owner::Workload;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::VersionSource;
use crate::evidence::gap::{CountedGap, GapKind};
use crate::evidence::holder::Identity;
use crate::evidence::note::{CountedNote, Note};
use crate::evidence::price::Price;
use crate::report::Report;
use crate::report::acceptance::Accepted;
use crate::report::changes::{AccountChange, ChangeKind, Changes, State};
use crate::report::filtered::Filtered;
use crate::report::finding::{ClientFinding, Finding, HolderFinding, Remedy, TokenFinding};
use crate::report::interruption::Interruption;
use crate::report::judged_by::JudgedBy;
use crate::report::legacy_token::LegacyTokenFinding;
use crate::report::pod_status::{PodAtAddress, PodState, PodStatus, Restarted, SinceRestart};
use crate::report::rejection::{CallerKind, Candidate, Confidence, RejectedCaller};
use crate::report::remembered::{RememberedCaller, RememberedHolder};
use crate::report::sample::*;
use crate::report::scan::ClusterScan;
use crate::report::severity::Severity;
use crate::report::token_lifetime::{LifetimeSource, TokenLifetime};
use crate::report::upgrade::AfterUpgrade;
use crate::report::verdict::Verdict;
use chrono::NaiveDate;

pub(super) fn cluster() -> Cluster {
    Cluster {
        name: "prod".into(),
        region: Some("eu-west-1".to_owned()),
        account: Some("111122223333".to_owned()),
    }
}

fn version() -> Option<KubernetesVersion> {
    Some("1.34".parse().expect("a version"))
}

fn gaps(kind: GapKind) -> Vec<CountedGap> {
    let mut gap = gap(kind);
    gap.gap.detail = "throttled".into();
    gap.count = 2;
    vec![gap]
}

fn a_holder() -> HolderFinding {
    let lifetime = TokenLifetime {
        seconds: TokenLifetime::CAPPED_SECONDS,
        source: LifetimeSource::Assumed,
    };
    let mut of_holder = rejections(-5, -1);
    of_holder.at_least_since = true;
    of_holder.others_at_address = 2;
    of_holder.accepted_in_between = true;
    of_holder.confidence = Confidence::AddressUserAgentAndPath;
    HolderFinding {
        nodes: vec!["node-1".into()],
        more_user_agents: true,
        severity: Some(Severity::Critical),
        lifetime,
        tokens: vec![TokenFinding {
            credential_id: Some("JTI=1".into()),
            lifetime,
            ..token(-1000)
        }],
        calls: vec!["list /api/v1/pods".into()],
        rejections: Some(Box::new(of_holder)),
        interruptions: vec![Interruption {
            last_accepted: Some(at(-48)),
            first_rejection: Some(at(-47)),
            last_rejection: Some(at(-46)),
            rejections: 4,
        }],
        quiet_since: Some(at(-1)),
        only_in_look_back: true,
        pod_status: Some(Box::new(PodStatus {
            state: PodState::CrashLooping,
            workload: Some(Workload::new("apps", "Deployment", "web")),
            started: Some(at(-500)),
            restarts: 7,
            image: Some("app:v1".into()),
            replaced_by: Some("web-1".into()),
            restarted: Some(Restarted {
                at: at(-2),
                since: SinceRestart::Quiet,
            }),
        })),
        reasons: vec!["rejected: for a reason".into()],
        ..holder("web-0", Verdict::Rejected)
    }
}

fn a_finding() -> Finding {
    let of_caller = HolderFinding {
        identity: Identity::Caller {
            user_agent: "app/v1".into(),
            address: "10.0.0.8".into(),
        },
        pod: None,
        ..holder("", Verdict::Frozen)
    };
    Finding {
        cluster: cluster(),
        accepted: Some(Accepted {
            until: NaiveDate::from_ymd_opt(2026, 12, 24).expect("a day"),
            reason: "retired at Christmas".into(),
        }),
        after_upgrade: Some(AfterUpgrade::TooSoonToTell),
        clients: vec![ClientFinding {
            label: "client-go v0.20".into(),
            advice: "upgrade it".into(),
        }],
        remedies: vec![
            Remedy::Restart {
                command: "kubectl rollout restart deployment/web -n ns".to_owned(),
                workload_is_known: true,
                new_date: at(24),
            },
            Remedy::Advice {
                text: "upgrade it".into(),
            },
        ],
        ..finding("app", vec![a_holder(), of_caller])
    }
}

fn a_caller() -> RejectedCaller {
    RejectedCaller {
        kind: Some(CallerKind::Workload),
        is_new: true,
        calls: vec!["get /metrics".into()],
        at_least_since: true,
        candidates: vec![Candidate {
            service_account: account("app"),
            pod: Some("web-0".into()),
        }],
        perhaps: vec![account("other")],
        pods: vec![PodAtAddress {
            namespace: "ns".into(),
            name: "web-0".into(),
            service_account: "app".into(),
            workload: Workload::new("", "Pod", "web-0"),
            was_there: true,
            host_network: true,
            fits: true,
            state: PodState::Ready,
        }],
        ..caller(Some(Severity::Warning))
    }
}

fn a_scan() -> ClusterScan {
    ClusterScan {
        without_events: true,
        profile: Some("audit".to_owned()),
        judged_by: JudgedBy {
            version: version(),
            version_source: Some(VersionSource::DescribeCluster),
            lifetime: TokenLifetime::of_version(true),
            uncapped_tokens: 1,
        },
        places: vec!["/aws/eks/prod/cluster".to_owned()],
        lines: 1,
        bytes_read: 2,
        bytes_scanned: 3,
        price: Some(Price {
            micro_dollars: 5_000_001,
            at_least: true,
        }),
        queries: 4,
        verified_queries: vec!["holders".to_owned()],
        gaps: gaps(GapKind::RowLimit),
        notes: vec![CountedNote {
            note: Note {
                place: "prod".into(),
                text: "a note".into(),
            },
            count: 3,
        }],
        accepted_at_age_seconds: Some(90_000),
        rejected_callers: vec![a_caller()],
        more_rejected_callers: true,
        ignored_callers: 5,
        legacy_tokens: vec![LegacyTokenFinding {
            service_account: account("old"),
            secret: Some("old-token".into()),
            first_seen: at(-9),
            last_seen: at(-1),
            requests: 6,
            addresses: vec!["10.0.0.9".into()],
            user_agents: vec!["curl/8".into()],
        }],
        ..scan(cluster())
    }
}

fn seen(verdict: Verdict) -> State {
    State {
        seen_at: Some(at(-24)),
        ..state(verdict)
    }
}

/// Everything that a report can hold, different from what stands where it is absent.
pub(super) fn everything() -> Report {
    Report {
        gaps: gaps(GapKind::NotQueried),
        skipped_files: vec!["notes.txt".to_owned()],
        target_version: version(),
        filtered: Some(Filtered {
            wanted: "pod web-9".into(),
            among: 2,
        }),
        notes: vec!["a note".into()],
        remembered: vec![RememberedHolder {
            cluster: cluster(),
            service_account: account("earlier"),
            holder: holder("earlier-0", Verdict::Expired),
        }],
        remembered_callers: vec![RememberedCaller {
            cluster: cluster(),
            caller: a_caller(),
        }],
        changes: Some(Changes {
            since: Some(at(-24)),
            newly_incomplete: true,
            notified: true,
            new_callers: 1,
            left_out: 2,
            left_out_urgent: 3,
            left_out_first: Some(at(5)),
            accounts: vec![AccountChange {
                cluster: cluster(),
                service_account: account("app"),
                kind: ChangeKind::Worse,
                before: Some(seen(Verdict::Frozen)),
                now: Some(seen(Verdict::Rejected)),
            }],
        }),
        ..report(vec![a_scan()], vec![a_finding()])
    }
}
