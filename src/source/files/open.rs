//! A file as a stream of bytes, decompressed by what it begins with.

use std::fs::File;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::colours::WithoutColours;
use super::encoding::{BEGINNING, Encoding};
use super::inputs::{Input, Place};
use super::live_file::LiveFile;
use super::utf_16;
use crate::source::progress::Progress;
use crate::source::s3::download::Body;
use crate::source::s3::object::Undelivered;

/// How often a file may be compressed over: a shipper that compresses what was compressed.
const LAYERS: usize = 2;
/// The largest zstd window that is decompressed: 16 MiB, which levels up to 19 stay below.
const ZSTD_WINDOW_LOG: u32 = 24;

/// Compressed bytes that are read at a time.
const COMPRESSED_STEP: usize = 64 << 10;

/// A stream of decompressed bytes.
pub type Stream<'a> = Box<dyn Read + Send + 'a>;

/// An input, opened.
pub struct Opened<'a> {
    /// The decompressed bytes, from the first.
    pub stream: PeekReader<'a>,
    /// The file itself, if it can be read at any place.
    pub file: Option<Arc<LiveFile>>,
    /// Whether the stream is the file's own bytes.
    pub is_plain: bool,
}

/// Opens an input, whose bytes come from `body` if it is an object in S3. They count as progress
/// as they are read, before decompression.
pub fn open<'a>(
    input: &Input,
    body: Option<Body>,
    progress: &'a Progress,
) -> io::Result<Opened<'a>> {
    let mut file = None;
    let raw: Stream<'a> = match &input.at {
        Place::StandardInput => Box::new(io::stdin()),
        Place::Object(_) => match body {
            Some(body) => Box::new(body),
            None => return Err(ErrorKind::NotFound.into()),
        },
        Place::File(path) => match input.file_id {
            Some(id) => {
                let opened = Arc::new(LiveFile::open(path, id, input.size)?);
                let stream = opened.stream();
                file = Some(opened);
                Box::new(stream)
            }
            None => Box::new(File::open(path)?),
        },
    };
    let (stream, layers) = decoded(Box::new(ProgressReader { raw, progress }))?;
    Ok(Opened {
        stream,
        file,
        is_plain: layers == 0,
    })
}

/// The bytes behind all layers of compression, and how many layers there were.
pub fn decoded(raw: Stream<'_>) -> io::Result<(PeekReader<'_>, usize)> {
    let mut stream = raw;
    for layers in 0..=LAYERS {
        let peeked = PeekReader::new(stream);
        stream = match Encoding::of(peeked.beginning()) {
            Encoding::Plain => return Ok((peeked, layers)),
            Encoding::Utf16(order) => {
                let text = utf_16::text(peeked, order);
                return Ok((PeekReader::new(Box::new(text)), layers + 1));
            }
            Encoding::Coloured => {
                let text = WithoutColours::of(peeked);
                return Ok((PeekReader::new(Box::new(text)), layers + 1));
            }
            Encoding::Unread(what) => return Err(io::Error::other(what)),
            Encoding::Gzip | Encoding::Zstd if layers == LAYERS => break,
            Encoding::Gzip => {
                let compressed = BufReader::with_capacity(COMPRESSED_STEP, peeked);
                Box::new(Decoder("gzip", MultiGzDecoder::new(compressed)))
            }
            Encoding::Zstd => {
                let mut decoder = zstd::Decoder::new(peeked)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(Decoder("zstd", decoder))
            }
        };
    }
    Err(io::Error::other(
        "compressed more than twice: decompress it first",
    ))
}

/// A decoder whose errors say what is wrong with the file.
struct Decoder<R>(&'static str, R);

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.read(buffer).map_err(|error| {
            let format = self.0;
            let is_undelivered = error
                .get_ref()
                .is_some_and(|inner| inner.is::<Undelivered>());
            let words = match error.kind() {
                _ if is_undelivered => return error,
                ErrorKind::Interrupted => return error,
                ErrorKind::UnexpectedEof => format!("the {format} data is truncated"),
                _ if error.to_string().contains("requires too much memory") => format!(
                    "the zstd data needs a window of more than {} MiB: pipe it through zstd -dc --long=31",
                    (1_u32 << ZSTD_WINDOW_LOG) >> 20
                ),
                _ => format!("the {format} data is damaged ({error})"),
            };
            io::Error::new(error.kind(), words)
        })
    }
}

/// A stream whose beginning was looked at.
pub struct PeekReader<'a> {
    beginning: Cursor<Vec<u8>>,
    /// What stopped the look, if anything did; told when the beginning was read.
    error: Option<io::Error>,
    rest: Stream<'a>,
}

impl<'a> PeekReader<'a> {
    fn new(rest: Stream<'a>) -> Self {
        let mut peeked = Self {
            beginning: Cursor::new(Vec::with_capacity(BEGINNING)),
            error: None,
            rest,
        };
        // All that is read at once.
        peeked.look(BEGINNING);
        peeked
    }

    /// How the stream begins, as far as it was looked at.
    pub fn beginning(&self) -> &[u8] {
        self.beginning.get_ref()
    }

    /// Looks at so many bytes, or all that there are. To be called before the stream is read.
    pub fn look(&mut self, wanted: usize) -> &[u8] {
        let beginning = self.beginning.get_mut();
        if self.error.is_none() {
            let more = wanted.saturating_sub(beginning.len()) as u64;
            let outcome = self.rest.by_ref().take(more).read_to_end(beginning);
            self.error = outcome.err();
        }
        self.beginning()
    }
}

impl Read for PeekReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.beginning.read(buffer)? {
            0 => match self.error.take() {
                Some(error) => Err(error),
                None => self.rest.read(buffer),
            },
            read => Ok(read),
        }
    }
}

struct ProgressReader<'a> {
    raw: Stream<'a>,
    progress: &'a Progress,
}

impl Read for ProgressReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
