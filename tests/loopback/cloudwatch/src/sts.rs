//! STS: whose credentials these are, and those of roles. It speaks AWS Query: a form in, XML out.

use std::sync::Arc;

use hyper::StatusCode;
use loopback_aws::{Signer, decoded};
use serde_json::{Map, Value};

use super::service::Service;

/// A role of an account.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// Its name.
    pub(crate) name: String,
    /// The access keys of those that may assume it.
    pub(crate) trusts: Vec<String>,
}

/// A call's parameters.
pub(crate) fn parameters(body: &[u8]) -> Map<String, Value> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| decoded(&text.replace('+', " "));
    pairs
        .map(|(key, value)| (decoded(key), Value::from(decoded(value))))
        .collect()
}

/// The answer to a call: its status and its XML.
pub(crate) fn answer(
    signer: &Signer,
    services: &[Arc<Service>],
    parameters: &Map<String, Value>,
) -> (StatusCode, String) {
    let text = |key: &str| parameters.get(key).and_then(Value::as_str).unwrap_or("");
    let own = services.iter().find(|service| service.knows(signer));
    let Some(own) = own else {
        return refused(
            StatusCode::FORBIDDEN,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        );
    };
    let account = &own.settings.account;
    let caller = format!("arn:aws:iam::{account}:user/auditor");
    match text("Action") {
        "GetCallerIdentity" => (
            StatusCode::OK,
            format!(
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                 <Arn>{caller}</Arn><UserId>AIDA</UserId><Account>{account}</Account></GetCallerIdentityResult>\
                 </GetCallerIdentityResponse>"
            ),
        ),
        "AssumeRole" => {
            let arn = text("RoleArn");
            let key = services.iter().find_map(|service| {
                let account = &service.settings.account;
                let role = service.settings.role.as_ref()?;
                let is_named = arn == format!("arn:aws:iam::{account}:role/{}", role.name);
                let is_trusted = role.trusts.contains(&signer.access_key);
                service
                    .settings
                    .access_key
                    .clone()
                    .filter(|_| is_named && is_trusted)
            });
            match key {
                None => refused(
                    StatusCode::FORBIDDEN,
                    "AccessDenied",
                    &format!(
                        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
                    ),
                ),
                Some(key) => (
                    StatusCode::OK,
                    format!(
                        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                         <AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>\
                         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                         <SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>\
                         </AssumeRoleResult></AssumeRoleResponse>"
                    ),
                ),
            }
        }
        other => refused(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            &format!("Could not find operation {other}"),
        ),
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> (StatusCode, String) {
    let xml = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    (status, xml)
}
