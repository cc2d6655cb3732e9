//! Calls of the EKS API: REST-JSON, whose operation is the method and the path.

use hyper::http::request::Parts;
use hyper::{Method, Uri};
use serde_json::{Map, Value};

/// A call's operation and its parameters, as a JSON body would hold them; `None` for a path that the API has not.
pub(crate) fn call(head: &Parts) -> Option<(&'static str, Value)> {
    if head.method != Method::GET {
        return None;
    }
    let mut parameters = query(&head.uri);
    let mut path = head.uri.path().trim_matches('/').split('/');
    let operation = match (path.next()?, path.next(), path.next()) {
        ("clusters", None, None) => "ListClusters",
        ("clusters", Some(name), None) => {
            parameters.insert("name".to_owned(), Value::from(decoded(name)));
            "DescribeCluster"
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

/// Text without its percent-encoding.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = (byte == b'%').then(|| [rest.next(), rest.next()]);
        match digits {
            Some([Some(high), Some(low)]) => {
                let hex = [high, low];
                let hex = std::str::from_utf8(&hex).expect("percent-encoding is ASCII");
                bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal digits"));
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
