//! Label selectors, over labels of any form: sets also select by addresses.
//!
//! Source: `applicationset/utils/selector.go` of `argoproj/argo-cd`.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Whether a selector wants anything at all.
pub fn is_empty(selector: &Json) -> bool {
    let labels = selector.get("matchLabels").and_then(Json::as_object);
    labels.is_none_or(serde_json::Map::is_empty) && expressions(selector).is_empty()
}

/// Whether labels match; `Err` with the operator that nobody knows.
pub fn matches(selector: &Json, labels: &BTreeMap<String, String>) -> Result<bool, String> {
    let wanted = selector.get("matchLabels").and_then(Json::as_object).into_iter().flatten();
    let mut all = wanted.fold(true, |all, (key, value)| {
        all && labels.get(key).map(String::as_str) == Some(value.as_str().unwrap_or_default())
    });
    for expression in expressions(selector) {
        let text = |key: &str| expression.get(key).and_then(Json::as_str).unwrap_or_default();
        let values = expression.get("values").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let own = labels.get(text("key"));
        let is_one = |own: &String| values.iter().any(|value| value.as_str() == Some(own));
        all &= match text("operator") {
            "In" => own.is_some_and(is_one),
            "NotIn" => !own.is_some_and(is_one),
            "Exists" => own.is_some(),
            "DoesNotExist" => own.is_none(),
            other => return Err(other.to_owned()),
        };
    }
    Ok(all)
}

/// A selector in words: `tier=edge,region in (a, b)`.
pub fn words(selector: &Json) -> String {
    let labels = selector.get("matchLabels").and_then(Json::as_object).into_iter().flatten();
    let labels = labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let expressions = expressions(selector).iter().map(|expression| {
        let text = |key: &str| expression.get(key).and_then(Json::as_str).unwrap_or_default();
        let values = expression.get("values").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let values: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
        match text("operator") {
            "In" => format!("{} in ({})", text("key"), values.join(", ")),
            "NotIn" => format!("{} not in ({})", text("key"), values.join(", ")),
            "Exists" => text("key").to_owned(),
            "DoesNotExist" => format!("!{}", text("key")),
            other => format!("{} {other}", text("key")),
        }
    });
    labels.chain(expressions).collect::<Vec<_>>().join(",")
}

fn expressions(selector: &Json) -> &[Json] {
    selector.get("matchExpressions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{is_empty, matches, words};
    use serde_json::{Value as Json, json};
    use std::collections::BTreeMap;

    #[test]
    fn every_want_counts() {
        let labels = BTreeMap::from([
            ("server".to_owned(), "https://a.example".to_owned()),
            ("x".to_owned(), String::new()),
        ]);
        let check =
            |selector: Json, want: bool| assert_eq!(matches(&selector, &labels), Ok(want), "{selector}");
        check(json!({}), true);
        check(json!({"matchLabels": {"server": "https://a.example"}}), true);
        check(json!({"matchLabels": {"y": ""}}), false);
        let expression = |operator: &str, key: &str| json!({"matchExpressions": [{"key": key, "operator": operator, "values": ["https://a.example"]}]});
        check(expression("In", "server"), true);
        check(expression("In", "y"), false);
        check(expression("NotIn", "y"), true);
        check(expression("NotIn", "server"), false);
        check(expression("Exists", "x"), true);
        check(expression("DoesNotExist", "x"), false);
        assert_eq!(matches(&expression("Near", "x"), &labels), Err("Near".to_owned()));
    }

    #[test]
    fn it_is_said_in_words() {
        let selector = json!({"matchLabels": {"tier": "edge"}, "matchExpressions": [
            {"key": "a", "operator": "In", "values": ["b", "c"]}, {"key": "d", "operator": "DoesNotExist"}]});
        assert_eq!(words(&selector), "tier=edge,a in (b, c),!d");
        assert!(is_empty(&json!({"matchLabels": {}})) && is_empty(&json!(null)) && !is_empty(&selector));
    }
}
