//! An object's bytes, resumed after a torn transfer.

use std::io::{self, Cursor, Read};
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, timeout};

use super::object::{Object, Undelivered};
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::failure::Failure;
use crate::source::error_words::in_words;
use crate::source::progress::Progress;

/// The action, as a policy names it.
pub const GET_OBJECT: &str = "s3:GetObject";

/// How long an answer is waited for, through throttling and retries.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// A transfer that brings nothing for so long is torn.
const SILENT_FOR: Duration = Duration::from_secs(20);
/// How often a transfer is resumed that brings nothing new.
const RESUMES: u32 = 6;
/// The longest pause before a transfer is resumed, times the number of tears.
const PAUSE: Duration = Duration::from_millis(200);

/// Bytes that are handed on at a time, and how many times that much waits for its reader: half a
/// MiB for each object that is downloaded.
const CHUNK: usize = 64 << 10;
const CHUNKS: usize = 8;

type Chunk = Result<Vec<u8>, Undelivered>;

/// An object's bytes, while they arrive. It blocks, and belongs on a thread of its own.
pub struct Body {
    chunks: Receiver<Chunk>,
    chunk: Cursor<Vec<u8>>,
    ended: bool,
}

impl Body {
    /// Starts to download an object.
    pub(super) fn of(object: &Object) -> Self {
        let (sender, chunks) = channel(CHUNKS);
        let is_empty = object.size == 0;
        if !is_empty {
            let object = object.clone();
            let runtime = object.bucket.runtime.clone();
            runtime.spawn(async move {
                let last = match transfer(&object, &sender).await {
                    // An empty chunk is the end: a task that is gone without one has failed.
                    Ok(()) => Ok(Vec::new()),
                    Err(failure) => Err(object.failure(failure).into()),
                };
                // Its reader may have given up.
                let _ = sender.send(last).await;
            });
        }
        Self {
            chunks,
            chunk: Cursor::default(),
            ended: is_empty,
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.chunk.read(buffer)?;
            if read > 0 || self.ended || buffer.is_empty() {
                return Ok(read);
            }
            match self.chunks.blocking_recv() {
                Some(Ok(chunk)) => {
                    self.ended = chunk.is_empty();
                    self.chunk = Cursor::new(chunk);
                }
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => {
                    let words = "its download was interrupted; try again".to_owned();
                    return Err(io::Error::other(Undelivered(words)));
                }
            }
        }
    }
}

/// Sends all bytes of an object, in order and each once.
async fn transfer(object: &Object, sender: &Sender<Chunk>) -> Result<(), Failure> {
    let mut sent = 0;
    let mut tears = 0;
    loop {
        let answer = answer(object, sent).await?;
        let before = sent;
        let tear = match pass_on(answer, &object.bucket.progress, &mut sent, sender).await {
            Passed::Whole => return Ok(()),
            Passed::Torn(reason) => reason,
        };
        tears = if sent > before { 1 } else { tears + 1 };
        tracing::debug!(
            object = object.place(),
            sent,
            tears,
            reason = tear,
            "transfer torn"
        );
        // All bytes were there, and they were wrong: to read them again would be too late.
        if tears > RESUMES || sent >= object.size {
            return Err(Failure::during(GET_OBJECT, Cause::Torn { reason: tear }));
        }
        sleep(PAUSE.mul_f64(fastrand::f64()) * tears).await;
    }
}

/// What came of passing on one answer's bytes.
enum Passed {
    /// All were passed on, or nobody reads them any more.
    Whole,
    /// Some are missing, for this reason.
    Torn(String),
}

/// Asks for the bytes from `from` on, of the version that was listed.
async fn answer(object: &Object, from: u64) -> Result<GetObjectOutput, Failure> {
    let bucket = &object.bucket;
    let pace = &bucket.connection.rate_limiters.get_object;
    let deadline = Instant::now() + ANSWER_WITHIN;
    let range = (from > 0).then(|| format!("bytes={from}-"));
    let answering = call(pace, GET_OBJECT, deadline, || {
        bucket.progress.count_request();
        bucket
            .client
            .get_object()
            .bucket(&bucket.name)
            .key(&object.key)
            .set_if_match(object.etag.clone())
            .set_range(range.clone())
            .send()
    });
    let answer = answering.await?;
    tracing::debug!(object = object.place(), from, "object opened");
    answer.ok_or_else(|| Failure::during(GET_OBJECT, Cause::OutOfTime))
}

async fn pass_on(
    mut answer: GetObjectOutput,
    progress: &Progress,
    sent: &mut u64,
    sender: &Sender<Chunk>,
) -> Passed {
    let first = first_byte(answer.content_range()).unwrap_or(0);
    let Some(mut known) = sent.checked_sub(first) else {
        return Passed::Torn(format!("it resumed at byte {first} instead of {sent}"));
    };
    let length = answer
        .content_length()
        .and_then(|length| u64::try_from(length).ok());
    let end = length.map(|length| first + length);
    loop {
        match timeout(SILENT_FOR, answer.body.next()).await {
            Ok(Some(Ok(bytes))) => {
                progress.count_received(bytes.len() as u64);
                // A service that does not know ranges begins at the beginning.
                let skipped = known.min(bytes.len() as u64);
                known -= skipped;
                let fresh = bytes.get(skipped as usize..).unwrap_or_default();
                for chunk in fresh.chunks(CHUNK) {
                    *sent += chunk.len() as u64;
                    if sender.send(Ok(chunk.to_vec())).await.is_err() {
                        return Passed::Whole;
                    }
                }
            }
            Ok(None) if end.is_none_or(|end| *sent >= end) => return Passed::Whole,
            Ok(None) => return Passed::Torn("it ended too early".to_owned()),
            Ok(Some(Err(error))) => return Passed::Torn(in_words(&error)),
            Err(_) => {
                return Passed::Torn(format!("no byte came for {} s", SILENT_FOR.as_secs()));
            }
        }
    }
}

/// The first byte of an answer by its Content-Range: `bytes 100-199/200`.
fn first_byte(range: Option<&str>) -> Option<u64> {
    let (first, _) = range?.strip_prefix("bytes ")?.split_once('-')?;
    first.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_tells_where_it_begins() {
        for (range, first) in [
            (Some("bytes 100-199/200"), Some(100)),
            (Some("bytes */200"), None),
            (Some("100-199"), None),
            (None, None),
        ] {
            assert_eq!(first_byte(range), first, "{range:?}");
        }
    }

    /// A task that ends without saying so has not delivered the whole object.
    #[test]
    fn a_body_without_its_end_is_no_whole_body() {
        let (sender, chunks) = channel(CHUNKS);
        sender.blocking_send(Ok(b"half".to_vec())).expect("room");
        drop(sender);
        let mut body = Body {
            chunks,
            chunk: Cursor::default(),
            ended: false,
        };
        let mut bytes = Vec::new();
        assert!(body.read_to_end(&mut bytes).is_err());
        assert_eq!(bytes, b"half");
    }
}
