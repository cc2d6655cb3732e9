//! The shape of a request URI: what kind of object was requested, without the names in it.

use super::bounded_text::{PATH_SHAPE, VERB, bounded, cut};

/// What was called: the verb and the shape of the path.
pub fn call_shape(verb: &str, uri: &str) -> String {
    format!("{} {}", cut(verb, VERB), path_shape(uri))
}

/// The shape of a request URI: `/api/v1/namespaces/a/pods/b?watch=1` becomes
/// `/api/v1/namespaces/{namespace}/pods/{name}`.
///
/// Non-resource paths keep their first segment only, so that a caller cannot make up
/// as many shapes as it likes out of names. A long shape is cut.
pub fn path_shape(uri: &str) -> String {
    bounded(whole_shape(uri), PATH_SHAPE)
}

fn whole_shape(uri: &str) -> String {
    let path = uri.split_once('?').map_or(uri, |(path, _)| path);
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let prefix_length = match segments.first() {
        Some(&"api") => 2,
        Some(&"apis") => 3,
        Some(first) => return format!("/{first}"),
        None => return "/".to_owned(),
    };
    let (prefix, rest) = segments.split_at(prefix_length.min(segments.len()));
    let (watch, rest) = match rest {
        ["watch", rest @ ..] => ("/watch", rest),
        rest => ("", rest),
    };
    let resource = match rest {
        [] => String::new(),
        ["namespaces"] => "/namespaces".to_owned(),
        ["namespaces", _] => "/namespaces/{name}".to_owned(),
        ["namespaces", _, "finalize" | "status"] => format!("/namespaces/{{name}}/{}", rest[2]),
        ["namespaces", _, rest @ ..] => format!("/namespaces/{{namespace}}{}", named(rest)),
        rest => named(rest),
    };
    format!("/{}{watch}{resource}", prefix.join("/"))
}

/// `resource[/{name}[/subresource]]`; whatever a proxied path adds is left out.
fn named(segments: &[&str]) -> String {
    match segments {
        [] => String::new(),
        [resource] => format!("/{resource}"),
        [resource, _] => format!("/{resource}/{{name}}"),
        [resource, _, subresource, ..] => format!("/{resource}/{{name}}/{subresource}"),
    }
}

/// Whether a call, verb and shape of the path, is one to the Kubernetes API.
pub fn is_of_the_api(call: &str) -> bool {
    let path = call.split_once(' ').map_or(call, |(_, path)| path);
    let root = path.trim_start_matches('/').split('/').next();
    matches!(root, Some("api" | "apis"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_left_out() {
        for (uri, shape) in [
            ("/api/v1/pods?limit=500", "/api/v1/pods"),
            (
                "/api/v1/namespaces/a/pods/b",
                "/api/v1/namespaces/{namespace}/pods/{name}",
            ),
            (
                "/api/v1/namespaces/a/pods/b/proxy/x/y",
                "/api/v1/namespaces/{namespace}/pods/{name}/proxy",
            ),
            ("/api/v1/namespaces/a", "/api/v1/namespaces/{name}"),
            (
                "/apis/apps/v1/namespaces/a/deployments",
                "/apis/apps/v1/namespaces/{namespace}/deployments",
            ),
            ("/api/v1/watch/pods", "/api/v1/watch/pods"),
            ("/apis/apps/v1", "/apis/apps/v1"),
            ("/apis", "/apis"),
            ("/metrics/cadvisor", "/metrics"),
            ("", "/"),
        ] {
            assert_eq!(path_shape(uri), shape, "{uri}");
        }
        let long = format!("/api/{}/pods", "v".repeat(1 << 20));
        assert_eq!(path_shape(&long).len(), PATH_SHAPE);
    }

    proptest! {
        #[test]
        fn never_panics(uri in ".*") {
            let _ = path_shape(&uri);
        }
    }

    #[test]
    fn calls_of_the_api_are_told_from_others() {
        for (call, expected) in [
            ("list /api/v1/pods", true),
            ("get /apis", true),
            ("get /api", true),
            ("get /apiserver", false),
            ("get /version", false),
            ("get /", false),
            ("", false),
        ] {
            assert_eq!(is_of_the_api(call), expected, "{call}");
        }
    }

    #[test]
    fn a_call_is_its_verb_and_the_shape_of_its_path() {
        let call = call_shape("get", "/api/v1/namespaces/a/pods/b");
        assert_eq!(call, "get /api/v1/namespaces/{namespace}/pods/{name}");
    }
}
