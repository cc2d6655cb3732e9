//! A stream of bytes cut into blocks of whole lines.

use std::io::{ErrorKind, Read};

/// How many bytes are read at a time: large enough to make a block worth a thread's while,
/// small enough to stay in its cache.
const BLOCK: usize = 1 << 20;

/// The longest line that is read. CloudWatch cuts events at 1 MiB, and the API server refuses
/// requests above 3 MiB, whose body an event can hold twice.
pub const LONGEST_LINE: usize = 8 << 20;

/// Some whole lines.
#[derive(Debug, Default)]
pub struct Block {
    /// The lines, each but perhaps the last of a stream with its line feed.
    pub bytes: Vec<u8>,
    /// Lines left out because they are longer than [`LONGEST_LINE`].
    pub overlong_lines: u64,
    /// Why the stream could not be read further.
    pub error: Option<String>,
}

/// The blocks of a stream.
pub struct Blocks<R> {
    reader: R,
    /// The beginning of a line whose end was not read yet.
    carried: Vec<u8>,
    /// Whether the line being read is overlong and is left out.
    skipping: bool,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// The blocks of `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            carried: Vec::new(),
            skipping: false,
            ended: false,
        }
    }

    /// Reads until the block is full or the stream ends.
    fn fill(&mut self, block: &mut Block) {
        let wanted = block.bytes.len() + BLOCK;
        let mut filled = block.bytes.len();
        block.bytes.resize(wanted, 0);
        while filled < wanted {
            match self.reader.read(&mut block.bytes[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    block.error = Some(error.to_string());
                    self.ended = true;
                    break;
                }
            }
        }
        block.bytes.truncate(filled);
    }

    /// Drops the rest of an overlong line from the beginning of a block.
    fn skip(&mut self, block: &mut Block) {
        match memchr::memchr(b'\n', &block.bytes) {
            Some(end) => {
                block.bytes.drain(..=end);
                self.skipping = false;
            }
            None => block.bytes.clear(),
        }
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let mut block = Block {
            bytes: std::mem::take(&mut self.carried),
            ..Block::default()
        };
        while !self.ended {
            self.fill(&mut block);
            if self.skipping {
                self.skip(&mut block);
            }
            if self.ended {
                break;
            }
            if let Some(end) = memchr::memrchr(b'\n', &block.bytes) {
                self.carried = block.bytes.split_off(end + 1);
                return Some(block);
            }
            if block.bytes.len() > LONGEST_LINE {
                block.bytes.clear();
                block.overlong_lines += 1;
                self.skipping = true;
            }
        }
        let empty = block.bytes.is_empty() && block.overlong_lines == 0 && block.error.is_none();
        (!empty).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;

    /// Yields a few bytes at a time, as a pipe does.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn an_overlong_line_is_left_out_and_counted() {
        let mut stream = b"first\n".to_vec();
        stream.resize(stream.len() + LONGEST_LINE + 2 * BLOCK, b'x');
        stream.extend_from_slice(b"\nlast\n");
        let blocks: Vec<Block> = Blocks::new(&stream[..]).collect();
        let text: Vec<u8> = blocks
            .iter()
            .flat_map(|block| block.bytes.clone())
            .collect();
        assert_eq!(text, b"first\nlast\n");
        assert_eq!(
            blocks.iter().map(|block| block.overlong_lines).sum::<u64>(),
            1
        );
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
        let blocks: Vec<Block> = Blocks::new(Breaks(false)).collect();
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].bytes, b"a\nb\n");
        assert_eq!(blocks[0].error.as_deref(), Some("the disk is gone"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn no_byte_is_lost_and_no_line_is_cut(
            lines in prop::collection::vec("[a-z]{0,100000}", 0..12),
            step in 1_usize..3_000_000,
            ends_with_line_feed: bool,
        ) {
            let mut stream = lines.join("\n").into_bytes();
            if ends_with_line_feed {
                stream.push(b'\n');
            }
            let blocks: Vec<Block> = Blocks::new(Trickle(&stream, step)).collect();
            let text: Vec<u8> = blocks.iter().flat_map(|block| block.bytes.clone()).collect();
            prop_assert_eq!(text, stream);
            for block in blocks.iter().rev().skip(1) {
                prop_assert_eq!(block.bytes.last(), Some(&b'\n'));
            }
        }
    }
}
