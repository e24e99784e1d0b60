//! The parameters of one Application of a set: what generators give, and templates take.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Names and values.
pub type Params = Map<String, Json>;

/// Every value below `params` as text, by its dotted path: what selectors see, and simple templates of files.
///
/// Source: `flattenParameters` in `applicationset/generators/generator_spec_processor.go`, `github.com/jeremywohl/flatten`.
pub fn flatten(params: &Params) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    // No recursion: depth is bounded where the text was read, but nothing here relies on it.
    let mut open: Vec<(String, &Json)> = params.iter().map(|(key, value)| (key.clone(), value)).collect();
    while let Some((path, value)) = open.pop() {
        match value {
            Json::Object(map) => open.extend(map.iter().map(|(key, value)| (format!("{path}.{key}"), value))),
            Json::Array(items) => {
                open.extend(items.iter().enumerate().map(|(at, value)| (format!("{path}.{at}"), value)));
            }
            scalar => drop(flat.insert(path, text(scalar))),
        }
    }
    flat
}

/// A scalar as Go prints it with `%v`.
pub fn text(scalar: &Json) -> String {
    match scalar {
        Json::Null => "<nil>".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), float),
        Json::String(text) => text.clone(),
        Json::Array(_) | Json::Object(_) => scalar.to_string(),
    }
}

/// A number as Go prints it: all that comes out of YAML is a float there.
fn float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Puts `more` into `params`: maps are joined, everything else is replaced.
///
/// Source: `mergo.Merge` with `mergo.WithOverride`, as the matrix and the merge generator call it.
pub fn overlay(params: &mut Params, more: &Params) {
    for (key, value) in more {
        match (params.get_mut(key), value) {
            (Some(Json::Object(inner)), Json::Object(more)) => overlay(inner, more),
            _ => drop(params.insert(key.clone(), value.clone())),
        }
    }
}

/// A name as Kubernetes allows it.
///
/// Source: `SanitizeName` in `applicationset/utils/template_functions.go`.
pub fn normalized(name: &str) -> String {
    let allowed =
        |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c) { c } else { '-' };
    let name: String = name.to_lowercase().chars().map(allowed).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Params, flatten, normalized, overlay, text};
    use serde_json::json;

    fn params(value: serde_json::Value) -> Params {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_nested_is_found_by_its_path() {
        let flat = flatten(&params(json!({"a": {"b": [1, {"c": true}], "d": {}}, "e": "x", "f": null})));
        let flat: Vec<String> = flat.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(flat, ["a.b.0=1", "a.b.1.c=true", "e=x", "f=<nil>"]);
    }

    #[test]
    fn numbers_look_as_go_prints_them() {
        let texts: Vec<String> =
            [json!(8080), json!(1.5), json!(1_000_000), json!(0.00001), json!(-2), json!(123_456_789)]
                .iter()
                .map(text)
                .collect();
        assert_eq!(texts, ["8080", "1.5", "1e+06", "1e-05", "-2", "1.23456789e+08"]);
    }

    #[test]
    fn maps_are_joined_and_the_rest_replaced() {
        let mut base = params(json!({"a": {"x": 1, "y": [1]}, "b": 1, "c": "z"}));
        overlay(&mut base, &params(json!({"a": {"y": [2, 3]}, "b": {"d": 1}, "c": ""})));
        assert_eq!(json!(base), json!({"a": {"x": 1, "y": [2, 3]}, "b": {"d": 1}, "c": ""}));
    }

    #[test]
    fn names_are_cut_to_what_kubernetes_allows() {
        assert_eq!(normalized("Log_Shipper."), "log-shipper");
        assert_eq!(normalized("_a b_"), "a-b");
        assert_eq!(normalized(&"x".repeat(300)).len(), 253);
    }
}
