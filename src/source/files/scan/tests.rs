use super::*;
use crate::evidence::set::EvidenceSet;

const PLAIN: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"},"requestReceivedTimestamp":"2026-11-24T06:01:27.946096Z","stageTimestamp":"2026-11-24T06:01:27.947989Z"}"#;

fn scanned(text: &str) -> BlockStats {
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
fn a_cut_event_is_a_gap_where_the_phrase_is_left_of_it() {
    let torn = &PLAIN[..PLAIN.len() - 2];
    assert_eq!(gaps(torn), []);
    assert_eq!(scanned(torn).cut_events, 1);
    let marked = format!(r#"{torn},"annotations":{{"authentication.k8s.io/stale-token":"subj"#);
    assert_eq!(gaps(&marked), [(GapKind::TornLine, 1)]);
    assert_eq!(scanned(&marked).marks.unread, 1);
    assert_eq!(scanned("Common labels: {}\n").cut_events, 0);
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
