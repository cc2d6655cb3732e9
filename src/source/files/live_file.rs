//! A file that its writer may still be appending to: read to the end that it had when it was
//! found, and on to the end of the line that was being written there.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::blocks::LONGEST_LINE;
use super::encoding::Encoding;

/// How many bytes of the beginning tell whether the file was emptied and written anew: an audit
/// event's ID stands within them.
const BEGINNING: usize = 512;

/// How long to wait for the rest of a line whose writer is at work, and how often to look. The
/// API server writes an event at once; a buffer in between is flushed within a fraction of a
/// second.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// A regular file, opened.
#[derive(Debug)]
pub struct LiveFile {
    file: File,
    /// Its size in bytes when it was found.
    size: u64,
    beginning: Vec<u8>,
}

/// A file by its device and inode.
pub type FileId = (u64, u64);

/// Which file this is.
pub fn file_id(metadata: &Metadata) -> FileId {
    (metadata.dev(), metadata.ino())
}

impl LiveFile {
    /// Opens the file that had this identity and size in bytes when it was found; another one
    /// that took its place is an error.
    pub fn open(path: &Path, id: FileId, size: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        if file_id(&file.metadata()?) != id {
            return Err(io::Error::other("it was replaced before it was read"));
        }
        let mut beginning = vec![0; BEGINNING.min(usize::try_from(size).unwrap_or(BEGINNING))];
        let read = read_beginning(&file, &mut beginning)?;
        beginning.truncate(read);
        Ok(Self {
            file,
            size,
            beginning,
        })
    }

    /// Reads at this place, which may lie beyond the size that the file had when it was found.
    pub fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(buffer, at)
    }

    /// Reads more of a line that was not whole at the end that the file had when it was found.
    /// Where the file has grown, its writer is given a moment to finish the line.
    pub fn read_unfinished_line(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        for _ in 0..LOOKS {
            let read = self.file.read_at(buffer, at)?;
            let has_grown = at > self.size;
            if read > 0 || !has_grown {
                return Ok(read);
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Ok(0)
    }

    /// Why what was read may not be what was there when the file was found: growth is no reason.
    pub fn damage(&self) -> Option<&'static str> {
        let size = self.file.metadata().ok()?.len();
        if size < self.size {
            return Some("it shrank while it was read");
        }
        let mut beginning = vec![0; self.beginning.len()];
        let read = read_beginning(&self.file, &mut beginning).ok()?;
        (beginning[..read] != self.beginning).then_some("it was overwritten while it was read")
    }

    /// Its bytes, in order.
    pub fn stream(self: &Arc<Self>) -> Bytes {
        Bytes {
            is_plain: Encoding::of(&self.beginning) == Encoding::Plain,
            file: Arc::clone(self),
            at: 0,
            last: b'\n',
        }
    }
}

fn read_beginning(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// The bytes that a file had when it was found, and the rest of its last line.
#[derive(Debug)]
pub struct Bytes {
    file: Arc<LiveFile>,
    at: u64,
    last: u8,
    /// Whether it has lines: what is compressed has none to be finished.
    is_plain: bool,
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.file.size.saturating_sub(self.at);
        let read = if left > 0 {
            let wanted = left.min(buffer.len() as u64) as usize;
            self.file.read_at(&mut buffer[..wanted], self.at)?
        } else {
            let beyond = self.at - self.file.size;
            if !self.is_plain || self.last == b'\n' || beyond > LONGEST_LINE as u64 {
                return Ok(0);
            }
            let read = self.file.read_unfinished_line(buffer, self.at)?;
            memchr::memchr(b'\n', &buffer[..read]).map_or(read, |end| end + 1)
        };
        if let Some(last) = buffer[..read].last() {
            self.last = *last;
        }
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn found(bytes: &[u8]) -> (tempfile::NamedTempFile, Arc<LiveFile>) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let metadata = file.as_file().metadata().expect("metadata");
        let live = LiveFile::open(file.path(), file_id(&metadata), metadata.len());
        (file, Arc::new(live.expect("opened")))
    }

    fn read(live: &Arc<LiveFile>) -> String {
        let mut text = String::new();
        live.stream().read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn a_file_that_grew_is_read_to_its_end_when_it_was_found() {
        let (mut file, live) = found(b"one\ntwo\n");
        file.write_all(b"three\n").expect("written");
        assert_eq!(read(&live), "one\ntwo\n");
        assert_eq!(live.damage(), None);
    }

    #[test]
    fn the_line_that_was_being_written_is_read_to_its_end() {
        let (mut file, live) = found(b"one\ntw");
        file.write_all(b"o\nthree\n").expect("written");
        assert_eq!(read(&live), "one\ntwo\n");
        let (mut file, live) = found(b"one\ntw");
        file.write_all(b"o").expect("written");
        let writing = std::thread::spawn(move || {
            std::thread::sleep(3 * BETWEEN_LOOKS);
            file.write_all(b" and a half\nthree\n").expect("written");
            file
        });
        assert_eq!(read(&live), "one\ntwo and a half\n");
        writing.join().expect("no panic");
        let (_file, live) = found(b"one\ntwo");
        assert_eq!(read(&live), "one\ntwo");
    }

    #[test]
    fn what_shrank_or_was_overwritten_or_replaced_is_told() {
        let (file, live) = found(b"one\ntwo\n");
        file.as_file().set_len(4).expect("cut");
        assert_eq!(live.damage(), Some("it shrank while it was read"));
        // What copytruncate leaves, grown past what was there.
        let (file, live) = found(b"one\ntwo\n");
        std::fs::write(file.path(), b"another\nlog\n").expect("written");
        assert_eq!(live.damage(), Some("it was overwritten while it was read"));

        let (file, _) = found(b"one\n");
        let id = file_id(&file.as_file().metadata().expect("metadata"));
        let directory = tempfile::tempdir().expect("a directory");
        let other = directory.path().join("other");
        std::fs::write(&other, "one\n").expect("written");
        assert!(LiveFile::open(&other, id, 4).is_err());
    }
}
