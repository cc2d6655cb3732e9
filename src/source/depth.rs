//! How much a command needs to know. A source derives from it what to read.

/// The depth of a command's evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Who holds stale tokens and who is rejected: `sweep`.
    Sweep,
    /// The same with every call of every holder, and the tokens kept in secrets: `investigate`.
    Investigate,
    /// Every stale request by itself: `export`.
    Export,
    /// The same with every rejected request: `export --rejected`.
    ExportRejected,
}
