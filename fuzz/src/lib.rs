//! What the fuzz targets share: the law of the shapes that have to be unwrapped.

use std::io::{self, Read};
use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::source::request_filter::RequestFilter;
use eks_stale_tokens::source::files::found::Found;
use eks_stale_tokens::source::files::scan::scan;
use eks_stale_tokens::source::files::shapes::Shape;
use eks_stale_tokens::source::files::shapes::messages::Messages;

/// Bytes that come so many at a time.
pub struct Trickle<'a>(pub &'a [u8], pub usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn unwrapped(shape: &Shape, data: &[u8], step: usize) -> (EvidenceSet, Found) {
    let cluster = Arc::new(Cluster::named("c"));
    let mut evidence = EvidenceSet::default();
    let mut found = Found::default();
    let mut messages_of = |cluster: &Arc<Cluster>, lines: &mut _, beside| {
        let lines: &mut eks_stale_tokens::source::files::blocks::Buffer = lines;
        found.merge(beside);
        found.merge(scan(
            lines.bytes(),
            cluster,
            RequestFilter::default(),
            &mut evidence,
        ));
    };
    let mut messages = Messages::new(&cluster, &mut messages_of);
    (shape.unwrap)(&mut Trickle(data, step), &mut messages).expect("read from memory");
    messages.flush();
    (evidence, found)
}

/// Whatever steps a shape is read in, the same comes out.
pub fn assert_steps_do_not_matter(shape: &Shape, data: &[u8]) {
    assert_eq!(
        unwrapped(shape, data, usize::MAX),
        unwrapped(shape, data, 5)
    );
}
