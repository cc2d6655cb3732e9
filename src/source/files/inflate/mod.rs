//! One stream of gzip decompressed, by two threads if it is worth one more.
//!
//! Decompression is one long chain: every bit depends on those before it. But it has two halves
//! that only one of them is in: the bits tell tokens (some bytes, or a copy of earlier ones),
//! and the tokens tell the bytes. So one thread reads bits and another copies bytes, each with
//! what it works on in its own cache. No decoder at hand does this, and none that builds with a
//! C compiler alone keeps up with hand-written assembly; see docs/performance.md.
//!
//! - [`bits`]: a stream of bits
//! - [`codes`]: tables that tell symbols by their bits
//! - [`tokens`]: bits to tokens (RFC 1951)
//! - [`members`]: the blocks and members around them (RFC 1952)
//! - [`copies`]: tokens to bytes

mod bits;
mod codes;
mod copies;
mod members;
#[cfg(test)]
mod tests;
mod tokens;

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::Scope;

use copies::Copies;
use members::{Chunk, Chunks, Members};

/// How much is worked on at a time.
struct Steps {
    /// Compressed bytes that are read.
    bytes_read: usize,
    /// Tokens in a chunk.
    tokens: usize,
    /// Bytes that are made.
    bytes_made: usize,
}

/// For one thread, and files so small that clearing more memory would show.
const ALONE: Steps = Steps {
    bytes_read: 16 << 10,
    tokens: 4 << 10,
    bytes_made: 32 << 10,
};

/// For two threads: few enough tokens to stay in the cache between them.
const BY_TWO: Steps = Steps {
    bytes_read: 64 << 10,
    tokens: 32 << 10,
    bytes_made: 128 << 10,
};
/// Chunks between the two threads.
const AHEAD: usize = 4;

/// The decompressed bytes of a stream of gzip members.
pub fn gunzip<R: Read + Send>(reader: R) -> impl Read + Send {
    let members = Members::new(reader, ALONE.bytes_read, ALONE.tokens);
    Copies::new(members, ALONE.bytes_made)
}

/// The same, with the bits read in a thread of `scope`.
pub fn gunzip_by_two<'scope, R: Read + Send + 'scope>(
    reader: R,
    scope: &'scope Scope<'scope, '_>,
) -> impl Read + Send + use<'scope, R> {
    let (filled, chunks) = sync_channel(AHEAD);
    let (spent, empty) = channel();
    scope.spawn(move || {
        let mut members = Members::new(reader, BY_TWO.bytes_read, BY_TWO.tokens);
        while let Some(chunk) = members.next(empty.try_recv().unwrap_or_default()) {
            // Whoever no longer wants the bytes drops its end, and that ends this.
            if filled.send(chunk).is_err() {
                break;
            }
        }
    });
    Copies::new(Handed { chunks, spent }, BY_TWO.bytes_made)
}

/// Chunks that another thread hands over.
struct Handed {
    chunks: Receiver<Chunk>,
    spent: Sender<Vec<u32>>,
}

impl Chunks for Handed {
    fn next(&mut self, spent: Vec<u32>) -> Option<Chunk> {
        // Nobody takes it back when the bits have come to their end.
        let _ = self.spent.send(spent);
        self.chunks.recv().ok()
    }
}
