//! Standard error: notes and warnings, never the report.

use std::io::{self, Write};

/// Writes to standard error.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    io::stderr().lock().write_all(bytes)
}
