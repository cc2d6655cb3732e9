//! What could not be seen.

use crate::audit::untrusted_text::UntrustedText;

/// Something that could not be seen: because of it the report may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The file, the log group or the slice of time.
    pub place: UntrustedText,
    /// What kind of gap.
    pub kind: GapKind,
    /// What happened, in a few words; may be empty.
    pub detail: UntrustedText,
}

/// The kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// A line without a beginning or an end.
    TornLine,
    /// A line longer than the limit.
    OverlongLine,
    /// A line that is not UTF-8; its readable part was used.
    NotUtf8,
    /// A line with NUL bytes in it; its readable part was used.
    NulBytes,
    /// A line that looked like evidence and is not a whole event.
    MalformedEvent,
    /// A marked event that contradicts itself.
    ContradictoryEvent,
    /// A file or a stream that could not be read to its end.
    Unreadable,
    /// A query that filled its limit of rows.
    RowLimit,
    /// A query that ended without all of its rows.
    QueryEnded,
    /// A query that had not ended when its time was up.
    TimeLimit,
    /// A query that was interrupted.
    Interrupted,
    /// A cluster that could not be queried.
    NotQueried,
    /// A log without any event in the window.
    NoEvents,
    /// A cluster whose newest audit event is long before the end of the window.
    AuditLogStopped,
    /// An input that was named and holds no audit event.
    NotAnAuditLog,
    /// Audit events without annotations, which hold the marks.
    NoAnnotations,
    /// A list of a cluster's pods was given, but could not be used.
    PodsNotUsed,
    /// A query with a result that differs from the events.
    ContradictoryAnswer,
}

impl GapKind {
    /// The kind in words, for one line, file or slice, and for several.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TornLine => ("truncated line", "truncated lines"),
            Self::OverlongLine => ("overlong line", "overlong lines"),
            Self::NotUtf8 => ("line that is not UTF-8", "lines that are not UTF-8"),
            Self::NulBytes => ("line with NUL bytes", "lines with NUL bytes"),
            Self::MalformedEvent => (
                "line that is not a whole event",
                "lines that are not whole events",
            ),
            Self::ContradictoryEvent => (
                "event that contradicts itself",
                "events that contradict themselves",
            ),
            Self::Unreadable => ("not read to the end", "not read to the end"),
            Self::RowLimit => ("row limit reached", "row limit reached"),
            Self::QueryEnded => (
                "query ended without all of its rows",
                "queries ended without all of their rows",
            ),
            Self::TimeLimit => ("time limit reached", "time limit reached"),
            Self::Interrupted => ("interrupted", "interrupted"),
            Self::NotQueried => ("could not be queried", "could not be queried"),
            Self::NoEvents => ("no events in the window", "no events in the window"),
            Self::AuditLogStopped => ("audit log stopped", "audit log stopped"),
            Self::NotAnAuditLog => ("no audit events in it", "no audit events in it"),
            Self::NoAnnotations => ("events without annotations", "events without annotations"),
            Self::PodsNotUsed => ("pods not used", "pods not used"),
            Self::ContradictoryAnswer => (
                "result that contradicts its events",
                "results that contradict their events",
            ),
        }
    }

    /// Whether nothing at all was seen of the place.
    pub fn hides_everything(self) -> bool {
        matches!(
            self,
            Self::NotQueried | Self::NoEvents | Self::NoAnnotations
        )
    }

    /// Whether the gap counts lines of a file or events.
    pub fn counts_lines(self) -> bool {
        matches!(
            self,
            Self::TornLine
                | Self::OverlongLine
                | Self::NotUtf8
                | Self::NulBytes
                | Self::MalformedEvent
                | Self::ContradictoryEvent
        )
    }
}

/// A gap and how many lines, files or slices of time it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedGap {
    /// The gap.
    pub gap: Gap,
    /// How many lines, files or slices.
    pub count: u64,
}

impl CountedGap {
    /// The gap in words, without its place: `3 torn lines`, `access denied`.
    pub fn in_words(&self) -> String {
        let Gap { kind, detail, .. } = &self.gap;
        let (one, several) = kind.words();
        let mut words = match (kind.counts_lines(), self.count) {
            (true, 1) => format!("1 {one}"),
            (true, count) => format!("{count} {several}"),
            (false, 1) => one.to_owned(),
            (false, count) => format!("{several} ({count} times)"),
        };
        if !detail.is_empty() {
            words.push_str(": ");
            words.push_str(&detail.to_string());
        }
        words
    }
}
