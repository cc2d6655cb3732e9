//! The evidence in a block of lines: bytes are searched before anything is parsed.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use memchr::memmem::Finder;

use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::evidence::set::Collect;
use crate::source::arrivals::Arrivals;
use crate::source::intake::{Taken, take_in};

/// Every line with a stale token holds the first phrase, every rejection the second, and every
/// token kept in a secret the third; most other lines hold none and are never parsed.
static PHRASES: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["stale-token", "Unauthorized", "legacy-token"].map(Finder::new));

/// How the API server begins every event; other writers may order the keys otherwise.
const EVENT: &[u8] = br#"{"kind":"Event","apiVersion":"audit.k8s.io/"#;
static AUDIT_API: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("audit.k8s.io/"));

/// The key of the time at which an event was written, as the API server spells it.
const STAGE_TIME: &[u8] = br#""stageTimestamp":""#;
/// The length of a time as the API server writes it, always with microseconds.
const TIME: usize = "2026-11-24T06:01:27.947989Z".len();

/// What was found in some blocks of one file.
#[derive(Debug, Default)]
pub struct Scanned<C> {
    /// The evidence.
    pub collected: C,
    /// Lines that are audit events.
    pub events: u64,
    /// Lines of any kind.
    pub lines: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What could not be used: its kind, its detail and how often.
    pub gaps: BTreeMap<(GapKind, String), u64>,
    times: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl<C: Collect> Scanned<C> {
    /// Adds what was found in other blocks of the same file.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        for time in other.times() {
            self.saw(time);
        }
        self.collected.merge(other.collected);
        self.events += other.events;
        self.lines += other.lines;
        self.bytes += other.bytes;
        for (gap, count) in other.gaps {
            *self.gaps.entry(gap).or_default() += count;
        }
        self
    }
}

impl<C> Scanned<C> {
    /// The earliest and the latest time of an event of any kind.
    pub fn times(&self) -> impl Iterator<Item = DateTime<Utc>> + use<C> {
        self.times
            .into_iter()
            .flat_map(|(first, last)| [first, last])
    }

    /// Notes something that could not be used, so many times; 0 notes nothing.
    pub fn note(&mut self, kind: GapKind, detail: &str, count: u64) {
        if count > 0 {
            *self.gaps.entry((kind, detail.to_owned())).or_default() += count;
        }
    }

    fn saw(&mut self, time: DateTime<Utc>) {
        let (first, last) = self.times.unwrap_or((time, time));
        self.times = Some((first.min(time), last.max(time)));
    }
}

/// Scans whole lines.
pub fn scan<C: Collect>(block: &[u8], cluster: &Arc<Cluster>, arrivals: Arrivals) -> Scanned<C> {
    let mut scan = Scan {
        scanned: Scanned::default(),
        cluster,
        arrivals,
        first_time: None,
        last_time: None,
    };
    scan.scanned.bytes = block.len() as u64;
    let mut hits = PHRASES
        .each_ref()
        .map(|phrase| phrase.find_iter(block).peekable());
    let mut start = 0;
    while start < block.len() {
        let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
        let mut is_candidate = false;
        for hits in &mut hits {
            while hits.next_if(|hit| *hit < end).is_some() {
                is_candidate = true;
            }
        }
        scan.line(block[start..end].trim_ascii(), is_candidate);
        start = end + 1;
    }
    scan.finish()
}

struct Scan<'a, C> {
    scanned: Scanned<C>,
    cluster: &'a Arc<Cluster>,
    arrivals: Arrivals,
    /// The extreme times of events that were not parsed, as text: their order is that of time.
    first_time: Option<&'a [u8]>,
    last_time: Option<&'a [u8]>,
}

impl<'a, C: Collect> Scan<'a, C> {
    fn line(&mut self, line: &'a [u8], is_candidate: bool) {
        if line.is_empty() {
            return;
        }
        self.scanned.lines += 1;
        if line[0] != b'{' || line[line.len() - 1] != b'}' {
            self.scanned.note(GapKind::TornLine, "", 1);
            return;
        }
        if !line.starts_with(EVENT) && AUDIT_API.find(line).is_none() {
            return;
        }
        self.scanned.events += 1;
        match stage_time(line) {
            Some(time) if !is_candidate => {
                self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
                self.last_time = Some(self.last_time.map_or(time, |last| last.max(time)));
            }
            _ => self.event(line, is_candidate),
        }
    }

    /// Parses a line: one that may hold evidence, or one whose time does not stand where the
    /// API server writes it.
    fn event(&mut self, line: &[u8], is_candidate: bool) {
        let text = String::from_utf8_lossy(line);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            self.scanned.note(GapKind::NotUtf8, "", 1);
        }
        // Without a phrase it can prove nothing; only its time is of use.
        let arrivals = if is_candidate {
            self.arrivals
        } else {
            Arrivals::NONE
        };
        let collected = &mut self.scanned.collected;
        match take_in(&text, self.cluster, arrivals, collected) {
            Taken::Event(written) => self.scanned.saw(written),
            Taken::OtherKind => self.scanned.events -= 1,
            Taken::Unusable(kind, detail) => self.scanned.note(kind, &detail, 1),
        }
    }

    fn finish(mut self) -> Scanned<C> {
        for time in [self.first_time, self.last_time].into_iter().flatten() {
            let parsed = std::str::from_utf8(time)
                .ok()
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            match parsed {
                Some(time) => self.scanned.saw(time.to_utc()),
                None => self.scanned.note(GapKind::MalformedEvent, "no time", 1),
            }
        }
        self.scanned
    }
}

/// The time of an event's stage, where the API server writes it: last of all, or before the
/// annotations. Text inside an annotation cannot look like it, because its quotes are escaped,
/// and a request body stands before it.
fn stage_time(line: &[u8]) -> Option<&[u8]> {
    memchr::memrchr_iter(b'Z', line).find_map(|last| {
        let start = (last + 1).checked_sub(TIME)?;
        line[..start]
            .ends_with(STAGE_TIME)
            .then_some(&line[start..=last])
            .filter(|time| time.iter().all(|byte| !byte.is_ascii_whitespace()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::set::EvidenceSet;

    const PLAIN: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"},"requestReceivedTimestamp":"2026-11-24T06:01:27.946096Z","stageTimestamp":"2026-11-24T06:01:27.947989Z"}"#;

    fn scanned(text: &str) -> Scanned<EvidenceSet> {
        scan(
            text.as_bytes(),
            &Arc::new(Cluster::named("c")),
            Arrivals::default(),
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
