//! Unwrapped messages as blocks of lines.

use std::path::Path;
use std::sync::Arc;

use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::source::files::blocks::{BLOCK, Buffer};
use crate::source::files::found::Found;
use crate::source::files::inputs::cluster_name_in;

/// Where a block of lines and what was found beside them go.
pub type Deliver<'a> = &'a mut dyn FnMut(&Arc<Cluster>, &mut Buffer, Found);

/// Takes a shape's messages and delivers them as blocks of lines, each of one cluster.
pub struct Messages<'a> {
    /// The cluster of messages whose shape does not name one.
    default: &'a Arc<Cluster>,
    log_group: Option<String>,
    cluster: Arc<Cluster>,
    lines: Buffer,
    beside: Found,
    deliver: Deliver<'a>,
}

impl<'a> Messages<'a> {
    /// Messages of a file that is filed under this cluster.
    pub fn new(default: &'a Arc<Cluster>, deliver: Deliver<'a>) -> Self {
        Self {
            default,
            log_group: None,
            cluster: Arc::clone(default),
            lines: Buffer::default(),
            beside: Found::default(),
            deliver,
        }
    }

    /// States the log group of the messages that follow; it names the cluster if it is one of
    /// Amazon EKS.
    pub fn of_log_group(&mut self, log_group: Option<&str>) {
        if self.log_group.as_deref() == log_group {
            return;
        }
        self.flush();
        self.log_group = log_group.map(str::to_owned);
        self.cluster = log_group
            .and_then(|group| cluster_name_in(Path::new(group)))
            .filter(|name| *name != self.default.name)
            .map_or_else(
                || Arc::clone(self.default),
                |name| Arc::new(Cluster::named(name)),
            );
    }

    /// Adds a message. One that is no JSON is of another log in the same group.
    pub fn add(&mut self, message: &[u8]) {
        let message = message.trim_ascii();
        if message.first() != Some(&b'{') {
            self.beside.lines += 1;
            return;
        }
        // In JSON a line break can only stand between tokens.
        for (at, part) in message.split(|byte| *byte == b'\n').enumerate() {
            if at > 0 {
                self.lines.push(b" ");
            }
            self.lines.push(part);
        }
        self.lines.push(b"\n");
        if self.lines.bytes().len() >= BLOCK {
            self.flush();
        }
    }

    /// Notes something that could not be used.
    pub fn note(&mut self, kind: GapKind, detail: &str, count: u64) {
        self.beside.note(kind, detail, count);
    }

    /// Delivers what was not delivered yet.
    pub fn flush(&mut self) {
        let beside = std::mem::take(&mut self.beside);
        if self.lines.bytes().is_empty() && beside == Found::default() {
            return;
        }
        (self.deliver)(&self.cluster, &mut self.lines, beside);
        self.lines.clear();
    }
}
