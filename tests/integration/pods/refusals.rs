//! Lists that are no lists, and lists of another cluster.

use chrono::TimeDelta;

use super::list_writer::{Listed, file, list};
use super::with_pods;
use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{over_files, run, tool};

const NOW: &str = "2026-09-08T13:00:00Z";

fn pod() -> Pod {
    Pod::new("app", "app-b4kxz", "10.0.1.10", "2026-06-12T13:00:00Z")
}

fn log() -> Log {
    let mut log = Log::default();
    for time in every(30, at(NOW) - TimeDelta::hours(6), at(NOW)) {
        log.accepted(&pod(), time);
    }
    log
}

#[test]
fn what_is_no_list_is_refused_with_a_sentence() {
    let whole = list(&[Listed::of(&pod())], &[]);
    let log = file(&log().text());
    for (text, sentence) in [
        ("", "it is empty"),
        (
            "NAMESPACE   NAME   READY\nns   app   1/1\n",
            "it is kubectl's table; add -o json",
        ),
        ("apiVersion: v1\nitems: []\n", "it is YAML; use -o json"),
        ("[]", "it is not a JSON object"),
        ("{\"kind\":\"List\",\"items\":[]}", "it holds no objects"),
        (
            "{\"kind\":\"List\",\"items\":[{\"kind\":\"Node\",\"metadata\":{\"name\":\"a\"}}]}",
            "neither pods nor",
        ),
        (&whole[..whole.len() / 2], "is damaged after"),
        (&whole[..whole.len() - 3], "is damaged after 1 objects"),
        (
            "{\"kind\":\"PodList\",\"metadata\":{\"continue\":\"abc\"},\"items\":[]}",
            "one page of a longer list",
        ),
        (
            "{\"kind\":\"Status\",\"message\":\"pods is forbidden\",\"code\":403}",
            "an error of the API server (pods is forbidden)",
        ),
    ] {
        let list = file(text);
        let run = with_pods("sweep", &log, &list, &[]);
        assert_eq!(run.code, Some(1), "{text}");
        assert!(run.stderr.contains(sentence), "{text}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let log = file(&log().text());
    let run = over_files(
        "sweep",
        &[log.path()],
        ["--cluster-name", "prod-1", "--pods", "/nowhere/pods.json"],
    );
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr
            .contains("cannot read the pods of /nowhere/pods.json"),
        "{}",
        run.stderr
    );
}

#[test]
fn standard_input_is_read_once() {
    let run = run(tool().args([
        "sweep",
        "--input",
        "-",
        "--cluster-name",
        "a",
        "--pods",
        "-",
    ]));
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("standard input can be read only once"),
        "{}",
        run.stderr
    );
}

/// The list of another cluster: the report is what it was, and says so first.
#[test]
fn a_list_of_another_cluster_is_not_used() {
    let stranger = Pod {
        namespace: "elsewhere",
        node: "node-of-another-cluster",
        ..Pod::new("app", "app-x2klp", "10.9.9.9", "2026-06-12T13:00:00Z")
    };
    let log = file(&log().text());
    let list = file(&list(&[Listed::of(&stranger)], &[]));
    let run = with_pods("sweep", &log, &list, &[]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(
        run.stdout.contains("it may belong to another cluster"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("inferred from the names"),
        "{}",
        run.stdout
    );
}

/// Names and addresses repeat from cluster to cluster; UIDs do not.
#[test]
fn a_list_is_used_for_the_cluster_that_has_its_pods() {
    let here = pod();
    let there = Pod {
        uid: "another-uid".to_owned(),
        ..pod()
    };
    let directory = tempfile::tempdir().expect("a directory");
    let mut paths = Vec::new();
    for (cluster, pod) in [("one", &here), ("two", &there)] {
        let folder = directory.path().join(format!("aws/eks/{cluster}/cluster"));
        std::fs::create_dir_all(&folder).expect("made");
        let mut log = Log::default();
        for time in every(30, at(NOW) - TimeDelta::hours(6), at(NOW)) {
            log.accepted(pod, time);
        }
        let path = folder.join("audit.log");
        std::fs::write(&path, log.text()).expect("written");
        paths.push(path);
    }
    let inputs: Vec<&std::path::Path> = paths.iter().map(AsRef::as_ref).collect();
    let rows = |list: &str| {
        let list = file(list);
        let arguments = ["--format", "csv", "--pods"];
        let run = over_files(
            "sweep",
            &inputs,
            arguments.iter().copied().chain(list.path().to_str()),
        );
        (run.code, run.stdout)
    };
    let owned = |pod: &Pod| Listed::of(pod).owned_by("apps/v1", "StatefulSet", "told");
    let (code, stdout) = rows(&list(&[owned(&here)], &[]));
    assert_eq!(code, Some(0), "{stdout}");
    let told: Vec<&str> = stdout
        .lines()
        .filter(|line| line.contains("statefulset/told"))
        .collect();
    assert!(told.len() == 1 && told[0].contains(",one,"), "{stdout}");
    // By name alone it may be of either.
    let neither = Pod {
        uid: "a-third-uid".to_owned(),
        ..pod()
    };
    let (code, stdout) = rows(&list(&[owned(&neither)], &[]));
    assert_eq!(code, Some(4), "{stdout}");
    assert!(
        stdout.contains("occur in several clusters (one, two)"),
        "{stdout}"
    );
    assert!(!stdout.contains("statefulset/told"), "{stdout}");
}

#[test]
fn compressed_and_marked_lists_are_read() {
    use std::io::Write as _;
    let text = list(
        &[Listed::of(&pod()).owned_by("apps/v1", "StatefulSet", "told")],
        &[],
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("compressed");
    let zipped = encoder.finish().expect("compressed");
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let log = file(&log().text());
    for bytes in [zipped, marked, text.into_bytes()] {
        let path = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(path.path(), bytes).expect("written");
        let run = with_pods("sweep", &log, &path, &["--format", "csv"]);
        assert!(
            run.stdout
                .contains("kubectl rollout restart statefulset/told -n ns"),
            "{}",
            run.stderr
        );
    }
}
