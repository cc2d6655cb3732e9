//! Pieces of long lines put together: container runtimes cut lines after 16 KiB, and an event may
//! be longer.

use std::collections::VecDeque;

use super::record_sink::RecordSink;
use crate::evidence::gap::GapKind;
use crate::source::files::carrier::path::{Piece, follow};
use crate::source::files::carrier::provenance::Names;
use crate::source::files::carrier::{Layout, Pieces};
use crate::source::files::phrases::marks_in;

/// How many lines may be in pieces at once, each from another stream, and how long one may get.
const STREAMS: usize = 64;
const LONGEST: usize = 4 << 20;

/// The longest beginning of a line that can tell that it is a piece.
const TAG_WITHIN: usize = 512;

/// Puts pieces together.
pub struct Joiner<'a> {
    layout: &'a Layout,
    pieces: Pieces,
    open: VecDeque<Open>,
}

/// A line whose last piece was not met yet.
struct Open {
    stream: Vec<u8>,
    /// The line as far as it was met, from its first piece.
    line: Vec<u8>,
    /// What the first piece has behind its text.
    behind: Vec<u8>,
}

/// A line that may be a piece: what stands before its text and behind it, whose it is, and
/// whether another piece follows.
struct Cut<'a> {
    before: &'a [u8],
    text: &'a [u8],
    behind: &'a [u8],
    stream: Vec<u8>,
    goes_on: bool,
}

impl<'a> Joiner<'a> {
    /// A joiner of lines of this layout; `None` if it has none in pieces.
    pub fn of(layout: &'a Layout) -> Option<Self> {
        Some(Self {
            layout,
            pieces: layout.pieces?,
            open: VecDeque::new(),
        })
    }

    /// Takes a line, and hands it or the line that it ends to the sink.
    pub fn add(&mut self, line: &[u8], sink: &mut RecordSink<'_>) {
        let Some(cut) = self.cut(line) else {
            return sink.add(&[line]);
        };
        let known = self.open.iter().position(|open| open.stream == cut.stream);
        match known {
            None if !cut.goes_on => sink.add(&[line]),
            None => {
                if self.open.len() == STREAMS
                    && let Some(oldest) = self.open.pop_front()
                {
                    give_up(&oldest, sink);
                }
                self.open.push_back(Open {
                    stream: cut.stream,
                    line: [cut.before, cut.text].concat(),
                    behind: cut.behind.to_vec(),
                });
            }
            Some(at) => {
                let open = &mut self.open[at];
                open.line.extend_from_slice(cut.text);
                if open.line.len() > LONGEST {
                    sink.note(GapKind::OverlongLine, "", 1);
                    sink.unread_marks(marks_in(&open.line));
                    self.open.remove(at);
                } else if !cut.goes_on
                    && let Some(open) = self.open.remove(at)
                {
                    sink.add(&[&open.line, &open.behind]);
                }
            }
        }
    }

    /// Hands on what there is of lines whose last piece never came.
    pub fn end(&mut self, sink: &mut RecordSink<'_>) {
        for open in std::mem::take(&mut self.open) {
            give_up(&open, sink);
        }
    }

    fn cut<'l>(&self, line: &'l [u8]) -> Option<Cut<'l>> {
        match self.pieces {
            Pieces::Tagged => tagged(line),
            Pieces::WithoutLineFeed => self.without_line_feed(line),
        }
    }

    /// A line of Docker's: its text is a string, in which the last piece ends in a line feed.
    fn without_line_feed<'l>(&self, line: &'l [u8]) -> Option<Cut<'l>> {
        let start = memchr::memchr(b'{', &line[..line.len().min(TAG_WITHIN)])?;
        let value = &line[start..];
        let found = follow(value, &self.layout.steps, &Names::default());
        let [(Piece::Escaped(text), _)] = found.pieces[..] else {
            return None;
        };
        let offset = start + (text.as_ptr() as usize).checked_sub(value.as_ptr() as usize)?;
        let (before, rest) = line.split_at_checked(offset)?;
        let (text, behind) = rest.split_at_checked(text.len())?;
        // Whose it is: all that is said beside it, but for times and numbers.
        let is_word = |part: &&[u8]| part.iter().any(u8::is_ascii_alphabetic) && !is_time(part);
        let around = [before, behind];
        let words = around
            .iter()
            .flat_map(|part| part.split(|byte| *byte == b'"'))
            .filter(is_word);
        let mut stream = Vec::new();
        for word in words {
            stream.extend_from_slice(word);
            stream.push(b' ');
        }
        Some(Cut {
            before,
            text,
            behind,
            stream,
            goes_on: !text.ends_with(b"\\n"),
        })
    }
}

/// A line of containerd's or CRI-O's (Kubernetes, `staging/src/k8s.io/cri-client/pkg/logs/logs.go`):
/// `TIME STREAM TAG TEXT`.
fn tagged(line: &[u8]) -> Option<Cut<'_>> {
    let within = &line[..line.len().min(TAG_WITHIN)];
    let at = [&b" stdout "[..], b" stderr "]
        .iter()
        .filter_map(|stream| memchr::memmem::find(within, stream))
        .min()?;
    let tag_at = at + b" stdout ".len();
    let tag = line.get(tag_at)?;
    let space = memchr::memchr(b' ', line.get(tag_at..)?)?;
    if !matches!(tag, b'P' | b'F') {
        return None;
    }
    let (before, text) = line.split_at(tag_at + space + 1);
    let mut stream = Vec::new();
    for word in before[..tag_at].split(|byte| *byte == b' ') {
        if !is_time(word) {
            stream.extend_from_slice(word);
            stream.push(b' ');
        }
    }
    Some(Cut {
        before,
        text,
        behind: &[],
        stream,
        goes_on: *tag == b'P',
    })
}

/// Whether a word is a time, which each piece has its own of.
fn is_time(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_digit) && word.contains(&b':')
}

fn give_up(open: &Open, sink: &mut RecordSink<'_>) {
    sink.add(&[&open.line, &open.behind]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::block_stats::BlockStats;
    use crate::source::files::blocks::Buffer;
    use crate::source::files::carrier::path::Step;

    fn joined(layout: &Layout, lines: &[&str]) -> String {
        let mut all = Vec::new();
        let mut deliver = |lines: &mut Buffer, _: BlockStats| all.extend_from_slice(lines.bytes());
        let mut sink = RecordSink::new(&mut deliver);
        let mut joiner = Joiner::of(layout).expect("pieces");
        for line in lines {
            joiner.add(line.as_bytes(), &mut sink);
        }
        joiner.end(&mut sink);
        sink.flush();
        String::from_utf8(all).expect("UTF-8")
    }

    #[test]
    fn tagged_pieces_are_joined_by_stream() {
        let layout = Layout {
            prefixed: true,
            pieces: Some(Pieces::Tagged),
            ..Layout::default()
        };
        let lines = [
            r#"2026-11-24T06:01:27.1Z stdout P {"a":"#,
            r#"2026-11-24T06:01:27.2Z stderr F {"b":2}"#,
            r#"2026-11-24T06:01:27.3Z stdout P 1,"#,
            r#"2026-11-24T06:01:27.4Z stdout F "c":3}"#,
            r#"2026-11-24T06:01:27.5Z stdout P {"torn"#,
        ];
        assert_eq!(
            joined(&layout, &lines),
            "2026-11-24T06:01:27.2Z stderr F {\"b\":2}\n\
             2026-11-24T06:01:27.1Z stdout P {\"a\":1,\"c\":3}\n\
             2026-11-24T06:01:27.5Z stdout P {\"torn\n"
        );
    }

    #[test]
    fn docker_s_pieces_lack_their_line_feed() {
        let layout = Layout {
            steps: vec![Step::Key("log".to_owned()), Step::Text],
            pieces: Some(Pieces::WithoutLineFeed),
            ..Layout::default()
        };
        let lines = [
            r#"{"log":"{\"a\":","stream":"stdout","time":"2026-11-24T06:01:27.1Z"}"#,
            r#"{"log":"other\n","stream":"stderr","time":"2026-11-24T06:01:27.2Z"}"#,
            r#"{"log":"1}\n","stream":"stdout","time":"2026-11-24T06:01:27.3Z"}"#,
        ];
        assert_eq!(
            joined(&layout, &lines),
            r#"{"log":"other\n","stream":"stderr","time":"2026-11-24T06:01:27.2Z"}
{"log":"{\"a\":1}\n","stream":"stdout","time":"2026-11-24T06:01:27.1Z"}
"#
        );
    }
}
