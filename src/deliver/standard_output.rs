//! Standard output.

use std::io::{self, BufWriter, ErrorKind, Write};

/// Writes to standard output. A reader that goes away, as `head` does, has what it wants.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    write_with(|output| output.write_all(bytes))
}

/// Writes what `render` writes, however much that is.
pub fn write_with(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    match render(&mut output).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // What is left in the buffer would fail again.
            drop(output.into_parts());
            Ok(())
        }
        result => result,
    }
}
