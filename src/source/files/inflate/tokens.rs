//! Bits to tokens: the compressed data of a block (RFC 1951, section 3.2.3).

use std::io::{self, ErrorKind, Read};

use fearless_simd::dispatch;

use super::bits::Bits;
use super::codes::{Codes, bits, is_end, is_literals, is_number, literal, number};
use crate::source::files::processor::LEVEL;

/// Tokens that one step adds at most.
const ROOM: usize = 4;
/// Bytes that have to lie in the buffer for quick steps.
const FAST: usize = 8;

/// A token is a table's entry of literals, or a copy: the length lowest, and above these bits
/// the distance less one.
pub(super) const LENGTH_BITS: u32 = 9;

/// The tokens that bits tell by the codes of their block.
pub(super) struct Tokens<R> {
    pub(super) bits: Bits<R>,
    pub(super) symbols: Codes<1024>,
    pub(super) distances: Codes<512>,
    tokens: Vec<u32>,
    filled: usize,
}

/// Whether a block goes on.
pub(super) enum Step {
    More,
    BlockEnds,
}

pub(super) fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

impl<R: Read> Tokens<R> {
    /// The tokens that these bits will tell, with room for so many.
    pub(super) fn new(bits: Bits<R>, room: usize) -> Self {
        Self {
            bits,
            symbols: Codes::new(),
            distances: Codes::new(),
            tokens: vec![0; room],
            filled: 0,
        }
    }

    /// Whether there is no room for what one step adds.
    pub(super) fn is_full(&self) -> bool {
        self.filled + ROOM > self.tokens.len()
    }

    pub(super) fn push_literal(&mut self, byte: u32) {
        self.tokens[self.filled] = literal(byte);
        self.filled += 1;
    }

    /// Takes out what was read, for other tokens to be written over.
    pub(super) fn replace(&mut self, spent: Vec<u32>) -> Vec<u32> {
        let room = self.tokens.len();
        self.tokens.truncate(self.filled);
        let read = std::mem::replace(&mut self.tokens, spent);
        self.tokens.resize(room, 0);
        self.filled = 0;
        read
    }

    /// Reads tokens, many at once as long as enough bytes lie in the buffer. There has to be
    /// room.
    pub(super) fn read(&mut self) -> io::Result<Step> {
        if self.bits.buffered().len() >= FAST {
            // For the instructions that shift by a register and leave the flags alone.
            dispatch!(*LEVEL, _simd => self.many_steps())
        } else {
            self.one_step()
        }
    }

    /// Reads tokens until there is no room for more or the buffer is nearly spent. All that it
    /// needs at hand is held in local variables: the processor's registers.
    #[inline(always)]
    fn many_steps(&mut self) -> io::Result<Step> {
        let (symbols, distances) = (&self.symbols, &self.distances);
        let (input, mut ahead, mut count) = self.bits.parts();
        let tokens = &mut self.tokens[self.filled..];
        let mut at = 0;
        let mut filled = 0;
        let mut step = Ok(Step::More);
        while let (Some(word), Some(room)) = (
            input.get(at..).and_then(<[u8]>::first_chunk::<FAST>),
            tokens
                .get_mut(filled..)
                .and_then(<[u32]>::first_chunk_mut::<ROOM>),
        ) {
            ahead |= u64::from_le_bytes(*word) << count;
            at += ((63 - count) >> 3) as usize;
            count |= 56;
            let mut entry = symbols.find(ahead);
            // All 64 bits are those of the stream: enough for four codes of 15 bits.
            let mut literals = 0;
            while literals < 3 && is_literals(entry) {
                ahead >>= bits(entry);
                count -= bits(entry);
                room[literals] = entry;
                literals += 1;
                entry = symbols.find(ahead);
            }
            filled += literals;
            if is_literals(entry) {
                continue;
            }
            // A copy takes 48 bits at most: two codes of 15, and extra bits, 5 and 13.
            if count < 48 {
                let Some(word) = input.get(at..).and_then(<[u8]>::first_chunk) else {
                    break;
                };
                ahead |= u64::from_le_bytes(*word) << count;
                at += ((63 - count) >> 3) as usize;
                count |= 56;
            }
            if !is_number(entry) {
                ahead >>= bits(entry);
                count -= bits(entry);
                step = ended(entry);
                break;
            }
            let length = number(entry, ahead);
            ahead >>= bits(entry);
            count -= bits(entry);
            let entry = distances.find(ahead);
            if !is_number(entry) {
                step = Err(damaged("invalid distance code"));
                break;
            }
            let distance = number(entry, ahead);
            ahead >>= bits(entry);
            count -= bits(entry);
            room[literals] = (distance - 1) << LENGTH_BITS | length;
            filled += 1;
        }
        self.filled += filled;
        self.bits.put_back(at, ahead, count);
        step
    }

    /// Reads what one refill of bits tells.
    fn one_step(&mut self) -> io::Result<Step> {
        self.bits.refill()?;
        let entry = self.symbols.find(self.bits.ahead());
        if !is_number(entry) {
            self.bits.skip(bits(entry));
            if self.bits.is_beyond() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if is_literals(entry) {
                self.tokens[self.filled] = entry;
                self.filled += 1;
                return Ok(Step::More);
            }
            return ended(entry);
        }
        let length = self.number(entry);
        let entry = self.distances.find(self.bits.ahead());
        if !is_number(entry) {
            if self.bits.is_beyond() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            return Err(damaged("invalid distance code"));
        }
        let distance = self.number(entry);
        if self.bits.is_beyond() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.tokens[self.filled] = (distance - 1) << LENGTH_BITS | length;
        self.filled += 1;
        Ok(Step::More)
    }

    fn number(&mut self, entry: u32) -> u32 {
        let number = number(entry, self.bits.ahead());
        self.bits.skip(bits(entry));
        number
    }
}

/// What an entry means that is neither literals nor a length.
fn ended(entry: u32) -> io::Result<Step> {
    if is_end(entry) {
        return Ok(Step::BlockEnds);
    }
    Err(damaged("invalid literal or length code"))
}
