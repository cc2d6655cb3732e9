//! What the fuzz targets share: bytes that come a few at a time, and the law of framing.

use std::io::Read;
use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::source::files::block_stats::BlockStats;
use eks_stale_tokens::source::files::blocks::Buffer;
use eks_stale_tokens::source::files::carrier::learning::learn;
use eks_stale_tokens::source::files::framing::record_sink::RecordSink;
use eks_stale_tokens::source::files::framing::{
    Framing, csv_rows, json_values, markdown_rows, packed_strings,
};
use eks_stale_tokens::source::files::scan::scan_values;
use eks_stale_tokens::source::request_filter::RequestFilter;

/// Bytes that come so many at a time.
pub struct Trickle<'a>(pub &'a [u8], pub usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The lines that a framing cuts bytes into, and what it counts itself.
pub fn framed(framing: Framing, data: &[u8], step: usize) -> (Vec<u8>, BlockStats) {
    let mut lines = Vec::new();
    let mut stats = BlockStats::default();
    let mut deliver = |block: &mut Buffer, counted| {
        lines.extend_from_slice(block.bytes());
        stats.merge(counted);
    };
    let mut sink = RecordSink::new(&mut deliver);
    let mut reader = Trickle(data, step);
    match framing {
        Framing::Csv(separator) => csv_rows::read(&mut reader, separator, &mut sink),
        Framing::Markdown => markdown_rows::read(&mut reader, &mut sink),
        Framing::Packed => packed_strings::read(&mut reader, &mut sink),
        Framing::Json | Framing::Lines => json_values::read(&mut reader, &mut sink),
    }
    .expect("read from memory");
    (lines, stats)
}

/// The evidence in lines whose layout is learned from themselves.
pub fn learned(lines: &[u8]) -> (EvidenceSet, BlockStats) {
    let cluster = Arc::new(Cluster::named("c"));
    let mut evidence = EvidenceSet::default();
    let layout = learn(lines);
    let mut stats = BlockStats::default();
    let wanted = |_: &Cluster| RequestFilter::default();
    for (_, more) in scan_values(lines, layout.as_ref(), &cluster, &wanted, &mut evidence) {
        stats.merge(more);
    }
    (evidence, stats)
}
