//! What was looked at in one cluster, and what may be missing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Gap;

/// A span of request arrivals, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The span of time that was judged.
    pub window: Window,
    /// The log groups, files or streams that were read.
    pub places: Vec<String>,
    /// Lines read from files.
    pub lines: u64,
    /// Bytes read from files, after decompression.
    pub bytes_read: u64,
    /// Bytes that CloudWatch scanned and charges for.
    pub bytes_scanned: u64,
    /// Queries started.
    pub queries: u64,
    /// What could not be seen, with how often.
    pub gaps: Vec<CountedGap>,
    /// Files that hold no audit events.
    pub passed_over: Vec<String>,
    /// The largest age, in seconds, of a token that was still accepted after it should have
    /// been rejected: the lifetime is longer than assumed.
    pub accepted_at_age_seconds: Option<i64>,
}

/// A gap and how many lines, files or slices of time it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedGap {
    /// The gap.
    #[serde(flatten)]
    pub gap: Gap,
    /// How many lines, files or slices.
    pub count: u64,
}

impl CountedGap {
    /// The gap in words, without its place: `3 torn lines`, `access denied`.
    pub fn in_words(&self) -> String {
        let Gap { kind, detail, .. } = &self.gap;
        let mut words = match (kind.counts_lines(), self.count) {
            (true, 1) => format!("1 {}", kind.words()),
            (true, count) => {
                // The plural stands in the first word: "lines that are not UTF-8".
                let plural = kind
                    .words()
                    .replacen("line", "lines", 1)
                    .replacen("event ", "events ", 1)
                    .replacen(" is ", " are ", 1);
                format!("{count} {plural}")
            }
            (false, 1) => kind.words().to_owned(),
            (false, count) => format!("{} ({count} times)", kind.words()),
        };
        if !detail.is_empty() {
            words.push_str(": ");
            words.push_str(detail);
        }
        words
    }
}
