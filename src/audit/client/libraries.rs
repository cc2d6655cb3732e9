//! The table of client libraries.

use UserAgentPattern::{ClientGo, Program, Transport, Unversioned, Versioned};

/// How a library is recognised. A pattern counts where a word of the user agent begins.
#[derive(Debug)]
pub(super) enum UserAgentPattern {
    /// client-go's default: `<binary>/<version> (<os>/<arch>) <repository>/<commit>`.
    ClientGo,
    /// Text before and after the library's own version.
    Versioned(&'static str, &'static str),
    /// Text before and after a version that is not the library's.
    Unversioned(&'static str, &'static str),
    /// The HTTP library that this client, and other programs too, are built on.
    Transport(&'static str),
    /// One program with its own client: its name, before `/` and its version, if it sends one.
    Program(&'static str),
}

/// A client library, or a way of talking to the API server without one.
#[derive(Debug)]
pub struct Library {
    /// Its name.
    pub name: &'static str,
    /// The versions that re-read the token file: from the last on, and from an earlier one on
    /// within its own major version. Empty if no version is known to.
    pub refreshes_from: &'static [&'static str],
    /// What to know beside the version; empty if nothing.
    pub note: &'static str,
    /// Where `refreshes_from`, or else the user agent, is known from.
    pub source: &'static str,
    /// How it is recognised.
    pub(super) patterns: &'static [UserAgentPattern],
}

const fn library(
    name: &'static str,
    refreshes_from: &'static [&'static str],
    patterns: &'static [UserAgentPattern],
    note: &'static str,
    source: &'static str,
) -> Library {
    Library {
        name,
        refreshes_from,
        note,
        source,
        patterns,
    }
}

/// The source of the minimum versions that AWS names.
const AWS: &str = "https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html";

/// What helps where no library is to be updated.
const NO_LIBRARY: &str = "the program sends the token itself, without a Kubernetes client library: \
                          make it re-read its token file at least once a minute";

/// What applies to Python, besides the version.
const IN_CLUSTER: &str = "only configuration from inside the cluster is refreshed";

/// Every known library; the first that matches is taken.
#[rustfmt::skip]
pub const LIBRARIES: &[Library] = &[
    // Upstream names 0.15.0, <https://github.com/kubernetes/client-go/issues/1255>; AWS asks for 0.15.7.
    library("client-go", &["0.15.7"], &[ClientGo], "", AWS),
    library("Python client", &["12.0.0"], &[Versioned("OpenAPI-Generator/", "/python"), Versioned("Swagger-Codegen/", "/python")], IN_CLUSTER, AWS),
    library("Java client", &["9.0.0"], &[Versioned("Kubernetes Java Client/", ""), Versioned("Kubernetes Java Client ", ""), Unversioned("OpenAPI-Generator/", "/java"), Unversioned("Swagger-Codegen/", "/java")], "", AWS),
    library("fabric8", &["5.12.4", "6.1.0"], &[Versioned("fabric8-kubernetes-client/", ""), Transport("okhttp/")], "", "https://github.com/fabric8io/kubernetes-client/pull/4264"),
    library("JavaScript client", &["0.10.3"], &[Versioned("kubernetes-client-javascript/", ""), Transport("node-fetch")], "", AWS),
    library("C# client", &["7.0.5"], &[Versioned("kubernetes-csharp/", "")], "", AWS),
    library("Haskell client", &["0.3.0.0"], &[Versioned("kubernetes-client-core/", "")], "", AWS),
    library("Ruby kubeclient", &["4.10.0"], &[Transport("rest-client/"), Transport("http.rb/"), Transport("Faraday v")], "only with bearer_token_file", "https://github.com/ManageIQ/kubeclient/pull/566"),
    library("kube-rs", &["0.69.1"], &[Versioned("kube-rs/", "")], "", "https://github.com/kube-rs/kube/pull/831"),
    library("Fluent Bit", &[], &[Program("Fluent-Bit")], "update Fluent Bit", "https://github.com/fluent/fluent-bit/pull/4487"),
    library("Prometheus", &[], &[Program("Prometheus")], "update Prometheus", "https://github.com/prometheus/prometheus/blob/main/go.mod"),
    library("Go-http-client", &[], &[Unversioned("Go-http-client/", "")], NO_LIBRARY, "https://pkg.go.dev/net/http"),
    library("python-requests", &[], &[Unversioned("python-requests/", "")], NO_LIBRARY, "https://requests.readthedocs.io"),
    library("curl", &[], &[Unversioned("curl/", "")], NO_LIBRARY, "https://curl.se/docs/manpage.html"),
];
