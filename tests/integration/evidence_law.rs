//! The law that holds the house together: evidence merges in any order, in any parts.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use eks_stale_tokens::audit::service_account::ServiceAccount;
use eks_stale_tokens::audit::stage::RequestStage;
use eks_stale_tokens::evidence::accepted::StaleTokenRequest;
use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::observation::Observation;
use eks_stale_tokens::evidence::rejection::{RejectedRequest, Rejection};
use eks_stale_tokens::evidence::set::{Collect, EvidenceSet};
use eks_stale_tokens::evidence::unmarked::{Unmarked, UnmarkedRequest};
use proptest::prelude::*;

use crate::recordings::{RECORDINGS, audit_log, evidence_in, merged};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn accepted() -> impl Strategy<Value = Observation> {
    (
        0_u8..3,
        prop::option::of(0_u8..3),
        prop::option::of(0_u8..4),
        0_u8..3,
        0_i64..4_000,
        0_u32..4_000,
        prop_oneof![
            Just(RequestStage::Single),
            Just(RequestStage::Started),
            Just(RequestStage::Completed)
        ],
    )
        .prop_map(|(account, pod, token, agent, second, elapsed, stage)| {
            Observation::StaleRequest(StaleTokenRequest {
                service_account: ServiceAccount {
                    namespace: "ns".to_owned(),
                    name: format!("account-{account}"),
                }
                .into(),
                pod_uid: pod.map(|pod| format!("uid-{pod}")),
                pod: pod.map(|pod| format!("pod-{pod}")),
                node: None,
                credential_id: token.map(|token| format!("JTI={token}")),
                user_agent: format!("agent-{agent}"),
                address: "10.0.0.1".to_owned(),
                received: at(second),
                seconds_after_warning: elapsed,
                stage,
                verb: "list".to_owned(),
                request_uri: "/api/v1/pods".to_owned(),
                status: 200,
                audit_id: String::new(),
            })
        })
}

fn rejected() -> impl Strategy<Value = Observation> {
    (0_u8..3, 0_i64..4_000).prop_map(|(agent, second)| {
        Observation::Rejection(RejectedRequest {
            rejection: Rejection {
                address: "10.0.0.1".to_owned(),
                user_agent: format!("agent-{agent}"),
                call: "list /api/v1/pods".to_owned(),
                received: at(second),
            },
            verb: "list".to_owned(),
            request_uri: "/api/v1/pods".to_owned(),
            audit_id: String::new(),
        })
    })
}

fn unmarked() -> impl Strategy<Value = Observation> {
    (0_u8..3, 0_u8..3, 0_i64..4_000, prop::option::of(0_u8..3)).prop_map(
        |(pod, agent, second, token)| {
            Observation::UnmarkedRequest(UnmarkedRequest {
                service_account: ServiceAccount {
                    namespace: "ns".to_owned(),
                    name: "account-0".to_owned(),
                }
                .into(),
                pod_uid: format!("uid-{pod}"),
                user_agent: format!("agent-{agent}"),
                accepted: Unmarked {
                    received: at(second),
                    credential_id: token.map(|token| format!("JTI={token}")),
                },
            })
        },
    )
}

fn folded(seen: &[Observation]) -> EvidenceSet {
    let cluster = Arc::new(Cluster::named("c"));
    let mut set = EvidenceSet::default();
    for observation in seen {
        set.record(&cluster, observation.clone());
    }
    set
}

proptest! {
    /// Cut anywhere and merged in any order, the evidence is the same; and the empty set adds
    /// nothing.
    #[test]
    fn evidence_merges_in_any_parts_and_any_order(
        (seen, shuffled, cuts) in prop::collection::vec(prop_oneof![3 => accepted(), 1 => rejected(), 1 => unmarked()], 0..60)
            .prop_flat_map(|seen| {
                let length = seen.len();
                (
                    Just(seen.clone()),
                    Just(seen).prop_shuffle(),
                    prop::collection::vec(0..=length, 3),
                )
            }),
    ) {
        let whole = folded(&seen);
        prop_assert_eq!(&folded(&shuffled), &whole);

        let mut cuts = cuts;
        cuts.sort_unstable();
        let [low, middle, high] = cuts[..] else { unreachable!() };
        let parts = [&shuffled[..low], &shuffled[low..middle], &shuffled[middle..high], &shuffled[high..]];
        let left_first = merged(parts.map(folded));
        prop_assert_eq!(&left_first, &whole);

        // (a + b) + (c + d) = a + (b + (c + d))
        let [a, b, c, d] = parts.map(folded);
        let right_first = merged([a, merged([b, merged([c, d])])]);
        prop_assert_eq!(&right_first, &whole);

        let with_identity = merged([EvidenceSet::default(), whole.clone(), EvidenceSet::default()]);
        prop_assert_eq!(&with_identity, &whole);
    }

    /// However its estimates arrive, a token without an identity is one token, and tokens issued
    /// far enough apart are never taken for one.
    #[test]
    fn tokens_without_identity_are_told_apart_by_their_issue(
        late in prop::collection::vec((0_usize..4, 0_i64..11, 0_i64..4_000), 1..60),
    ) {
        const APART: i64 = 2_886;
        let cluster = Arc::new(Cluster::named("c"));
        let mut set = EvidenceSet::default();
        let mut used = std::collections::BTreeMap::new();
        for (token, late, elapsed) in late {
            let issued = token as i64 * APART;
            let elapsed = elapsed as u32;
            let received = at(issued + 3607 + i64::from(elapsed) + late);
            used.entry(token).and_modify(|known: &mut i64| *known = (*known).min(issued + late)).or_insert(issued + late);
            let Observation::StaleRequest(evidence) = accepted_at(received, elapsed) else { unreachable!() };
            set.record(&cluster, Observation::StaleRequest(evidence));
        }
        let (_, token_use) = set.holders().next().expect("one holder");
        let found: Vec<DateTime<Utc>> = token_use.tokens().iter().map(|(_, token)| token.issued).collect();
        let expected: Vec<DateTime<Utc>> = used.into_values().map(at).collect();
        prop_assert_eq!(found, expected);
    }
}

fn accepted_at(received: DateTime<Utc>, elapsed: u32) -> Observation {
    Observation::StaleRequest(StaleTokenRequest {
        service_account: ServiceAccount {
            namespace: "ns".to_owned(),
            name: "account".to_owned(),
        }
        .into(),
        pod_uid: Some("uid".to_owned()),
        pod: Some("pod".to_owned()),
        node: None,
        credential_id: None,
        user_agent: "agent".to_owned(),
        address: "10.0.0.1".to_owned(),
        received,
        seconds_after_warning: elapsed,
        stage: RequestStage::Single,
        verb: "list".to_owned(),
        request_uri: "/api/v1/pods".to_owned(),
        status: 200,
        audit_id: String::new(),
    })
}

#[test]
fn a_recording_read_in_pieces_and_backwards_is_the_same() {
    for recording in RECORDINGS {
        let text = audit_log(recording);
        let (whole, _) = evidence_in(recording, &text);
        let lines: Vec<&str> = text.lines().collect();
        let pieces: Vec<String> = lines.chunks(97).map(|piece| piece.join("\n")).collect();
        let backwards = merged(
            pieces
                .iter()
                .rev()
                .map(|piece| evidence_in(recording, piece).0),
        );
        assert_eq!(backwards, whole, "{recording}");
    }
}

#[test]
fn a_long_running_request_is_counted_once_whichever_of_its_events_are_there() {
    use eks_stale_tokens::evidence::token::Requests;
    let count = |parts: &[RequestStage]| {
        let mut requests = Requests::default();
        for part in parts {
            requests.merge(Requests::one(*part));
        }
        requests.count()
    };
    for (parts, expected) in [
        (&[RequestStage::Started, RequestStage::Completed][..], 1),
        (&[RequestStage::Started][..], 1),
        (&[RequestStage::Completed][..], 1),
        (
            &[
                RequestStage::Started,
                RequestStage::Started,
                RequestStage::Completed,
            ][..],
            2,
        ),
        (
            &[
                RequestStage::Single,
                RequestStage::Started,
                RequestStage::Completed,
            ][..],
            2,
        ),
    ] {
        assert_eq!(count(parts), expected, "{parts:?}");
    }
}
