//! The pods of a live cluster, from its API server: read only, page by page.
//!
//! - [`identity`]: which EKS cluster a context is of
//!
//! Of pods the whole object is needed; of ReplicaSets and Jobs only the metadata is asked for.

mod identity;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use kube::api::ListParams;
use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::Request;
use kube::{Client, Config};
use tokio::time::timeout;

use super::list::ListReader;
use crate::audit::nearest::nearest;
use crate::cluster_state::ClusterState;
use crate::evidence::cluster::Cluster;

/// Objects a page: what kubectl asks for (`--chunk-size`).
const PAGE: u32 = 500;

/// How long the API server may take to answer for one page.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// How long a credential plugin may take: `aws eks get-token` may have to ask for a login.
const CREDENTIALS_WITHIN: Duration = Duration::from_secs(60);

/// How often a list is begun again whose continue token has expired.
const LISTS: usize = 3;

/// Where a pod finds its own token.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// What is listed, with its kind, and whether its metadata is enough.
const RESOURCES: [(&str, &str, &str, bool); 3] = [
    ("pods", "/api/v1/pods", "Pod", false),
    (
        "replicasets",
        "/apis/apps/v1/replicasets",
        "ReplicaSet",
        true,
    ),
    ("jobs", "/apis/batch/v1/jobs", "Job", true),
];

/// The cluster whose API server is asked.
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
    InCluster,
}

/// What a live cluster says of its pods.
#[derive(Debug)]
pub struct LivePods {
    /// The context, for messages.
    pub place: String,
    /// What it says.
    pub state: ClusterState,
    /// The EKS cluster, where the kubeconfig names it.
    pub cluster: Option<Cluster>,
    /// Objects that could not be understood.
    pub malformed: u64,
    /// What may not be listed, in sentences: the pods alone tell less.
    pub notes: Vec<String>,
}

/// Why the pods of a live cluster could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// There is no usable kubeconfig.
    #[error("cannot use the kubeconfig{place}: {reason}")]
    Kubeconfig {
        /// Its path, where one was named.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It has no such context.
    #[error("the kubeconfig has no context {name:?}; {known}")]
    NoContext {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// There are no credentials to be had.
    #[error("no credentials for the API server of {place}: {reason}")]
    Credentials {
        /// The context.
        place: String,
        /// What happened.
        reason: String,
    },
    /// The API server does not know the credentials.
    #[error(
        "the API server of {place} rejects the credentials (401): they have expired, or are of \
         another cluster. Log in anew, and check with: kubectl get pods -A --limit=1{context}"
    )]
    Unauthorized {
        /// The context.
        place: String,
        /// It as an option of kubectl.
        context: String,
    },
    /// The credentials may not list pods.
    #[error(
        "the API server of {place} does not allow to list pods (403): {message}. What is needed is \
         in deploy/kubernetes/pod-reader.yaml; check with: kubectl auth can-i list pods -A{context}"
    )]
    Forbidden {
        /// The context.
        place: String,
        /// What the API server says.
        message: String,
        /// It as an option of kubectl.
        context: String,
    },
    /// The list changed faster than it could be read.
    #[error(
        "the API server of {place} ended the list of {resource} in the middle {times} times (410): \
         its pages expire before they are read. Try again, or save the list: {}",
        super::pod_list::COMMAND
    )]
    Expired {
        /// The context.
        place: String,
        /// What was listed.
        resource: &'static str,
        /// How often it was begun.
        times: usize,
    },
    /// It does not answer.
    #[error(
        "the API server of {place} did not answer within {} s. Save the list where it does, and \
         use --pods FILE: {}",
        ANSWERED_WITHIN.as_secs(),
        super::pod_list::COMMAND
    )]
    TimedOut {
        /// The context.
        place: String,
    },
    /// Anything else.
    #[error("cannot list {resource} of {place}: {reason}")]
    Other {
        /// The context.
        place: String,
        /// What was listed.
        resource: &'static str,
        /// What happened.
        reason: String,
    },
}

impl Target {
    /// The cluster that this process runs in, if it runs in one and has a token of its own.
    pub fn in_cluster() -> Option<Self> {
        let is_pod = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        (is_pod && Path::new(TOKEN).exists()).then_some(Self::InCluster)
    }
}

/// Lists the pods of a cluster, with the ReplicaSets and Jobs that own them.
pub async fn read(target: &Target, now: DateTime<Utc>) -> Result<LivePods, LiveError> {
    let connection = Connection::to(target).await?;
    let mut reader = ListReader::new(ClusterState::live(now));
    let mut notes = Vec::new();
    let mut begun = 1;
    let mut resources = RESOURCES.iter();
    let mut next = resources.next();
    while let Some((resource, path, kind, metadata_only)) = next {
        match connection
            .list(resource, path, kind, *metadata_only, &mut reader)
            .await
        {
            Ok(()) => next = resources.next(),
            // What was read of the list may be gone by now.
            Err(Stopped::Expired) if begun < LISTS => {
                begun += 1;
                reader = ListReader::new(ClusterState::live(now));
                resources = RESOURCES.iter();
                next = resources.next();
                notes.clear();
            }
            Err(Stopped::Expired) => {
                return Err(LiveError::Expired {
                    place: connection.place,
                    resource,
                    times: begun,
                });
            }
            Err(Stopped::Failed(LiveError::Forbidden { .. })) if *metadata_only => {
                notes.push(format!(
                    "{resource} may not be listed: owners are known as far as the pods name them"
                ));
                next = resources.next();
            }
            Err(Stopped::Failed(error)) => return Err(error),
        }
    }
    let malformed = reader.found.malformed;
    Ok(LivePods {
        place: connection.place,
        state: reader.into_state(),
        cluster: connection.cluster,
        malformed,
        notes,
    })
}

/// Whether pods can be listed at all: one of them.
pub async fn probe(target: &Target, now: DateTime<Utc>) -> Result<String, LiveError> {
    let connection = Connection::to(target).await?;
    let (resource, path, kind, _) = RESOURCES[0];
    let mut reader = ListReader::new(ClusterState::live(now));
    let params = ListParams::default().limit(1);
    match connection
        .page(resource, path, kind, false, &params, &mut reader)
        .await
    {
        Ok(_) | Err(Stopped::Expired) => Ok(connection.place),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

/// Why a list ended before its end.
enum Stopped {
    Expired,
    Failed(LiveError),
}

struct Connection {
    client: Client,
    place: String,
    /// The context as an option of kubectl, if it needs no quoting.
    option: String,
    cluster: Option<Cluster>,
}

impl Connection {
    async fn to(target: &Target) -> Result<Self, LiveError> {
        let (mut config, place, option, cluster) = match target {
            Target::InCluster => {
                let config = Config::incluster().map_err(|error| LiveError::Credentials {
                    place: IN_CLUSTER.to_owned(),
                    reason: error.to_string(),
                })?;
                (config, IN_CLUSTER.to_owned(), String::new(), None)
            }
            Target::Context { kubeconfig, name } => {
                of_context(kubeconfig.as_deref(), name.as_deref()).await?
            }
        };
        config.connect_timeout = Some(ANSWERED_WITHIN);
        config.read_timeout = Some(ANSWERED_WITHIN);
        let no_credentials = |reason: String| LiveError::Credentials {
            place: place.clone(),
            reason,
        };
        // A credential plugin is a program that is waited for.
        let building = tokio::task::spawn_blocking(move || {
            ClientBuilder::try_from(config).map(ClientBuilder::build)
        });
        let client = match timeout(CREDENTIALS_WITHIN, building).await {
            Ok(Ok(Ok(client))) => client,
            Ok(Ok(Err(error))) => return Err(no_credentials(in_words(&error))),
            Ok(Err(error)) => return Err(no_credentials(error.to_string())),
            Err(_) => {
                return Err(no_credentials(format!(
                    "the credential plugin did not end within {} s",
                    CREDENTIALS_WITHIN.as_secs()
                )));
            }
        };
        Ok(Self {
            client,
            place,
            option,
            cluster,
        })
    }

    async fn list(
        &self,
        resource: &'static str,
        path: &str,
        kind: &'static str,
        metadata_only: bool,
        reader: &mut ListReader,
    ) -> Result<(), Stopped> {
        let mut params = ListParams::default().limit(PAGE);
        loop {
            let next = self
                .page(resource, path, kind, metadata_only, &params, reader)
                .await?;
            match next {
                // A token that leads back to itself would lead on for ever.
                Some(next) if params.continue_token.as_ref() != Some(&next) => {
                    params = ListParams::default().limit(PAGE).continue_token(&next);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads a page; the token of the next.
    async fn page(
        &self,
        resource: &'static str,
        path: &str,
        kind: &'static str,
        metadata_only: bool,
        params: &ListParams,
        reader: &mut ListReader,
    ) -> Result<Option<String>, Stopped> {
        let request = Request::new(path);
        let request = match metadata_only {
            true => request.list_metadata(params),
            false => request.list(params),
        };
        let other = |reason: String| {
            Stopped::Failed(LiveError::Other {
                place: self.place.clone(),
                resource,
                reason,
            })
        };
        let request = request.map_err(|error| other(error.to_string()))?;
        let text = match timeout(ANSWERED_WITHIN, self.client.request_text(request)).await {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => return Err(self.stopped(resource, error)),
            Err(_) => {
                return Err(Stopped::Failed(LiveError::TimedOut {
                    place: self.place.clone(),
                }));
            }
        };
        reader.found.continues = None;
        reader
            .read_as(kind, text.as_bytes())
            .map_err(|error| other(format!("its answer is no list ({error})")))?;
        Ok(reader.found.continues.take())
    }

    fn stopped(&self, resource: &'static str, error: kube::Error) -> Stopped {
        let place = self.place.clone();
        let context = self.option.clone();
        let error = match error {
            kube::Error::Api(status) => match status.code {
                410 => return Stopped::Expired,
                401 => LiveError::Unauthorized { place, context },
                403 => LiveError::Forbidden {
                    place,
                    message: status.message,
                    context,
                },
                code => LiveError::Other {
                    place,
                    resource,
                    reason: format!("{} ({code})", status.message),
                },
            },
            kube::Error::Auth(error) => LiveError::Credentials {
                place,
                reason: in_words(&error),
            },
            error => LiveError::Other {
                place,
                resource,
                reason: in_words(&error),
            },
        };
        Stopped::Failed(error)
    }
}

/// How this process's own cluster is called in messages.
const IN_CLUSTER: &str = "this cluster";

async fn of_context(
    path: Option<&Path>,
    name: Option<&str>,
) -> Result<(Config, String, String, Option<Cluster>), LiveError> {
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
    Ok((config, format!("context {name}"), option, cluster))
}

/// An error with its causes, each said once.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !words.contains(&further) {
            words.push_str(": ");
            words.push_str(&further);
        }
        cause = error.source();
    }
    words
}
