//! The pods of a live cluster, from its API server.

mod contexts;

use chrono::TimeDelta;
use eks_stale_tokens::source::kubernetes::live::{self, LiveError, Target};
use loopback_cloudwatch::{CloudWatch, EksCluster, LogGroup};
use loopback_kubernetes::{ApiServer, Objects, Refusal, TOKEN};
use serde_json::{Value, json};

use super::list_writer::{Listed, controller, file};
use crate::cloudwatch_fleet::STREAM;
use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{Run, over_files, run, tool_toward};

const NOW: &str = "2026-09-08T13:00:00Z";
const ARN: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/prod-1";

fn pod(number: usize) -> Pod {
    Pod::new(
        "web",
        &format!("web-7f9c5d8b4-x2kl{number}"),
        &format!("10.0.0.{number}"),
        "2026-06-12T13:00:00Z",
    )
}

fn log() -> Log {
    let mut log = Log::default();
    for number in 1..=3 {
        for time in every(30, at(NOW) - TimeDelta::hours(6), at(NOW)) {
            log.accepted(&pod(number), time);
        }
    }
    log
}

fn objects() -> Objects {
    let listed = |number| {
        let pod = Listed::of(&pod(number)).owned_by("apps/v1", "ReplicaSet", "web-7f9c5d8b4");
        without_kind(pod.object())
    };
    let owner = Some(("apps/v1", "Deployment", "web-frontend"));
    let mut replicaset = controller("ReplicaSet", "ns", "web-7f9c5d8b4", owner);
    replicaset["kind"] = "PartialObjectMetadata".into();
    Objects {
        pods: (1..=3).map(listed).collect(),
        replicasets: vec![replicaset],
        jobs: Vec::new(),
    }
}

/// As the API server sends the items of a list.
fn without_kind(mut object: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    members.remove("kind");
    members.remove("apiVersion");
    object
}

fn sweep(server: &ApiServer, user: Value, arguments: &[&str]) -> Run {
    let kubeconfig = server.kubeconfig(ARN, user);
    let log = file(&log().text());
    let fixed = [
        "--cluster-name",
        "prod-1",
        "--kubeconfig",
        kubeconfig.to_str().expect("a path"),
    ];
    over_files(
        "sweep",
        &[log.path()],
        fixed.iter().chain(arguments).copied(),
    )
}

fn bearer() -> Value {
    json!({"token": TOKEN})
}

const COMMAND: &str = "kubectl rollout restart deployment/web-frontend -n ns";

#[test]
fn owners_come_from_the_api_server() {
    for user in [bearer(), ApiServer::plugin(TOKEN)] {
        let server = ApiServer::start(objects());
        let run = sweep(&server, user, &["--context", "prod"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains(COMMAND), "{}", run.stdout);
        assert!(!run.stdout.contains("inferred"), "{}", run.stdout);
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{requests:?}");
        assert!(
            requests.iter().all(|it| it.contains("limit=500")),
            "{requests:?}"
        );
    }
    let server = ApiServer::start(objects());
    let run = sweep(&server, bearer(), &["--live"]);
    assert!(run.stdout.contains(COMMAND), "{}", run.stderr);
}

#[test]
fn pages_are_followed_and_a_list_that_expires_is_begun_again() {
    let server = ApiServer::start(objects()).pages_of(1);
    let run = sweep(&server, bearer(), &["--live"]);
    assert!(run.stdout.contains(COMMAND), "{}", run.stderr);
    assert_eq!(server.requests().len(), 5);

    let server = ApiServer::start(objects())
        .pages_of(1)
        .refuses(Refusal::ExpiredOnce("pods"));
    let run = sweep(&server, bearer(), &["--live"]);
    assert!(run.stdout.contains(COMMAND), "{}", run.stderr);
    assert_eq!(server.requests().len(), 2 + 5);

    let server = ApiServer::start(objects())
        .pages_of(1)
        .refuses(Refusal::Expired("pods"));
    let run = sweep(&server, bearer(), &["--live"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("in the middle 3 times (410)"),
        "{}",
        run.stderr
    );
}

/// A pod may come twice from a list that changes while it is paged; it counts once.
#[test]
fn a_list_may_change_between_pages() {
    let mut changed = objects();
    changed.pods.insert(0, changed.pods[0].clone());
    let server = ApiServer::start(objects()).pages_of(1).becomes(changed);
    let run = sweep(&server, bearer(), &["--live", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let holders = report["findings"][0]["holders"]
        .as_array()
        .expect("holders");
    assert!(
        holders
            .iter()
            .all(|it| it["pod_status"]["state"] == "ready"),
        "{holders:#?}"
    );
}

#[test]
fn refusals_are_sentences() {
    let refused = |server: ApiServer, user: Value, sentences: &[&str]| {
        let run = sweep(&server, user, &["--context", "prod"]);
        assert_eq!(run.code, Some(1), "{}", run.stdout);
        for sentence in sentences {
            assert!(run.stderr.contains(sentence), "{sentence}: {}", run.stderr);
        }
        assert!(run.stdout.is_empty(), "{}", run.stdout);
    };
    let server = || ApiServer::start(objects());
    let expired = json!({"token": "expired"});
    refused(
        server(),
        expired,
        &[
            "context prod rejects the credentials (401)",
            "--context prod",
        ],
    );
    refused(
        server(),
        ApiServer::plugin("expired"),
        &["rejects the credentials (401)"],
    );
    refused(
        server().refuses(Refusal::Forbidden("pods")),
        bearer(),
        &[
            "does not allow listing pods (403)",
            "User \"me\" cannot list",
            "pod-reader.yaml",
        ],
    );
    for command in ["no-such-plugin", "false"] {
        let plugin = json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1", "command": command,
            "interactiveMode": "Never",
        }});
        refused(
            server(),
            plugin,
            &["no credentials for the API server of context prod"],
        );
    }
}

/// Owners are known as far as pods name them.
#[test]
fn without_replicasets_the_pods_say_what_they_can() {
    let mut objects = objects();
    for pod in &mut objects.pods {
        pod["metadata"]["labels"] = json!({"pod-template-hash": "7f9c5d8b4"});
    }
    let server = ApiServer::start(objects).refuses(Refusal::Forbidden("replicasets"));
    let run = sweep(&server, bearer(), &["--live"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .contains("kubectl rollout restart deployment/web -n ns"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("replicasets may not be listed"),
        "{}",
        run.stdout
    );
}

/// What a pod finds in its own file system is enough.
#[test]
fn a_pod_lists_the_pods_of_its_own_cluster() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = ApiServer::start(objects()).pages_of(2);
    let target = |token: &str| Target::InCluster {
        server: server.url(),
        credentials: server.credentials(token),
    };
    let read = |target| runtime.block_on(live::read(&target, at(NOW)));
    let pods = read(target(TOKEN)).expect("pods");
    assert_eq!(pods.place, "this cluster");
    assert!(pods.notes.is_empty(), "{:?}", pods.notes);
    for number in 1..=3 {
        let listed = pods.state.pod(&pod(number).uid).expect("the pod");
        assert_eq!(
            pods.state.workload_of(listed).resource(),
            "deployment/web-frontend"
        );
    }
    assert_eq!(server.requests().len(), 4);
    let refused = read(target("expired")).expect_err("refused");
    assert!(
        matches!(refused, LiveError::Unauthorized { .. }),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("this cluster rejects"),
        "{refused}"
    );
    let nothing = Target::InCluster {
        server: server.url(),
        credentials: "/nowhere".into(),
    };
    let refused = read(nothing).expect_err("refused");
    assert!(
        matches!(refused, LiveError::Credentials { .. }),
        "{refused}"
    );
}

/// It takes the half minute that an answer may take.
#[test]
fn an_api_server_that_does_not_answer_is_not_waited_for_for_ever() {
    let server = ApiServer::start(objects()).refuses(Refusal::Hang);
    let began = std::time::Instant::now();
    let run = sweep(&server, bearer(), &["--live"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(
        run.stderr
            .contains("the API server of context prod did not respond within 30 s"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("use --pods FILE: kubectl get pods"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    assert!(began.elapsed().as_secs() < 60);
}

#[test]
fn doctor_says_what_may_be_listed() {
    let cloudwatch = CloudWatch::builder().start();
    let doctor = |server: &ApiServer, user: Value| {
        let mut command = tool_toward(&cloudwatch.endpoint());
        run(command
            .env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
            .args(["doctor", "--context", "prod", "--kubeconfig"])
            .arg(server.kubeconfig(ARN, user)))
    };
    let all = ApiServer::start(objects());
    let examined = doctor(&all, bearer());
    assert!(
        examined
            .stdout
            .contains("can be listed in context prod, with replicasets and jobs"),
        "{}",
        examined.stdout
    );
    assert!(
        all.requests().iter().all(|it| it.contains("limit=1")),
        "{:?}",
        all.requests()
    );
    let some = ApiServer::start(objects())
        .refuses(Refusal::Forbidden("replicasets"))
        .refuses(Refusal::Forbidden("jobs"));
    let examined = doctor(&some, bearer());
    assert!(
        examined
            .stdout
            .contains("but not replicasets and jobs (403)"),
        "{}",
        examined.stdout
    );
    for (server, user, words) in [
        (
            ApiServer::start(objects()).refuses(Refusal::Forbidden("pods")),
            bearer(),
            "deploy/kubernetes/pod-reader.yaml",
        ),
        (
            ApiServer::start(objects()),
            json!({"token": "expired"}),
            "rejects the credentials (401): they have expired",
        ),
    ] {
        let examined = doctor(&server, user);
        assert_eq!(examined.code, Some(1), "{}", examined.stdout);
        assert!(
            examined.stdout.contains("missing  pods"),
            "{}",
            examined.stdout
        );
        assert!(
            examined.stdout.contains(words),
            "{words}: {}",
            examined.stdout
        );
    }
}
