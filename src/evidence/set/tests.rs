use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::*;
use crate::evidence::accepted::StaleTokenRequest;
use crate::evidence::legacy_token::LegacyTokenRequest;
use crate::evidence::sample::event;
use crate::evidence::unmarked::UnmarkedRequest;

fn cluster() -> Arc<Cluster> {
    Arc::new(Cluster::named("a"))
}

fn set(observations: impl IntoIterator<Item = Observation>) -> EvidenceSet {
    let mut set = EvidenceSet::default();
    for observation in observations {
        set.record(&cluster(), observation);
    }
    set
}

fn stale() -> StaleTokenRequest {
    let annotation = "seconds after warning threshold: 93";
    let event = event(&json!({"annotations": {"authentication.k8s.io/stale-token": annotation}}));
    let request = StaleTokenRequest::from_event(event).expect("valid");
    request.expect("marked")
}

fn unmarked(second: i64) -> UnmarkedRequest {
    let mut request = UnmarkedRequest::from_event(&event(&json!({}))).expect("unmarked");
    request.accepted.received += TimeDelta::seconds(second);
    request
}

fn rejected(user_agent: &str) -> RejectedRequest {
    let event = event(&json!({
        "responseStatus": {"code": 401},
        "stage": "ResponseStarted",
        "user": {},
        "userAgent": user_agent,
    }));
    RejectedRequest::from_event(&event).expect("rejected")
}

fn legacy() -> LegacyTokenRequest {
    let username = "system:serviceaccount:ns:app";
    let event = event(&json!({"annotations": {"authentication.k8s.io/legacy-token": username}}));
    LegacyTokenRequest::from_event(&event).expect("a legacy token")
}

fn uses<'a>(of: impl Iterator<Item = (&'a Holder, &'a TokenUse)>) -> Vec<u64> {
    let tokens = of.map(|(_, token_use)| token_use.tokens());
    let counts = tokens.map(|it| it.iter().map(|(_, token)| token.requests.count()).sum());
    counts.collect()
}

fn last_unmarked(set: &EvidenceSet) -> Vec<(&str, DateTime<Utc>)> {
    let holder = stale().holder(&cluster());
    let accepted = set.unmarked(&holder);
    accepted.map(|(agent, it)| (agent, it.received)).collect()
}

#[test]
fn every_observation_is_found_among_its_kind_and_counted_in_a_merge() {
    let all = || {
        let first = rejected("app/v2").rejection;
        let of_source = stale();
        set([
            Observation::StaleRequest(stale()),
            Observation::TokenUse {
                service_account: of_source.service_account.clone(),
                identity: of_source.holder(&cluster()).identity,
                token_use: of_source.token_use(),
            },
            Observation::EarlierStaleRequest(stale()),
            Observation::UnmarkedRequest(unmarked(0)),
            Observation::Rejection(rejected("app/v1")),
            Observation::RepeatedRejection {
                last: first.received,
                first,
                count: 5,
            },
            Observation::LegacyTokenRequest(legacy()),
            Observation::LegacyTokenUse {
                service_account: legacy().service_account,
                secret: None,
                token_use: legacy().token_use(),
            },
        ])
    };
    let mut twice = all();
    twice.merge(all());
    for (set, times) in [(all(), 1), (twice, 2)] {
        assert_eq!(uses(set.holders()), [2 * times]);
        assert_eq!(uses(set.earlier()), [times]);
        assert_eq!(last_unmarked(&set).len(), 1);
        let rejected = set.rejected();
        let rejected: Vec<_> = rejected
            .map(|(caller, it)| (&*caller.user_agent, it.count()))
            .collect();
        assert_eq!(rejected, [("app/v1", times), ("app/v2", 5 * times)]);
        assert!(!set.has_more_rejected());
        let legacy: Vec<u64> = set.legacy_tokens().map(|(_, it)| it.requests).collect();
        assert_eq!(legacy, [2 * times]);
        assert_eq!(set.snapshot(), Some(set.clone()));
    }
}

#[test]
fn of_requests_without_a_mark_the_last_of_a_user_agent_remains() {
    let last = [("app/v1", unmarked(9).accepted.received)];
    for seconds in [[0, 9], [9, 0], [9, 9]] {
        let observations = seconds.map(|second| Observation::UnmarkedRequest(unmarked(second)));
        assert_eq!(last_unmarked(&set(observations)), last, "{seconds:?}");
        let [one, other] = seconds.map(|it| set([Observation::UnmarkedRequest(unmarked(it))]));
        let mut merged = one;
        merged.merge(other);
        assert_eq!(last_unmarked(&merged), last, "{seconds:?}");
    }
}

#[test]
fn more_rejected_callers_than_an_address_may_have_are_said_to_be_more() {
    let callers = |count: usize| {
        let agents = (0..count).map(|agent| rejected(&agent.to_string()));
        set(agents.map(Observation::Rejection))
    };
    assert!(!callers(REJECTED_CALLERS).has_more_rejected());
    assert!(callers(REJECTED_CALLERS + 1).has_more_rejected());
}

#[test]
fn a_collector_has_no_preliminary_result_unless_it_says_so() {
    #[derive(Debug, Default, PartialEq)]
    struct Nothing;
    impl Collect for Nothing {
        fn record(&mut self, _: &Arc<Cluster>, _: Observation) {}
        fn merge(&mut self, _: Self) {}
    }
    assert_eq!(Nothing.snapshot(), None);
}

/// Where the texts that a holder has in common with others of its account are kept.
fn places(set: &EvidenceSet) -> Vec<[*const u8; 3]> {
    let of = |(holder, token_use): (&Holder, &TokenUse)| {
        let agent = token_use.agents.names().next();
        let call = token_use.calls.iter().next();
        [
            holder.service_account.name.as_ptr(),
            agent.map_or(std::ptr::null(), str::as_ptr),
            call.map_or(std::ptr::null(), |(call, _)| call.as_ptr()),
        ]
    };
    set.holders().map(of).collect()
}

#[test]
fn the_pods_of_a_workload_share_what_they_have_in_common() {
    let pod = |uid: &str, account: &str, user_agent: &str| {
        let mut request = stale();
        request.pod_uid = Some(uid.to_owned());
        Arc::make_mut(&mut request.service_account).name = account.to_owned();
        request.user_agent = user_agent.to_owned();
        Observation::StaleRequest(request)
    };
    let pods = set([
        pod("2", "app", "app/v1"),
        pod("1", "app", "app/v1"),
        pod("3", "app", "app/v2"),
        pod("4", "other", "app/v1"),
    ]);
    let places = places(&pods);
    assert_eq!(places[0], places[1]);
    let [account, agent, call] = places[2];
    assert_eq!([account, call], [places[0][0], places[0][2]]);
    assert_ne!(agent, places[0][1]);
    assert!(places[3].iter().all(|it| !places[0].contains(it)));
    let names: Vec<_> = pods
        .holders()
        .flat_map(|(_, it)| it.agents.names())
        .collect();
    assert_eq!(names, ["app/v1", "app/v1", "app/v2", "app/v1"]);
}
