//! A CloudWatch Logs service, and beside it the EKS API and STS, on the loopback interface, for tests of everything
//! that speaks to the real ones.
//!
//! ```ignore
//! let cloudwatch = CloudWatch::builder()
//!     .group(LogGroup::named("/aws/eks/prod-1/cluster").events_from_audit_log(stream, reader))
//!     .polls_until_complete(2)
//!     .page_size(100)
//!     .start();
//! cloudwatch.fault(Operation::GetQueryResults, When::Nth(2), Fault::Throttle);
//! // run something with AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=cloudwatch.endpoint()
//! assert_eq!(cloudwatch.calls_of("StopQuery").len(), 1);
//! ```
//!
//! # Architecture
//!
//! - [`Builder`] collects [`LogGroup`]s and settings and starts a [`CloudWatch`], the handle with which a test orders
//!   [`Fault`]s and reads back [`Call`]s and [`QuerySeen`].
//! - `calls` takes a call from its request to its answer. The signature's scope tells which service it is for, when
//!   several share the address.
//! - `service` is one account in one Region: it meets faults, keeps the quotas and hands a call to its file in
//!   `operations`, or to the clusters of [`loopback_eks`]. Which operations there are is stated once, in `operation`;
//!   the compiler asks for whatever else one needs.
//! - `sts` tells whose credentials signed a call, and gives out those of roles.
//! - `query_run` is the life of one query: Scheduled, Running with the rows of a part of the events, and its end.
//! - [`loopback_insights`] compiles and executes the query's text. No query is recognised by its name or shape: what
//!   is not in the documented language is refused, so a test with a wrong query fails.
//!
//! What the documentation leaves open is either a setting of the builder or refused; the places say so.

mod builder;
mod calls;
mod cloudwatch;
mod fault;
mod journal;
mod log_group;
mod operation;
mod operations;
mod query_run;
mod quota;
mod service;
mod settings;
mod sts;

pub use builder::Builder;
pub use cloudwatch::CloudWatch;
pub use fault::{Fault, When};
pub use journal::{Call, End, Fate, QuerySeen};
pub use log_group::{LogClass, LogGroup};
pub use loopback_aws::Exception;
pub use loopback_eks::EksCluster;
pub use loopback_insights::{AggregatedTime, Manners};
pub use operation::Operation;
pub use quota::Quotas;
