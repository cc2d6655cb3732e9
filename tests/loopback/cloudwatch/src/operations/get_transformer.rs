//! logs:GetTransformer.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::service::Service;

pub(crate) fn answer(service: &Service, input: Input<'_>) -> Result<Value, Exception> {
    let identifier = input.required_text("logGroupIdentifier")?;
    let group = &service.groups[service.group(identifier)?];
    // Of a transformer that belongs to the account nothing is told here.
    if group.transformer.is_empty() {
        return Ok(json!({}));
    }
    Ok(json!({
        "logGroupIdentifier": group.arn(&service.settings.region, &service.settings.account),
        "creationTime": group.creation_time(),
        "lastModifiedTime": group.creation_time(),
        "transformerConfig": group.transformer,
    }))
}
