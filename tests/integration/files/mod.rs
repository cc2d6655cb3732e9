//! The binary on audit logs on disk.
//!
//! - [`shapes`]: the same events in every shape give the same report
//! - [`carriers`], [`any_carrier`], [`forgeries`]: every shape that operators have, and forgeries
//!   in it
//! - [`carrier_laws`]: events in shapes that nobody has yet, and torn inputs
//! - [`damage`]: what is broken is counted and named, and the rest is analysed
//! - [`growing`]: files whose writer is at work
//! - [`walking`]: directories, links, patterns, standard input
//! - [`written`]: events written in every shape

mod any_carrier;
mod carrier_laws;
mod carriers;
mod damage;
mod forgeries;
mod growing;
mod shapes;
mod walking;
pub(crate) mod written;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The recorded log of 19 days.
pub(crate) fn recorded() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/aws/eks/timeline/cluster/audit.log.gz");
    let file = std::fs::File::open(path).expect("the fixture");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("the fixture is gzip and UTF-8");
    text
}

/// Sweeps with these arguments and reports as JSON.
pub(crate) fn sweep(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the binary runs")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eks-stale-tokens"));
    command
        .args(["sweep", "--quiet", "--format", "json"])
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// The report of a sweep that ended with this exit code.
pub(crate) fn report(output: &Output, code: i32) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    serde_json::from_slice(&output.stdout).expect("a report in JSON")
}

/// The gaps of a report: place's last part, kind, detail and count.
pub(crate) fn gaps(report: &Value) -> Vec<(String, String, String, u64)> {
    let clusters = report["clusters"].as_array().expect("clusters");
    clusters
        .iter()
        .flat_map(|cluster| cluster["gaps"].as_array().expect("gaps"))
        .map(|gap| {
            let word = |key: &str| gap[key].as_str().expect("a text").to_owned();
            let place = PathBuf::from(word("place"));
            let name = place.file_name().unwrap_or(place.as_os_str());
            (
                name.to_string_lossy().into_owned(),
                word("kind"),
                word("detail"),
                gap["count"].as_u64().expect("a number"),
            )
        })
        .collect()
}

/// What a report says of tokens, without where and how it was stored.
pub(crate) fn analysis(mut report: Value) -> Value {
    if let Some(report) = report.as_object_mut() {
        report.remove("passed_over");
    }
    for cluster in report["clusters"].as_array_mut().expect("clusters") {
        let cluster = cluster.as_object_mut().expect("an object");
        for key in ["places", "lines", "bytes_read", "notes"] {
            cluster.remove(key);
        }
    }
    report
}
