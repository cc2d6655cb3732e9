//! A connection to an API server, and a list from it, page by page.

use std::time::Duration;

use kube::Client;
use kube::api::ListParams;
use kube::client::ClientBuilder;
use kube::core::Request;
use tokio::time::timeout;

use super::ANSWERED_WITHIN;
use super::error::LiveError;
use super::target::{Found, Target};
use crate::audit::bounded_text::{ERROR, one_line};
use crate::evidence::cluster::Cluster;
use crate::source::error_words::in_words;
use crate::source::kubernetes::list::ListReader;
use crate::source::pages::{Endless, Pages};

/// Objects a page: what kubectl asks for (`--chunk-size`).
const PAGE: u32 = 500;

/// The most pages of a list: 2,000,000 objects. Kubernetes supports 150,000 pods in a cluster
/// (Kubernetes documentation, "Considerations for large clusters").
const MOST_PAGES: usize = 4_000;

/// How long a credential plugin may take: `aws eks get-token` may have to ask for a login.
const CREDENTIALS_WITHIN: Duration = Duration::from_secs(60);

/// Why a list ended before its end.
pub(super) enum Stopped {
    Expired,
    Failed(LiveError),
}

/// A connection to an API server.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) place: String,
    /// The context as an option of kubectl, if it needs no quoting.
    pub(super) option: String,
    pub(super) cluster: Option<Cluster>,
    /// The host and port of the API server.
    pub(super) server: Option<String>,
}

impl Connection {
    pub(super) async fn to(target: &Target) -> Result<Self, LiveError> {
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

    pub(super) async fn list(
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
    pub(super) async fn page(
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
