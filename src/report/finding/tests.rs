use super::super::pod_status::{PodState, PodStatus};
use super::super::sample::{accepted, at, finding, holder, rejections, token};
use super::*;

fn seen(issued: DateTime<Utc>, last_used: DateTime<Utc>, requests: u64) -> TokenFinding {
    TokenFinding {
        issued,
        first_used: last_used,
        last_used,
        requests,
        ..token(-1000)
    }
}

#[test]
fn a_token_without_requests_and_too_young_for_a_mark_is_unmarked() {
    let second = TimeDelta::seconds(1);
    let threshold = TimeDelta::seconds(WARN_AFTER_SECONDS);
    for (age, requests, expected) in [
        (TimeDelta::zero(), 0, false),
        (second, 0, true),
        (second, 1, false),
        (threshold - second, 0, true),
        (threshold, 0, false),
    ] {
        let token = seen(at(0), at(0) + age, requests);
        assert_eq!(token.is_unmarked(), expected, "{age} {requests}");
    }
}

#[test]
fn the_newest_token_tells_whether_a_holder_was_accepted_again() {
    let minute = TimeDelta::minutes(1);
    let again = seen(at(3), at(3) + minute, 0);
    let mut web = holder("web-0", Verdict::Rejected);
    assert_eq!(web.accepted_again(), None);
    web.tokens = vec![again.clone(), token(-1000)];
    assert_eq!(web.accepted_again(), Some(at(3) + minute));
    web.tokens.push(seen(at(3), at(9), 2));
    assert_eq!(web.accepted_again(), None);
    web.tokens.clear();
    assert_eq!(web.accepted_again(), None);
}

#[test]
fn a_holder_known_by_its_containers_start_was_never_accepted() {
    let assumed = seen(at(-50), at(-50), 0);
    let mut web = holder("web-0", Verdict::Rejected);
    assert!(!web.was_never_accepted());
    web.tokens = vec![assumed.clone()];
    assert!(web.was_never_accepted());
    web.tokens.push(token(-1000));
    assert!(!web.was_never_accepted());
    web.tokens.clear();
    assert!(!web.was_never_accepted());
}

/// A pod of a Deployment with an image, as the cluster tells it.
fn known(pod: &str, deployment: &str, image: Option<&str>) -> HolderFinding {
    HolderFinding {
        pod_status: Some(Box::new(PodStatus {
            state: PodState::Ready,
            workload: Some(Workload::new("apps", "Deployment", deployment)),
            started: None,
            restarts: 0,
            image: image.map(UntrustedText::from),
            replaced_by: None,
            restarted: None,
        })),
        ..holder(pod, Verdict::Frozen)
    }
}

#[test]
fn a_workload_and_an_image_are_named_once() {
    let finding = finding(
        "app",
        vec![
            known("web-0", "web", Some("app:v1")),
            known("web-1", "web", Some("app:v1")),
            holder("unknown", Verdict::Frozen),
            known("api-0", "api", Some("app:v2")),
            known("api-1", "api", None),
        ],
    );
    let workloads: Vec<String> = finding.workloads().iter().map(|it| it.resource()).collect();
    assert_eq!(workloads, ["deployment/web", "deployment/api"]);
    let images: Vec<String> = finding.images().iter().map(|it| it.to_string()).collect();
    assert_eq!(images, ["app:v1", "app:v2"]);
    assert_eq!(finding.holders[2].workload(), None);
}

#[test]
fn what_is_harmless_or_accepted_needs_no_action() {
    let needs = |verdict| finding("app", vec![holder("web-0", verdict)]);
    assert!(!needs(Verdict::Frozen).needs_no_action());
    assert!(needs(Verdict::Gone).needs_no_action());
    assert!(accepted(needs(Verdict::Frozen)).needs_no_action());
}

#[test]
fn a_finding_sums_up_its_holders() {
    let mut first = holder("web-0", Verdict::Rejected);
    first.tokens.push(token(-500));
    first.rejections = Some(Box::new(rejections(-3, -1)));
    let mut second = HolderFinding {
        requests: 4,
        first_seen: at(-2000),
        last_seen: at(7),
        ..holder("web-1", Verdict::Rejected)
    };
    second.rejections = Some(Box::new(rejections(-9, -5)));
    let finding = finding("app", vec![first, second, holder("web-2", Verdict::Frozen)]);
    assert_eq!(finding.requests(), 3 + 4 + 3);
    assert_eq!(finding.tokens(), 2 + 1 + 1);
    assert_eq!(finding.first_seen(), at(-2000));
    assert_eq!(finding.last_seen(), at(7));
    assert_eq!(finding.holders_with_verdict(), 2);
    let together = finding.rejections().expect("rejections");
    assert_eq!((together.first, together.last), (at(-9), at(-1)));
    assert_eq!(together.count, 10);
}

#[test]
fn interruptions_of_all_holders_come_in_order() {
    let interruption = |accepted, last| Interruption {
        last_accepted: Some(at(accepted)),
        first_rejection: Some(at(last)),
        last_rejection: Some(at(last)),
        rejections: 1,
    };
    let with = |pod, interruptions| HolderFinding {
        interruptions,
        ..holder(pod, Verdict::Recurring)
    };
    let finding = finding(
        "app",
        vec![
            with(
                "web-0",
                vec![interruption(-50, -48), interruption(-20, -19)],
            ),
            with("web-1", vec![interruption(-40, -30)]),
        ],
    );
    let at_hours: Vec<_> = finding
        .interruptions()
        .iter()
        .map(Interruption::at)
        .collect();
    assert_eq!(at_hours, [Some(at(-48)), Some(at(-30)), Some(at(-19))]);
    assert_eq!(finding.longest_interruption(), Some(TimeDelta::hours(10)));
}
