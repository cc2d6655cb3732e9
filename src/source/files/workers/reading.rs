//! How a worker reads a file: what it holds decides whether it is cut into ranges, into lines or into
//! values.

use std::io::{self, Read};
use std::sync::Arc;

use super::{LargeFile, Work};
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::files::block_stats::BlockStats;
use crate::source::files::blocks::{Blocks, Buffer};
use crate::source::files::carrier::Layout;
use crate::source::files::carrier::learning::learn;
use crate::source::files::framing::joined_lines::Joiner;
use crate::source::files::framing::record_sink::{FIRST_BLOCK, RecordSink};
use crate::source::files::framing::{
    ENOUGH, Framing, csv_rows, json_values, markdown_rows, packed_strings,
};
use crate::source::files::live_file::LiveFile;
use crate::source::files::open::{PeekReader, open};
use crate::source::files::ranges::{self, RANGE};
use crate::source::files::recognition::looks_like;

impl Work<'_> {
    pub(super) fn range<C: Collect>(
        &self,
        range: &LargeFile,
        buffer: &mut Buffer,
        collector: &mut C,
    ) {
        let LargeFile {
            input,
            size,
            next: start,
            ..
        } = *range;
        let end = size.min(start + RANGE);
        let mut blocks = ranges::blocks(&range.file, start, end);
        while blocks.next(buffer) {
            self.search(input, Some(&range.layout), buffer, collector);
        }
        self.progress.advance(end - start);
        let bytes = blocks.reader().reached().saturating_sub(start);
        self.ended(input, &blocks, bytes);
        if end == size {
            self.note_damage(input, &range.file);
        }
    }

    pub(super) fn open<C: Collect>(&self, at: usize, buffer: &mut Buffer, collector: &mut C) {
        let input = &self.inputs.found[at];
        let mut opened = match open(input, self.downloads.body(at), self.progress) {
            Ok(opened) => opened,
            Err(error) => return self.found(at).failed(error.to_string()),
        };
        let plain = Framing::at_once(opened.stream.beginning());
        let framing = plain.unwrap_or_else(|| Framing::of(opened.stream.look(ENOUGH)));
        let layout = plain.map(|_| Arc::new(Layout::default()));
        if framing != Framing::Lines {
            let words = looks_like(opened.stream.beginning());
            self.found(at).looks_like(words);
            self.frame(at, framing, opened.stream, collector);
        } else {
            let sample = layout.is_none().then(|| opened.stream.look(FIRST_BLOCK));
            let layout = layout.or_else(|| {
                // The last line of the sample may not be whole.
                let sample = sample?;
                let end = memchr::memrchr(b'\n', sample).unwrap_or(sample.len());
                learn(&sample[..end]).map(Arc::new)
            });
            match &layout {
                Some(layout) => self.found(at).has_layout(layout),
                None => {
                    let words = looks_like(opened.stream.beginning());
                    self.found(at).looks_like(words);
                }
            }
            let can_be_cut = opened.is_plain && input.size > 2 * RANGE;
            match (&layout, &opened.file) {
                (Some(layout), Some(file)) if can_be_cut && layout.pieces.is_none() => {
                    self.queue().ranges.push_back(LargeFile {
                        input: at,
                        layout: Arc::clone(layout),
                        file: Arc::clone(file),
                        size: input.size,
                        next: 0,
                    });
                    return;
                }
                _ => self.lines(at, layout, opened.stream, buffer, collector),
            }
        }
        if let Some(file) = opened.file {
            self.note_damage(at, &file);
        }
    }

    /// Learns the layout of an input, unless it is known.
    fn learn(&self, at: usize, lines: &Buffer, layout: &mut Option<Arc<Layout>>) {
        if layout.is_none()
            && let Some(learned) = learn(lines.bytes())
        {
            let learned = layout.insert(Arc::new(learned));
            self.found(at).has_layout(learned);
        }
    }

    /// Reads a stream of lines.
    fn lines<C: Collect>(
        &self,
        at: usize,
        mut layout: Option<Arc<Layout>>,
        stream: PeekReader<'_>,
        buffer: &mut Buffer,
        collector: &mut C,
    ) {
        let mut blocks = Blocks::new(stream);
        let shared = layout.clone();
        if let Some(layout) = &shared
            && let Some(mut joiner) = Joiner::of(layout)
        {
            let mut deliver = |lines: &mut Buffer, beside: BlockStats| {
                self.found(at).add(&self.inputs.found[at].cluster, beside);
                self.dispatch(at, Some(layout), lines, collector);
            };
            let mut sink = RecordSink::new(&mut deliver);
            while blocks.next(buffer) {
                for line in buffer.bytes().split(|byte| *byte == b'\n') {
                    if !line.is_empty() {
                        joiner.add(line, &mut sink);
                    }
                }
            }
            joiner.end(&mut sink);
            sink.flush();
        } else {
            while blocks.next(buffer) {
                self.learn(at, buffer, &mut layout);
                self.dispatch(at, layout.as_ref(), buffer, collector);
            }
        }
        let bytes = blocks.bytes_read;
        self.ended(at, &blocks, bytes);
    }

    /// Reads a stream that is cut into values first.
    fn frame<C: Collect>(
        &self,
        at: usize,
        framing: Framing,
        stream: PeekReader<'_>,
        collector: &mut C,
    ) {
        let mut reader = CountingReader(stream, 0);
        let mut layout = None;
        let mut deliver = |lines: &mut Buffer, beside: BlockStats| {
            self.found(at).add(&self.inputs.found[at].cluster, beside);
            self.learn(at, lines, &mut layout);
            self.dispatch(at, layout.as_ref(), lines, collector);
        };
        let mut sink = RecordSink::new(&mut deliver);
        let outcome = match framing {
            Framing::Csv(separator) => csv_rows::read(&mut reader, separator, &mut sink),
            Framing::Markdown => markdown_rows::read(&mut reader, &mut sink),
            Framing::Packed => packed_strings::read(&mut reader, &mut sink),
            Framing::Json | Framing::Lines => json_values::read(&mut reader, &mut sink),
        };
        let mut in_file = self.found(at);
        in_file.read(reader.1);
        if let Err(error) = outcome {
            in_file.failed(error.to_string());
        }
    }

    /// Notes whether a file lost something since it was found.
    fn note_damage(&self, input: usize, file: &LiveFile) {
        if let Some(damage) = file.damage() {
            self.found(input).failed(damage);
        }
    }

    /// Notes how much of a range or a stream was read and why not more.
    fn ended<R: Read>(&self, input: usize, blocks: &Blocks<R>, bytes: u64) {
        let mut found = BlockStats::default();
        found.note(GapKind::OverlongLine, "", blocks.overlong_lines);
        let mut in_file = self.found(input);
        in_file.read(bytes);
        in_file.add(&self.inputs.found[input].cluster, found);
        if let Some(error) = &blocks.error {
            in_file.failed(error);
        }
    }
}

/// A reader that counts its bytes.
struct CountingReader<'a>(PeekReader<'a>, u64);

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1 += read as u64;
        Ok(read)
    }
}
