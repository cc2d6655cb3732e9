//! eks:DescribeCluster.

use serde_json::{Value, json};

use crate::loopback::exception::Exception;
use crate::loopback::input::Input;
use crate::loopback::service::Service;

const LOG_TYPES: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

pub(crate) fn answer(service: &Service, input: Input<'_>) -> Result<Value, Exception> {
    let name = input.required_text("name")?;
    let cluster = service.clusters.get(name).ok_or_else(|| {
        Exception::not_found(format!("No cluster found for name: {name}.")).of_eks()
    })?;
    let (enabled, disabled): (Vec<&str>, Vec<&str>) =
        LOG_TYPES.into_iter().partition(|kind| match *kind {
            "audit" => cluster.audit_logging,
            other => other == "authenticator",
        });
    Ok(json!({"cluster": {
        "name": cluster.name,
        "arn": cluster.arn(&service.settings.region, &service.settings.account),
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
