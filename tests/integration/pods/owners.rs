//! The workloads in commands are the owners of the pods.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::list_writer::{Listed, controller, file, list};
use super::with_pods;
use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::over_files;

const NOW: &str = "2026-09-08T13:00:00Z";

/// The same log, with a pod a kind of owner, each frozen for 80 days.
fn log(pods: &[Pod]) -> Log {
    let mut log = Log::default();
    for pod in pods {
        for time in every(30, at(NOW) - TimeDelta::hours(6), at(NOW)) {
            log.accepted(pod, time);
        }
    }
    log
}

fn pod(account: &'static str, name: &str, address: &str) -> Pod {
    Pod::new(account, name, address, "2026-06-12T13:00:00Z")
}

#[test]
fn each_kind_of_owner_gets_its_command() {
    // Names that say something else than the owner references do.
    let web = pod("web", "web-7f9c5d8b4-x2klp", "10.0.0.1");
    let agent = pod("agent", "agent-b4kxz", "10.0.0.2");
    let store = pod("store", "store-0", "10.0.0.3");
    let canary = pod("canary", "canary-6d4b9c8f75-x2klp", "10.0.0.4");
    let clone = pod("clone", "clone-b7hjr", "10.0.0.5");
    let nightly = pod("nightly", "nightly-29731200-c9mwq", "10.0.0.6");
    let bare = pod("bare", "bare-7f9c5d8b4-t5vwx", "10.0.0.7");
    let pods = [&web, &agent, &store, &canary, &clone, &nightly, &bare].map(Clone::clone);
    let listed = [
        Listed::of(&web).owned_by("apps/v1", "ReplicaSet", "web-7f9c5d8b4"),
        Listed::of(&agent).owned_by("apps/v1", "DaemonSet", "agent"),
        Listed::of(&store).owned_by("apps/v1", "StatefulSet", "store"),
        Listed::of(&canary).owned_by("apps/v1", "ReplicaSet", "canary-6d4b9c8f75"),
        Listed::of(&clone).owned_by("apps.kruise.io/v1", "DaemonSet", "clone"),
        Listed::of(&nightly).owned_by("batch/v1", "Job", "nightly-29731200"),
        Listed::of(&bare),
    ];
    let others = [
        controller(
            "ReplicaSet",
            "ns",
            "web-7f9c5d8b4",
            Some(("apps/v1", "Deployment", "web-frontend")),
        ),
        controller(
            "ReplicaSet",
            "ns",
            "canary-6d4b9c8f75",
            Some(("argoproj.io/v1alpha1", "Rollout", "canary")),
        ),
        controller(
            "Job",
            "ns",
            "nightly-29731200",
            Some(("batch/v1", "CronJob", "nightly")),
        ),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}),
    ];
    let log = file(&log(&pods).text());
    let list = file(&list(&listed, &others));
    let run = with_pods("sweep", &log, &list, &["--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let first_action = |account: &str| {
        let findings = report["findings"].as_array().expect("findings");
        let of_account = |it: &&Value| it["service_account"] == account;
        let finding = findings.iter().find(of_account).expect(account);
        let remedy = &finding["remedies"][0];
        let words = remedy.get("command").or(remedy.get("text"));
        let is_known = remedy["workload_is_known"] == true;
        (
            words.and_then(Value::as_str).expect("words").to_owned(),
            is_known,
        )
    };
    for (account, action, is_command) in [
        (
            "web",
            "kubectl rollout restart deployment/web-frontend -n ns",
            true,
        ),
        (
            "agent",
            "kubectl rollout restart daemonset/agent -n ns",
            true,
        ),
        (
            "store",
            "kubectl rollout restart statefulset/store -n ns",
            true,
        ),
        (
            "canary",
            "kubectl delete pod canary-6d4b9c8f75-x2klp -n ns",
            true,
        ),
        ("clone", "kubectl delete pod clone-b7hjr -n ns", true),
        (
            "nightly",
            "nothing to restart: the next run gets a new token",
            false,
        ),
        (
            "bare",
            "no controller owns this pod: delete it and create it again for a new token",
            false,
        ),
    ] {
        assert_eq!(
            first_action(account),
            (action.to_owned(), is_command),
            "{account}"
        );
    }
    // A guess is marked as one, and nothing here is a guess.
    let with_list = with_pods("investigate", &log, &list, &[]);
    assert!(
        !with_list.stdout.contains("inferred"),
        "{}",
        with_list.stdout
    );
    let without = over_files("investigate", &[log.path()], ["--cluster-name", "prod-1"]);
    assert!(
        without.stdout.contains("inferred from the names"),
        "{}",
        without.stdout
    );
}

#[test]
fn a_list_of_pods_alone_tells_a_deployment_by_its_template_hash() {
    let web = pod("web", "web-7f9c5d8b4-x2klp", "10.0.0.1");
    let canary = pod("canary", "canary-6d4b9c8f75-x2klp", "10.0.0.4");
    let mut listed = [
        Listed::of(&web).owned_by("apps/v1", "ReplicaSet", "web-7f9c5d8b4"),
        Listed::of(&canary).owned_by("apps/v1", "ReplicaSet", "canary-6d4b9c8f75"),
    ];
    listed[0].labels = json!({"pod-template-hash": "7f9c5d8b4"});
    listed[1].labels = json!({"rollouts-pod-template-hash": "6d4b9c8f75"});
    let log = file(&log(&[web, canary]).text());
    let list = file(&list(&listed, &[]));
    let run = with_pods("sweep", &log, &list, &["--format", "csv"]);
    assert!(
        run.stdout
            .contains("kubectl rollout restart deployment/web -n ns"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("rollout.argoproj.io/canary"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("kubectl delete pod canary-6d4b9c8f75-x2klp -n ns"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_image_names_the_release_that_mends_it() {
    let dns = Pod {
        // A user agent that says nothing.
        agent: "Go-http-client/2.0",
        ..pod("dns", "dns-b4kxz", "10.0.0.1")
    };
    let log = file(&log(std::slice::from_ref(&dns)).text());
    let image = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.8.3-eksbuild.1";
    let listed = Listed::of(&dns)
        .owned_by("apps/v1", "DaemonSet", "dns")
        .running(image);
    let list = file(&list(&[listed], &[]));
    let arguments = ["--cluster-name", "prod-1", "--format", "csv", "--pods"];
    let run = over_files(
        "sweep",
        &[log.path()],
        arguments.iter().copied().chain(list.path().to_str()),
    );
    assert!(
        run.stdout.contains("update CoreDNS to 1.8.4 or later"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains(image), "{}", run.stdout);
}

#[test]
fn nothing_of_a_list_acts_on_a_terminal_or_in_a_command() {
    let web = pod("web", "web-7f9c5d8b4-x2klp", "10.0.0.1");
    let mut listed = Listed::of(&web).owned_by("apps/v1", "Deployment", "web; rm -rf ~\u{1b}[31m");
    listed.containers[0].image = "a\u{1b}]0;x\u{7}`id`<img src=x>\u{202e}".to_owned();
    listed.containers.push(super::list_writer::Container {
        name: "second",
        ..listed.containers[0].clone()
    });
    let mut one_container = listed.clone();
    one_container.containers.truncate(1);
    for listed in [listed, one_container] {
        let log = file(&log(std::slice::from_ref(&web)).text());
        let list = file(&list(&[listed], &[]));
        for format in [
            "table",
            "csv",
            "markdown",
            "html",
            "json",
            "ics",
            "prometheus",
        ] {
            let arguments = ["--cluster-name", "prod-1", "--format", format, "--pods"];
            let run = over_files(
                "sweep",
                &[log.path()],
                arguments.iter().copied().chain(list.path().to_str()),
            );
            assert_eq!(run.code, Some(0), "{}", run.stderr);
            assert!(
                !run.stdout.contains("restart deployment/web; rm"),
                "{format}"
            );
            if format != "json" {
                assert!(
                    !run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                    "{format}"
                );
            }
            if format == "html" {
                assert!(!run.stdout.contains("<img"), "{}", run.stdout);
            }
        }
    }
}
