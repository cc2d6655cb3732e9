//! The value of the annotation that marks a request made with a stale token.

use super::service_account::ServiceAccount;

/// The annotation's key (`StaleTokenAnnotation` in Kubernetes'
/// `pkg/serviceaccount/claims.go`). The API server adds it only to requests it accepted.
pub const STALE_TOKEN: &str = "authentication.k8s.io/stale-token";

const SUBJECT: &str = "subject: ";
const SECONDS: &str = "seconds after warning threshold:";

/// What the annotation's value states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleToken {
    /// The token's subject; absent in values seen without it.
    pub subject: Option<ServiceAccount>,
    /// Whole seconds between the warning threshold and the authentication of the request.
    pub seconds_after_warning: u32,
}

impl StaleToken {
    /// Reads `subject: system:serviceaccount:NS:NAME, seconds after warning threshold: N`.
    ///
    /// The subject may be missing or stand without its label, and the value may end in a
    /// period: all three have been published. Anything else is `None`.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let value = value.strip_suffix('.').unwrap_or(value);
        let (before, seconds) = value.split_once(SECONDS)?;
        let before = before.trim();
        let subject = if before.is_empty() {
            None
        } else {
            let username = before.strip_suffix(',')?.trim();
            let username = username.strip_prefix(SUBJECT).unwrap_or(username);
            Some(ServiceAccount::from_username(username)?)
        };
        let seconds = seconds.trim();
        // `parse` alone would take "+7".
        if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            subject,
            seconds_after_warning: seconds.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(namespace: &str, name: &str) -> Option<ServiceAccount> {
        Some(ServiceAccount {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    #[test]
    fn reads_every_form_seen() {
        for (value, subject, seconds) in [
            (
                "subject: system:serviceaccount:kube-system:kube2iam, seconds after warning threshold: 4147201",
                account("kube-system", "kube2iam"),
                4_147_201,
            ),
            (
                "subject: system:serviceaccount:common:fluent-bit, seconds after warning threshold: 4185802.",
                account("common", "fluent-bit"),
                4_185_802,
            ),
            (
                "system:serviceaccount:wkfl:default, seconds after warning threshold: 0",
                account("wkfl", "default"),
                0,
            ),
            ("seconds after warning threshold: 3337", None, 3337),
        ] {
            assert_eq!(
                StaleToken::parse(value),
                Some(StaleToken {
                    subject,
                    seconds_after_warning: seconds
                }),
                "{value}"
            );
        }
    }

    #[test]
    fn refuses_what_the_server_does_not_write() {
        for value in [
            "",
            "seconds after warning threshold:",
            "seconds after warning threshold: -1",
            "seconds after warning threshold: +1",
            "seconds after warning threshold: 1.5",
            "seconds after warning threshold: 99999999999",
            "subject: system:node:n, seconds after warning threshold: 1",
            "subject: system:serviceaccount:a:b seconds after warning threshold: 1",
            "subject: system:serviceaccount:a:b, seconds after warning threshold: 1, seconds after warning threshold: 2",
        ] {
            assert_eq!(StaleToken::parse(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(value in ".*") {
            let _ = StaleToken::parse(&value);
        }

        #[test]
        fn reads_back_what_the_server_writes(
            namespace in "[a-z]([a-z0-9-]{0,20}[a-z0-9])?",
            name in "[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?",
            seconds: u32,
        ) {
            let username = format!("system:serviceaccount:{namespace}:{name}");
            let value = format!("subject: {username}, seconds after warning threshold: {seconds}");
            let expected = ServiceAccount::from_username(&username);
            let parsed = StaleToken::parse(&value);
            prop_assert_eq!(parsed.is_some(), expected.is_some());
            if let Some(parsed) = parsed {
                prop_assert_eq!(parsed.subject, expected);
                prop_assert_eq!(parsed.seconds_after_warning, seconds);
            }
        }
    }
}
