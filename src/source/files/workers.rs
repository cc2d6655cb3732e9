//! Who does what: threads that open files, read ranges of a large one, and search each other's
//! blocks.
//!
//! A worker takes whatever is there, in this order: a block that another one read, a range of a
//! large plain file, the next file. Whoever decompresses a file hands its blocks to workers that
//! have nothing to do, and searches them itself when all are busy. So both one large file and
//! many small ones keep all processors at work, and there are never more blocks than workers.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::blocks::{Blocks, Buffer};
use super::carrier::Layout;
use super::carrier::learning::learn;
use super::found::{Found, FoundInFile};
use super::framing::joined_lines::Joiner;
use super::framing::record_sink::{FIRST_BLOCK, RecordSink};
use super::framing::{ENOUGH, Framing, csv_rows, json_values, markdown_rows, packed_strings};
use super::inputs::{Inputs, Place};
use super::live_file::LiveFile;
use super::open::{Peeked, open};
use super::ranges::{self, RANGE};
use super::recognition::looks_like;
use super::scan::scan_values;
use crate::evidence::coverage::GapKind;
use crate::evidence::set::Collect;
use crate::source::progress::Progress;
use crate::source::s3::downloads::Downloads;

/// Each worker has a buffer and perhaps a long line to hold: more of them would not keep
/// within the memory that the reader promises.
const MOST_WORKERS: usize = 16;

/// Reads all inputs: the evidence, and what was found in each file, in their order.
pub fn read_all<C: Collect>(inputs: &Inputs, progress: &Progress) -> (C, Vec<FoundInFile>) {
    let work = Work {
        inputs,
        progress,
        downloads: Downloads::of(
            inputs
                .found
                .iter()
                .map(|input| match &input.at {
                    Place::Object(object) => Some(object),
                    Place::File(_) | Place::StandardInput => None,
                })
                .collect(),
        ),
        found: inputs.found.iter().map(|_| Mutex::default()).collect(),
        queue: Mutex::default(),
        changed: Condvar::new(),
    };
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let collected = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers.min(MOST_WORKERS))
            .map(|_| scope.spawn(|| work.run::<C>()))
            .collect();
        let mut collected = work.run::<C>();
        for other in others {
            match other.join() {
                Ok(more) => collected.merge(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        collected
    });
    let found = work
        .found
        .into_iter()
        .map(|found| found.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect();
    (collected, found)
}

struct Work<'a> {
    inputs: &'a Inputs,
    progress: &'a Progress,
    downloads: Downloads<'a>,
    found: Vec<Mutex<FoundInFile>>,
    queue: Mutex<Queue>,
    /// Told whenever there may be something to do, or nothing more.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    blocks: VecDeque<Handed>,
    ranges: VecDeque<LargeFile>,
    next_input: usize,
    /// Workers that have a file open and may hand on blocks.
    reading: usize,
    /// Workers that wait for something to do.
    waiting: usize,
    /// Buffers to be used again.
    spare: Vec<Buffer>,
}

/// A block that one worker read for another to search.
struct Handed {
    input: usize,
    layout: Option<Arc<Layout>>,
    lines: Buffer,
}

/// A large file of lines, and from where on no range of it was taken.
#[derive(Clone)]
struct LargeFile {
    input: usize,
    layout: Arc<Layout>,
    file: Arc<LiveFile>,
    size: u64,
    next: u64,
}

enum Task {
    Search(Handed),
    Range(LargeFile),
    Open(usize),
}

impl Work<'_> {
    fn run<C: Collect>(&self) -> C {
        let mut collector = C::default();
        let mut buffer = Buffer::default();
        while let Some(task) = self.next() {
            match task {
                Task::Search(mut block) => {
                    let layout = block.layout.as_deref();
                    self.search(block.input, layout, &block.lines, &mut collector);
                    block.lines.clear();
                    if !block.lines.is_oversized() {
                        self.queue().spare.push(block.lines);
                    }
                }
                Task::Range(range) => self.range(&range, &mut buffer, &mut collector),
                Task::Open(input) => {
                    let reading = Reading(self);
                    self.open(input, &mut buffer, &mut collector);
                    drop(reading);
                }
            }
            if buffer.is_oversized() {
                buffer = Buffer::default();
            }
        }
        collector
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, input: usize) -> MutexGuard<'_, FoundInFile> {
        self.found[input]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to do; `None` when all is done.
    fn next(&self) -> Option<Task> {
        let mut queue = self.queue();
        loop {
            if let Some(block) = queue.blocks.pop_front() {
                return Some(Task::Search(block));
            }
            if let Some(large) = queue.ranges.front_mut() {
                let task = Task::Range(large.clone());
                large.next += RANGE;
                if large.next >= large.size {
                    queue.ranges.pop_front();
                }
                return Some(task);
            }
            if queue.next_input < self.inputs.found.len() {
                queue.next_input += 1;
                queue.reading += 1;
                return Some(Task::Open(queue.next_input - 1));
            }
            if queue.reading == 0 {
                self.changed.notify_all();
                return None;
            }
            queue.waiting += 1;
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
            queue.waiting -= 1;
        }
    }

    fn search<C: Collect>(
        &self,
        input: usize,
        layout: Option<&Layout>,
        lines: &Buffer,
        collector: &mut C,
    ) {
        let cluster = &self.inputs.found[input].cluster;
        let wanted = |cluster: &_| self.inputs.arrivals(cluster);
        let found = scan_values(lines.bytes(), layout, cluster, &wanted, collector);
        let mut in_file = self.found(input);
        for (cluster, found) in found {
            in_file.add(&cluster, found);
        }
    }

    /// Hands a block to a worker that waits for one, or searches it here.
    fn hand_on<C: Collect>(
        &self,
        input: usize,
        layout: Option<&Arc<Layout>>,
        lines: &mut Buffer,
        collector: &mut C,
    ) {
        let mut queue = self.queue();
        if queue.blocks.len() < queue.waiting {
            let spare = queue.spare.pop().unwrap_or_default();
            queue.blocks.push_back(Handed {
                input,
                layout: layout.map(Arc::clone),
                lines: std::mem::replace(lines, spare),
            });
            drop(queue);
            self.changed.notify_one();
        } else {
            drop(queue);
            self.search(input, layout.map(|layout| &**layout), lines, collector);
        }
    }

    fn range<C: Collect>(&self, range: &LargeFile, buffer: &mut Buffer, collector: &mut C) {
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

    fn open<C: Collect>(&self, at: usize, buffer: &mut Buffer, collector: &mut C) {
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
        stream: Peeked<'_>,
        buffer: &mut Buffer,
        collector: &mut C,
    ) {
        let mut blocks = Blocks::new(stream);
        let shared = layout.clone();
        if let Some(layout) = &shared
            && let Some(mut joiner) = Joiner::of(layout)
        {
            let mut deliver = |lines: &mut Buffer, beside: Found| {
                self.found(at).add(&self.inputs.found[at].cluster, beside);
                self.hand_on(at, Some(layout), lines, collector);
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
                self.hand_on(at, layout.as_ref(), buffer, collector);
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
        stream: Peeked<'_>,
        collector: &mut C,
    ) {
        let mut reader = Measured(stream, 0);
        let mut layout = None;
        let mut deliver = |lines: &mut Buffer, beside: Found| {
            self.found(at).add(&self.inputs.found[at].cluster, beside);
            self.learn(at, lines, &mut layout);
            self.hand_on(at, layout.as_ref(), lines, collector);
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
        let mut found = Found::default();
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
struct Measured<'a>(Peeked<'a>, u64);

impl Read for Measured<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1 += read as u64;
        Ok(read)
    }
}

/// Keeps the others waiting for blocks as long as it lives.
struct Reading<'a, 'b>(&'a Work<'b>);

impl Drop for Reading<'_, '_> {
    fn drop(&mut self) {
        self.0.queue().reading -= 1;
        self.0.changed.notify_all();
    }
}
