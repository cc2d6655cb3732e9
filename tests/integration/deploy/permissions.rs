//! The permissions: each policy allows what is called and nothing else.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use eks_stale_tokens::source::kubernetes::live::{self, Target};
use loopback_cloudwatch::{CloudWatch, End, LogGroup, Operation, When};
use loopback_kubernetes::{ApiServer, Objects, TOKEN};
use loopback_s3::S3;
use serde_yaml_ng::Value;

use super::{cloudwatch, deploy, manifests, of_kind, template, texts};
use crate::recordings::audit_log;
use crate::tool::{run, tool_toward};

#[test]
fn the_policy_allows_what_is_called_and_nothing_else() {
    let policy: Value = serde_yaml_ng::from_str(&deploy("iam/policy.json")).expect("JSON is YAML");
    let mut allowed = BTreeSet::new();
    for (effect, actions, _) in statements(&policy) {
        assert_eq!(effect, "Allow");
        allowed.extend(actions);
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
