//! A large file cut into ranges that are read side by side: each line belongs to the range in
//! which it begins.

use std::io::{self, Read};

use super::blocks::{Blocks, LONGEST_LINE};
use super::live_file::LiveFile;

/// How many bytes a range has: many for each thread, so that all end at the same time.
pub const RANGE: u64 = 4 << 20;

/// Read at a time beyond a range's end, where only the end of one line is wanted.
const BEYOND: usize = 4096;

/// The blocks of the lines that begin at `start` or later and before `end`.
pub fn blocks(file: &LiveFile, start: u64, end: u64) -> Blocks<Range<'_>> {
    let range = |at| Range {
        file,
        at,
        end,
        line_began: start == 0,
        last: b'\n',
    };
    match start.checked_sub(1) {
        None => Blocks::new(range(start)),
        // The byte before tells whether a line begins at the start.
        Some(before) => Blocks::after_first_line_feed(range(before)),
    }
}

/// The bytes of a range, and of its last line beyond it.
pub struct Range<'a> {
    file: &'a LiveFile,
    at: u64,
    end: u64,
    /// Whether a line that began in this range was met.
    line_began: bool,
    last: u8,
}

impl Range<'_> {
    /// How far the file was read, not counting what lies beyond the range.
    pub fn reached(&self) -> u64 {
        self.at.min(self.end)
    }

    fn read_at(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        if let Some(last) = buffer[..read].last() {
            self.last = *last;
        }
        Ok(read)
    }
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.end {
            let wanted = (self.end - self.at).min(buffer.len() as u64) as usize;
            let read = self.read_at(&mut buffer[..wanted])?;
            self.line_began = self.line_began || memchr::memchr(b'\n', &buffer[..read]).is_some();
            return Ok(read);
        }
        let is_over =
            self.last == b'\n' || !self.line_began || self.at - self.end > LONGEST_LINE as u64;
        if is_over {
            return Ok(0);
        }
        let wanted = buffer.len().min(BEYOND);
        let read = self
            .file
            .read_unfinished_line(&mut buffer[..wanted], self.at)?;
        self.at += read as u64;
        match memchr::memchr(b'\n', &buffer[..read]) {
            Some(end) => {
                self.last = b'\n';
                Ok(end + 1)
            }
            None => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::super::blocks::Buffer;
    use super::super::live_file::file_id;
    use super::*;

    fn lines_of(bytes: &[u8], cuts: &[u64]) -> (Vec<u8>, u64) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let metadata = file.as_file().metadata().expect("metadata");
        let file = LiveFile::open(file.path(), file_id(&metadata), metadata.len());
        let file = file.expect("opened");
        let mut found = Vec::new();
        let mut overlong = 0;
        let mut buffer = Buffer::default();
        for pair in cuts.windows(2) {
            let mut blocks = blocks(&file, pair[0], pair[1]);
            while blocks.next(&mut buffer) {
                found.extend_from_slice(buffer.bytes());
            }
            overlong += blocks.overlong_lines;
        }
        (found, overlong)
    }

    #[test]
    fn an_overlong_line_over_many_ranges_is_counted_once() {
        let mut bytes = b"first\n".to_vec();
        bytes.resize(bytes.len() + 3 * LONGEST_LINE, b'x');
        bytes.extend_from_slice(b"\nlast\n");
        let size = bytes.len() as u64;
        let cuts: Vec<u64> = (0..size).step_by(RANGE as usize).chain([size]).collect();
        assert_eq!(lines_of(&bytes, &cuts), (b"first\nlast\n".to_vec(), 1));
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_every_line_is_found_once(
            lines in prop::collection::vec("[a-z]{0,12}", 0..20),
            mut cuts in prop::collection::vec(0_u64..260, 0..9),
            ends_with_line_feed: bool,
        ) {
            let mut bytes = lines.join("\n").into_bytes();
            if ends_with_line_feed {
                bytes.push(b'\n');
            }
            let size = bytes.len() as u64;
            cuts.retain(|cut| *cut < size);
            cuts.extend([0, size]);
            cuts.sort_unstable();
            cuts.dedup();
            prop_assert_eq!(lines_of(&bytes, &cuts).0, bytes);
        }
    }
}
