//! What `deploy/` holds, against the program itself: every command line in it runs. Whether the files
//! are well-formed is for the tools in `.ci/second-opinions`.
//!
//! - [`permissions`]: each policy allows what is called and nothing else
//! - [`watch`]: what the watch between sweeps keeps of a log

mod permissions;
mod watch;

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{TimeDelta, Utc};
use loopback_cloudwatch::{Builder, CloudWatch, LogGroup};
use serde::Deserialize as _;
use serde_yaml_ng::Value;

use crate::fleet_log::Pod;
use crate::tool::{Run, run, tool_toward};

/// An audit log in which something is about to be rejected.
pub(crate) const RECORDED: &str = "fixtures/aws/eks/timeline/cluster/audit.log.gz";

/// Where every example keeps the report of the last run.
const STATE: &str = "/var/lib/eks-stale-tokens";

fn deploy(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifests(file: &str) -> Vec<Value> {
    serde_yaml_ng::Deserializer::from_str(&deploy(file))
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

fn of_kind(kind: &str) -> Value {
    manifests("kubernetes/cronjob.yaml")
        .into_iter()
        .find(|manifest| manifest["kind"] == kind)
        .expect("a manifest of this kind")
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_sequence().expect("a list");
    items
        .iter()
        .map(|item| item.as_str().expect("a text").to_owned())
        .collect()
}

/// A cluster prod-1 with a pod that dies within the week.
pub(crate) fn cloudwatch(builder: Builder) -> CloudWatch {
    let now = Utc::now();
    let pod = Pod {
        namespace: "logging",
        service_account: "fluentd",
        name: "fluentd-4xk2m",
        user_agent: "agent/v1.2.3 (linux/amd64) kubernetes/$Format",
        from: now - TimeDelta::days(88),
        until: now,
        every: TimeDelta::minutes(20),
        refreshes_after: None,
    };
    let mut group = LogGroup::named("/aws/eks/prod-1/cluster");
    for (time, message) in pod.events(now - TimeDelta::hours(23), now) {
        group = group.event("kube-apiserver-audit-0", time.timestamp_millis(), &message);
    }
    builder.group(group).polls_until_complete(0).start()
}

/// Runs these arguments with a directory in the place of the state's.
fn run_in(directory: &Path, cloudwatch: &CloudWatch, arguments: &[String]) -> Run {
    let state = directory.to_str().expect("UTF-8");
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| argument.replace(STATE, state))
        .collect();
    run(tool_toward(&cloudwatch.endpoint()).args(arguments))
}

/// Runs these arguments twice, as on two mornings.
fn run_twice(arguments: &[String]) {
    let directory = tempfile::tempdir().expect("a directory");
    let cloudwatch = cloudwatch(CloudWatch::builder());
    let first = run_in(directory.path(), &cloudwatch, arguments);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("first run"), "{}", first.stderr);
    assert!(first.stdout.contains("fluentd"), "{}", first.stdout);
    let second = run_in(directory.path(), &cloudwatch, arguments);
    assert_eq!((second.code, second.stderr.as_str()), (Some(0), ""));
    assert!(second.stdout.contains("1 unchanged"), "{}", second.stdout);
}

#[test]
fn the_cron_job_runs_and_keeps_its_report() {
    let job = &of_kind("CronJob")["spec"]["jobTemplate"]["spec"];
    let pod = &job["template"]["spec"];
    let container = &pod["containers"][0];
    run_twice(&texts(&container["args"]));
    assert_eq!(
        pod["serviceAccountName"],
        of_kind("ServiceAccount")["metadata"]["name"]
    );
    assert_eq!(container["volumeMounts"][0]["mountPath"], STATE);
    let claim = &pod["volumes"][0]["persistentVolumeClaim"]["claimName"];
    assert_eq!(*claim, of_kind("PersistentVolumeClaim")["metadata"]["name"]);
    // What the namespace enforces, and more: no token and a root file system that cannot be written.
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["automountServiceAccountToken"], false);
    let context = &container["securityContext"];
    assert_eq!(context["readOnlyRootFilesystem"], true);
    assert_eq!(context["allowPrivilegeEscalation"], false);
    assert_eq!(texts(&context["capabilities"]["drop"]), ["ALL"]);
    let failed = &job["podFailurePolicy"]["rules"][0];
    assert_eq!(failed["onExitCodes"]["containerName"], container["name"]);
    let codes = failed["onExitCodes"]["values"]
        .as_sequence()
        .expect("a list");
    // 1 may pass, and is tried again.
    assert!(
        [2, 3, 4]
            .iter()
            .all(|code| codes.contains(&Value::from(*code)))
    );
    assert!(!codes.contains(&Value::from(1)));
}

#[test]
fn the_service_runs_and_keeps_its_report() {
    let unit = deploy("systemd/eks-stale-tokens.service");
    let command = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/bin/eks-stale-tokens "))
        .expect("a command");
    let swept = unit
        .lines()
        .find_map(|line| line.strip_prefix("Environment=SWEEP="))
        .expect("what to sweep unless the administrator says otherwise");
    let command = command.replace("$SWEEP", swept);
    let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
    run_twice(&words);
    assert!(unit.contains("StateDirectory=eks-stale-tokens\n"));
}

/// The template of this name.
fn template(name: &str) -> Value {
    let mut documents = manifests(&format!("cloudformation/{name}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

#[test]
fn the_task_runs_and_keeps_its_report() {
    let template = template("sweep.yaml");
    let resources = &template["Resources"];
    let task = &resources["Task"]["Properties"];
    let container = &task["ContainerDefinitions"][0];
    let swept = template["Parameters"]["Sweep"]["Default"].as_str();
    let command = container["Command"]["Fn::Split"][1]["Fn::Sub"].as_str();
    let command = command
        .expect("a text")
        .replace("${Sweep}", swept.expect("a default"));
    let words: Vec<String> = command.split(',').map(str::to_owned).collect();
    run_twice(&words);
    // The report outlives the task: what is mounted there is a file system of its own.
    let mount = &container["MountPoints"][0];
    assert_eq!(mount["ContainerPath"], STATE);
    let volume = &task["Volumes"][0];
    assert_eq!(mount["SourceVolume"], volume["Name"]);
    let file_system = &volume["EFSVolumeConfiguration"]["FilesystemId"]["Ref"];
    let file_system = &resources[file_system.as_str().expect("a name")];
    assert_eq!(file_system["Type"], "AWS::EFS::FileSystem");
    // As the image's user, to whom the folder belongs.
    assert_eq!(container["User"], "65532:65532");
    assert_eq!(
        resources["AccessPoint"]["Properties"]["PosixUser"]["Uid"],
        "65532"
    );
    assert_eq!(container["ReadonlyRootFilesystem"], true);
}

#[test]
fn the_workflow_runs_and_fails_when_something_dies_within_the_week() {
    let workflow = &manifests("github-actions/sweep.yaml")[0];
    let steps = workflow["jobs"]["sweep"]["steps"]
        .as_sequence()
        .expect("a list");
    let step = steps
        .iter()
        .find(|step| step["name"] == "Sweep")
        .expect("a step");
    let script = step["run"].as_str().expect("a script");
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    // In the place of the container, the program itself.
    std::fs::create_dir(path("bin")).expect("created");
    let shim = "#!/bin/bash\nwhile [ \"$1\" != IMAGE ]; do shift; done; shift\nexec \"$PROGRAM\" \"${@//\\/reports/$PWD\\/reports}\"\n";
    std::fs::write(path("bin/docker"), shim).expect("written");
    let made = Command::new("chmod")
        .arg("+x")
        .arg(path("bin/docker"))
        .status();
    assert!(made.expect("chmod runs").success());
    let cloudwatch = cloudwatch(CloudWatch::builder());
    let mut summaries = Vec::new();
    for _ in 0..2 {
        let mut bash = tool_toward(&cloudwatch.endpoint());
        let program = bash.get_program().to_owned();
        let environment: Vec<_> = bash
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
            .collect();
        bash = Command::new("bash");
        for (name, value) in environment {
            match value {
                Some(value) => bash.env(name, value),
                None => bash.env_remove(name),
            };
        }
        let found = std::env::var("PATH").unwrap_or_default();
        // As GitHub runs it.
        let ran = run(bash
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(directory.path())
            .env("PATH", format!("{}:{found}", path("bin").display()))
            .env("PROGRAM", program)
            .env("CLUSTER", "prod-1")
            .env("IMAGE", "IMAGE")
            // An absent secret is an empty variable.
            .env("EKS_STALE_TOKENS_WEBHOOK", "")
            .env("GITHUB_STEP_SUMMARY", path("summary.md")));
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        summaries.push(std::fs::read_to_string(path("summary.md")).expect("read"));
    }
    assert!(summaries[0].contains("First report"), "{}", summaries[0]);
    assert!(summaries[1].contains("1 unchanged"), "{}", summaries[1]);
    assert!(path("reports/report.json").exists() && path("reports/report.csv").exists());
}

#[test]
fn the_image_is_built_with_the_compiler_that_the_crate_asks_for_and_runs_as_nobody() {
    let file = deploy("Containerfile");
    let manifest = include_str!("../../Cargo.toml");
    let wanted = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \""))
        .and_then(|rest| rest.rsplit_once('.'))
        .map(|(minor, _)| format!("docker.io/library/rust:{minor}-alpine "))
        .expect("a version");
    assert!(file.contains(&wanted), "{wanted}");
    assert!(file.contains("\nUSER 65532:65532\n"));
    // The user of the pod, and the program of the unit.
    let pod = &of_kind("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsUser"], 65532);
    assert!(file.contains("ENTRYPOINT [\"/usr/bin/eks-stale-tokens\"]"));
}
