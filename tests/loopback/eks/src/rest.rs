//! Calls of the EKS API: REST-JSON, whose operation is the method and the path.

use hyper::http::request::Parts;
use hyper::{Method, Uri};
use loopback_aws::decoded;
use serde_json::{Map, Value};

use super::operation::Operation;

/// A call's operation and its parameters, as a JSON body would hold them; `None` for a path that the API has not.
pub fn call(head: &Parts) -> Option<(Operation, Value)> {
    if head.method != Method::GET {
        return None;
    }
    let mut parameters = query(&head.uri);
    let mut path = head.uri.path().trim_matches('/').split('/');
    let operation = match (path.next()?, path.next(), path.next()) {
        ("clusters", None, None) => Operation::ListClusters,
        ("clusters", Some(name), None) => {
            parameters.insert("name".to_owned(), Value::from(decoded(name)));
            Operation::DescribeCluster
        }
        _ => return None,
    };
    Some((operation, Value::Object(parameters)))
}

fn query(uri: &Uri) -> Map<String, Value> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let value = decoded(value);
            let value = match value.parse::<i64>() {
                Ok(number) if key == "maxResults" => Value::from(number),
                _ => Value::from(value),
            };
            Some((decoded(key), value))
        })
        .collect()
}
