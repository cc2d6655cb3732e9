//! The pods that are named for a caller without a finding.

use super::*;
use crate::cluster_state::pod::Phase;

#[test]
fn leads_that_fit_come_first_and_then_those_that_were_there() {
    let proxy = || containers([("proxy", days(1)), ("proxy", days(1))]);
    let pods = |host_network| {
        [
            ("d-fits", days(2), false),
            ("c-fits-later", hours(1), false),
            ("b", days(2), true),
            ("a-later", hours(1), true),
            ("too-late", hours(1) - seconds(1), false),
        ]
        .map(|(name, started, misfit)| {
            let pod = listed(name, HERE, started);
            Pod {
                host_network,
                containers: if misfit { proxy() } else { pod.containers },
                ..pod
            }
        })
        .to_vec()
    };
    let report = rejected_since_yesterday(APP, pods(false));
    let all = ["d-fits", "c-fits-later", "b", "a-later"];
    assert_eq!(leads(&report), all);
    let is_there = |it: &PodAtAddress| (it.fits, it.was_there);
    let found: Vec<(bool, bool)> = unexplained(&report)[0].pods.iter().map(is_there).collect();
    assert_eq!(
        found,
        [(true, true), (true, false), (false, true), (false, false)]
    );
    // A node's other pods are only named where none of them fits.
    let report = rejected_since_yesterday(APP, pods(true));
    assert_eq!(leads(&report), all[..2]);
    let report = rejected_since_yesterday(OTHER, pods(true));
    assert_eq!(leads(&report), ["b", "d-fits", "a-later", "c-fits-later"]);
}

#[test]
fn a_full_node_gives_no_endless_list_of_leads() {
    let names: Vec<String> = (10..27).map(|at| format!("app-{at}")).collect();
    let pods = names.iter().map(|name| on_the_host(young(name)));
    let report = rejected_since_yesterday(APP, pods.collect());
    assert_eq!(leads(&report), names[..16]);
}

#[test]
fn a_lead_says_how_its_pod_is() {
    let crashing = || {
        let mut containers = young("any").containers;
        containers[0].waiting = Some("CrashLoopBackOff".into());
        containers
    };
    let (well, phase) = (young("app-0"), Phase::Ended);
    for (pod, expected) in [
        (well.clone(), PodState::Ready),
        (
            Pod {
                is_ready: false,
                ..well.clone()
            },
            PodState::NotReady,
        ),
        (
            Pod {
                containers: crashing(),
                ..well.clone()
            },
            PodState::CrashLooping,
        ),
        (
            Pod {
                is_deleting: true,
                containers: crashing(),
                ..well.clone()
            },
            PodState::Terminating,
        ),
        (
            Pod {
                phase,
                is_deleting: true,
                ..well.clone()
            },
            PodState::Ended,
        ),
    ] {
        let report = rejected_since_yesterday(APP, vec![pod]);
        assert_eq!(unexplained(&report)[0].pods[0].state, expected);
    }
}
