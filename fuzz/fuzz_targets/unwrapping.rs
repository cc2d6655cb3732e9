//! Events inside whatever they are wrapped in: no mark is lost. Each value that holds one is
//! evidence, or refused for a reason, or unread.

#![no_main]

use eks_stale_tokens::source::files::framing::Framing;
use eks_stale_tokens::source::files::phrases::has_mark;
use eks_stale_tokens_fuzz::{framed, learned};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (lines, counted) = match Framing::of(data) {
        Framing::Lines => (data.to_vec(), Default::default()),
        framing => framed(framing, data, usize::MAX),
    };
    let (_, stats) = learned(&lines);
    let marked = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| has_mark(line));
    assert!(stats.marks.all() >= marked.count() as u64);
    let is_told = stats.marks.all() + counted.marks.all() > 0;
    assert!(is_told || !has_mark(data) || data.len() > 1 << 20);
});
