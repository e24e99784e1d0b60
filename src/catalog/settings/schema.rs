//! The JSON Schema of `podviz.yaml`, made of the types that it is read as.

use super::Settings;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Where the schema is published.
pub const SCHEMA_URL: &str = "https://podviz.github.io/podviz/podviz.schema.json";

/// The schema as JSON text that ends in a newline; `codes` are those of the advice, each with its meaning.
pub fn schema(codes: &[(&str, &str)]) -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Settings>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), SCHEMA_URL.into());
    }
    let weights = codes.iter().map(|(code, meaning)| {
        let weight = json!({ "description": meaning, "allOf": [{ "$ref": "#/definitions/Weight" }] });
        ((*code).to_owned(), weight)
    });
    let weights: Map<String, Value> = weights.collect();
    if let Some(advice) = schema.pointer_mut("/properties/advice").and_then(Value::as_object_mut) {
        advice.insert("properties".to_owned(), weights.into());
        advice.insert("additionalProperties".to_owned(), false.into());
    }
    let names: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
    if let Some(items) = schema.pointer_mut("/definitions/Ignore/properties/codes/items") {
        *items = json!({ "enum": names });
    }
    plain(&mut schema);
    format!("{schema:#}\n")
}

/// Takes out what says how Rust stores a value, and joins the lines of the texts.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.remove("format");
            if let Some(Value::String(text)) = map.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            map.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}
