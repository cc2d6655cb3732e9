//! A stream of bytes cut into blocks of whole lines.

use std::io::{ErrorKind, Read};

/// How many bytes are read at a time: large enough to make a block worth a thread's while,
/// small enough to stay in its second-level cache from the reading to the search.
pub const BLOCK: usize = 384 << 10;

/// The longest line that is read. CloudWatch cuts events at 1 MiB, and the API server refuses
/// requests above 3 MiB, whose body an event can hold twice.
pub const LONGEST_LINE: usize = 8 << 20;

/// A buffer that is used again and again: filled anew, it need not be zeroed.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Whether a long line made it larger than is worth keeping.
    pub fn is_oversized(&self) -> bool {
        self.bytes.len() > 2 * BLOCK
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = self.room(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    /// Free space of at least so many bytes.
    fn room(&mut self, wanted: usize) -> &mut [u8] {
        let end = self.filled + wanted;
        if self.bytes.len() < end {
            self.bytes.reserve_exact(end - self.bytes.len());
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Drops so many bytes from its beginning.
    fn drop_first(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

/// The blocks of a stream.
pub struct Blocks<R> {
    reader: R,
    /// The beginning of a line whose end was not read yet.
    carried: Vec<u8>,
    /// Whether the rest of the line being read is left out.
    skipping: bool,
    ended: bool,
    /// Bytes read.
    pub bytes_read: u64,
    /// Lines left out because they are longer than [`LONGEST_LINE`].
    pub overlong_lines: u64,
    /// Why the stream could not be read further.
    pub error: Option<String>,
}

impl<R: Read> Blocks<R> {
    /// The blocks of `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            carried: Vec::new(),
            skipping: false,
            ended: false,
            bytes_read: 0,
            overlong_lines: 0,
            error: None,
        }
    }

    /// The blocks of `reader`, from its first whole line.
    pub fn after_first_line_feed(reader: R) -> Self {
        Self {
            skipping: true,
            ..Self::new(reader)
        }
    }

    /// What is read from.
    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// Fills the buffer with the next lines, each but perhaps the last of the stream with its
    /// line feed; false at the end of the stream.
    pub fn next(&mut self, buffer: &mut Buffer) -> bool {
        buffer.clear();
        buffer.push(&self.carried);
        self.carried.clear();
        while !self.ended {
            // Whatever stands before was searched already, and holds no line feed.
            let searched = buffer.filled;
            self.fill(buffer);
            if self.skipping {
                self.skip(buffer);
            }
            if self.ended {
                break;
            }
            let searched = searched.min(buffer.filled);
            if let Some(end) = memchr::memrchr(b'\n', &buffer.bytes()[searched..]) {
                let end = searched + end + 1;
                self.carried.extend_from_slice(&buffer.bytes()[end..]);
                buffer.filled = end;
                return true;
            }
            if buffer.filled > LONGEST_LINE {
                buffer.clear();
                self.overlong_lines += 1;
                self.skipping = true;
            }
        }
        buffer.filled > 0
    }

    /// Reads until the buffer holds another block or the stream ends.
    fn fill(&mut self, buffer: &mut Buffer) {
        // A short carried beginning does not enlarge the buffer.
        let wanted = if buffer.filled < BLOCK / 2 {
            BLOCK - buffer.filled
        } else {
            BLOCK
        };
        let mut filled = 0;
        buffer.room(wanted);
        while filled < wanted {
            let from = buffer.filled;
            match self
                .reader
                .read(&mut buffer.bytes[from..from + wanted - filled])
            {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => {
                    filled += read;
                    buffer.filled += read;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error.to_string());
                    self.ended = true;
                    break;
                }
            }
        }
        self.bytes_read += filled as u64;
    }

    /// Drops the rest of a line that is left out.
    fn skip(&mut self, buffer: &mut Buffer) {
        match memchr::memchr(b'\n', buffer.bytes()) {
            Some(end) => {
                buffer.drop_first(end + 1);
                self.skipping = false;
            }
            None => buffer.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::super::trickle::Trickle;
    use super::*;

    fn all<R: Read>(blocks: &mut Blocks<R>) -> Vec<Vec<u8>> {
        let mut buffer = Buffer::default();
        let mut all = Vec::new();
        while blocks.next(&mut buffer) {
            all.push(buffer.bytes().to_vec());
        }
        all
    }

    #[test]
    fn an_overlong_line_is_left_out_and_counted() {
        let mut stream = b"first\n".to_vec();
        stream.resize(stream.len() + LONGEST_LINE + 2 * BLOCK, b'x');
        stream.extend_from_slice(b"\nlast\n");
        let mut blocks = Blocks::new(&stream[..]);
        assert_eq!(all(&mut blocks).concat(), b"first\nlast\n");
        assert_eq!(blocks.overlong_lines, 1);
        assert_eq!(blocks.bytes_read, stream.len() as u64);
    }

    #[test]
    fn a_stream_that_breaks_keeps_what_was_read() {
        struct Breaks(bool);
        impl Read for Breaks {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("the disk is gone"));
                }
                buffer[..4].copy_from_slice(b"a\nb\n");
                Ok(4)
            }
        }
        let mut blocks = Blocks::new(Breaks(false));
        assert_eq!(all(&mut blocks), [b"a\nb\n"]);
        assert_eq!(blocks.error.as_deref(), Some("the disk is gone"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn no_byte_is_lost_and_no_line_is_cut(
            lines in prop::collection::vec("[a-z]{0,60000}", 0..10),
            step in 1_usize..3_000_000,
            ends_with_line_feed: bool,
        ) {
            let mut stream = lines.join("\n").into_bytes();
            if ends_with_line_feed {
                stream.push(b'\n');
            }
            let found = all(&mut Blocks::new(Trickle(&stream, step)));
            prop_assert_eq!(found.concat(), stream);
            for block in found.iter().rev().skip(1) {
                prop_assert_eq!(block.last(), Some(&b'\n'));
            }
        }
    }
}
