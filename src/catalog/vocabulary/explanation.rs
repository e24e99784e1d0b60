//! Sentences about fields, and what the fields must say for them to be true.

use super::condition::{Condition, Scalars, fits};
use crate::catalog::{FieldPath, Hit, Pattern};
use crate::document::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// What a field means, where it is as the rule says. What is said under a condition takes the place of what is said of
/// the same field without one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The field.
    pub field: Pattern,
    /// Only if it has this value, or one of these, as written.
    #[serde(default)]
    pub is: Option<Scalars>,
    /// Only if it is a number above this one.
    #[serde(default)]
    pub above: Option<f64>,
    /// Only if it is empty, or only if it is not.
    #[serde(default)]
    pub empty: Option<bool>,
    /// Only if it is not set, once for each item of the innermost list on its way, or for the object.
    #[serde(default)]
    pub absent: bool,
    /// Only where another field of the object is like this.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Not where another field of the object is like this.
    #[serde(default)]
    pub unless: Option<Condition>,
    /// Only where a field of the innermost mapping that holds the field is like this.
    #[serde(default, rename = "where")]
    pub only_where: Option<Condition>,
    /// Not where one is like this.
    #[serde(default, rename = "where-not")]
    pub except_where: Option<Condition>,
    /// What the value counts.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// What it does.
    pub say: Words,
    /// Why one would want that, or what to mind.
    #[serde(default)]
    pub why: Words,
}

/// What a number counts, so that nobody reads it bare.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "Written")]
pub enum Unit {
    /// Things, by the words for one and for many: `1 pod`, `3 pods`.
    Things(String, String),
    /// Seconds, in the unit that people use: `15 min`.
    Seconds,
    /// Bytes: `256 MiB`.
    Bytes,
    /// CPU cores: `half a CPU core (500m)`.
    Cpu,
    /// Its share of the weights that it is one of: `25 %`.
    Share,
}

#[derive(Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "this must be `seconds`, `bytes`, `cpu`, `share`, or the words for one and for many"
)]
enum Written {
    Word(String),
    Things([String; 2]),
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        let word = match Written::deserialize(deserializer)? {
            Written::Things([one, many]) => return Ok(Unit::Things(one, many)),
            Written::Word(word) => word,
        };
        match word.as_str() {
            "seconds" => Ok(Unit::Seconds),
            "bytes" => Ok(Unit::Bytes),
            "cpu" => Ok(Unit::Cpu),
            "share" => Ok(Unit::Share),
            _ => Err(serde::de::Error::custom(
                "this must be `seconds`, `bytes`, `cpu`, `share`, or the words for one and for many",
            )),
        }
    }
}

/// Sentences with gaps: `{value}` is the value of the field, `{.key}` that of a field in the innermost mapping that holds
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Words {
    text: String,
    parts: Vec<Gap>,
}

/// A part of a sentence: words, or what fills a gap. `is_code` says whether it stands between backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentence above says what the fields are")]
pub enum Gap {
    /// Words as they stand.
    Text { text: String, is_code: bool },
    /// The value of the field.
    Value { is_code: bool },
    /// The value of a field beside it.
    Beside { field: Pattern, is_code: bool },
}

impl Words {
    /// The sentences as they are written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Their parts, in order.
    pub fn parts(&self) -> &[Gap] {
        &self.parts
    }

    /// Whether they say nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Reads sentences.
    ///
    /// # Errors
    ///
    /// If a brace is not closed, or holds neither `value` nor `.` and a field.
    fn parse(text: &str) -> Result<Words, String> {
        let mut parts = Vec::new();
        for (index, words) in text.split('`').enumerate() {
            let is_code = index % 2 == 1;
            let plain =
                |words: &str| (!words.is_empty()).then(|| Gap::Text { text: words.to_owned(), is_code });
            let mut rest = words;
            while let Some((before, after)) = rest.split_once('{') {
                let (gap, behind) =
                    after.split_once('}').ok_or_else(|| format!("`{text}`: `{{` is not closed"))?;
                parts.extend(plain(before));
                parts.push(match gap.strip_prefix('.') {
                    Some(field) => Gap::Beside { field: Pattern::parse(field)?, is_code },
                    None if gap == "value" => Gap::Value { is_code },
                    None => return Err(format!("`{text}`: `{{{gap}}}` is not `{{value}}` or `{{.field}}`")),
                });
                rest = behind;
            }
            parts.extend(plain(rest));
        }
        Ok(Words { text: text.to_owned(), parts })
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        Words::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Explanation {
    /// Whether it is about certain values or circumstances only.
    pub fn is_special(&self) -> bool {
        self.is.is_some()
            || self.above.is_some()
            || self.empty.is_some()
            || self.when.is_some()
            || self.unless.is_some()
            || self.only_where.is_some()
            || self.except_where.is_some()
    }

    /// The fields of an object that it is true of. For one that is not set, the value is that of the mapping in which it
    /// is missing.
    pub fn hits<'a>(&self, root: &'a Value) -> Vec<Hit<'a>> {
        let holds = |condition: &Option<Condition>, value: &Value, otherwise| {
            condition.as_ref().map_or(otherwise, |condition| condition.holds(value))
        };
        if !holds(&self.when, root, true) || holds(&self.unless, root, false) {
            return Vec::new();
        }
        let mut hits = if self.absent {
            self.field.missing(root)
        } else {
            let mut hits = self.field.find_with_parent(root, &FieldPath::root());
            hits.retain(|hit| fits(hit.value, self.is.as_ref(), self.above, self.empty));
            hits
        };
        hits.retain(|hit| {
            let holder = if self.absent { hit.value } else { hit.path.holder(root).unwrap_or(hit.parent) };
            holds(&self.only_where, holder, true) && !holds(&self.except_where, holder, false)
        });
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation(text: &str) -> Explanation {
        let value = crate::document::parse(text.as_bytes()).unwrap();
        crate::catalog::typed::read(&value).unwrap()
    }

    fn found(rule: &str, object: &str) -> Vec<String> {
        let value = crate::document::parse(object.as_bytes()).unwrap();
        explanation(rule).hits(&value).into_iter().map(|hit| hit.path.to_string()).collect()
    }

    #[test]
    fn an_explanation_looks_at_the_value() {
        let many = "{ field: spec.replicas, above: 1, say: Many. }";
        assert_eq!(found(many, "spec: { replicas: 3 }"), ["spec.replicas"]);
        assert_eq!(found(many, "spec: { replicas: '3' }"), ["spec.replicas"]);
        for other in ["1", "0", "'${N}'", "null", "{}", "inf"] {
            assert!(found(many, &format!("spec: {{ replicas: {other} }}")).is_empty(), "{other}");
        }
        let all = "{ field: spec.selector, empty: true, say: All. }";
        for empty in ["{}", "{ matchLabels: {} }", "{ matchLabels: {}, matchExpressions: [] }"] {
            assert_eq!(found(all, &format!("spec: {{ selector: {empty} }}")), ["spec.selector"], "{empty}");
        }
        assert!(found(all, "spec: { selector: { matchLabels: { a: b } } }").is_empty());
        assert!(found(all, "spec: {}").is_empty());
        assert_eq!(found("{ field: spec.a, is: [1, true], say: One. }", "spec: { a: true }"), ["spec.a"]);
    }

    #[test]
    fn what_is_not_set_is_told_once_for_each_item() {
        let rule = "{ field: 'spec.rules[].to.ports', absent: true, say: Any port. }";
        let object = "spec: { rules: [{ to: { ports: [80] } }, { to: {} }, {}] }";
        assert_eq!(found(rule, object), ["spec.rules[1].to.ports", "spec.rules[2].to.ports"]);
        let rule = "{ field: spec.rules, absent: true, say: No rule. }";
        assert_eq!(found(rule, "kind: Policy"), ["spec.rules"]);
        assert_eq!(found(rule, "spec: { rules: null }"), ["spec.rules"]);
        assert!(found(rule, "spec: { rules: [] }").is_empty());
    }

    #[test]
    fn a_gap_is_a_value_or_a_field_beside_it() {
        assert!(Words::parse("It has {value} of `{.name}`.").is_ok());
        assert_eq!(Words::parse("`{.a.b}`").unwrap().parts().len(), 1);
        for wrong in ["{name}", "{value", "{.a..b}"] {
            assert!(Words::parse(wrong).is_err(), "{wrong}");
        }
    }
}
