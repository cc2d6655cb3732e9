//! eks:ListClusters.

use serde_json::{Value, json};

use crate::loopback::exception::Exception;
use crate::loopback::input::Input;
use crate::loopback::service::Service;

const MOST_ITEMS: usize = 100;

pub(crate) fn answer(service: &Service, input: Input<'_>) -> Result<Value, Exception> {
    let limit = input.count("maxResults", MOST_ITEMS)?.unwrap_or(MOST_ITEMS);
    let names: Vec<&String> = service.clusters.keys().collect();
    let from = match input.text("nextToken")? {
        // The last name of the page before, made opaque.
        Some(token) => names
            .iter()
            .position(|name| token_after(name) == token)
            .map(|place| place + 1)
            .ok_or_else(|| Exception::invalid("Invalid next token.").of_eks())?,
        None => 0,
    };
    let to = (from + limit).min(names.len());
    let next = (to < names.len()).then(|| token_after(names[to - 1]));
    Ok(json!({"clusters": names[from..to], "nextToken": next}))
}

fn token_after(name: &str) -> String {
    format!("after+{name}/==")
}
