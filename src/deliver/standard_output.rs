//! Standard output.

use std::io::{self, ErrorKind, Write};

/// Writes to standard output. A reader that goes away, as `head` does, has what it wants.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
