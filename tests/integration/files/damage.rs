use eks_stale_tokens::evidence::count::pluralize;
use tempfile::TempDir;

use super::{gaps, recorded, report, sweep, written};

/// The gaps of a sweep over one damaged file, and how many lines of it were read. A whole file
/// lies beside it, and is analysed whatever the other is like.
fn swept(name: &str, bytes: &[u8]) -> (Vec<(String, String, u64)>, u64) {
    let log = recorded();
    let directory = TempDir::new().expect("a directory");
    written::write(&directory.path().join("whole.log"), log.as_bytes());
    written::write(&directory.path().join(name), bytes);
    let root = directory.path().to_str().expect("UTF-8");
    let found = report(&sweep(&["--input", root, "--cluster-name", "timeline"]), 4);
    assert_ne!(found["findings"].as_array().map(Vec::len), Some(0));
    let gaps = gaps(&found)
        .into_iter()
        .map(|(place, kind, detail, count)| {
            assert_eq!(place, name);
            (kind, detail, count)
        })
        .collect();
    let lines = found["clusters"][0]["lines"].as_u64().expect("a number");
    (gaps, lines - log.lines().count() as u64)
}

fn gap(kind: &str, detail: &str, count: u64) -> (String, String, u64) {
    (kind.to_owned(), detail.to_owned(), count)
}

#[test]
fn gzip_that_is_cut_off_is_read_as_far_as_it_goes() {
    let zipped = written::gzip(recorded().as_bytes());
    let (gaps, lines) = swept("cut.gz", &zipped[..zipped.len() / 2]);
    let unreadable: Vec<_> = gaps.iter().filter(|gap| gap.0 == "unreadable").collect();
    assert_eq!(unreadable.len(), 1, "{gaps:?}");
    let detail = &unreadable[0].1;
    assert!(
        detail.starts_with("the gzip data is truncated; "),
        "{detail}"
    );
    let counted = pluralize(lines, "line", "lines");
    assert!(detail.contains(&format!("; {counted}, ")), "{detail}");
    assert!(lines > 1000, "{lines}");
}

#[test]
fn a_damaged_member_does_not_hide_the_members_before_it() {
    let log = recorded();
    let mut zipped = written::members(&log);
    let middle = zipped.len() / 2;
    for byte in &mut zipped[middle..middle + 64] {
        *byte = !*byte;
    }
    let (gaps, lines) = swept("damaged.gz", &zipped);
    let damaged = gaps.iter().find(|gap| gap.0 == "unreadable");
    let detail = &damaged.expect("named").1;
    assert!(detail.starts_with("the gzip data is damaged "), "{detail}");
    assert!(lines > 300, "{lines}");
}

#[test]
fn damaged_zstd_is_read_as_far_as_it_goes() {
    let log = recorded();
    let mut frames = written::frames(&log);
    let middle = frames.len() / 2;
    for byte in &mut frames[middle..middle + 64] {
        *byte = !*byte;
    }
    let (gaps, lines) = swept("damaged.zst", &frames);
    let damaged = gaps.iter().find(|gap| gap.0 == "unreadable");
    let detail = &damaged.expect("named").1;
    assert!(detail.starts_with("the zstd data is damaged "), "{detail}");
    assert!(detail.contains("lines, "), "{detail}");
    assert!(lines > 700, "{lines}");
    let cut = written::frames(&log);
    let (gaps, _) = swept("cut.zst", &cut[..cut.len() - 9]);
    let detail = &gaps
        .iter()
        .find(|gap| gap.0 == "unreadable")
        .expect("named")
        .1;
    assert!(
        detail.starts_with("the zstd data is truncated; "),
        "{detail}"
    );
}

#[test]
fn damaged_lines_are_counted_by_kind() {
    let log = recorded();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("userAgent"))
        .take(10)
        .collect();
    let whole = lines.join("\n");
    let without_time = lines[0].replace("stageTimestamp", "stageTime");
    let with_byte = |line: &str, byte: u8| {
        let mut bytes = line.as_bytes().to_vec();
        let middle = line.find("userAgent").expect("a user agent") + 14;
        bytes[middle] = byte;
        bytes
    };
    let join = |more: &[u8]| [whole.as_bytes(), b"\n", more].concat();
    let stale = log.lines().find(|line| line.contains("stale-token"));
    let stale = stale.expect("a stale event");
    for (name, bytes, expected) in [
        (
            "half",
            join(&stale.as_bytes()[..stale.len() - 9]),
            ("torn_line", 1),
        ),
        (
            "holes",
            [&[0; 5000], whole.as_bytes()].concat(),
            ("nul_bytes", 1),
        ),
        ("nul", join(&with_byte(lines[0], 0)), ("nul_bytes", 1)),
        ("stale-nul", join(&with_byte(stale, 0)), ("nul_bytes", 1)),
        ("latin-1", join(&with_byte(lines[0], 0xe9)), ("not_utf8", 1)),
        (
            "stale-latin-1",
            join(&with_byte(stale, 0xe9)),
            ("not_utf8", 1),
        ),
        (
            "no-time",
            join(without_time.as_bytes()),
            ("malformed_event", 1),
        ),
    ] {
        let (gaps, read) = swept(name, &bytes);
        assert_eq!(gaps, [gap(expected.0, "", expected.1)], "{name}");
        assert_eq!(read, 10 + u64::from(name != "holes"), "{name}");
    }
}

#[test]
fn a_cut_event_without_a_phrase_is_a_note() {
    let log = recorded();
    let directory = TempDir::new().expect("a directory");
    let cut = format!("{}{}", log, &log[..200]);
    let path = written::write(&directory.path().join("audit.log"), cut.as_bytes());
    let found = report(&sweep(&["--input", path.to_str().expect("UTF-8")]), 0);
    let notes = found["clusters"][0]["notes"].as_array().expect("notes");
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(notes[0]["count"], 1);
    let text = notes[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("truncated events"), "{text}");
}

#[test]
fn a_line_that_is_not_utf_8_still_proves_what_it_says() {
    let log = recorded();
    let stale = log.lines().find(|line| line.contains("stale-token"));
    let mut bytes = stale.expect("a stale event").as_bytes().to_vec();
    let agent = memchr::memmem::find(&bytes, b"userAgent").expect("a user agent");
    bytes[agent + 14] = 0xff;
    let directory = TempDir::new().expect("a directory");
    let path = written::write(&directory.path().join("audit.log"), &bytes);
    let found = report(&sweep(&["--input", path.to_str().expect("UTF-8")]), 4);
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn archives_are_named_and_not_read() {
    let log = recorded();
    let mut tar = vec![0; 512];
    tar[..9].copy_from_slice(b"audit.log");
    tar[257..262].copy_from_slice(b"ustar");
    tar.extend_from_slice(log.as_bytes());
    let zip = [b"PK\x03\x04".as_slice(), log.as_bytes()].concat();
    let thrice = written::gzip(&written::gzip(&written::gzip(log.as_bytes())));
    for (name, bytes, what) in [
        ("logs.tar", tar.clone(), "a tar archive: unpack it first"),
        (
            "logs.tgz",
            written::gzip(&tar),
            "a tar archive: unpack it first",
        ),
        (
            "logs.zip",
            zip,
            "a spreadsheet or a zip archive: download the results as CSV or JSON instead, or unpack it first",
        ),
        (
            "logs.gz.gz.gz",
            thrice,
            "compressed more than twice: decompress it first",
        ),
    ] {
        let (gaps, _) = swept(name, &bytes);
        let detail = format!("{what}; 0 lines, 0 B, could be read");
        assert_eq!(gaps, [gap("unreadable", &detail, 1)], "{name}");
    }
}

#[test]
fn a_torn_envelope_does_not_hide_the_next() {
    let log = recorded();
    let mut envelopes = written::envelopes(&log);
    let half = envelopes[2].len() / 2;
    envelopes[2].truncate(half);
    let (gaps, lines) = swept("firehose", &envelopes.concat());
    assert_eq!(gaps, [gap("torn_line", "", 1)]);
    // What stands before the tear in the same envelope is read as well.
    let all = log.lines().count() as u64 + (envelopes.len() as u64 - 1);
    assert!((all - 101..all).contains(&lines), "{lines} of {all}");
}

/// Where a piece is lost, what follows is no JSON from some byte on: that byte may stand in the
/// middle of the phrase by which a mark is found.
#[test]
fn a_mark_is_told_wherever_the_piece_before_it_is_lost() {
    let log = recorded();
    let marked = |line: &&str| line.contains("seconds after warning threshold");
    let stale = log.lines().find(marked).expect("a marked event");
    let other = log.lines().find(|it| !marked(it)).expect("another event");
    let phrase = stale.find("seconds after").expect("its phrase");
    let key = stale.find("stale-token").expect("its key");
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("values.json");
    for before in [r#"{"","#, "{"] {
        for at in [key, key + 1, phrase - 30, phrase - 1, phrase] {
            for behind in ["", "\n"] {
                let lost = &stale[at..];
                let text = format!("{other}{other}{before}{lost}{behind}{other}{other}\n");
                written::write(&path, text.as_bytes());
                let root = path.to_str().expect("UTF-8");
                let output = sweep(&["--input", root, "--cluster-name", "timeline"]);
                let found = report(&output, 4);
                assert_eq!(found["complete"], false, "{before}{lost}");
            }
        }
    }
}

/// What is left of an event before the next one is no prefix of a line.
#[test]
fn a_mark_is_told_where_only_its_value_is_left_before_another_event() {
    let log = recorded();
    let other = log.lines().find(|it| !it.contains("stale-token"));
    let cell = other.expect("another event").replace('"', "\"\"");
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("rows.csv");
    let left = "seconds after warning threshold: 5";
    for behind in [r#"{"""#, "{", &cell] {
        let text = format!("number,message\n1,\"{cell}\"\n2,\"{cell}\"\n3,\"{left}{behind}\"\n");
        written::write(&path, text.as_bytes());
        let root = path.to_str().expect("UTF-8");
        let output = sweep(&["--input", root, "--cluster-name", "timeline"]);
        report(&output, 4);
    }
}
