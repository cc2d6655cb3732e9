//! The published JSON Schema is what the types say, and a report that was saved comes back whole.

use std::path::Path;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::v1;

const PUBLISHED: &str = "docs/report.schema.json";

fn generated() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<v1::Report>();
    schema.insert(
        "title".to_owned(),
        "A report of eks-stale-tokens, schema version 1".into(),
    );
    if let Some(version) = schema.pointer_mut("/properties/schema_version") {
        version["const"] = v1::VERSION.into();
    }
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// `UPDATE_DOCS=1 cargo test` writes it anew.
#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PUBLISHED);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, generated()).expect("written");
    }
    let published = std::fs::read_to_string(&path).expect("the schema is published");
    assert_eq!(
        published,
        generated(),
        "run the tests once with UPDATE_DOCS=1 to write {PUBLISHED} anew"
    );
}

/// Reading an old report loses nothing: what the types of its version make of it is what was
/// saved, but for fields that it was written without.
#[test]
fn a_saved_report_of_version_1_comes_back_whole() {
    let path = "tests/integration/formats/saved/report-v1.json";
    let saved = std::fs::read_to_string(path).expect("it is there");
    let read: v1::Report = serde_json::from_str(&saved).expect("a report");
    let report = super::Report::from(read);
    let written = serde_json::to_value(v1::Report::from(&report)).expect("JSON");
    let saved: Value = serde_json::from_str(&saved).expect("JSON");
    assert_holds(&written, &saved, "");
}

/// Every member and every element of the saved value stands in the written one.
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
