//! The operations that the services of an account know.

use std::fmt;

use loopback_aws::Exception;
use loopback_eks as eks;

/// The API that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// CloudWatch Logs, which speaks AWS JSON 1.1.
    Logs,
    /// EKS, which speaks REST-JSON.
    Eks,
}

impl Api {
    /// The service, as actions name it.
    fn service(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Eks => "eks",
        }
    }

    /// An error as the API sends it.
    pub(crate) fn sends(self, exception: Exception) -> Exception {
        match self {
            Self::Logs => exception,
            Self::Eks => eks::of_eks(exception),
        }
    }
}

/// States each operation once, with its API: one that [`Operation::named`] does not find could be called by nobody.
macro_rules! operations {
    ($($operation:ident of $api:ident,)*) => {
        /// An operation of the CloudWatch Logs API or of the EKS API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = concat!("`", stringify!($operation), "` of ", stringify!($api), ".")] $operation,)*
        }

        impl Operation {
            const ALL: &[Self] = &[$(Self::$operation,)*];

            /// Its name in `X-Amz-Target` and in policies.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$operation => stringify!($operation),)*
                }
            }

            /// The API that it belongs to.
            pub(crate) fn api(self) -> Api {
                match self {
                    $(Self::$operation => Api::$api,)*
                }
            }
        }
    };
}

operations! {
    StartQuery of Logs,
    GetQueryResults of Logs,
    StopQuery of Logs,
    DescribeLogGroups of Logs,
    DescribeLogStreams of Logs,
    GetTransformer of Logs,
    ListClusters of Eks,
    DescribeCluster of Eks,
}

impl Operation {
    /// The operation of that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|operation| operation.name() == name)
    }

    /// The action, as policies name it.
    pub fn action(self) -> String {
        format!("{}:{}", self.api().service(), self.name())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
