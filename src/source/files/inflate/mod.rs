//! One stream of gzip decompressed by two threads.
//!
//! Decompression is one long chain: every bit depends on those before it. But it has two halves
//! that only one of them is in: the bits tell tokens (some bytes, or a copy of earlier ones),
//! and the tokens tell the bytes. So one thread reads bits and the other copies bytes, each
//! with what it works on in its own cache. No decoder at hand does this, and none that builds
//! with a C compiler alone keeps up with hand-written assembly; see docs/performance.md.
//!
//! - [`bits`]: a stream of bits
//! - [`codes`]: tables that tell symbols by their bits
//! - [`tokens`]: bits to tokens (RFC 1951), and the members around them (RFC 1952)
//! - [`copies`]: tokens to bytes

mod bits;
mod codes;
mod copies;
#[cfg(test)]
mod tests;
mod tokens;

use std::io::Read;
use std::sync::mpsc::{channel, sync_channel};
use std::thread::Scope;

use copies::Copies;
use tokens::{Chunk, Members};

/// Chunks of tokens between the two threads.
const AHEAD: usize = 4;

/// The decompressed bytes of a stream of gzip members; the bits are read in a thread of `scope`.
pub fn gunzip<'scope>(
    reader: Box<dyn Read + Send + 'scope>,
    scope: &'scope Scope<'scope, '_>,
) -> impl Read + Send + use<'scope> {
    let (chunks, filled) = sync_channel::<Chunk>(AHEAD);
    let (spent, empty) = channel::<Vec<u32>>();
    scope.spawn(move || {
        // Whoever no longer wants the bytes drops its end, and that ends this.
        Members::new(reader).read(&mut |chunk| {
            chunks.send(chunk).ok()?;
            Some(empty.try_recv().unwrap_or_default())
        });
    });
    Copies::new(filled.into_iter(), move |tokens| {
        // Nobody takes it back when the bits have come to their end.
        let _ = spent.send(tokens);
    })
}
