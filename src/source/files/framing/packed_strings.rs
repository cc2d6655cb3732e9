//! Values that are packed into strings as base64, of gzip or as they are: what CloudWatch Logs sends to
//! Kinesis, Firehose and Lambda (`records[].data`, `Records[].Data`, `awslogs.data`), and what
//! `aws kinesis get-records` prints.
//!
//! Only strings are read whose content is packed; what stands around them names no source.

use std::io::{self, Read};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::bufread::MultiGzDecoder;
use memchr::memchr;
use memchr::memmem::{Finder, find};

use super::json_values;
use super::record_sink::RecordSink;
use crate::evidence::gap::GapKind;
use crate::source::files::blocks::LONGEST_LINE;
use crate::source::files::phrases::marks_in;

/// How a string with gzip in base64 begins: gzip's magic and its only method (RFC 1952, section
/// 2.3.1), and with a JSON object: `{"`.
const BEGINS: [&[u8]; 2] = [b"\"H4sI", b"\"eyJ"];

/// How much of a packed string is unpacked to see what it holds, and of how many.
const SAMPLE: usize = 64 << 10;
const SAMPLES: usize = 16;

/// How many bytes are read at a time.
const STEP: usize = 128 << 10;

/// Padding may be there or not.
static BASE64: LazyLock<GeneralPurpose> = LazyLock::new(|| {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, config)
});

/// Whether an input that begins so holds its events in packed strings: none by themselves, and some
/// in one of the first strings.
pub fn holds(beginning: &[u8]) -> bool {
    /// What every event holds, and what every batch of CloudWatch Logs.
    const OF_EVENTS: [&[u8]; 2] = [b"audit.k8s.io/", b"requestReceivedTimestamp"];
    let has = |text: &[u8], sign: &[u8]| find(text, sign).is_some();
    if OF_EVENTS.iter().any(|sign| has(beginning, sign)) {
        return false;
    }
    let mut rest = beginning;
    for _ in 0..SAMPLES {
        let Some(at) = next(rest) else {
            return false;
        };
        rest = &rest[at + 1..];
        let end = memchr(b'"', rest).unwrap_or(rest.len());
        let sample = sample(&rest[..end]);
        if has(&sample, b"\"logEvents\"") || OF_EVENTS.iter().any(|sign| has(&sample, sign)) {
            return true;
        }
    }
    false
}

/// Where the next packed string begins, with its quote.
fn next(text: &[u8]) -> Option<usize> {
    static GZIP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGINS[0]));
    static JSON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGINS[1]));
    let (gzip, json) = (GZIP.find(text), JSON.find(text));
    gzip.into_iter().chain(json).min()
}

/// The beginning of what a packed string holds, which may be cut off.
fn sample(packed: &[u8]) -> Vec<u8> {
    let text = without_escapes(&packed[..packed.len().min(SAMPLE)]);
    let whole = &text[..text.len() / 4 * 4];
    let bytes = BASE64.decode(whole).unwrap_or_default();
    let mut unpacked = Vec::new();
    let mut stream: Box<dyn Read + '_> = match bytes.starts_with(b"{") {
        true => Box::new(&bytes[..]),
        false => Box::new(MultiGzDecoder::new(&bytes[..])),
    };
    // A sample that was cut off ends in an error.
    let _ = stream
        .by_ref()
        .take(SAMPLE as u64)
        .read_to_end(&mut unpacked);
    unpacked
}

/// A string's content without what JSON writers escape in base64: slashes, and breaks of lines.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => plain.extend(bytes.next().filter(|byte| !b"nr".contains(byte))),
            byte => plain.push(*byte),
        }
    }
    plain
}

/// Unpacks the packed strings of a stream; the values in them are handed to `sink`, each in a line.
pub fn read(reader: &mut dyn Read, sink: &mut RecordSink<'_>) -> io::Result<()> {
    let mut buffer = Vec::new();
    let outcome = loop {
        let filled = match fill(reader, &mut buffer) {
            Ok(filled) => filled,
            Err(error) => break Err(error),
        };
        let done = take(&buffer, !filled, sink);
        buffer.drain(..done);
        if !filled {
            break Ok(());
        }
    };
    sink.flush();
    outcome
}

/// Reads more; false at the stream's end.
fn fill(reader: &mut dyn Read, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let before = buffer.len();
    reader.take(STEP as u64).read_to_end(buffer)?;
    Ok(buffer.len() > before)
}

/// Hands on what is packed in these bytes, and says how many of them are done with.
fn take(bytes: &[u8], is_end: bool, sink: &mut RecordSink<'_>) -> usize {
    let mut done = 0;
    while let Some(at) = next(&bytes[done..]) {
        let begins = done + at + 1;
        let Some(length) = memchr(b'"', &bytes[begins..]) else {
            sink.unread_marks(marks_in(&bytes[done..begins]));
            done = begins - 1;
            if is_end {
                sink.note(GapKind::TornLine, "", 1);
                return bytes.len();
            }
            if bytes.len() - done > LONGEST_LINE {
                sink.note(GapKind::OverlongLine, "", 1);
                return bytes.len();
            }
            return done;
        };
        sink.unread_marks(marks_in(&bytes[done..begins]));
        unpack(&bytes[begins..begins + length], sink);
        done = begins + length + 1;
    }
    // A string may begin at the very end.
    let kept = if is_end { 0 } else { KEPT };
    let last = bytes.len().saturating_sub(kept).max(done);
    // A phrase that is cut in two would be found in neither half, and none holds these.
    let is_between = |byte: &u8| b"\",:\n{[".contains(byte);
    let between = bytes[done..last].iter().rposition(is_between);
    let end = match between.filter(|_| !is_end) {
        Some(at) => done + at + 1,
        None => last,
    };
    sink.unread_marks(marks_in(&bytes[done..end]));
    end
}

/// How many bytes at the end may be the beginning of a packed string, or of a phrase.
const KEPT: usize = 64;

fn unpack(packed: &[u8], sink: &mut RecordSink<'_>) {
    const DAMAGED: &str = "gzip in base64 that cannot be unpacked";
    let is_gzip = packed.starts_with(&BEGINS[0][1..]);
    let Ok(bytes) = BASE64.decode(without_escapes(packed)) else {
        // What begins as JSON may be anything else: a web token has three parts.
        if is_gzip {
            sink.note(GapKind::MalformedEvent, DAMAGED, 1);
        }
        return;
    };
    let outcome = match is_gzip {
        true => json_values::read(&mut MultiGzDecoder::new(&bytes[..]), sink),
        false => json_values::read(&mut &bytes[..], sink),
    };
    if outcome.is_err() {
        sink.note(GapKind::MalformedEvent, DAMAGED, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::block_stats::BlockStats;
    use crate::source::files::blocks::Buffer;

    #[test]
    fn only_strings_that_hold_events_make_an_input_packed() {
        let event = BASE64.encode(r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1"}"#);
        let other = BASE64.encode(r#"{"alg":"RS256"}"#);
        for (text, expected) in [
            (format!(r#"{{"Records":[{{"Data":"{event}"}}]}}"#), true),
            (format!(r#"{{"token":"{other}"}}"#), false),
            (format!(r#"{{"token":"{other}","Data":"{event}"}}"#), true),
            (
                format!(r#"{{"apiVersion":"audit.k8s.io/v1","Data":"{event}"}}"#),
                false,
            ),
            (format!(r#"{{"Data":"{}"#, &event[..event.len() - 3]), true),
            (r#"{"Data":"H4sIAAAA"}"#.to_owned(), false),
        ] {
            assert_eq!(holds(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_phrase_outside_is_told_wherever_the_stream_is_cut() {
        for before in STEP - 200..STEP + 10 {
            let text = format!(
                "{{\"a\":\"{}\",\"b\":\"seconds after warning threshold: 5\"}}{}",
                "x".repeat(before),
                " ".repeat(200)
            );
            let mut marks = 0;
            let mut deliver = |_: &mut Buffer, beside: BlockStats| marks += beside.marks.unread;
            let mut sink = RecordSink::new(&mut deliver);
            read(&mut text.as_bytes(), &mut sink).expect("read from memory");
            assert_eq!(marks, 1, "{before}");
        }
    }

    #[test]
    fn escapes_in_base64_are_taken_out() {
        assert_eq!(without_escapes(br"ab\/c\nd\r\n="), b"ab/cd=");
    }
}
