//! The evidence in a block of lines: bytes are searched before anything is parsed.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use memchr::memmem::Finder;

use super::found::Found;
use super::phrases::Phrases;
use super::shapes::exported_lines::exported_message;
use super::written_time::WrittenTime;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::evidence::set::Collect;
use crate::source::ingest::{Ingested, ingest_event};
use crate::source::request_filter::RequestFilter;

/// How the API server begins every event; other writers may order the keys otherwise.
const EVENT: &[u8; 43] = br#"{"kind":"Event","apiVersion":"audit.k8s.io/"#;
static AUDIT_API: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("audit.k8s.io/"));

/// The key of the time at which an event was written, as the API server spells it.
const STAGE_TIME: &[u8; 18] = br#""stageTimestamp":""#;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Scans whole lines, and hands their evidence to the collector.
pub fn scan<C: Collect>(
    block: &[u8],
    cluster: &Arc<Cluster>,
    arrivals: RequestFilter,
    collector: &mut C,
) -> Found {
    let mut scan = Scan {
        is_candidate: false,
        is_special: false,
        found: Found::default(),
        cluster,
        arrivals,
        collector,
        first_time: None,
        last_time: None,
    };
    let mut phrases = Phrases::of(block);
    let block_is_special = is_special(block);
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', block).chain([block.len()]);
    for end in ends {
        let line = block[start..end].trim_ascii();
        scan.is_candidate = phrases.before(end);
        scan.is_special = block_is_special && is_special(line);
        scan.line(line);
        start = end + 1;
        if start >= block.len() {
            break;
        }
    }
    scan.finish()
}

/// Whether there is a NUL, or a byte that is not ASCII.
fn is_special(bytes: &[u8]) -> bool {
    !bytes.is_ascii() || memchr::memchr(0, bytes).is_some()
}

struct Scan<'a, C> {
    /// Whether a phrase was met in the line.
    is_candidate: bool,
    /// Whether there is a NUL in it, or a byte that is not ASCII.
    is_special: bool,
    found: Found,
    cluster: &'a Arc<Cluster>,
    arrivals: RequestFilter,
    collector: &'a mut C,
    /// The extreme times of events that were not parsed.
    first_time: Option<WrittenTime>,
    last_time: Option<WrittenTime>,
}

impl<C: Collect> Scan<'_, C> {
    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        self.found.lines += 1;
        let mut line = line;
        if self.is_special {
            line = self.undamaged(line);
            if line.is_empty() {
                return;
            }
        }
        if line[0] != b'{' {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
            if let Some(message) = exported_message(line) {
                line = message;
                if line.first() != Some(&b'{') {
                    // Another log of the same log group.
                    return;
                }
            }
        }
        let [b'{', .., b'}'] = line else {
            self.found.note(GapKind::TornLine, "", 1);
            return;
        };
        if !begins_as_event(line) && AUDIT_API.find(line).is_none() {
            return;
        }
        self.found.events += 1;
        match stage_time(line) {
            Some(time) if !self.is_candidate => {
                if self.first_time.is_none_or(|first| time < first) {
                    self.first_time = Some(time);
                }
                if self.last_time.is_none_or(|last| time > last) {
                    self.last_time = Some(time);
                }
            }
            _ => self.event(line),
        }
    }

    /// Notes what is wrong with a line, and cuts off the NUL bytes at its ends: whoever cuts a
    /// log under its writer leaves them there.
    fn undamaged<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        if memchr::memchr(0, line).is_some() {
            self.found.note(GapKind::NulBytes, "", 1);
        } else if std::str::from_utf8(line).is_err() {
            self.found.note(GapKind::NotUtf8, "", 1);
        }
        let is_kept = |byte: &u8| *byte != 0;
        let start = line.iter().position(is_kept);
        let end = line.iter().rposition(is_kept);
        start
            .zip(end)
            .map_or(&[], |(start, end)| line[start..=end].trim_ascii())
    }

    /// Parses a line: one that may hold evidence, or one whose time does not stand where the
    /// API server writes it.
    fn event(&mut self, line: &[u8]) {
        let mut text = readable(line);
        if self.is_special && text.contains('\0') {
            // Of the same length, as no longer mark would be.
            text = Cow::Owned(text.replace('\0', "?"));
        }
        // Without a phrase it can prove nothing; only its time is of use.
        let filter = self.is_candidate.then_some(self.arrivals);
        let ingested = ingest_event(&text, filter, |observation| {
            self.collector.record(self.cluster, observation);
        });
        match ingested {
            Ingested::Event(written) => self.found.saw(written),
            Ingested::OtherKind => self.found.events -= 1,
            Ingested::Unusable(kind, detail) => self.found.note(kind, &detail, 1),
        }
    }

    fn finish(mut self) -> Found {
        for time in [self.first_time, self.last_time].into_iter().flatten() {
            if let Ok(time) = DateTime::parse_from_rfc3339(&time.text()) {
                self.found.saw(time.to_utc());
            }
        }
        self.found
    }
}

/// A line as text, with a mark for what is not UTF-8. The usual mark takes three bytes: a line
/// that is long gets a shorter one, so that its text is no longer than itself.
fn readable(line: &[u8]) -> Cow<'_, str> {
    const LONG: usize = 1 << 20;
    if let Ok(text) = std::str::from_utf8(line) {
        return Cow::Borrowed(text);
    }
    if line.len() < LONG {
        return String::from_utf8_lossy(line);
    }
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
        }
    }
    Cow::Owned(text)
}

/// Whether a line begins as the API server begins an event. Two comparisons of so many bytes
/// are two of registers, where one of all bytes is a call.
pub fn begins_as_event(line: &[u8]) -> bool {
    line.first_chunk::<{ EVENT.len() }>()
        .is_some_and(|begin| begin[..32] == EVENT[..32] && begin[27..] == EVENT[27..])
}

/// The time of an event's stage, where the API server writes it: last of all, or before the
/// annotations. Text inside an annotation cannot look like it, because its quotes are escaped,
/// and a request body stands before it.
fn stage_time(line: &[u8]) -> Option<WrittenTime> {
    memchr::memrchr_iter(b'Z', line).find_map(|last| {
        let (before, time) = line[..=last].split_last_chunk()?;
        (before.last_chunk() == Some(STAGE_TIME))
            .then(|| WrittenTime::of(time))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::set::EvidenceSet;

    const PLAIN: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"},"requestReceivedTimestamp":"2026-11-24T06:01:27.946096Z","stageTimestamp":"2026-11-24T06:01:27.947989Z"}"#;

    fn scanned(text: &str) -> Found {
        scan(
            text.as_bytes(),
            &Arc::new(Cluster::named("c")),
            RequestFilter::default(),
            &mut EvidenceSet::default(),
        )
    }

    fn gaps(text: &str) -> Vec<(GapKind, u64)> {
        let scanned = scanned(text);
        scanned
            .gaps
            .into_iter()
            .map(|((kind, _), count)| (kind, count))
            .collect()
    }

    #[test]
    fn every_damaged_line_is_counted() {
        let torn = &PLAIN[..PLAIN.len() - 2];
        assert_eq!(gaps(torn), [(GapKind::TornLine, 1)]);
        let without_time = PLAIN.replace(r#","stageTimestamp":"2026-11-24T06:01:27.947989Z""#, "");
        assert_eq!(gaps(&without_time), [(GapKind::MalformedEvent, 1)]);
        assert_eq!(gaps(&format!("\n{PLAIN}\r\n\n{PLAIN}\n")), []);
    }

    #[test]
    fn the_time_is_found_without_parsing_and_in_any_order_of_keys() {
        let later = PLAIN.replace("06:01:27.947989", "07:00:00.000001");
        let reordered = r#"{"apiVersion":"audit.k8s.io/v1","stageTimestamp":"2026-11-24T05:00:00Z","requestReceivedTimestamp":"2026-11-24T05:00:00Z","kind":"Event","stage":"ResponseComplete"}"#;
        let scanned = scanned(&format!("{PLAIN}\n{later}\n{reordered}\n"));
        assert!(scanned.gaps.is_empty());
        let times: Vec<String> = scanned.times().map(|time| time.to_rfc3339()).collect();
        assert_eq!(
            times,
            [
                "2026-11-24T05:00:00+00:00",
                "2026-11-24T07:00:00.000001+00:00"
            ]
        );
    }

    #[test]
    fn other_json_is_nobodys_loss() {
        let scanned = scanned("{\"kind\":\"Event\",\"apiVersion\":\"v1\"}\n{\"a\":1}\n");
        assert_eq!((scanned.events, scanned.lines), (0, 2));
        assert!(scanned.gaps.is_empty());
    }
}
