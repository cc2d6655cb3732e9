//! Why a message was not delivered, in words that cannot hold the address.

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// The server answered, but not with success.
    #[error("{host} responded with {status}{answer}")]
    Refused {
        /// The server.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said: empty, or preceded by a colon.
        answer: String,
    },
    /// The server asks for more patience than a sweep has.
    #[error("{host} responded with {status}: retry after {seconds} s")]
    Busy {
        /// The server.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long.
        seconds: u64,
    },
    /// There was no answer.
    #[error("{host}: {reason}")]
    Unreachable {
        /// The server.
        host: String,
        /// What happened.
        reason: String,
    },
}

/// Why no secure connection came about, if that is what happened: during the handshake it comes
/// as an I/O error.
fn of_tls(error: &ureq::Error) -> Option<String> {
    match error {
        ureq::Error::Rustls(error) => Some(error.to_string()),
        ureq::Error::Tls(reason) => Some((*reason).to_owned()),
        ureq::Error::Io(error) => error
            .get_ref()?
            .downcast_ref::<rustls::Error>()
            .map(ToString::to_string),
        _ => None,
    }
}

/// Whether another attempt may succeed.
pub(super) fn is_passing(error: &ureq::Error) -> bool {
    of_tls(error).is_none()
        && matches!(
            error,
            ureq::Error::Io(_)
                | ureq::Error::Timeout(_)
                | ureq::Error::HostNotFound
                | ureq::Error::ConnectionFailed
                | ureq::Error::Protocol(_)
        )
}

/// An error in words that cannot hold the address.
pub(super) fn in_words(error: &ureq::Error) -> String {
    if let Some(reason) = of_tls(error) {
        return format!("no secure connection: {reason}");
    }
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => {
            format!("no response within {} s", super::ATTEMPT_WITHIN.as_secs())
        }
        ureq::Error::HostNotFound => "its name cannot be resolved".to_owned(),
        ureq::Error::InvalidProxyUrl => "the proxy's address is not valid".to_owned(),
        ureq::Error::Protocol(_) => "its response is not HTTP".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        _ => "the request could not be made".to_owned(),
    }
}
