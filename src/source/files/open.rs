//! A file as a stream of bytes, decompressed by what it begins with, never by its name.

use std::fs::File;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::inputs::{Input, Place};
use crate::source::progress::Progress;

/// The first bytes of a gzip member (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The first bytes of a zstd frame (RFC 8878, section 3.1.1).
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Opens an input; its bytes count as progress as they are read, before decompression.
pub fn open<'a>(input: &Input, progress: &'a Progress) -> io::Result<Box<dyn Read + Send + 'a>> {
    let raw: Box<dyn Read + Send> = match &input.at {
        Place::File(path) => Box::new(File::open(path)?),
        Place::StandardInput => Box::new(io::stdin()),
    };
    let mut counted = Counted { raw, progress };
    let mut beginning = Vec::with_capacity(ZSTD.len());
    counted
        .by_ref()
        .take(ZSTD.len() as u64)
        .read_to_end(&mut beginning)?;
    let is_gzip = beginning.starts_with(&GZIP);
    let is_zstd = beginning.starts_with(&ZSTD);
    let whole = io::Cursor::new(beginning).chain(counted);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if is_zstd {
        Box::new(zstd::Decoder::new(whole)?)
    } else {
        Box::new(whole)
    })
}

struct Counted<'a> {
    raw: Box<dyn Read + Send>,
    progress: &'a Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
