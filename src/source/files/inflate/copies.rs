//! Tokens to bytes.

use std::io::{self, ErrorKind, Read};

use crc32fast::Hasher;
use fearless_simd::dispatch;

use super::codes::{literal_count, literals};
use super::members::{Chunks, Then};
use super::tokens::LENGTH_BITS;
use crate::source::files::processor::LEVEL;

/// How far back a copy reaches (RFC 1951, section 2).
const WINDOW: usize = 32 << 10;
/// Bytes copied at a time; a copy may write so many too many. Most copies are shorter.
const STRIDE: usize = 64;
/// The same for a copy from less far back.
const SHORT_STRIDE: usize = 8;
/// The longest copy, and what it may write too many.
const ROOM: usize = 258 + STRIDE;

/// The bytes of a stream of tokens.
pub(super) struct Copies<C> {
    chunks: C,
    tokens: Vec<u32>,
    next_token: usize,
    then: Option<Then>,
    /// Bytes that may be copied, then those made: delivered up to `delivered`.
    bytes: Vec<u8>,
    delivered: usize,
    made: usize,
    /// Where the member's first byte is, if it is still there.
    member_start: usize,
    checksum: Hasher,
    length: u32,
    is_over: bool,
}

impl<C: Chunks> Copies<C> {
    /// The bytes of these chunks, so many made at a time.
    pub(super) fn new(chunks: C, step: usize) -> Self {
        Self {
            chunks,
            tokens: Vec::new(),
            next_token: 0,
            then: None,
            bytes: vec![0; WINDOW + step + ROOM],
            delivered: 0,
            made: 0,
            member_start: 0,
            checksum: Hasher::new(),
            length: 0,
            is_over: false,
        }
    }

    /// Makes more bytes; all that were made before are delivered.
    fn make(&mut self) -> io::Result<()> {
        if self.made > WINDOW {
            let unused = self.made - WINDOW;
            self.bytes.copy_within(unused..self.made, 0);
            self.made = WINDOW;
            self.member_start = self.member_start.saturating_sub(unused);
        }
        self.delivered = self.made;
        while self.made == self.delivered && !self.is_over {
            if self.next_token < self.tokens.len() {
                let outcome = dispatch!(*LEVEL, _simd => self.copy());
                let made = &self.bytes[self.delivered..self.made];
                self.checksum.update(made);
                // A member tells its length modulo 2^32.
                self.length = self.length.wrapping_add(made.len() as u32);
                if outcome.is_err() {
                    self.is_over = true;
                    self.then = Some(Then::Failed(io::Error::new(
                        ErrorKind::InvalidData,
                        "a copy from before the beginning",
                    )));
                }
            } else {
                self.follow()?;
            }
        }
        Ok(())
    }

    /// Carries out tokens until there is no room for another.
    #[inline(always)]
    fn copy(&mut self) -> Result<(), ()> {
        let tokens = &self.tokens[self.next_token..];
        let bytes = &mut self.bytes[..];
        let limit = bytes.len() - ROOM;
        let mut made = self.made;
        let mut carried_out = 0;
        let mut outcome = Ok(());
        for token in tokens {
            if made > limit {
                break;
            }
            carried_out += 1;
            let count = literal_count(*token);
            if count > 0 {
                bytes[made..made + 4].copy_from_slice(&literals(*token));
                made += count;
                continue;
            }
            let length = (token & ((1 << LENGTH_BITS) - 1)) as usize;
            let distance = (token >> LENGTH_BITS) as usize + 1;
            if distance > made - self.member_start {
                outcome = Err(());
                break;
            }
            copy_back(bytes, made, distance, length);
            made += length;
        }
        self.next_token += carried_out;
        self.made = made;
        outcome
    }

    /// Does what follows the tokens of a chunk, and takes the next one.
    fn follow(&mut self) -> io::Result<()> {
        match self.then.take() {
            Some(Then::Failed(error)) => {
                self.is_over = true;
                return Err(error);
            }
            Some(Then::MemberEnds { checksum, length }) => {
                let found = std::mem::take(&mut self.checksum).finalize();
                let is_whole = checksum == found && length == std::mem::take(&mut self.length);
                self.member_start = self.made;
                if !is_whole {
                    self.is_over = true;
                    return Err(io::Error::new(
                        ErrorKind::InvalidData,
                        "its checksum does not match",
                    ));
                }
            }
            Some(Then::More) | None => {}
        }
        match self.chunks.next(std::mem::take(&mut self.tokens)) {
            Some(chunk) => {
                self.tokens = chunk.tokens;
                self.next_token = 0;
                self.then = Some(chunk.then);
            }
            None => self.is_over = true,
        }
        Ok(())
    }
}

/// Copies bytes from so far back to `at`; what is copied may itself be part of the copy.
#[inline(always)]
fn copy_back(bytes: &mut [u8], at: usize, distance: usize, length: usize) {
    if distance >= STRIDE {
        copy_by::<STRIDE>(bytes, at, distance, length);
    } else if distance >= SHORT_STRIDE {
        copy_by::<SHORT_STRIDE>(bytes, at, distance, length);
    } else {
        for to in at..at + length {
            bytes[to] = bytes[to - distance];
        }
    }
}

#[inline(always)]
fn copy_by<const STRIDE: usize>(bytes: &mut [u8], at: usize, distance: usize, length: usize) {
    let end = at + length;
    let (mut from, mut to) = (at - distance, at);
    while to < end {
        let mut stride = [0; STRIDE];
        stride.copy_from_slice(&bytes[from..from + STRIDE]);
        bytes[to..to + STRIDE].copy_from_slice(&stride);
        from += STRIDE;
        to += STRIDE;
    }
}

impl<C: Chunks> Read for Copies<C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.delivered == self.made && !self.is_over {
            self.make()?;
        }
        // What failed before it made a byte is not an end.
        if self.delivered == self.made {
            return match self.then.take() {
                Some(Then::Failed(error)) => Err(error),
                _ => Ok(0),
            };
        }
        let read = buffer.len().min(self.made - self.delivered);
        buffer[..read].copy_from_slice(&self.bytes[self.delivered..self.delivered + read]);
        self.delivered += read;
        Ok(read)
    }
}
