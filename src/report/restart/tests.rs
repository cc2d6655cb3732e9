use chrono::TimeDelta;

use super::super::pod_status::{PodState, Restarted};
use super::super::sample::{accepted, at, finding, holder, rejections};
use super::super::verdict::Verdict;
use super::*;

/// A holder past the end of its token at the moment zero, accepted in between or not.
fn past_its_end(verdict: Verdict, accepted_in_between: bool) -> HolderFinding {
    let mut holder = holder("web-0", verdict);
    holder.rejected_from = at(0);
    let mut of_holder = rejections(-5, -1);
    of_holder.accepted_in_between = accepted_in_between;
    holder.rejections = Some(Box::new(of_holder));
    holder
}

#[test]
fn a_holder_is_rejected_if_it_is_dead_or_works_from_time_to_time_past_its_end() {
    let second = TimeDelta::seconds(1);
    for (verdict, in_between, now, always, at_times) in [
        (Verdict::Rejected, true, at(0), true, false),
        (Verdict::Expired, false, at(-9), true, false),
        (Verdict::Frozen, true, at(0), true, true),
        (Verdict::Frozen, true, at(0) - second, false, false),
        (Verdict::Frozen, false, at(0), false, false),
        (Verdict::Recurring, true, at(1), true, true),
        (Verdict::Undecided, true, at(1), false, false),
        (Verdict::Gone, true, at(1), false, false),
    ] {
        let holder = past_its_end(verdict, in_between);
        assert_eq!(holder.is_rejected(now), always, "{verdict} {in_between}");
        assert_eq!(holder.is_rejected_at_times(now), at_times, "{verdict}");
    }
    let unrejected = HolderFinding {
        rejections: None,
        ..past_its_end(Verdict::Frozen, true)
    };
    assert!(!unrejected.is_rejected(at(1)));
}

/// On a cluster that was upgraded, an old token of 90 days outlives the next one of 24 h.
#[test]
fn a_restart_brings_the_end_nearer_where_new_tokens_live_shorter() {
    let capped = TokenLifetime::of_version(true);
    let uncapped = TokenLifetime::of_version(false);
    let assumed = TokenLifetime {
        source: super::super::token_lifetime::LifetimeSource::Assumed,
        ..capped
    };
    let frozen = holder("web-0", Verdict::Frozen);
    assert!(frozen.outlives_new_tokens(capped));
    assert!(!frozen.outlives_new_tokens(uncapped));
    assert!(!frozen.outlives_new_tokens(assumed));
    assert!(!holder("web-0", Verdict::Rejected).outlives_new_tokens(capped));
}

fn command(restart: &Restart) -> Option<&str> {
    match restart {
        Restart::Command { command, .. } => Some(command),
        Restart::Advice(_) => None,
    }
}

#[test]
fn without_the_cluster_a_restart_is_inferred_from_the_name_of_the_pod() {
    let restart = |pod, verdict| holder(pod, verdict).restart("ns", at(0));
    assert_eq!(
        restart("web-5d9c7b6f8d-x2x4k", Verdict::Frozen),
        Restart::Command {
            command: "kubectl rollout restart deployment/web -n ns".to_owned(),
            workload_is_known: false,
            is_final: false,
        }
    );
    // Nothing is known to own it: it is deleted only if it is rejected already.
    assert_eq!(
        restart("web", Verdict::Rejected),
        Restart::Command {
            command: "kubectl delete pod web -n ns".to_owned(),
            workload_is_known: false,
            is_final: true,
        }
    );
    assert_eq!(command(&restart("web", Verdict::Frozen)), None);
    // Neither a shell nor kubectl gets a name that Kubernetes does not allow.
    assert_eq!(command(&restart("web;x", Verdict::Rejected)), None);
    let nowhere = holder("web", Verdict::Rejected).restart("n s", at(0));
    assert_eq!(command(&nowhere), None);
    let unnamed = HolderFinding {
        pod: None,
        ..holder("web", Verdict::Rejected)
    };
    assert!(matches!(
        unnamed.restart("ns", at(0)),
        Restart::Advice(text) if text.contains("under this address")
    ));
}

/// A holder of a pod that the cluster knows.
fn known(verdict: Verdict, kind: Option<(&str, &str)>, state: PodState) -> HolderFinding {
    HolderFinding {
        pod_status: Some(Box::new(PodStatus {
            state,
            workload: kind.map(|(group, kind)| Workload::new(group, kind, "web")),
            started: None,
            restarts: 0,
            image: None,
            replaced_by: None,
            restarted: None,
        })),
        ..holder("web-0", verdict)
    }
}

#[test]
fn the_workload_that_the_cluster_names_is_restarted() {
    let restart = |kind, verdict| known(verdict, Some(kind), PodState::Ready).restart("ns", at(0));
    assert_eq!(
        restart(("apps", "StatefulSet"), Verdict::Frozen),
        Restart::Command {
            command: "kubectl rollout restart statefulset/web -n ns".to_owned(),
            workload_is_known: true,
            is_final: false,
        }
    );
    assert_eq!(
        restart(("", "Pod"), Verdict::Rejected),
        Restart::Command {
            command: "kubectl delete pod web-0 -n ns".to_owned(),
            workload_is_known: true,
            is_final: true,
        }
    );
    // What still works is not deleted: its work would be lost.
    assert_eq!(command(&restart(("batch", "Job"), Verdict::Frozen)), None);
    assert_eq!(
        command(&restart(("batch", "Job"), Verdict::Rejected)),
        Some("kubectl delete pod web-0 -n ns")
    );
    // The mirror of a static pod comes back with the token it had.
    assert_eq!(command(&restart(("", "Node"), Verdict::Rejected)), None);
    let orphan = known(Verdict::Rejected, None, PodState::Gone).restart("ns", at(0));
    assert!(matches!(orphan, Restart::Advice(text) if text.contains("are gone")));
}

#[test]
fn of_a_pod_that_is_over_the_one_in_its_place_is_deleted() {
    let mut rollout = known(
        Verdict::Rejected,
        Some(("argoproj.io", "Rollout")),
        PodState::Gone,
    );
    assert_eq!(command(&rollout.restart("ns", at(0))), None);
    let status = rollout.pod_status.as_mut().expect("a status");
    status.replaced_by = Some("web-1".into());
    assert_eq!(
        command(&rollout.restart("ns", at(0))),
        Some("kubectl delete pod web-1 -n ns")
    );
    rollout.pod_status.as_mut().expect("a status").state = PodState::Ready;
    assert_eq!(
        command(&rollout.restart("ns", at(0))),
        Some("kubectl delete pod web-0 -n ns")
    );
}

#[test]
fn what_was_restarted_already_is_not_restarted_again() {
    let restarted = |since, state| {
        let mut holder = known(Verdict::Rejected, Some(("apps", "Deployment")), state);
        let status = holder.pod_status.as_mut().expect("a status");
        status.restarted = Some(Restarted { at: at(-1), since });
        holder.restart("ns", at(0))
    };
    let says = |restart: Restart, words: &str| {
        assert!(
            matches!(restart, Restart::Advice(text) if text.contains(words)),
            "{words}"
        );
    };
    says(
        restarted(SinceRestart::Quiet, PodState::Ready),
        "already restarted",
    );
    says(
        restarted(SinceRestart::Rejected, PodState::Ready),
        "the token's age is not the cause",
    );
    // The pod that was started again is over: the workload runs another one.
    for (since, state) in [
        (SinceRestart::Rejected, PodState::Gone),
        (SinceRestart::Accepted, PodState::Ready),
    ] {
        assert_eq!(
            command(&restarted(since, state)),
            Some("kubectl rollout restart deployment/web -n ns")
        );
    }
}

#[test]
fn a_finding_tells_its_dead_holders_from_its_dying_ones() {
    let names = |holders: &mut dyn Iterator<Item = &HolderFinding>| -> Vec<String> {
        holders
            .map(|it| {
                it.pod
                    .as_ref()
                    .map(|pod| pod.to_string())
                    .unwrap_or_default()
            })
            .collect()
    };
    let finding = finding(
        "app",
        vec![
            holder("dead", Verdict::Rejected),
            past_its_end(Verdict::Frozen, true),
            holder("dying", Verdict::Frozen),
            holder("open", Verdict::Undecided),
        ],
    );
    assert_eq!(
        names(&mut finding.rejected_holders(at(0))),
        ["dead", "web-0"]
    );
    assert_eq!(names(&mut finding.dying_holders(at(0))), ["dying"]);
    assert_eq!(
        names(&mut finding.dying_holders(at(-1))),
        ["web-0", "dying"]
    );
    let finding = accepted(finding);
    assert_eq!(finding.rejected_holders(at(0)).count(), 0);
    assert_eq!(finding.dying_holders(at(0)).count(), 0);
}
