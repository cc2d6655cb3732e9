//! Compressed bytes, however damaged: in whatever steps they come, the same comes out.

#![no_main]

use std::io::Read;

use eks_stale_tokens::source::files::blocks::{Blocks, Buffer};
use eks_stale_tokens::source::files::open::decoded;
use eks_stale_tokens_fuzz::Trickle;
use libfuzzer_sys::fuzz_target;

/// Compressed zeros grow a thousandfold; this is enough of them.
const ENOUGH: u64 = 4 << 20;

fn read(raw: Box<dyn Read + Send + '_>) -> Option<(Vec<u8>, Option<String>)> {
    let (stream, ..) = decoded(raw).ok()?;
    let mut blocks = Blocks::new(stream.take(ENOUGH));
    let mut buffer = Buffer::default();
    let mut bytes = Vec::new();
    while blocks.next(&mut buffer) {
        bytes.extend_from_slice(buffer.bytes());
    }
    Some((bytes, blocks.error))
}

fn fails(outcome: &Option<(Vec<u8>, Option<String>)>) -> bool {
    outcome.as_ref().is_none_or(|(_, error)| error.is_some())
}

fuzz_target!(|data: &[u8]| {
    let at_once = read(Box::new(data));
    let in_steps = read(Box::new(Trickle(data, 7)));
    match (at_once, in_steps) {
        (Some((bytes, None)), Some((same, None))) => assert_eq!(bytes, same),
        // Where a stream is damaged it may be noticed some bytes apart, and those bytes may look
        // like an archive, which is refused.
        (one, other) => assert_eq!(fails(&one), fails(&other)),
    }
});
