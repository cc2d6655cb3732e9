//! The pods of a live cluster, from its API server: read only, page by page.
//!
//! - [`target`]: the API server of a context, or of this process's own cluster
//! - [`identity`]: which EKS cluster a context is of
//! - [`error`]: what can go wrong, in sentences
//!
//! Of pods the whole object is needed; of ReplicaSets and Jobs only the metadata is asked for.

mod error;
mod identity;
mod target;

use std::time::Duration;

use chrono::{DateTime, Utc};
use kube::Client;
use kube::api::ListParams;
use kube::client::ClientBuilder;
use kube::core::Request;
use tokio::time::timeout;

use super::list::ListReader;
use crate::audit::bounded_text::{ERROR, one_line};
use crate::cluster_state::ClusterState;
use crate::evidence::cluster::Cluster;
use crate::source::pages::{Endless, Pages};
pub use error::LiveError;
use error::in_words;
use target::Found;
pub use target::Target;

/// Objects a page: what kubectl asks for (`--chunk-size`).
const PAGE: u32 = 500;

/// The most pages of a list: 2,000,000 objects. Kubernetes supports 150,000 pods in a cluster
/// (Kubernetes documentation, "Considerations for large clusters").
const MOST_PAGES: usize = 4_000;

/// How long the API server may take to answer for one page.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// How long a credential plugin may take: `aws eks get-token` may have to ask for a login.
const CREDENTIALS_WITHIN: Duration = Duration::from_secs(60);

/// How often a list is begun again whose continue token has expired.
const LISTS: usize = 3;

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

/// What a live cluster says of its pods.
#[derive(Debug)]
pub struct LivePods {
    /// The context, for messages.
    pub place: String,
    /// What it says.
    pub state: ClusterState,
    /// The EKS cluster, where the kubeconfig names it.
    pub cluster: Option<Cluster>,
    /// The host and port of the API server.
    pub server: Option<String>,
    /// Objects that could not be understood.
    pub malformed: u64,
    /// What may not be listed, in sentences: the pods alone tell less.
    pub notes: Vec<String>,
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
                    "{resource} may not be listed: owners are known only as far as the pods name them"
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
        server: connection.server,
        malformed,
        notes,
    })
}

/// What of a live cluster may be listed.
#[derive(Debug)]
pub struct Probed {
    /// The context, for messages.
    pub place: String,
    /// What may not be listed beside the pods: without it the pods alone tell less.
    pub forbidden: Vec<&'static str>,
}

/// Whether pods can be listed, and what else: one of each.
pub async fn probe(target: &Target, now: DateTime<Utc>) -> Result<Probed, LiveError> {
    let connection = Connection::to(target).await?;
    let params = ListParams::default().limit(1);
    let mut forbidden = Vec::new();
    for (resource, path, kind, metadata_only) in RESOURCES {
        let mut reader = ListReader::new(ClusterState::live(now));
        let page = connection.page(resource, path, kind, metadata_only, &params, &mut reader);
        match page.await {
            Ok(_) | Err(Stopped::Expired) => {}
            Err(Stopped::Failed(LiveError::Forbidden { .. })) if metadata_only => {
                forbidden.push(resource);
            }
            Err(Stopped::Failed(error)) => return Err(error),
        }
    }
    Ok(Probed {
        place: connection.place,
        forbidden,
    })
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
    /// The host and port of the API server.
    server: Option<String>,
}

impl Connection {
    async fn to(target: &Target) -> Result<Self, LiveError> {
        let Found {
            mut config,
            place,
            option,
            cluster,
        } = target.find().await?;
        // Each page has its time as a whole.
        (config.connect_timeout, config.read_timeout) = (None, None);
        let server = config.cluster_url.authority().map(ToString::to_string);
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
                    "the credential plugin did not finish within {} s",
                    CREDENTIALS_WITHIN.as_secs()
                )));
            }
        };
        Ok(Self {
            client,
            place,
            option,
            cluster,
            server,
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
        let mut pages = Pages::default();
        loop {
            let params = ListParams {
                continue_token: pages.token(),
                ..ListParams::default().limit(PAGE)
            };
            let next = self
                .page(resource, path, kind, metadata_only, &params, reader)
                .await?;
            match pages.turn(next, MOST_PAGES) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(Endless) => {
                    return Err(Stopped::Failed(LiveError::Other {
                        place: self.place.clone(),
                        resource,
                        reason: "its list does not end".to_owned(),
                    }));
                }
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
            .map_err(|error| other(format!("its response is not a list ({error})")))?;
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
                    reason: format!("{} ({code})", one_line(&status.message, ERROR)),
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
