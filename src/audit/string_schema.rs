//! The JSON Schema of types that are written as a string.

/// Gives a type the schema of a string, without a name or a description of its own.
macro_rules! string_schema {
    ($type:ty) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                String::schema_name()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }

            fn inline_schema() -> bool {
                true
            }
        }
    };
}

pub(super) use string_schema;
