//! What was read from one cluster, and what may be missing.

use chrono::{DateTime, Utc};

use super::judged_by::JudgedBy;
use super::legacy_token::LegacyTokenFinding;
use super::rejection::RejectedCaller;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::CountedGap;
use crate::evidence::note::CountedNote;
use crate::evidence::price::Price;

/// A span of request arrivals, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub since: DateTime<Utc>,
    /// The last moment: ages count to it.
    pub until: DateTime<Utc>,
}

/// What was looked at in one cluster's audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterScan {
    /// The cluster.
    pub cluster: Cluster,
    /// Whether no audit event of it was seen, of any kind.
    pub without_events: bool,
    /// The profile of the AWS configuration by which the cluster's own account was reached, where
    /// one was named.
    pub profile: Option<String>,
    /// The window.
    pub window: Window,
    /// What its dates rest on.
    pub judged_by: JudgedBy,
    /// The log groups, files or streams that were read.
    pub places: Vec<String>,
    /// Lines read from files.
    pub lines: u64,
    /// Bytes read from files, after decompression.
    pub bytes_read: u64,
    /// Bytes that CloudWatch scanned and charges for.
    pub bytes_scanned: u64,
    /// What that costs.
    pub price: Option<Price>,
    /// Queries started. A query that several clusters share is counted for the first of them.
    pub queries: u64,
    /// Queries that were found to be answered here as the events themselves say: the name of each
    /// with a checksum of its text.
    pub verified_queries: Vec<String>,
    /// What could not be seen, with how often.
    pub gaps: Vec<CountedGap>,
    /// What else to know.
    pub notes: Vec<CountedNote>,
    /// The largest age, in seconds, of a token that was still accepted after it should have
    /// been rejected: the lifetime is longer than assumed.
    pub accepted_at_age_seconds: Option<i64>,
    /// The callers that are rejected and could not be identified for certain.
    pub rejected_callers: Vec<RejectedCaller>,
    /// Whether there were more rejected callers than are counted separately.
    pub more_rejected_callers: bool,
    /// How many rejected callers are left out because the operator ignores their address.
    pub ignored_callers: usize,
    /// Tokens kept in secrets that were used.
    pub legacy_tokens: Vec<LegacyTokenFinding>,
}
