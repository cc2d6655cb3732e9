//! What the operator says about where to connect, and as whom.

/// Where to connect; what is absent comes from the environment and the shared configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsTarget {
    /// The profile of the shared configuration.
    pub profile: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The address of CloudWatch Logs to use instead of the Region's own.
    pub endpoint_url: Option<String>,
}
