//! Who does what: threads that open files, read ranges of a large one, and search each other's
//! blocks.
//!
//! A worker takes whatever is there, in this order: a block that another one read, a range of a
//! large plain file, the next file. Whoever decompresses a file hands its blocks to workers that
//! have nothing to do, and searches them itself when all are busy. So both one large file and
//! many small ones keep all processors at work, and there are never more blocks than workers.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::blocks::{Blocks, Buffer};
use super::found::{Found, FoundInFile};
use super::inputs::Inputs;
use super::open::{Stream, open};
use super::ranges::{self, RANGE};
use super::scan::scan;
use super::shapes::messages::Messages;
use super::shapes::{self, Shape};
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::evidence::set::Collect;
use crate::source::progress::Progress;

/// Each worker has a buffer and perhaps a long line to hold: more of them would not keep
/// within the memory that the reader promises.
const MOST_WORKERS: usize = 16;

/// Reads all inputs: the evidence, and what was found in each file, in their order.
pub fn read_all<C: Collect>(inputs: &Inputs, progress: &Progress) -> (C, Vec<FoundInFile>) {
    let work = Work {
        inputs,
        progress,
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
    cluster: Arc<Cluster>,
    lines: Buffer,
}

/// A large plain file, and from where on no range of it was taken.
struct LargeFile {
    input: usize,
    file: Arc<File>,
    size: u64,
    next: u64,
}

enum Task {
    Search(Handed),
    Range {
        input: usize,
        file: Arc<File>,
        size: u64,
        start: u64,
    },
    Open(usize),
}

impl Work<'_> {
    fn run<C: Collect>(&self) -> C {
        let mut collector = C::default();
        let mut buffer = Buffer::default();
        while let Some(task) = self.next() {
            match task {
                Task::Search(mut block) => {
                    self.search(block.input, &block.cluster, &block.lines, &mut collector);
                    block.lines.clear();
                    if !block.lines.is_oversized() {
                        self.queue().spare.push(block.lines);
                    }
                }
                Task::Range {
                    input,
                    file,
                    size,
                    start,
                } => self.range(input, &file, start, size, &mut buffer, &mut collector),
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
                let start = large.next;
                large.next += RANGE;
                let task = Task::Range {
                    input: large.input,
                    file: Arc::clone(&large.file),
                    size: large.size,
                    start,
                };
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
        cluster: &Arc<Cluster>,
        lines: &Buffer,
        collector: &mut C,
    ) {
        let arrivals = self.inputs.arrivals(cluster);
        let found = scan(lines.bytes(), cluster, arrivals, collector);
        self.found(input).add(cluster, found);
    }

    /// Hands a block to a worker that waits for one, or searches it here.
    fn hand_on<C: Collect>(
        &self,
        input: usize,
        cluster: &Arc<Cluster>,
        lines: &mut Buffer,
        collector: &mut C,
    ) {
        let mut queue = self.queue();
        if queue.blocks.len() < queue.waiting {
            let spare = queue.spare.pop().unwrap_or_default();
            queue.blocks.push_back(Handed {
                input,
                cluster: Arc::clone(cluster),
                lines: std::mem::replace(lines, spare),
            });
            drop(queue);
            self.changed.notify_one();
        } else {
            drop(queue);
            self.search(input, cluster, lines, collector);
        }
    }

    fn range<C: Collect>(
        &self,
        input: usize,
        file: &File,
        start: u64,
        size: u64,
        buffer: &mut Buffer,
        collector: &mut C,
    ) {
        let end = size.min(start + RANGE);
        let cluster = &self.inputs.found[input].cluster;
        let arrivals = self.inputs.arrivals(cluster);
        let mut blocks = ranges::blocks(file, start, end, size);
        let mut found = Found::default();
        while blocks.next(buffer) {
            found.merge(scan(buffer.bytes(), cluster, arrivals, collector));
        }
        self.progress.advance(end - start);
        let bytes = blocks.reader().reached().saturating_sub(start);
        self.ended(input, found, &blocks, bytes);
        if end == size {
            self.compare_size(input, file);
        }
    }

    fn open<C: Collect>(&self, at: usize, buffer: &mut Buffer, collector: &mut C) {
        let input = &self.inputs.found[at];
        let opened = match open(input, self.progress) {
            Ok(opened) => opened,
            Err(error) => return self.found(at).failed(error.to_string()),
        };
        let shape = shapes::recognise(&opened.beginning);
        match (shape, &opened.file) {
            (Some(shape), _) => self.unwrap(at, shape, opened.stream, collector),
            (None, Some(file)) if opened.is_plain && input.size > 2 * RANGE => {
                self.queue().ranges.push_back(LargeFile {
                    input: at,
                    file: Arc::clone(file),
                    size: input.size,
                    next: 0,
                });
                return;
            }
            (None, _) => {
                let mut blocks = Blocks::new(opened.stream);
                while blocks.next(buffer) {
                    self.hand_on(at, &input.cluster, buffer, collector);
                }
                let bytes = blocks.bytes_read;
                self.ended(at, Found::default(), &blocks, bytes);
            }
        }
        if let Some(file) = opened.file {
            self.compare_size(at, &file);
        }
    }

    /// Notes whether a file's size has changed since it was found.
    fn compare_size(&self, input: usize, file: &File) {
        let Ok(metadata) = file.metadata() else {
            return;
        };
        let change = match metadata.len().cmp(&self.inputs.found[input].size) {
            Ordering::Equal => return,
            Ordering::Greater => "grew",
            Ordering::Less => "shrank",
        };
        self.found(input)
            .failed(format!("it {change} while it was read"));
    }

    /// Notes what was found in a range or a stream, how much of it was read and why not more.
    fn ended<R: Read>(&self, input: usize, mut found: Found, blocks: &Blocks<R>, bytes: u64) {
        found.note(GapKind::OverlongLine, "", blocks.overlong_lines);
        let mut in_file = self.found(input);
        in_file.read(bytes);
        in_file.add(&self.inputs.found[input].cluster, found);
        if let Some(error) = &blocks.error {
            in_file.failed(error);
        }
    }

    fn unwrap<C: Collect>(&self, at: usize, shape: &Shape, stream: Stream<'_>, collector: &mut C) {
        let mut reader = Measured(stream, 0);
        let mut deliver = |cluster: &Arc<Cluster>, lines: &mut Buffer, beside: Found| {
            self.found(at).add(cluster, beside);
            self.hand_on(at, cluster, lines, collector);
        };
        let mut messages = Messages::new(&self.inputs.found[at].cluster, &mut deliver);
        let outcome = (shape.unwrap)(&mut reader, &mut messages);
        messages.flush();
        let mut in_file = self.found(at);
        in_file.read(reader.1);
        if let Err(error) = outcome {
            in_file.failed(error.to_string());
        }
    }
}

/// A reader that counts its bytes.
struct Measured<'a>(Stream<'a>, u64);

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
