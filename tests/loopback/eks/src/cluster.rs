//! A cluster as the EKS API knows it.

/// A cluster of the EKS API. By default healthy: a version before the cap on tokens, and its audit log delivered.
#[derive(Debug, Clone)]
pub struct EksCluster {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) audit_logging: bool,
    /// In epoch seconds.
    pub(crate) created: i64,
    /// The URL of its API server.
    pub(crate) endpoint: String,
}

impl EksCluster {
    /// A healthy cluster.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: "1.33".to_owned(),
            audit_logging: true,
            created: 1_700_000_000,
            endpoint: "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"
                .to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version of Kubernetes, such as `1.33`.
    pub fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    /// The URL of its API server.
    pub fn endpoint(mut self, url: &str) -> Self {
        self.endpoint = url.to_owned();
        self
    }

    /// When it was created, in epoch seconds.
    pub fn created(mut self, seconds: i64) -> Self {
        self.created = seconds;
        self
    }

    /// Its audit log is not delivered; the log of its authenticator is.
    pub fn without_audit_logging(mut self) -> Self {
        self.audit_logging = false;
        self
    }
}
