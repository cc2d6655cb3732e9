//! The operations that the service knows.

use std::fmt;

/// An operation of the CloudWatch Logs API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    StartQuery,
    GetQueryResults,
    StopQuery,
    DescribeLogGroups,
    DescribeLogStreams,
}

impl Operation {
    const ALL: [Self; 5] = [
        Self::StartQuery,
        Self::GetQueryResults,
        Self::StopQuery,
        Self::DescribeLogGroups,
        Self::DescribeLogStreams,
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
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
