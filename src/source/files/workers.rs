//! Who does what: threads that open files, read ranges of a large one, and search each other's
//! blocks.
//!
//! A worker takes whatever is there, in this order: a block that another one read, a range of a
//! large plain file, the next file. Whoever decompresses a file hands its blocks to workers that
//! have nothing to do, and searches them itself when all are busy. So both one large file and
//! many small ones keep all processors at work, and there are never more blocks than workers.
//!
//! - [`reading`]: how a worker reads a file, from its framing to its last line

mod reading;

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::blocks::Buffer;
use super::carrier::Layout;
use super::file_stats::FileStats;
use super::inputs::{Inputs, Place};
use super::live_file::LiveFile;
use super::ranges::RANGE;
use super::scan::scan_values;
use crate::evidence::set::Collect;
use crate::source::progress::Progress;
use crate::source::s3::downloads::Downloads;

/// Each worker has a buffer and perhaps a long line to hold: more of them would not keep
/// within the memory that the reader promises.
const MOST_WORKERS: usize = 16;

/// Reads all inputs: the evidence, and what was found in each file, in their order.
pub fn read_all<C: Collect>(inputs: &Inputs, progress: &Progress) -> (C, Vec<FileStats>) {
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
    found: Vec<Mutex<FileStats>>,
    queue: Mutex<Queue>,
    /// Told whenever there may be something to do, or nothing more.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    blocks: VecDeque<QueuedBlock>,
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
struct QueuedBlock {
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
    Search(QueuedBlock),
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
                    let reading = OpenFileGuard(self);
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

    fn found(&self, input: usize) -> MutexGuard<'_, FileStats> {
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
    fn dispatch<C: Collect>(
        &self,
        input: usize,
        layout: Option<&Arc<Layout>>,
        lines: &mut Buffer,
        collector: &mut C,
    ) {
        let mut queue = self.queue();
        if queue.blocks.len() < queue.waiting {
            let spare = queue.spare.pop().unwrap_or_default();
            queue.blocks.push_back(QueuedBlock {
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
}

/// Keeps the others waiting for blocks as long as it lives.
struct OpenFileGuard<'a, 'b>(&'a Work<'b>);

impl Drop for OpenFileGuard<'_, '_> {
    fn drop(&mut self) {
        self.0.queue().reading -= 1;
        self.0.changed.notify_all();
    }
}
