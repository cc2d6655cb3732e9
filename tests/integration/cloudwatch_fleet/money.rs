//! What a scan costs is said before and after.

use loopback_cloudwatch::CloudWatch;

use super::{HOUR, report, run_to, service, small_group, tool_at};

/// Bytes weigh a million times their own.
fn heavy() -> CloudWatch {
    service()
        .region("ap-northeast-1")
        .group(small_group("a"))
        .group(small_group("b"))
        .bytes_factor(1_000_000)
        .start()
}

#[test]
fn every_report_says_what_it_scanned_and_what_that_costs() {
    let cloudwatch = heavy();
    let mut command = tool_at(&cloudwatch);
    command
        .args(["sweep", "a", "b", "--region", "ap-northeast-1"])
        .args(HOUR);
    let table = run_to(&mut command, 0).stdout;
    assert!(table.contains(" GB in 1 query, about $"), "{table}");
    let report = report(&mut command, 0);
    let clusters = report["clusters"].as_array().expect("clusters");
    let bytes: f64 = clusters
        .iter()
        .filter_map(|scan| scan["bytes_scanned"].as_f64())
        .sum();
    let dollars: f64 = clusters
        .iter()
        .filter_map(|scan| scan["price_usd"].as_f64())
        .sum();
    assert!(
        (dollars - bytes / 1e9 * 0.0076).abs() < 1e-4,
        "{bytes} {dollars}"
    );
    assert!(
        clusters
            .iter()
            .all(|scan| scan["bytes_scanned"].as_f64() > Some(1e10))
    );
}

#[test]
fn a_dry_run_asks_only_for_the_free_estimate() {
    let cloudwatch = heavy();
    let run = run_to(
        tool_at(&cloudwatch)
            .args([
                "sweep",
                "--all-clusters",
                "--dry-run",
                "--region",
                "ap-northeast-1",
            ])
            .args(HOUR),
        0,
    );
    assert!(
        cloudwatch
            .queries()
            .iter()
            .all(|query| query.text.ends_with("| estimate"))
    );
    for words in [
        "Window   2026-11-20 06:00:00 to 2026-11-20 07:00:00 UTC",
        "ap-northeast-1: 2 clusters in 1 query and 2 probes of the window's edges, ",
        "as CloudWatch estimates it",
        "about $",
        "Nothing was queried.",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn without_the_estimate_what_is_stored_has_to_do() {
    let cloudwatch = service()
        .group(
            small_group("a")
                .stored_bytes(72_000_000_000)
                .retention_days(30)
                .created(0),
        )
        .without_estimate()
        .start();
    let run = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "a", "--dry-run"])
            .args(HOUR),
        0,
    );
    // An hour of thirty days, and ten minutes of it, twice.
    assert!(run.stdout.contains("133.3 MB"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("from the stored bytes of the log groups"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_scan_above_the_most_is_refused_before_it_begins() {
    let cloudwatch = heavy();
    let mut command = tool_at(&cloudwatch);
    command
        .args([
            "sweep",
            "a",
            "b",
            "--region",
            "ap-northeast-1",
            "--max-scan",
            "50GB",
        ])
        .args(HOUR);
    let run = run_to(&mut command, 1);
    assert!(
        run.stderr.contains("--max-scan allows 50"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("about $"), "{}", run.stderr);
    assert!(
        cloudwatch
            .queries()
            .iter()
            .all(|query| query.text.ends_with("| estimate"))
    );
    run_to(command.args(["--max-scan", "900GB"]), 2);
}

#[test]
fn a_price_that_is_stated_holds_in_every_region() {
    let cloudwatch = heavy();
    let mut command = tool_at(&cloudwatch);
    command
        .args(["sweep", "a", "--region", "ap-northeast-1"])
        .args(["--price-per-gb", "0.0038"])
        .args(HOUR);
    let report = report(&mut command, 0);
    let cluster = &report["clusters"][0];
    let bytes = cluster["bytes_scanned"].as_f64().expect("bytes");
    let dollars = cluster["price_usd"].as_f64().expect("a price");
    assert!((dollars - bytes / 1e9 * 0.0038).abs() < 1e-4, "{dollars}");
    assert_eq!(cluster["price_is_minimum"], false);
    let refused = run_to(command.args(["--price-per-gb", "5c"]), 2);
    assert!(refused.stderr.contains("price"), "{}", refused.stderr);
}
