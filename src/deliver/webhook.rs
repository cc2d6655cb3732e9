//! A message to a webhook.
//!
//! Whoever knows a webhook's address may post to it: of the address, only the host is ever shown.
//!
//! - [`failure`]: why a message was not delivered

mod failure;

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::audit::untrusted_text::escaped;
pub use failure::Undelivered;
use failure::{in_words, is_passing};

/// How long one attempt may take.
const ATTEMPT_WITHIN: Duration = Duration::from_secs(10);
/// The pauses between attempts, where the server asks for none.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// The longest pause that a server may ask for: a sweep is over soon, and so is its message.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Bytes read of an answer.
const MOST_OF_ANSWER: u64 = 4096;
/// Characters shown of an answer.
const SHOWN_OF_ANSWER: usize = 100;

/// An address to post messages to.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    uri: Uri,
    host: String,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Webhook({}, ...)", self.host)
    }
}

/// Why an address is none for a webhook. The address itself is a secret and not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no URL.
    #[error("it is not a URL")]
    NotAUrl,
    /// It is a URL of another kind.
    #[error("it must begin with https://")]
    Scheme,
    /// The message and the address could be read on the way.
    #[error("http:// is for this machine only; use https://")]
    Unencrypted,
    /// Names and passwords are not sent.
    #[error("a user name or password in the URL is not supported")]
    Credentials,
}

/// What came of one attempt that did not succeed.
struct Attempt {
    error: Undelivered,
    /// Whether another attempt may succeed.
    passing: bool,
    /// How long the server asks to wait.
    wait: Option<Duration>,
}

impl Webhook {
    /// A webhook at this address: https, or http on this machine.
    pub fn at(address: &str) -> Result<Self, BadAddress> {
        let uri: Uri = address.trim().parse().map_err(|_| BadAddress::NotAUrl)?;
        let authority = uri.authority().ok_or(BadAddress::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(BadAddress::Credentials);
        }
        let host = authority.host().to_owned();
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(&host) => {}
            Some("http") => return Err(BadAddress::Unencrypted),
            _ => return Err(BadAddress::Scheme),
        }
        Ok(Self { uri, host })
    }

    /// Posts a JSON body. Tries again after connection errors, 408, 429 and server errors, up to
    /// five times in all; a message may so arrive twice, if an answer was lost.
    pub fn post(&self, body: &str) -> Result<(), Undelivered> {
        let agent = self.agent()?;
        let mut pauses = PAUSES.into_iter();
        loop {
            let attempt = match self.attempt(&agent, body) {
                Ok(()) => {
                    tracing::debug!(host = self.host, "message delivered");
                    return Ok(());
                }
                Err(attempt) => attempt,
            };
            tracing::debug!(host = self.host, error = %attempt.error, "message not delivered");
            let Some(pause) = pauses.next().filter(|_| attempt.passing) else {
                return Err(attempt.error);
            };
            match (attempt.wait, &attempt.error) {
                (Some(wait), Undelivered::Refused { status, .. }) if wait > LONGEST_PAUSE => {
                    return Err(Undelivered::Busy {
                        host: self.host.clone(),
                        status: *status,
                        seconds: wait.as_secs(),
                    });
                }
                (wait, _) => thread::sleep(wait.map_or(pause, |wait| wait.max(pause))),
            }
        }
    }

    fn attempt(&self, agent: &Agent, body: &str) -> Result<(), Attempt> {
        let answer = agent
            .post(&self.uri)
            .content_type("application/json; charset=utf-8")
            .send(body)
            .map_err(|error| Attempt {
                passing: is_passing(&error),
                wait: None,
                error: self.unreachable(in_words(&error)),
            })?;
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            return Ok(());
        }
        Err(Attempt {
            passing: matches!(status, 408 | 429 | 500..),
            wait: retry_after(&answer),
            error: Undelivered::Refused {
                host: self.host.clone(),
                status,
                answer: self.answer(answer),
            },
        })
    }

    fn agent(&self) -> Result<Agent, Undelivered> {
        let mut config = Agent::config_builder()
            .timeout_global(Some(ATTEMPT_WITHIN))
            .http_status_as_error(false)
            // The address is the secret: it goes to nobody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ));
        if is_loopback(&self.host) {
            config = config.proxy(None);
        }
        if self.uri.scheme_str() == Some("https") {
            config = config.tls_config(self.tls()?);
        }
        Ok(config.build().into())
    }

    /// The same provider and the same root certificates as the AWS crates use.
    fn tls(&self) -> Result<TlsConfig, Undelivered> {
        let roots = rustls_native_certs::load_native_certs();
        if roots.certs.is_empty() {
            let reason = "no root certificates are installed here (package ca-certificates)";
            return Err(self.unreachable(reason.to_owned()));
        }
        let roots: Vec<Certificate<'static>> = roots
            .certs
            .iter()
            .map(|root| Certificate::from_der(root).to_owned())
            .collect();
        Ok(TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build())
    }

    fn unreachable(&self, reason: String) -> Undelivered {
        Undelivered::Unreachable {
            host: self.host.clone(),
            reason,
        }
    }

    /// What the server said, if it does not repeat the address.
    fn answer(&self, mut answer: Response<Body>) -> String {
        let said = answer
            .body_mut()
            .with_config()
            .limit(MOST_OF_ANSWER)
            .read_to_string()
            .unwrap_or_default();
        let said = said.lines().next().unwrap_or_default().trim();
        let secret = self.uri.path_and_query().map_or("", |path| path.as_str());
        let repeats = secret
            .split(['/', '?', '&', '='])
            .any(|part| part.len() > 3 && said.contains(part));
        if said.is_empty() || repeats {
            return String::new();
        }
        let shown: String = said.chars().take(SHOWN_OF_ANSWER).collect();
        format!(": {}", escaped(&shown))
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Seconds only: webhooks do not send dates.
fn retry_after(answer: &Response<Body>) -> Option<Duration> {
    let header = answer.headers().get("retry-after")?.to_str().ok()?;
    header.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_of_this_machine() {
        for address in [
            "https://hooks.example.com/services/T/B/secret",
            " https://hooks.example.com/x\n",
            "http://127.0.0.1:8080/x",
            "http://localhost/x",
            "http://[::1]:1/x",
        ] {
            assert!(Webhook::at(address).is_ok(), "{address}");
        }
        for (address, error) in [
            ("", BadAddress::NotAUrl),
            ("hooks.example.com/services", BadAddress::NotAUrl),
            ("/services/T", BadAddress::NotAUrl),
            ("ftp://hooks.example.com/x", BadAddress::Scheme),
            ("http://hooks.example.com/x", BadAddress::Unencrypted),
            ("http://localhost.example.com/x", BadAddress::Unencrypted),
            (
                "https://me:secret@hooks.example.com/",
                BadAddress::Credentials,
            ),
        ] {
            assert_eq!(Webhook::at(address), Err(error), "{address}");
        }
    }

    #[test]
    fn the_address_is_not_shown() {
        let webhook = Webhook::at("https://hooks.example.com/services/secret").expect("a webhook");
        assert!(!format!("{webhook:?}").contains("secret"));
    }
}
