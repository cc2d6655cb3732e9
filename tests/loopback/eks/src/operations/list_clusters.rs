//! eks:ListClusters.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::clusters::Clusters;

const MOST_ITEMS: usize = 100;

pub(crate) fn answer(clusters: &Clusters, input: Input<'_>) -> Result<Value, Exception> {
    let limit = input.count("maxResults", MOST_ITEMS)?.unwrap_or(MOST_ITEMS);
    let names: Vec<&String> = clusters.by_name.keys().collect();
    let from = match input.text("nextToken")? {
        // The last name of the page before, made opaque.
        Some(token) => names
            .iter()
            .position(|name| token_after(name) == token)
            .map(|place| place + 1)
            .ok_or_else(|| Exception::invalid("Invalid next token."))?,
        None => 0,
    };
    let to = (from + limit).min(names.len());
    let next = (to < names.len()).then(|| token_after(names[to - 1]));
    Ok(json!({"clusters": names[from..to], "nextToken": next}))
}

fn token_after(name: &str) -> String {
    format!("after+{name}/==")
}
