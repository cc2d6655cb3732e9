//! Requests spilled to a nameless temporary file, in order of time, to be merged with others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Lines, Seek, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::evidence::accepted::StaleTokenRequest;
use crate::evidence::cluster::Cluster;
use crate::evidence::rejection::RejectedRequest;

/// One request in the order of time: by its arrival, then by everything else, so that the order
/// is total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimeOrdered {
    received: DateTime<Utc>,
    pub(super) cluster: Arc<Cluster>,
    pub(super) request: Spilled,
}

/// A request, accepted or rejected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Spilled {
    Accepted(StaleTokenRequest),
    Rejected(RejectedRequest),
}

impl TimeOrdered {
    pub(super) fn new(cluster: Arc<Cluster>, request: Spilled) -> Self {
        Self {
            received: match &request {
                Spilled::Accepted(evidence) => evidence.received,
                Spilled::Rejected(request) => request.rejection.received,
            },
            cluster,
            request,
        }
    }
}

/// How a request stands in the file.
#[derive(Serialize, Deserialize)]
struct Line {
    cluster: Cluster,
    request: Spilled,
}

/// Requests in a temporary file, which is gone when this is.
#[derive(Debug)]
pub(super) struct SpillFile(File);

impl SpillFile {
    /// Writes requests, which must come in order.
    pub(super) fn write(
        requests: impl Iterator<Item = io::Result<TimeOrdered>>,
    ) -> io::Result<Self> {
        let mut writer = BufWriter::new(tempfile::tempfile()?);
        for request in requests {
            let TimeOrdered {
                cluster, request, ..
            } = request?;
            let line = Line {
                cluster: Cluster::clone(&cluster),
                request,
            };
            serde_json::to_writer(&mut writer, &line)?;
            writer.write_all(b"\n")?;
        }
        let mut file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Self(file))
    }

    fn read(self) -> Requests {
        Requests::File {
            lines: BufReader::new(self.0).lines(),
            cluster: Arc::new(Cluster::named("")),
        }
    }
}

/// Requests in order, wherever they are.
enum Requests {
    File {
        lines: Lines<BufReader<File>>,
        /// The cluster of the request before, which most often is that of the next.
        cluster: Arc<Cluster>,
    },
    Memory(std::vec::IntoIter<TimeOrdered>),
}

impl Iterator for Requests {
    type Item = io::Result<TimeOrdered>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Memory(requests) => requests.next().map(Ok),
            Self::File { lines, cluster } => {
                let line = match lines.next()? {
                    Ok(line) => line,
                    Err(error) => return Some(Err(error)),
                };
                Some(
                    serde_json::from_str(&line)
                        .map_err(io::Error::from)
                        .map(|line: Line| {
                            if **cluster != line.cluster {
                                *cluster = Arc::new(line.cluster);
                            }
                            TimeOrdered::new(Arc::clone(cluster), line.request)
                        }),
                )
            }
        }
    }
}

/// Several runs as one, in order.
pub(super) struct Merged {
    runs: Vec<Requests>,
    heads: BinaryHeap<Reverse<(TimeOrdered, usize)>>,
    failure: Option<io::Error>,
}

impl Merged {
    /// Merges runs with requests in memory, which must be in order.
    pub(super) fn of(runs: Vec<SpillFile>, in_memory: Vec<TimeOrdered>) -> Self {
        let mut merged = Self {
            runs: runs.into_iter().map(SpillFile::read).collect(),
            heads: BinaryHeap::new(),
            failure: None,
        };
        merged.runs.push(Requests::Memory(in_memory.into_iter()));
        for run in 0..merged.runs.len() {
            merged.advance(run);
        }
        merged
    }

    fn advance(&mut self, run: usize) {
        match self.runs[run].next() {
            Some(Ok(request)) => self.heads.push(Reverse((request, run))),
            Some(Err(error)) => {
                self.failure.get_or_insert(error);
            }
            None => {}
        }
    }
}

impl Iterator for Merged {
    type Item = io::Result<TimeOrdered>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.failure.take() {
            self.heads.clear();
            return Some(Err(failure));
        }
        let Reverse((request, run)) = self.heads.pop()?;
        self.advance(run);
        Some(Ok(request))
    }
}
