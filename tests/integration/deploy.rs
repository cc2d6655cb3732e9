//! What `deploy/` holds, against the program itself: every command line in it runs, and the policy
//! allows what is called and nothing else. Whether the files are well-formed is for the tools in
//! `.ci/second-opinions`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{TimeDelta, Utc};
use eks_stale_tokens::source::kubernetes::live::{self, Target};
use loopback_cloudwatch::{Builder, CloudWatch, End, LogGroup, Operation, When};
use loopback_kubernetes::{ApiServer, Objects, TOKEN};
use loopback_s3::S3;
use serde::Deserialize as _;
use serde_yaml_ng::Value;

use crate::fleet_log::Pod;
use crate::recordings::audit_log;
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
fn the_policy_allows_what_is_called_and_nothing_else() {
    let policy: serde_json::Value = serde_json::from_str(&deploy("iam/policy.json")).expect("JSON");
    let mut allowed = BTreeSet::new();
    for statement in policy["Statement"].as_array().expect("a list") {
        assert_eq!(statement["Effect"], "Allow");
        match &statement["Action"] {
            serde_json::Value::String(action) => {
                allowed.insert(action.clone());
            }
            actions => allowed.extend(
                actions
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|action| action.as_str().expect("a text").to_owned()),
            ),
        }
    }
    let mut called = BTreeSet::new();
    let mut asked = BTreeSet::new();
    let behaves = CloudWatch::builder();
    let hangs = CloudWatch::builder().queries_end(When::Always, End::Never);
    let message = r#"{"activity_id":1,"class_uid":6003}"#;
    let millis = (Utc::now() - TimeDelta::minutes(5)).timestamp_millis();
    let ocsf =
        LogGroup::named("/aws/eks/ocsf/cluster").event("kube-apiserver-audit-0", millis, message);
    let changed = CloudWatch::builder().group(ocsf);
    for (builder, timeout) in [(behaves, "1m"), (hangs, "1s"), (changed, "1m")] {
        let cloudwatch = cloudwatch(builder);
        for (command, clusters) in [("sweep", "--all-clusters"), ("export", "prod-1")] {
            run(tool_toward(&cloudwatch.endpoint()).args([
                command,
                clusters,
                "--timeout",
                timeout,
            ]));
        }
        let calls = cloudwatch.calls();
        called.extend(calls.iter().map(|call| {
            let operation = Operation::named(&call.operation).expect("a known operation");
            operation.action()
        }));
        asked.extend(
            cloudwatch
                .queries()
                .into_iter()
                .flat_map(|query| query.groups),
        );
    }
    assert_eq!(allowed, called);
    // Queries may be started on the log groups of clusters alone.
    let resource = &policy["Statement"][0]["Resource"];
    assert_eq!(resource, "arn:aws:logs:*:*:log-group:/aws/eks/*/cluster:*");
    let clusters = &policy["Statement"][3];
    assert_eq!(clusters["Action"], "eks:DescribeCluster");
    assert_eq!(clusters["Resource"], "arn:aws:eks:*:*:cluster/*");
    for group in asked {
        assert!(
            group.starts_with("/aws/eks/") && group.ends_with("/cluster"),
            "{group}"
        );
    }
}

#[test]
fn the_policy_for_s3_allows_what_is_called_and_nothing_else() {
    let policy: serde_json::Value =
        serde_json::from_str(&deploy("iam/policy-s3.json")).expect("JSON");
    let allowed: BTreeSet<(&str, &str)> = policy["Statement"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            let text = |key: &str| statement[key].as_str().expect("a text");
            (text("Action"), text("Resource"))
        })
        .collect();
    let s3 = S3::start();
    s3.put("archive", "audit.log", audit_log("recording"));
    let run = run(tool_toward("http://127.0.0.1:9")
        .env("AWS_ENDPOINT_URL_S3", s3.endpoint())
        .args(["sweep", "--input", "s3://archive"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let requests = s3.requests();
    let called: BTreeSet<(&str, &str)> = requests
        .iter()
        .map(|request| match request.action {
            "s3:ListBucket" => ("s3:ListBucket", "arn:aws:s3:::BUCKET"),
            action => (action, "arn:aws:s3:::BUCKET/*"),
        })
        .collect();
    assert_eq!(allowed, called);
}

#[test]
fn the_roles_trust_the_service_account_of_the_manifests() {
    let account = of_kind("ServiceAccount");
    let (namespace, name) = (
        &account["metadata"]["namespace"],
        &account["metadata"]["name"],
    );
    let subject = format!(
        "system:serviceaccount:{}:{}",
        namespace.as_str().expect("a text"),
        name.as_str().expect("a text")
    );
    assert!(deploy("iam/trust-irsa.json").contains(&subject));
    assert!(deploy("iam/trust-pod-identity.json").contains("pods.eks.amazonaws.com"));
    let with_role = &manifests("kubernetes/service-account-irsa.yaml")[0];
    assert_eq!(&with_role["metadata"]["namespace"], namespace);
    assert_eq!(&with_role["metadata"]["name"], name);
    let role = &with_role["metadata"]["annotations"]["eks.amazonaws.com/role-arn"];
    assert!(role.as_str().expect("a text").starts_with("arn:aws:iam::"));
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

/// A policy's statements, however its values are written: one or several, of whichever partition.
fn statements(policy: &Value) -> Vec<(Value, Vec<String>, String)> {
    let statements = policy["Statement"].as_sequence().expect("a list");
    statements
        .iter()
        .map(|statement| {
            let actions = match &statement["Action"] {
                Value::String(action) => vec![action.clone()],
                actions => texts(actions),
            };
            let resource = &statement["Resource"];
            let resource = resource["Fn::Sub"].as_str().or(resource.as_str());
            let resource = resource
                .expect("a resource")
                .replace("${AWS::Partition}", "aws");
            (statement["Effect"].clone(), actions, resource)
        })
        .collect()
}

#[test]
fn the_stack_of_permissions_grants_what_the_policy_grants() {
    let template = template("permissions.yaml");
    let role = &template["Resources"]["Role"]["Properties"];
    let policy: Value = serde_yaml_ng::from_str(&deploy("iam/policy.json")).expect("JSON is YAML");
    assert_eq!(
        statements(&role["Policies"][0]["PolicyDocument"]),
        statements(&policy)
    );
    // The same service account as everywhere.
    let account = of_kind("ServiceAccount");
    let association = &template["Resources"]["Association"]["Properties"];
    assert_eq!(association["ServiceAccount"], account["metadata"]["name"]);
    assert_eq!(association["Namespace"], account["metadata"]["namespace"]);
    let irsa = role["AssumeRolePolicyDocument"]["Fn::If"][1]["Fn::Sub"].as_str();
    let irsa: serde_json::Value =
        serde_json::from_str(irsa.expect("a text")).expect("the trust policy is JSON");
    assert_eq!(
        irsa["Statement"][0]["Condition"]["StringEquals"]["${OidcProvider}:sub"],
        "system:serviceaccount:eks-stale-tokens:eks-stale-tokens"
    );
}

/// Whether a subscription of the watch lets an event through.
fn passes(event: &str) -> bool {
    let template = template("watch.yaml");
    let pattern = |filter: &str| {
        let pattern = &template["Resources"][filter]["Properties"]["FilterPattern"];
        pattern.as_str().expect("a pattern").to_owned()
    };
    // A regular expression is between percent signs; this one is plain text.
    let phrase = pattern("StaleTokens");
    let phrase = phrase
        .strip_prefix('%')
        .and_then(|rest| rest.strip_suffix('%'));
    let phrase = phrase.expect("a regular expression");
    assert!(phrase.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    assert_eq!(pattern("Rejections"), "{ $.responseStatus.code = 401 }");
    let code = || {
        let event: serde_json::Value = serde_json::from_str(event).expect("an event");
        event["responseStatus"]["code"] == 401
    };
    event.contains(phrase) || code()
}

/// The findings of a report in JSON: who, and what will become of them.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut findings: Vec<_> = findings
        .map(|it| {
            (
                format!(
                    "{}/{}",
                    text(&it["namespace"]),
                    text(&it["service_account"])
                ),
                text(&it["verdict"]),
                text(&it["rejected_from"]),
            )
        })
        .collect();
    findings.sort();
    findings
}

/// What Firehose delivers of a recording, through the filters of the watch, gives the findings that
/// the whole recording gives.
#[test]
fn the_watch_keeps_what_the_findings_need() {
    let mut log = String::new();
    let recorded = std::fs::File::open(RECORDED).expect("a recording");
    let mut recorded = flate2::read::MultiGzDecoder::new(recorded);
    std::io::Read::read_to_string(&mut recorded, &mut log).expect("gzip");
    let events: Vec<&str> = log.lines().collect();
    let kept: Vec<&str> = events
        .iter()
        .copied()
        .filter(|event| passes(event))
        .collect();
    assert!(
        kept.len() * 2 < events.len(),
        "{} of {}",
        kept.len(),
        events.len()
    );
    // Each record is gzip by itself, and one follows the other.
    let mut delivered = Vec::new();
    for batch in kept.chunks(50) {
        let log_events: Vec<serde_json::Value> = batch
            .iter()
            .map(|event| serde_json::json!({"id": "0", "timestamp": 0, "message": event}))
            .collect();
        let envelope = serde_json::json!({
            "messageType": "DATA_MESSAGE",
            "owner": "111122223333",
            "logGroup": "/aws/eks/timeline/cluster",
            "logStream": "kube-apiserver-audit-0123456789abcdef0123456789abcdef",
            "subscriptionFilters": ["eks-stale-tokens"],
            "logEvents": log_events,
        });
        let mut member = flate2::write::GzEncoder::new(&mut delivered, flate2::Compression::fast());
        std::io::Write::write_all(&mut member, envelope.to_string().as_bytes()).expect("written");
        member.finish().expect("written");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let object = directory.path().join("delivery-1-2026-11-26-08-00-00");
    std::fs::write(&object, delivered).expect("written");
    let whole = crate::tool::over_files("sweep", &[Path::new(RECORDED)], ["--format", "json"]);
    let watched = crate::tool::over_files("sweep", &[&object], ["--format", "json"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(findings(&whole).len() > 3);
    assert_eq!(findings(&watched), findings(&whole));
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

/// The ClusterRole allows what is listed, and nothing else.
#[test]
fn the_cluster_role_allows_what_is_listed_and_nothing_else() {
    let server = ApiServer::start(Objects::default());
    let target = Target::InCluster {
        server: server.url(),
        credentials: server.credentials(TOKEN),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime
        .block_on(live::read(&target, Utc::now()))
        .expect("an empty cluster");
    let listed: BTreeSet<String> = server
        .requests()
        .iter()
        .map(|request| request.split('?').next().unwrap_or_default().to_owned())
        .collect();
    let role = manifests("kubernetes/pod-reader.yaml").remove(0);
    let mut allowed = BTreeSet::new();
    for rule in role["rules"].as_sequence().expect("rules") {
        assert_eq!(
            rule["verbs"],
            serde_yaml_ng::from_str::<Value>("[list]").expect("YAML")
        );
        let group = rule["apiGroups"][0].as_str().expect("a group");
        for resource in rule["resources"].as_sequence().expect("resources") {
            let resource = resource.as_str().expect("a resource");
            allowed.insert(match group {
                "" => format!("/api/v1/{resource}"),
                group => format!("/apis/{group}/v1/{resource}"),
            });
        }
    }
    assert_eq!(allowed, listed);
}
