//! The body of an answer, which can break off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// Some bytes, and how many were promised.
#[derive(Debug)]
pub struct AnswerBody {
    bytes: Bytes,
    missing: u64,
    waited: bool,
}

impl AnswerBody {
    /// All of it.
    pub fn whole(bytes: Bytes) -> Self {
        Self {
            bytes,
            missing: 0,
            waited: false,
        }
    }

    /// The first half, of a body that promises the whole.
    pub fn truncated(self) -> Self {
        let half = self.bytes.len() / 2;
        Self {
            bytes: self.bytes.slice(..half),
            missing: (self.bytes.len() - half) as u64,
            waited: false,
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = std::mem::take(&mut self.bytes);
        if !bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        // What was given is sent only while the body lets the connection wait.
        if !self.waited {
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64 + self.missing)
    }
}
