//! The operations that the service knows.

use std::fmt;

/// An operation of the CloudWatch Logs API or of the EKS API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    StartQuery,
    GetQueryResults,
    StopQuery,
    DescribeLogGroups,
    DescribeLogStreams,
    GetTransformer,
    ListClusters,
    DescribeCluster,
}

impl Operation {
    const ALL: [Self; 8] = [
        Self::StartQuery,
        Self::GetQueryResults,
        Self::StopQuery,
        Self::DescribeLogGroups,
        Self::DescribeLogStreams,
        Self::GetTransformer,
        Self::ListClusters,
        Self::DescribeCluster,
    ];

    /// The operation of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }

    /// Its name in `X-Amz-Target` and in policies.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::StartQuery => "StartQuery",
            Self::GetQueryResults => "GetQueryResults",
            Self::StopQuery => "StopQuery",
            Self::DescribeLogGroups => "DescribeLogGroups",
            Self::DescribeLogStreams => "DescribeLogStreams",
            Self::GetTransformer => "GetTransformer",
            Self::ListClusters => "ListClusters",
            Self::DescribeCluster => "DescribeCluster",
        }
    }

    /// Whether it belongs to the EKS API, which speaks REST-JSON.
    pub(crate) fn is_of_eks(self) -> bool {
        matches!(self, Self::ListClusters | Self::DescribeCluster)
    }

    /// The action, as policies name it.
    pub(crate) fn action(self) -> String {
        let service = if self.is_of_eks() { "eks" } else { "logs" };
        format!("{service}:{}", self.name())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
