//! eks:DescribeCluster.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::clusters::Clusters;

const LOG_TYPES: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

pub(crate) fn answer(clusters: &Clusters, input: Input<'_>) -> Result<Value, Exception> {
    let name = input.required_text("name")?;
    let cluster = clusters
        .by_name
        .get(name)
        .ok_or_else(|| Exception::not_found(format!("No cluster found for name: {name}.")))?;
    let (enabled, disabled): (Vec<&str>, Vec<&str>) =
        LOG_TYPES.into_iter().partition(|kind| match *kind {
            "audit" => cluster.audit_logging,
            other => other == "authenticator",
        });
    Ok(json!({"cluster": {
        "name": cluster.name,
        "arn": clusters.arn(name),
        "endpoint": cluster.endpoint,
        "createdAt": cluster.created as f64 + 0.25,
        "version": cluster.version,
        "platformVersion": "eks.7",
        "status": "ACTIVE",
        "logging": {"clusterLogging": [
            {"types": enabled, "enabled": true},
            {"types": disabled, "enabled": false},
        ]},
        "tags": {},
    }}))
}
