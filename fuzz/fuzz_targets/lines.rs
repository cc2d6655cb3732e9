//! Lines of any kind: cutting them into two blocks changes nothing.

#![no_main]

use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::{Collect as _, EvidenceSet};
use eks_stale_tokens::source::files::block_stats::BlockStats;
use eks_stale_tokens::source::files::scan::scan;
use eks_stale_tokens::source::request_filter::RequestFilter;
use libfuzzer_sys::fuzz_target;

fn scanned(block: &[u8]) -> (EvidenceSet, BlockStats) {
    let mut evidence = EvidenceSet::default();
    let cluster = Arc::new(Cluster::named("c"));
    let stats = scan(block, &cluster, RequestFilter::default(), &mut evidence);
    (evidence, stats)
}

fuzz_target!(|data: &[u8]| {
    let whole = scanned(data);
    let middle = data.len() / 2;
    let Some(cut) = data[middle..].iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (first, second) = data.split_at(middle + cut + 1);
    let (mut evidence, mut stats) = scanned(first);
    let (more_evidence, more_stats) = scanned(second);
    evidence.merge(more_evidence);
    stats.merge(more_stats);
    assert_eq!((evidence, stats), whole);
});
