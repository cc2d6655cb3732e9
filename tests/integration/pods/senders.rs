//! Whose a rejected address is.

use chrono::TimeDelta;
use loopback_cloudwatch::{CloudWatch, EksCluster, LogGroup};
use loopback_kubernetes::{ApiServer, Objects, TOKEN};
use serde_json::Value;

use super::list_writer::{Container, Listed, file, list};
use super::with_pods;
use crate::cloudwatch_fleet::STREAM;
use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{Run, over_files, run, tool_toward};

const NOW: &str = "2026-09-08T13:00:00Z";
const KUBE2IAM: &str = "kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format";

/// A pod that died two days before the window, and of which the log shows nothing but rejections.
fn dead() -> Pod {
    Pod {
        namespace: "kube-system",
        agent: KUBE2IAM,
        ..Pod::new(
            "kube2iam",
            "kube2iam-b4kxz",
            "10.0.1.10",
            "2026-06-08T13:00:00Z",
        )
    }
}

/// A day of its rejections.
fn log() -> Log {
    let mut log = Log::default();
    for time in every(7, at(NOW) - TimeDelta::hours(24), at(NOW)) {
        log.rejected(&dead(), time);
    }
    log.runs_version("1.33.5", at(NOW));
    log
}

fn listed() -> Listed {
    Listed::of(&dead())
        .owned_by("apps/v1", "DaemonSet", "kube2iam")
        .running("jtblin/kube2iam:0.10.7")
}

fn investigate(pods: &[Listed], arguments: &[&str]) -> Run {
    let (log, list) = (file(&log().text()), file(&list(pods, &[])));
    with_pods("investigate", &log, &list, arguments)
}

fn report(pods: &[Listed]) -> Value {
    let run = investigate(pods, &["--format", "json"]);
    assert!(matches!(run.code, Some(0)), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn the_dead_of_whom_nothing_is_left_but_rejections_are_named() {
    let told = investigate(&[listed()], &[]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    insta::assert_snapshot!("known_by_its_pod", told.stdout);
    let report = report(&[listed()]);
    let finding = &report["findings"][0];
    assert_eq!(finding["verdict"], "rejected");
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["rejection_confidence"], "pod_at_address");
    assert_eq!(finding["rejected_from"], "2026-09-06T13:00:00Z");
    assert_eq!(
        finding["remedies"][0]["command"],
        "kubectl rollout restart daemonset/kube2iam -n kube-system"
    );
    assert_eq!(
        report["clusters"][0]["rejected_callers"],
        Value::Array(Vec::new())
    );
    // Without the list there is no finding, and the caller is unexplained.
    let log = file(&log().text());
    let without = over_files("investigate", &[log.path()], ["--cluster-name", "prod-1"]);
    assert!(
        without.stdout.contains("no known workload explains it"),
        "{}",
        without.stdout
    );
}

#[test]
fn explained_in_every_number() {
    let told = investigate(&[listed()], &["--explain"]);
    insta::assert_snapshot!("known_by_its_pod_explained", told.stdout);
}

/// What the start times do not allow is a lead with the pod's name, and no verdict.
#[test]
fn a_lead_is_no_verdict() {
    let too_young = {
        let mut pod = listed();
        pod.started = at("2026-08-01T00:00:00Z");
        pod.containers[0].started = pod.started;
        pod
    };
    let restarted_in_the_window = listed().restarted(at("2026-09-08T12:50:00Z"), 3);
    let there_since_yesterday = {
        let mut pod = listed();
        pod.started = at("2026-09-07T20:00:00Z");
        pod.containers[0].started = pod.started;
        pod
    };
    for pod in [too_young, restarted_in_the_window, there_since_yesterday] {
        let report = report(std::slice::from_ref(&pod));
        assert_eq!(report["findings"], Value::Array(Vec::new()), "{pod:?}");
        let caller = &report["clusters"][0]["rejected_callers"][0];
        assert_eq!(caller["severity"], "critical");
        assert_eq!(caller["pods"][0]["name"], "kube2iam-b4kxz", "{pod:?}");
        let told = investigate(&[pod], &[]);
        assert!(
            told.stdout.contains("kube-system/kube2iam-b4kxz"),
            "{}",
            told.stdout
        );
        assert!(
            told.stdout.contains("daemonset/kube2iam"),
            "{}",
            told.stdout
        );
    }
}

#[test]
fn whoever_got_the_address_later_is_not_named() {
    let mut later = listed();
    later.started = at("2026-09-08T12:59:30Z");
    later.containers[0].started = later.started;
    let report = report(&[later]);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    let caller = &report["clusters"][0]["rejected_callers"][0];
    assert!(caller.get("pods").is_none(), "{caller}");
}

#[test]
fn on_the_network_of_a_node_the_image_decides() {
    let on_the_host = |name: &str, image: &str| Listed {
        name: name.to_owned(),
        uid: format!("uid-of-{name}"),
        host_network: true,
        ..listed().running(image)
    };
    let proxy = on_the_host("kube-proxy-x2klp", "eks/kube-proxy:v1.33.0");
    let node = on_the_host("aws-node-t5vwx", "amazon-k8s-cni:v1.19.0");
    let kube2iam = on_the_host("kube2iam-b4kxz", "jtblin/kube2iam:0.10.7");
    let report_of_three = report(&[proxy.clone(), node.clone(), kube2iam.clone()]);
    assert_eq!(report_of_three["findings"][0]["verdict"], "rejected");
    assert_eq!(
        report_of_three["findings"][0]["holders"][0]["pod"],
        "kube2iam-b4kxz"
    );
    // Where none fits, all of them are candidates.
    let report_of_two = report(&[proxy, node]);
    assert_eq!(report_of_two["findings"], Value::Array(Vec::new()));
    let pods = &report_of_two["clusters"][0]["rejected_callers"][0]["pods"];
    let names: Vec<&str> = pods
        .as_array()
        .expect("pods")
        .iter()
        .filter_map(|pod| pod["name"].as_str())
        .collect();
    assert_eq!(names, ["aws-node-t5vwx", "kube-proxy-x2klp"]);
}

/// A program that is dead in a pod that is well with another: the other says nothing of it.
#[test]
fn a_dead_program_beside_a_living_one_is_named() {
    let pod = dead();
    let living = Pod {
        agent: "sidecar/v2.0 (linux/amd64) kubernetes/abcdef0",
        issued: at("2026-09-07T02:00:00Z"),
        ..pod.clone()
    };
    let mut log = log();
    for time in every(11, at(NOW) - TimeDelta::hours(8), at(NOW)) {
        log.accepted(&living, time);
    }
    let mut listed = listed();
    listed.containers.push(Container {
        name: "sidecar",
        image: "team/sidecar:2.0".to_owned(),
        ..listed.containers[0].clone()
    });
    let (log, list) = (file(&log.text()), file(&list(&[listed], &[])));
    let run = with_pods("investigate", &log, &list, &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let finding = &report["findings"][0];
    assert_eq!(finding["verdict"], "rejected", "{finding:#}");
    assert_eq!(finding["holders"].as_array().map(Vec::len), Some(1));
    assert_eq!(finding["holders"][0]["user_agents"][0], KUBE2IAM);
}

/// The outage from end to end: CloudWatch has nothing but the rejections of a pod whose accepted days
/// are long past, and its cluster tells who that is, and what to type.
#[test]
fn who_died_long_ago_is_named_through_the_api_server() {
    let mut object = listed().object();
    let members = object.as_object_mut().expect("an object");
    members.remove("kind");
    members.remove("apiVersion");
    let server = ApiServer::start(Objects {
        pods: vec![object],
        ..Objects::default()
    });
    let group = LogGroup::named("/aws/eks/prod-1/cluster")
        .created(0)
        .events_from_audit_log(STREAM, std::io::Cursor::new(log().text()));
    let cloudwatch = CloudWatch::builder()
        .polls_until_complete(0)
        .now(at(NOW).timestamp_millis())
        .group(group)
        .cluster(EksCluster::named("prod-1").endpoint(&server.url()))
        .start();
    let kubeconfig = server.kubeconfig("a-name-of-my-own", ApiServer::plugin(TOKEN));
    let investigate = |arguments: &[&str]| {
        let run = run(tool_toward(&cloudwatch.endpoint())
            .args(["investigate", "prod-1", "--until", NOW])
            .args(arguments));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stdout
    };
    let path = kubeconfig.to_str().expect("a path");
    let table = investigate(&["--live", "--kubeconfig", path]);
    let command = "kubectl rollout restart daemonset/kube2iam -n kube-system";
    assert!(table.contains(command), "{table}");
    assert!(table.contains("kube-system/kube2iam"), "{table}");
    assert!(!table.contains("no known workload explains it"), "{table}");
    let without = investigate(&[]);
    assert!(!without.contains("kubectl rollout restart"), "{without}");
    assert!(without.contains("10.0.1.10"), "{without}");
}
