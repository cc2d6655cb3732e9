//! The published JSON Schema is what the types say, and validates what is written.

use std::path::Path;

use schemars::generate::SchemaSettings;

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
