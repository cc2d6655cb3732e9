//! The members of a stream, and the blocks in them, from their bits (RFC 1952 and RFC 1951).

use std::io::{self, ErrorKind, Read};

use crc32fast::Hasher;

use super::bits::Bits;
use super::codes::{Codes, bits, code_length, distance, is_number, literal_or_length, number};
use super::tokens::{Step, Tokens, damaged};

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

/// Where chunks come from.
pub(super) trait Chunks {
    /// The next chunk, `None` after the last; takes back tokens that are spent.
    fn next(&mut self, spent: Vec<u32>) -> Option<Chunk>;
}

/// The members of a stream.
pub(super) struct Members<R> {
    tokens: Tokens<R>,
    code_lengths: Codes<128>,
    at: At,
    in_last_block: bool,
}

/// What comes next in the stream.
enum At {
    /// A member, the first one.
    Member,
    /// Another member, or the end.
    MemberOrEnd,
    Block,
    /// So many bytes that are not compressed.
    Stored(u32),
    Compressed,
    Trailer,
    /// Nothing.
    End,
}

impl<R: Read> Chunks for Members<R> {
    fn next(&mut self, spent: Vec<u32>) -> Option<Chunk> {
        let then = self.fill().unwrap_or_else(|error| {
            self.at = At::End;
            Some(Then::Failed(error))
        })?;
        Some(Chunk {
            tokens: self.tokens.replace(spent),
            then,
        })
    }
}

impl<R: Read> Members<R> {
    /// The members of what `reader` reads, so many bytes at a time, in chunks of so many tokens.
    pub(super) fn new(reader: R, step: usize, chunk: usize) -> Self {
        Self {
            tokens: Tokens::new(Bits::new(reader, step), chunk),
            code_lengths: Codes::new(),
            at: At::Member,
            in_last_block: false,
        }
    }

    /// Reads the tokens of another chunk; `None` if the stream is over.
    fn fill(&mut self) -> io::Result<Option<Then>> {
        loop {
            self.at = match self.at {
                At::End => return Ok(None),
                At::MemberOrEnd if self.tokens.bits.is_over()? => At::End,
                At::Member | At::MemberOrEnd => {
                    self.header()?;
                    At::Block
                }
                At::Block => self.block()?,
                At::Stored(0) => self.after_block(),
                At::Stored(_) | At::Compressed if self.tokens.is_full() => {
                    return Ok(Some(Then::More));
                }
                At::Stored(mut left) => {
                    while left > 0 && !self.tokens.is_full() {
                        let byte = self.tokens.bits.take(8)?;
                        self.tokens.push_literal(byte);
                        left -= 1;
                    }
                    At::Stored(left)
                }
                At::Compressed => match self.tokens.read()? {
                    Step::More => At::Compressed,
                    Step::BlockEnds => self.after_block(),
                },
                At::Trailer => {
                    self.tokens.bits.align();
                    let checksum = self.tokens.bits.take(32)?;
                    let length = self.tokens.bits.take(32)?;
                    self.at = At::MemberOrEnd;
                    return Ok(Some(Then::MemberEnds { checksum, length }));
                }
            };
        }
    }

    fn after_block(&self) -> At {
        if self.in_last_block {
            At::Trailer
        } else {
            At::Block
        }
    }

    /// The beginning of a block, with its codes.
    fn block(&mut self) -> io::Result<At> {
        self.in_last_block = self.tokens.bits.take(1)? == 1;
        match self.tokens.bits.take(2)? {
            0 => {
                self.tokens.bits.align();
                let length = self.tokens.bits.take(16)?;
                if self.tokens.bits.take(16)? != length ^ 0xffff {
                    return Err(damaged("invalid stored block lengths"));
                }
                Ok(At::Stored(length))
            }
            1 => {
                self.fixed_codes()?;
                Ok(At::Compressed)
            }
            2 => {
                self.own_codes()?;
                Ok(At::Compressed)
            }
            _ => Err(damaged("invalid block type")),
        }
    }

    /// A member's header (RFC 1952, section 2.3).
    fn header(&mut self) -> io::Result<()> {
        let mut checksum = Hasher::new();
        let mut byte = || -> io::Result<u8> {
            let byte = self.tokens.bits.take(8)? as u8;
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
        if flags & 2 != 0 && self.tokens.bits.take(16)? != checksum.finalize() & 0xffff {
            return Err(damaged("invalid gzip header"));
        }
        Ok(())
    }

    fn fixed_codes(&mut self) -> io::Result<()> {
        let mut lengths = [8_u8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.tokens
            .symbols
            .build(&lengths, literal_or_length, false)?;
        self.tokens.symbols.join_literals();
        self.tokens.distances.build(&[5; 32], distance, false)
    }

    /// The codes of a block that brings its own (RFC 1951, section 3.2.7).
    fn own_codes(&mut self) -> io::Result<()> {
        const ORDER: [usize; 19] = [
            16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
        ];
        let symbols = self.tokens.bits.take(5)? as usize + 257;
        let distances = self.tokens.bits.take(5)? as usize + 1;
        let code_lengths = self.tokens.bits.take(4)? as usize + 4;
        if symbols > 286 || distances > 30 {
            return Err(damaged("too many length or distance symbols"));
        }
        let mut lengths = [0_u8; 19];
        for place in &ORDER[..code_lengths] {
            lengths[*place] = self.tokens.bits.take(3)? as u8;
        }
        self.code_lengths.build(&lengths, code_length, false)?;
        let mut lengths = [0_u8; 286 + 30];
        let lengths = &mut lengths[..symbols + distances];
        let mut at = 0;
        while at < lengths.len() {
            self.tokens.bits.refill()?;
            let entry = self.code_lengths.find(self.tokens.bits.ahead());
            if !is_number(entry) {
                return Err(damaged("invalid code lengths"));
            }
            self.tokens.bits.skip(bits(entry));
            let (value, times) = match number(entry, 0) {
                16 if at == 0 => return Err(damaged("invalid code lengths")),
                16 => (lengths[at - 1], 3 + self.tokens.bits.take(2)?),
                17 => (0, 3 + self.tokens.bits.take(3)?),
                18 => (0, 11 + self.tokens.bits.take(7)?),
                length => (length as u8, 1),
            };
            let end = at + times as usize;
            if end > lengths.len() {
                return Err(damaged("invalid code lengths"));
            }
            lengths[at..end].fill(value);
            at = end;
        }
        if self.tokens.bits.is_beyond() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if lengths[256] == 0 {
            return Err(damaged("no code for the end of the block"));
        }
        let (for_symbols, for_distances) = lengths.split_at(symbols);
        self.tokens
            .symbols
            .build(for_symbols, literal_or_length, true)?;
        self.tokens.symbols.join_literals();
        self.tokens.distances.build(for_distances, distance, true)?;
        Ok(())
    }
}
