//! Calls as the SDK spells them, and their answers.

use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use loopback_aws::{Exception, Input};
use loopback_eks::{Clusters, EksCluster, Operation, call};
use serde_json::{Value, json};

fn head(method: Method, uri: &str) -> Parts {
    let request = Request::builder().method(method).uri(uri).body(());
    request.expect("a request").into_parts().0
}

fn clusters() -> Clusters {
    let names = ["b", "a", "c"].map(EksCluster::named);
    let newer = EksCluster::named("c")
        .version("1.34")
        .without_audit_logging();
    Clusters::new(
        "eu-west-1",
        "111122223333",
        names.into_iter().chain([newer]),
    )
}

fn answer(uri: &str) -> Result<Value, Exception> {
    let (operation, parameters) = call(&head(Method::GET, uri)).expect("a call");
    clusters().answer(operation, Input(&parameters))
}

#[test]
fn only_what_the_api_has_is_a_call() {
    assert_eq!(
        call(&head(Method::GET, "/clusters/a%2Fb?x=%20")),
        Some((Operation::DescribeCluster, json!({"name": "a/b", "x": " "})))
    );
    assert_eq!(call(&head(Method::POST, "/clusters")), None);
    assert_eq!(call(&head(Method::GET, "/")), None);
    assert_eq!(call(&head(Method::GET, "/clusters/a/node-groups")), None);
}

#[test]
fn clusters_are_listed_in_pages() {
    let first = answer("/clusters?maxResults=2").expect("a page");
    assert_eq!(first["clusters"], json!(["a", "b"]));
    let token = first["nextToken"].as_str().expect("a token");
    let token = token.replace('+', "%2B").replace('/', "%2F");
    let last = answer(&format!("/clusters?nextToken={token}")).expect("a page");
    assert_eq!(last, json!({"clusters": ["c"], "nextToken": null}));
    let refused = answer("/clusters?nextToken=x").expect_err("no token of this API");
    assert_eq!(refused.name, "InvalidParameterException");
}

#[test]
fn a_cluster_is_described_as_it_was_named_last() {
    let found = answer("/clusters/c").expect("it is there");
    let cluster = &found["cluster"];
    assert_eq!(cluster["version"], "1.34");
    assert_eq!(
        cluster["arn"],
        "arn:aws:eks:eu-west-1:111122223333:cluster/c"
    );
    assert_eq!(
        cluster["logging"]["clusterLogging"][0]["types"],
        json!(["authenticator"])
    );
}

#[test]
fn an_error_has_the_status_that_the_api_gives_it() {
    let refused = answer("/clusters/d").expect_err("nobody created it");
    assert_eq!(refused.name, "ResourceNotFoundException");
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}
