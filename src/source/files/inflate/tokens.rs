//! Bits to tokens (RFC 1951), and the members around them (RFC 1952).

use std::io::{self, ErrorKind, Read};

use crc32fast::Hasher;

use super::bits::Bits;
use super::codes::{
    Codes, bits, code_length, distance, is_end, is_literals, is_number, literal, literal_or_length,
    number,
};

/// Tokens in a chunk: few enough to stay in the cache between the two threads.
const CHUNK: usize = 32 << 10;
/// Tokens that one step adds at most.
const ROOM: usize = 4;
/// Bytes that have to lie in the buffer for quick steps.
const FAST: usize = 8;

/// A token is a table's entry of literals, or a copy: the length lowest, and above these bits
/// the distance less one.
pub(super) const LENGTH_BITS: u32 = 9;

/// Some tokens, and what follows them.
pub(super) struct Chunk {
    pub(super) tokens: Vec<u32>,
    pub(super) then: Then,
}

/// What follows the tokens of a chunk.
pub(super) enum Then {
    /// More tokens.
    More,
    /// The end of a member, with the checksum and the length of its bytes.
    MemberEnds { checksum: u32, length: u32 },
    /// The stream cannot be read further.
    Failed(io::Error),
}

/// Sends a chunk and gets an old one's tokens back; `None` if nobody wants more.
type Send<'a> = &'a mut dyn FnMut(Chunk) -> Option<Vec<u32>>;

/// The members of a stream.
pub(super) struct Members<R> {
    bits: Bits<R>,
    tokens: Vec<u32>,
    filled: usize,
    symbols: Codes<2048>,
    distances: Codes<512>,
    code_lengths: Codes<128>,
}

/// Whether a block goes on.
enum Step {
    More,
    BlockEnds,
}

/// Why reading ends before the stream does.
enum Ended {
    Failed(io::Error),
    Unwanted,
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

fn damaged(what: &str) -> Ended {
    Ended::Failed(io::Error::new(ErrorKind::InvalidData, what))
}

fn cut_off() -> Ended {
    Ended::Failed(ErrorKind::UnexpectedEof.into())
}

impl<R: Read> Members<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            bits: Bits::new(reader),
            tokens: vec![0; CHUNK],
            filled: 0,
            symbols: Codes::new(),
            distances: Codes::new(),
            code_lengths: Codes::new(),
        }
    }

    /// Reads all members and sends their tokens.
    pub(super) fn read(mut self, send: Send<'_>) {
        let ended = self.members(send);
        if let Err(Ended::Failed(error)) = ended {
            // Whether anybody wants to know makes no difference any more.
            let _ = self.send(Then::Failed(error), send);
        }
    }

    fn members(&mut self, send: Send<'_>) -> Result<(), Ended> {
        loop {
            self.header()?;
            loop {
                let is_last = self.bits.take(1)? == 1;
                match self.bits.take(2)? {
                    0 => self.stored(send)?,
                    1 => {
                        self.fixed_codes()?;
                        self.compressed(send)?;
                    }
                    2 => {
                        self.own_codes()?;
                        self.compressed(send)?;
                    }
                    _ => return Err(damaged("invalid block type")),
                }
                if is_last {
                    break;
                }
            }
            self.bits.align();
            let checksum = self.bits.take(32)?;
            let length = self.bits.take(32)?;
            self.send(Then::MemberEnds { checksum, length }, send)?;
            if self.bits.is_over()? {
                return Ok(());
            }
        }
    }

    fn send(&mut self, then: Then, send: Send<'_>) -> Result<(), Ended> {
        self.tokens.truncate(self.filled);
        let tokens = std::mem::take(&mut self.tokens);
        self.tokens = send(Chunk { tokens, then }).ok_or(Ended::Unwanted)?;
        self.tokens.resize(CHUNK, 0);
        self.filled = 0;
        Ok(())
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.bits.take(8).map(|byte| byte as u8)
    }

    /// A member's header (RFC 1952, section 2.3).
    fn header(&mut self) -> Result<(), Ended> {
        let mut checksum = Hasher::new();
        let mut byte = || -> io::Result<u8> {
            let byte = self.bits.take(8)? as u8;
            checksum.update(&[byte]);
            Ok(byte)
        };
        if byte()? != 0x1f || byte()? != 0x8b || byte()? != 8 {
            return Err(damaged("invalid gzip header"));
        }
        let flags = byte()?;
        if flags & 0xe0 != 0 {
            return Err(damaged("invalid gzip header"));
        }
        for _ in 0..6 {
            byte()?;
        }
        if flags & 4 != 0 {
            for _ in 0..u16::from_le_bytes([byte()?, byte()?]) {
                byte()?;
            }
        }
        for text in [8, 16] {
            if flags & text != 0 {
                while byte()? != 0 {}
            }
        }
        if flags & 2 != 0 && self.bits.take(16)? != checksum.finalize() & 0xffff {
            return Err(damaged("invalid gzip header"));
        }
        Ok(())
    }

    fn stored(&mut self, send: Send<'_>) -> Result<(), Ended> {
        self.bits.align();
        let length = self.bits.take(16)?;
        if self.bits.take(16)? != length ^ 0xffff {
            return Err(damaged("invalid stored block lengths"));
        }
        for _ in 0..length {
            let byte = self.byte()?;
            if self.filled + ROOM > CHUNK {
                self.send(Then::More, send)?;
            }
            self.tokens[self.filled] = literal(u32::from(byte));
            self.filled += 1;
        }
        Ok(())
    }

    fn fixed_codes(&mut self) -> io::Result<()> {
        let mut lengths = [8_u8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.symbols.build(&lengths, literal_or_length, false)?;
        self.symbols.join_literals();
        self.distances.build(&[5; 32], distance, false)
    }

    /// The codes of a block that brings its own (RFC 1951, section 3.2.7).
    fn own_codes(&mut self) -> Result<(), Ended> {
        const ORDER: [usize; 19] = [
            16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
        ];
        let symbols = self.bits.take(5)? as usize + 257;
        let distances = self.bits.take(5)? as usize + 1;
        let code_lengths = self.bits.take(4)? as usize + 4;
        if symbols > 286 || distances > 30 {
            return Err(damaged("too many length or distance symbols"));
        }
        let mut lengths = [0_u8; 19];
        for place in &ORDER[..code_lengths] {
            lengths[*place] = self.bits.take(3)? as u8;
        }
        self.code_lengths.build(&lengths, code_length, false)?;
        let mut lengths = [0_u8; 286 + 30];
        let lengths = &mut lengths[..symbols + distances];
        let mut at = 0;
        while at < lengths.len() {
            self.bits.refill()?;
            let entry = self.code_lengths.find(self.bits.ahead());
            if !is_number(entry) {
                return Err(damaged("invalid code lengths"));
            }
            self.bits.skip(bits(entry));
            let (value, times) = match number(entry, 0) {
                16 if at == 0 => return Err(damaged("invalid code lengths")),
                16 => (lengths[at - 1], 3 + self.bits.take(2)?),
                17 => (0, 3 + self.bits.take(3)?),
                18 => (0, 11 + self.bits.take(7)?),
                length => (length as u8, 1),
            };
            let end = at + times as usize;
            if end > lengths.len() {
                return Err(damaged("invalid code lengths"));
            }
            lengths[at..end].fill(value);
            at = end;
        }
        if self.bits.is_beyond() {
            return Err(cut_off());
        }
        if lengths[256] == 0 {
            return Err(damaged("no code for the end of the block"));
        }
        let (for_symbols, for_distances) = lengths.split_at(symbols);
        self.symbols.build(for_symbols, literal_or_length, true)?;
        self.symbols.join_literals();
        self.distances.build(for_distances, distance, true)?;
        Ok(())
    }

    /// A block's compressed data: quickly as long as enough of it lies in the buffer.
    fn compressed(&mut self, send: Send<'_>) -> Result<(), Ended> {
        loop {
            if self.filled + ROOM > CHUNK {
                self.send(Then::More, send)?;
            }
            let step = if self.bits.buffered().len() >= FAST {
                self.many_steps()?
            } else {
                self.one_step()?
            };
            if let Step::BlockEnds = step {
                return Ok(());
            }
        }
    }

    /// Reads tokens until there is no room for more or the buffer is nearly spent. All that it
    /// needs at hand is held in local variables: the processor's registers.
    fn many_steps(&mut self) -> Result<Step, Ended> {
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
    fn one_step(&mut self) -> Result<Step, Ended> {
        self.bits.refill()?;
        let entry = self.symbols.find(self.bits.ahead());
        if !is_number(entry) {
            self.bits.skip(bits(entry));
            if self.bits.is_beyond() {
                return Err(cut_off());
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
                return Err(cut_off());
            }
            return Err(damaged("invalid distance code"));
        }
        let distance = self.number(entry);
        if self.bits.is_beyond() {
            return Err(cut_off());
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
fn ended(entry: u32) -> Result<Step, Ended> {
    if is_end(entry) {
        return Ok(Step::BlockEnds);
    }
    Err(damaged("invalid literal or length code"))
}
