//! A stream of bits, the lowest of each byte first (RFC 1951, section 3.1.1).

use std::io::{self, ErrorKind, Read};

/// Bits of a stream of bytes.
pub(super) struct Bits<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    ahead: u64,
    count: u32,
    /// Bytes of zeros that were put where the stream has ended.
    beyond: u32,
}

impl<R: Read> Bits<R> {
    /// The bits of what `reader` reads, so many bytes at a time.
    pub(super) fn new(reader: R, step: usize) -> Self {
        Self {
            reader,
            buffer: vec![0; step],
            at: 0,
            end: 0,
            ahead: 0,
            count: 0,
            beyond: 0,
        }
    }

    /// Sees to it that at least 56 bits lie ahead, zeros after the stream's end.
    pub(super) fn refill(&mut self) -> io::Result<()> {
        match self.buffer[self.at..self.end].first_chunk() {
            Some(word) => {
                self.ahead |= u64::from_le_bytes(*word) << self.count;
                self.at += ((63 - self.count) >> 3) as usize;
                self.count |= 56;
                Ok(())
            }
            None => self.refill_slowly(),
        }
    }

    #[cold]
    fn refill_slowly(&mut self) -> io::Result<()> {
        // Bits above the count may be those of a byte that was not taken yet.
        self.ahead &= (1 << self.count) - 1;
        while self.count < 56 {
            if self.at == self.end {
                self.read()?;
            }
            if self.at < self.end {
                self.ahead |= u64::from(self.buffer[self.at]) << self.count;
                self.at += 1;
            } else {
                self.beyond += 1;
            }
            self.count += 8;
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<()> {
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(read) => {
                    self.at = 0;
                    self.end = read;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The bytes in the buffer.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer[self.at..self.end]
    }

    /// The bytes in the buffer, the bits ahead of them and their number, to be handled outside
    /// and put back.
    pub(super) fn parts(&self) -> (&[u8], u64, u32) {
        (self.buffered(), self.ahead, self.count)
    }

    /// Puts back how many bytes were taken, the bits ahead and their number.
    pub(super) fn put_back(&mut self, bytes: usize, ahead: u64, count: u32) {
        self.at += bytes;
        self.ahead = ahead;
        self.count = count;
    }

    /// The bits ahead, the next one lowest.
    #[inline(always)]
    pub(super) fn ahead(&self) -> u64 {
        self.ahead
    }

    /// Takes bits, which must lie ahead.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.ahead >>= count;
        self.count -= count;
    }

    /// Takes bits, 32 at most.
    pub(super) fn take(&mut self, count: u32) -> io::Result<u32> {
        if self.count < count {
            self.refill()?;
        }
        let bits = self.ahead & ((1 << count) - 1);
        self.skip(count);
        if self.is_beyond() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(bits as u32)
    }

    /// Whether bits were taken that the stream does not have.
    pub(super) fn is_beyond(&self) -> bool {
        self.beyond > 0 && self.beyond * 8 > self.count
    }

    /// Whether all bits were taken.
    pub(super) fn is_over(&mut self) -> io::Result<bool> {
        if self.count < 8 {
            self.refill()?;
        }
        Ok(self.beyond > 0 && self.beyond * 8 >= self.count)
    }

    /// Drops the bits before the next byte.
    pub(super) fn align(&mut self) {
        self.skip(self.count % 8);
    }
}
