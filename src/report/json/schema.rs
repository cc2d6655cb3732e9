//! The published JSON Schema is generated from the types, and a saved report reads back unchanged.

use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::{v1, v2};

/// The file of a schema, its version, and how it is made.
type Published = (&'static str, u32, fn() -> Schema);

/// Where the schema of each version is published.
const PUBLISHED: [Published; 2] = [
    ("docs/report.schema.json", v1::VERSION, root::<v1::Report>),
    (
        "docs/report-v2.schema.json",
        v2::VERSION,
        root::<v2::Report>,
    ),
];

fn root<Report: JsonSchema>() -> Schema {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    generator.into_root_schema_for::<Report>()
}

fn generated(version: u32, root: fn() -> Schema) -> String {
    let mut schema = root();
    schema.insert(
        "title".to_owned(),
        format!("A report of eks-stale-tokens, schema version {version}").into(),
    );
    if let Some(stated) = schema.pointer_mut("/properties/schema_version") {
        stated["const"] = version.into();
    }
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// `UPDATE_DOCS=1 cargo test` regenerates them. That of a version that was released never changes.
#[test]
fn the_published_schemas_are_current() {
    for (published, version, root) in PUBLISHED {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(published);
        let generated = generated(version, root);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &generated).expect("written");
        }
        let text = std::fs::read_to_string(&path).expect("the schema is published");
        assert!(
            text == generated,
            "run the tests once with UPDATE_DOCS=1 to write {published} anew"
        );
    }
}

/// Reading an old report loses nothing: what the types of its version make of it is what was
/// saved, but for fields that it was written without.
#[test]
fn a_saved_report_of_version_1_comes_back_whole() {
    let path = "tests/integration/formats/saved/report-v1.json";
    let saved = std::fs::read_to_string(path).expect("it is there");
    let read: v1::Report = serde_json::from_str(&saved).expect("a report");
    let report = super::Report::from(read.upgraded().expect("a report"));
    let written = serde_json::to_value(v2::written(&report)).expect("JSON");
    let mut saved: Value = serde_json::from_str(&saved).expect("JSON");
    // Version 2 has these at every token.
    let members = saved.as_object_mut().expect("an object");
    members.remove("schema_version");
    let lifetime = members.remove("token_lifetime").expect("of all tokens");
    for holder in saved["findings"].as_array().into_iter().flatten() {
        assert_eq!(
            written["findings"][0]["holders"][0]["lifetime"], lifetime,
            "{holder}"
        );
    }
    assert_holds(&written, &saved, "");
}

/// Every member and every element of the saved value is in the written one.
fn assert_holds(written: &Value, saved: &Value, at: &str) {
    match (written, saved) {
        (Value::Object(written), Value::Object(saved)) => {
            for (key, saved) in saved {
                assert_holds(&written[key], saved, &format!("{at}/{key}"));
            }
        }
        (Value::Array(written), Value::Array(saved)) => {
            assert_eq!(written.len(), saved.len(), "{at}");
            for (index, (written, saved)) in written.iter().zip(saved).enumerate() {
                assert_holds(written, saved, &format!("{at}/{index}"));
            }
        }
        (written, saved) => assert_eq!(written, saved, "{at}"),
    }
}
