//! The API server of a context of a kubeconfig, or of the cluster that this process runs in.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::json;

use super::error::LiveError;
use super::identity;
use crate::audit::nearest::nearest;
use crate::evidence::cluster::Cluster;
use crate::source::error_words::in_words;

/// Where a pod finds its own token and the certificate of its API server (Kubernetes' documentation,
/// page "Accessing the Kubernetes API from a Pod").
const CREDENTIALS: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// How this process's own cluster is called in messages.
const IN_CLUSTER: &str = "this cluster";

/// The cluster whose API server is queried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A context of a kubeconfig; the current one, if none is named.
    Context {
        /// The kubeconfig; `KUBECONFIG` or `~/.kube/config`, if none is named.
        kubeconfig: Option<PathBuf>,
        /// The context.
        name: Option<String>,
    },
    /// The cluster that this process runs in.
    InCluster {
        /// The URL of its API server.
        server: String,
        /// The directory that holds `token` and `ca.crt`.
        credentials: PathBuf,
    },
}

/// An API server, and what is known of it beforehand.
pub(super) struct Found {
    /// How to reach it.
    pub(super) config: Config,
    /// The context, for messages.
    pub(super) place: String,
    /// The context as an option of kubectl, if it needs no quoting.
    pub(super) option: String,
    /// The EKS cluster, where the kubeconfig names it.
    pub(super) cluster: Option<Cluster>,
}

impl Target {
    /// The cluster that this process runs in, if it runs in one and has a token of its own.
    pub fn in_cluster() -> Option<Self> {
        let host = std::env::var("KUBERNETES_SERVICE_HOST").ok()?;
        let port = std::env::var("KUBERNETES_SERVICE_PORT").unwrap_or_else(|_| "443".to_owned());
        let credentials = Path::new(CREDENTIALS);
        let has_token = credentials.join("token").exists();
        // An IPv6 address stands in brackets in a URL.
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host,
        };
        has_token.then(|| Self::InCluster {
            server: format!("https://{host}:{port}"),
            credentials: credentials.to_owned(),
        })
    }

    /// Finds its API server.
    pub(super) async fn find(&self) -> Result<Found, LiveError> {
        match self {
            Self::Context { kubeconfig, name } => {
                of_context(kubeconfig.as_deref(), name.as_deref()).await
            }
            Self::InCluster {
                server,
                credentials,
            } => own(server, credentials).await,
        }
    }
}

/// The token is read anew from its file while it is used, as the kubelet renews it.
async fn own(server: &str, credentials: &Path) -> Result<Found, LiveError> {
    let no_credentials = |reason: String| LiveError::Credentials {
        place: IN_CLUSTER.to_owned(),
        reason,
    };
    let kubeconfig = json!({
        "clusters": [{"name": "own", "cluster": {
            "server": server, "certificate-authority": credentials.join("ca.crt"),
        }}],
        "users": [{"name": "own", "user": {"tokenFile": credentials.join("token")}}],
        "contexts": [{"name": "own", "context": {"cluster": "own", "user": "own"}}],
        "current-context": "own",
    });
    let kubeconfig: Kubeconfig =
        serde_json::from_value(kubeconfig).map_err(|error| no_credentials(error.to_string()))?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    Ok(Found {
        config: config.map_err(|error| no_credentials(in_words(&error)))?,
        place: IN_CLUSTER.to_owned(),
        option: String::new(),
        cluster: None,
    })
}

async fn of_context(path: Option<&Path>, name: Option<&str>) -> Result<Found, LiveError> {
    let place = path.map_or_else(String::new, |path| format!(" {}", path.display()));
    let unusable = |reason: String| LiveError::Kubeconfig {
        place: place.clone(),
        reason,
    };
    let kubeconfig = match path {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let kubeconfig = kubeconfig.map_err(|error| unusable(in_words(&error)))?;
    let name = match name.or(kubeconfig.current_context.as_deref()) {
        Some(name) => name.to_owned(),
        None => {
            return Err(unusable(
                "it has no current context; name one with --context".to_owned(),
            ));
        }
    };
    let contexts: Vec<&str> = kubeconfig
        .contexts
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    if !contexts.contains(&name.as_str()) {
        let alike = nearest(&name, contexts.iter().copied());
        let known = match (alike.is_empty(), contexts.is_empty()) {
            (false, _) => format!("nearest: {}", alike.join(", ")),
            (true, false) => format!("it has: {}", contexts.join(", ")),
            (true, true) => "it has none".to_owned(),
        };
        return Err(LiveError::NoContext { name, known });
    }
    let cluster = identity::of(&kubeconfig, &name);
    let options = KubeConfigOptions {
        context: Some(name.clone()),
        ..KubeConfigOptions::default()
    };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| unusable(in_words(&error)))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@".contains(&byte);
    let option = match name.bytes().all(is_plain) && !name.starts_with('-') {
        true => format!(" --context {name}"),
        false => String::new(),
    };
    Ok(Found {
        config,
        place: format!("context {name}"),
        option,
        cluster,
    })
}
