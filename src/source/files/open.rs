//! A file as a stream of bytes, decompressed by what it begins with.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::thread::Scope;

use super::encoding::{BEGINNING, Encoding};
use super::inflate::{gunzip, gunzip_by_two};
use super::inputs::{Input, Place};
use crate::source::progress::Progress;

/// How often a file may be compressed over: a shipper that compresses what was compressed.
const LAYERS: usize = 2;
/// The largest zstd window that is decompressed: 16 MiB, which levels up to 19 stay below.
const ZSTD_WINDOW_LOG: u32 = 24;

/// The size of a gzip file from which on a second thread helps to decompress it.
const WORTH_A_THREAD: u64 = 2 << 20;

/// A stream of decompressed bytes.
pub type Stream<'a> = Box<dyn Read + Send + 'a>;

/// An input, opened.
pub struct Opened<'a> {
    /// The decompressed bytes, from the first.
    pub stream: Stream<'a>,
    /// How they begin.
    pub beginning: Vec<u8>,
    /// The file itself, if it can be read at any place.
    pub file: Option<Arc<File>>,
    /// Whether the stream is the file's own bytes.
    pub is_plain: bool,
}

/// Opens an input; its bytes count as progress as they are read, before decompression. Threads
/// that help with that run in `scope`.
pub fn open<'scope>(
    input: &Input,
    progress: &'scope Progress,
    scope: &'scope Scope<'scope, '_>,
) -> io::Result<Opened<'scope>> {
    let mut file = None;
    let raw: Stream<'scope> = match &input.at {
        Place::StandardInput => Box::new(io::stdin()),
        Place::File(path) => {
            let opened = Arc::new(File::open(path)?);
            if input.is_regular {
                // What is appended later is not read: its last line would be torn.
                file = Some(Arc::clone(&opened));
                Box::new(opened.take(input.size))
            } else {
                Box::new(opened)
            }
        }
    };
    let is_large = !input.is_regular || input.size >= WORTH_A_THREAD;
    let helping = is_large.then_some(scope);
    let (stream, beginning, layers) = decoded(Box::new(Counted { raw, progress }), helping)?;
    Ok(Opened {
        stream,
        beginning,
        file,
        is_plain: layers == 0,
    })
}

/// The bytes behind all layers of compression, their beginning, and how many layers there were.
/// A thread of `scope`, if there is one, helps to decompress.
pub fn decoded<'scope>(
    raw: Stream<'scope>,
    scope: Option<&'scope Scope<'scope, '_>>,
) -> io::Result<(Stream<'scope>, Vec<u8>, usize)> {
    let mut stream = raw;
    for layers in 0..=LAYERS {
        let peeked = Peeked::new(stream);
        let beginning = peeked.beginning.get_ref().clone();
        stream = match Encoding::of(&beginning) {
            Encoding::Plain => return Ok((Box::new(peeked), beginning, layers)),
            Encoding::Unread(what) => return Err(io::Error::other(what)),
            Encoding::Gzip | Encoding::Zstd if layers == LAYERS => break,
            Encoding::Gzip => match scope {
                Some(scope) if layers == 0 => {
                    Box::new(Decoder("gzip", gunzip_by_two(peeked, scope)))
                }
                _ => Box::new(Decoder("gzip", gunzip(peeked))),
            },
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
            let words = match error.kind() {
                ErrorKind::Interrupted => return error,
                ErrorKind::UnexpectedEof => format!("the {format} data is cut off"),
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
struct Peeked<'a> {
    beginning: Cursor<Vec<u8>>,
    /// What stopped the look, if anything did; told when the beginning was read.
    error: Option<io::Error>,
    rest: Stream<'a>,
}

impl<'a> Peeked<'a> {
    fn new(mut rest: Stream<'a>) -> Self {
        // All that is read at once.
        let mut beginning = Vec::with_capacity(BEGINNING);
        let error = rest
            .by_ref()
            .take(BEGINNING as u64)
            .read_to_end(&mut beginning)
            .err();
        Self {
            beginning: Cursor::new(beginning),
            error,
            rest,
        }
    }
}

impl Read for Peeked<'_> {
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

struct Counted<'a> {
    raw: Stream<'a>,
    progress: &'a Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
