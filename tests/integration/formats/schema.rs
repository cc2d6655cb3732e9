//! Every JSON output against the published schema.

use boon::{Compiler, SchemaIndex, Schemas};
use eks_stale_tokens::render::Format;
use eks_stale_tokens::report::Report;
use serde_json::Value;

use super::corpus::{hostile, incomplete, recorded, text};

fn published() -> (Schemas, SchemaIndex) {
    let text = std::fs::read_to_string("docs/report-v2.schema.json").expect("it is published");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    compiler
        .add_resource("report.schema.json", schema)
        .expect("added");
    let mut schemas = Schemas::new();
    let index = compiler
        .compile("report.schema.json", &mut schemas)
        .expect("a schema");
    (schemas, index)
}

fn json(report: &Report) -> Value {
    serde_json::from_str(&text(Format::Json, report)).expect("JSON")
}

#[test]
fn every_report_is_valid() {
    let (schemas, index) = published();
    let mut nothing = recorded(&["timeline"]);
    nothing.findings.clear();
    nothing.clusters.clear();
    for report in [
        recorded(&["recording"]),
        recorded(&["timeline"]),
        incomplete(),
        hostile(),
        nothing,
    ] {
        if let Err(error) = schemas.validate(&json(&report), index) {
            panic!("{error:#}");
        }
    }
}

#[test]
fn what_is_no_report_is_not_valid() {
    let (schemas, index) = published();
    let valid = json(&recorded(&["timeline"]));
    for (pointer, value) in [
        ("/schema_version", Value::from(3)),
        ("/findings/0/verdict", Value::from("fine")),
        ("/findings/0/requests", Value::from("many")),
        ("/findings/0/rejected_from", Value::from("tomorrow")),
        ("/clusters/0/name", Value::Null),
        ("/findings/0/holders/0/tokens/0/issued", Value::Null),
    ] {
        let mut changed = valid.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        assert!(schemas.validate(&changed, index).is_err(), "{pointer}");
    }
    let mut without = valid;
    without
        .as_object_mut()
        .and_then(|report| report.remove("complete"))
        .expect("it was there");
    assert!(schemas.validate(&without, index).is_err());
}
