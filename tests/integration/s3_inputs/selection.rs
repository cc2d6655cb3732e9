//! Which objects are read: each once, none that is excluded, and none that is dated outside the
//! window.

use std::collections::BTreeSet;
use std::fs;

use loopback_s3::S3;

use super::{BUCKET, read, report, swept, with_log};
use crate::cloudwatch_fleet::stale_event;
use crate::files::gaps;
use crate::recordings::{audit_log, fixtures};
use crate::tool::{run, tool};

#[test]
fn no_object_is_read_twice_and_excluded_ones_are_not_read() {
    let text = audit_log("recording");
    let s3 = with_log(&text, 6);
    s3.put(BUCKET, "logs/old/audit.log", text.clone());
    s3.put(BUCKET, "logs/", "");
    s3.put(BUCKET, "logs/empty", "");
    s3.put(
        BUCKET,
        "logs/aws-logs-write-test",
        "Permission Check Successful",
    );
    let file = fixtures().join("aws/eks/timeline/cluster/audit.log.gz");
    let file = file.to_str().expect("UTF-8");
    let found = report(
        &swept(
            &s3,
            &[
                "s3://audit-archive",
                file,
                "s3://audit-archive/logs/0",
                "s3://audit-archive/logs",
                "--exclude",
                "old",
            ],
        ),
        0,
    );
    let requests = s3.requests();
    let mut keys = read(&requests);
    keys.sort_unstable();
    assert_eq!(keys.len(), 6);
    keys.dedup();
    assert_eq!(keys.len(), 6);
    let names: Vec<_> = found["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert_eq!(names, ["timeline", "unnamed"]);
}

#[test]
fn dates_in_keys_spare_objects_outside_the_window() {
    let text = audit_log("timeline");
    let s3 = S3::start();
    let dated = |line: &str| {
        let at = line
            .find("\"requestReceivedTimestamp\":\"")
            .expect("a time")
            + 28;
        line[at..at + 13].replace(['-', 'T'], "/")
    };
    let mut objects: std::collections::BTreeMap<String, String> = Default::default();
    for line in text.split_inclusive('\n') {
        let key = format!("eks/{}/audit-1", dated(line));
        objects.entry(key).or_default().push_str(line);
    }
    let count = objects.len();
    for (key, lines) in objects {
        s3.put(BUCKET, &key, lines);
    }
    let window = [
        "--since",
        "2026-11-18",
        "--until",
        "2026-11-19",
        "--look-back",
        "1d",
        "--max-silence",
        "20h",
    ];
    let found = report(
        &swept(&s3, &[&["s3://audit-archive/eks/"], &window[..]].concat()),
        0,
    );
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), &text).expect("written");
    let mut command = tool();
    let disk = run(command
        .args(["sweep", "--format", "json", "--input"])
        .arg(file.path())
        .args(window));
    assert_eq!(found["findings"], report(&disk, 0)["findings"]);
    let requests = s3.requests();
    let keys = read(&requests);
    assert!(keys.len() < count / 2, "{} of {count}", keys.len());
    // A day before the look-back to two days after the window.
    assert!(
        keys.iter()
            .all(|key| ("eks/2026/11/15/23".."eks/2026/11/21/02").contains(key))
    );
    let notes = found["clusters"][0]["notes"].as_array().expect("notes");
    let skipped = notes
        .iter()
        .find(|note| note["place"] == "s3://audit-archive/eks/")
        .expect("a note");
    assert_eq!(skipped["count"], count - keys.len());
    let nothing = swept(
        &s3,
        &[
            "s3://audit-archive/eks/",
            "--since",
            "1h",
            "--look-back",
            "1h",
        ],
    );
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.stderr.contains("dated outside the window"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn what_was_left_out_by_its_date_is_no_health() {
    let s3 = S3::start();
    let event = |second| stale_event("sa", "pod", second).1 + "\n";
    for (key, second) in [
        ("aws/eks/alive/cluster/2026/11/20/a", 0),
        ("aws/eks/stopped/cluster/2026/10/01/a", 1),
        ("old/2026/10/01/a", 2),
    ] {
        s3.put(BUCKET, key, event(second));
    }
    let window = ["--since", "2026-11-20", "--look-back", "1h"];
    let locations = ["s3://audit-archive/aws/", "s3://audit-archive/old/"];
    let found = report(&swept(&s3, &[&locations[..], &window[..]].concat()), 4);
    let gaps: BTreeSet<(String, String)> = gaps(&found)
        .into_iter()
        .map(|(place, kind, detail, _)| {
            assert!(detail.contains("dated outside the window"), "{detail}");
            (place, kind)
        })
        .collect();
    let expected = [("old", "not_an_audit_log"), ("stopped", "no_events")];
    let expected = expected.map(|(place, kind)| (place.to_owned(), kind.to_owned()));
    assert_eq!(gaps, BTreeSet::from(expected));
    assert_eq!(read(&s3.requests()), ["aws/eks/alive/cluster/2026/11/20/a"]);
}
