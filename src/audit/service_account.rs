//! The service account that a token belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::name::{is_label, is_subdomain};

/// The prefix of a service account's user name (`ServiceAccountUsernamePrefix` in Kubernetes'
/// `staging/src/k8s.io/apiserver/pkg/authentication/serviceaccount/util.go`).
const USERNAME_PREFIX: &str = "system:serviceaccount:";

/// A service account: its namespace and name, both valid Kubernetes names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The namespace, a DNS label.
    pub namespace: String,
    /// The name, a DNS subdomain.
    pub name: String,
}

impl ServiceAccount {
    /// Reads `system:serviceaccount:NAMESPACE:NAME`; `None` for any other user,
    /// and for parts that Kubernetes itself would refuse as names.
    pub fn from_username(username: &str) -> Option<Self> {
        let (namespace, name) = username.strip_prefix(USERNAME_PREFIX)?.split_once(':')?;
        (is_label(namespace) && is_subdomain(name)).then(|| Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for ServiceAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_user_name_of_a_service_account() {
        let account = ServiceAccount::from_username(
            "system:serviceaccount:team-payments:team.payments.deployer",
        )
        .expect("a service account");
        assert_eq!(account.namespace, "team-payments");
        assert_eq!(account.name, "team.payments.deployer");
        assert_eq!(account.to_string(), "team-payments/team.payments.deployer");
    }

    #[test]
    fn refuses_what_kubernetes_would_not_name_so() {
        for username in [
            "system:node:ip-10-0-0-1",
            "system:serviceaccount:",
            "system:serviceaccount:only",
            "system:serviceaccount::name",
            "system:serviceaccount:ns:",
            "system:serviceaccount:ns:a:b",
            "system:serviceaccount:Ns:name",
            "system:serviceaccount:a.b:name",
            "system:serviceaccount:ns:na\u{1b}me",
            " system:serviceaccount:ns:name",
        ] {
            assert_eq!(ServiceAccount::from_username(username), None, "{username}");
        }
    }
}
