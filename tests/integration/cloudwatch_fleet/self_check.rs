//! The query put to the test by the service that runs it.

use loopback_cloudwatch::{Builder, CloudWatch, EksCluster, LogGroup, Manners};
use serde_json::Value;

use super::odd_answers::log;
use super::{
    HOUR, STREAM, control_plane_event, empty, report, run_to, service, stale_event, tool_at,
};

/// Counts every watch three times, and looks as if nothing were wrong.
fn miscounting() -> Builder {
    service().manners(Manners {
        counts_absent: true,
        ..Manners::default()
    })
}

/// The queries that compare: as many as their windows are shorter than the window of the sweep.
fn compared(cloudwatch: &CloudWatch) -> usize {
    let queries = cloudwatch.queries();
    let is_short = |text: &str| text.contains("limit 1000\n") || text.contains("rowKey");
    let pieces = queries
        .iter()
        .filter(|it| is_short(&it.text) && it.end - it.start < 60);
    pieces.count()
}

fn swept(cloudwatch: &CloudWatch, arguments: &[&str], exit: i32) -> Value {
    let mut command = tool_at(cloudwatch);
    command.args(["sweep", "a"]).args(HOUR).args(arguments);
    report(&mut command, exit)
}

#[test]
fn a_query_is_put_to_the_test_once_and_the_report_remembers_it() {
    let cloudwatch = service().group(log("a")).start();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("report.json");
    let saved = path.to_str().expect("UTF-8");
    let first = swept(
        &cloudwatch,
        &["--verify", "auto", "--previous", saved, "--output", saved],
        0,
    );
    assert_eq!(compared(&cloudwatch), 2);
    let verified = first["clusters"][0]["verified_queries"].clone();
    assert_eq!(verified.as_array().map(Vec::len), Some(1), "{verified}");
    // At most 2 % of the window more.
    let scanned = first["clusters"][0]["bytes_scanned"].as_f64();
    assert!(scanned <= Some(cloudwatch.stored_bytes() as f64 * 1.02));

    // What was found once is carried on.
    for _ in 0..2 {
        let next = swept(
            &cloudwatch,
            &["--verify", "auto", "--previous", saved, "--output", saved],
            0,
        );
        assert_eq!(compared(&cloudwatch), 2);
        assert_eq!(next["clusters"][0]["verified_queries"], verified);
    }
    swept(&cloudwatch, &["--verify", "always", "--previous", saved], 0);
    assert_eq!(compared(&cloudwatch), 4);
    swept(&cloudwatch, &["--verify", "never"], 0);
    assert_eq!(compared(&cloudwatch), 4);
}

#[test]
fn a_plausible_wrong_answer_is_found_named_and_replaced_by_whole_events() {
    let honest = service().group(log("a")).start();
    let expected = swept(&honest, &["--verify", "never"], 0);
    let wrong = miscounting().group(log("a")).start();
    let unnoticed = swept(&wrong, &["--verify", "never"], 0);
    assert_ne!(unnoticed["findings"], expected["findings"]);

    let wrong = miscounting().group(log("a")).start();
    let found = swept(&wrong, &["--verify", "auto"], 4);
    assert_eq!(found["findings"], expected["findings"]);
    let cluster = &found["clusters"][0];
    assert_eq!(
        cluster["rejected_callers"],
        expected["clusters"][0]["rejected_callers"]
    );
    let gap = &cluster["gaps"][0];
    assert_eq!(gap["kind"], "contradictory_answer");
    let detail = gap["detail"].as_str().expect("words");
    assert!(detail.starts_with("count: requests"), "{detail}");
    assert_eq!(cluster["verified_queries"], Value::Null);
}

/// Clusters of one Region share the test, and those of another have their own.
#[test]
fn each_region_is_put_to_the_test_once() {
    let regions = CloudWatch::start_together(["eu-west-1", "us-east-1"].map(|region| {
        let groups = ["a", "b", "c"].map(log);
        service().region(region).groups(groups)
    }));
    let mut command = tool_at(&regions[0]);
    command.args(["sweep", "--all-clusters", "--verify", "auto"]);
    command.args(["--region", "eu-west-1", "--region", "us-east-1"]);
    let swept = report(command.args(HOUR), 0);
    assert_eq!(swept["clusters"].as_array().map(Vec::len), Some(6));
    for region in &regions {
        assert_eq!(compared(region), 2);
    }
}

/// Events of a quarter of an hour ago: a request, the start of a watch and its end, and one of the
/// control plane.
fn fresh() -> LogGroup {
    let millis = chrono::Utc::now().timestamp_millis() - 16 * 60_000;
    let (_, event) = stale_event("other", "second", 1);
    let watch = event.replace(r#""verb":"list""#, r#""verb":"watch""#);
    let begun = watch.replace("ResponseComplete", "ResponseStarted");
    let (_, plane) = control_plane_event(1, "system:apiserver");
    let events = [event, watch, begun, plane].into_iter();
    events.fold(empty("a"), |group, event| {
        group.event(STREAM, millis, &event)
    })
}

#[test]
fn doctor_prints_every_construct_and_names_nothing() {
    for (builder, exit, expected) in [
        (
            service(),
            0,
            [
                "the query's result matches the events",
                "count: requests: equal, 1",
                "coalesce and concat: texts joined into a key: equal",
            ],
        ),
        (
            miscounting(),
            0,
            [
                "the query's result differs from the events",
                "count: requests: DIFFERS: 1 missing, 1 too many",
                "min and max of @timestamp: the control plane's requests: equal",
            ],
        ),
    ] {
        let cloudwatch = builder
            .group(fresh())
            .cluster(EksCluster::named("a"))
            .start();
        let mut command = tool_at(&cloudwatch);
        let run = run_to(command.args(["doctor", "a", "--verify"]), exit);
        let (_, said) = run.stdout.split_once("  query  ").expect("a line");
        for words in expected {
            assert!(said.contains(words), "{words}\n{said}");
        }
        for name in ["other", "second", "10.0.0.1", "agent", "ns"] {
            let words: Vec<&str> = said.split([' ', ',', ':', '\n']).collect();
            assert!(!words.contains(&name), "{name} in {said}");
        }
    }
    let run = run_to(
        crate::tool::tool().args(["doctor", "a", "b", "--verify"]),
        2,
    );
    assert!(run.stderr.contains("name one"), "{}", run.stderr);
}
