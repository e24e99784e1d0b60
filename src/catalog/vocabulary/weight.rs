//! Weights: how much of the traffic each backend gets, relative to the others.

use super::condition::number;
use crate::catalog::{FieldPath, Pattern};
use crate::document::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// A field with the weight of a backend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightRule {
    /// The field. Its weight counts relative to those of the other items of the innermost list on its way.
    pub field: Pattern,
    /// The fields with the weights that it is relative to, where they are no items of one list.
    #[serde(default)]
    pub with: Vec<Pattern>,
    /// What a backend without a weight has.
    #[serde(default)]
    pub default: f64,
    /// Whether all weigh the same where all weights are 0; otherwise nobody gets anything then.
    #[serde(default, rename = "zeros-are-equal")]
    pub zeros_are_equal: bool,
}

/// What part of the traffic a backend gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Its own weight.
    pub own: f64,
    /// All weights together.
    pub all: f64,
}

impl Share {
    /// The share in words: `25 %`, `about 33 %`; `None` where nothing is sent at all.
    pub fn words(self) -> Option<String> {
        let percent = self.own / self.all * 100.0;
        let whole = percent.round();
        match () {
            () if self.all <= 0.0 => None,
            () if (percent - whole).abs() < 1e-9 => Some(format!("{whole} %")),
            () if whole < 1.0 => Some("less than 1 %".to_owned()),
            () if whole > 99.0 => Some("more than 99 %".to_owned()),
            () => Some(format!("about {whole} %")),
        }
    }

    /// Whether it gets nothing.
    pub fn is_nothing(self) -> bool {
        self.own <= 0.0
    }

    /// Whether it gets everything.
    pub fn is_everything(self) -> bool {
        self.own > 0.0 && self.own >= self.all
    }
}

impl WeightRule {
    /// The share of the backend that holds the field at `path`; `None` where the rule is about others, or a weight is no
    /// number.
    pub fn share(&self, root: &Value, path: &FieldPath) -> Option<Share> {
        let (holders, key) = self.field.split_last()?;
        let near = holders.find(root, &FieldPath::root());
        let (own, holder) = near.iter().find(|(at, _)| path.is_within(at))?;
        let weight = |holder: &Value| match holder.get(key).filter(|value| !value.is_null()) {
            Some(value) => number(value).filter(|number| *number >= 0.0),
            None => Some(self.default),
        };
        let mut all: Vec<f64> = if self.with.is_empty() {
            let list = own.parent();
            let alike = near.iter().filter(|(at, _)| at.parent() == list);
            alike.map(|(_, holder)| weight(holder)).collect::<Option<_>>()?
        } else {
            vec![weight(holder)?]
        };
        for field in &self.with {
            let others = field.split_last()?.0.find(root, &FieldPath::root());
            all.extend(others.iter().map(|(_, holder)| weight(holder)).collect::<Option<Vec<_>>>()?);
        }
        let sum: f64 = all.iter().sum();
        if sum <= 0.0 && self.zeros_are_equal {
            return Some(Share { own: 1.0, all: f64::from(u32::try_from(all.len()).ok()?) });
        }
        Some(Share { own: weight(holder)?, all: sum })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(rule: &str, object: &str, field: &str) -> Option<String> {
        let read = |text: &str| crate::document::parse(text.as_bytes()).unwrap();
        let rule: WeightRule = crate::catalog::typed::read(&read(rule)).unwrap();
        let object = read(object);
        let path = Pattern::parse(field).unwrap().find(&object, &FieldPath::root()).last().unwrap().0.clone();
        rule.share(&object, &path).and_then(Share::words)
    }

    #[test]
    fn weights_are_relative_to_their_sum() {
        let rule = "{ field: 'rules[].to[].weight', default: 1 }";
        let share =
            |weights: &str| words(rule, &format!("rules: [{{ to: [{weights}] }}]"), "rules[].to[].name");
        assert_eq!(share("{ name: a, weight: 1 }, { name: b, weight: 3 }").as_deref(), Some("75 %"));
        assert_eq!(share("{ name: a }, { name: b, weight: 0 }").as_deref(), Some("0 %"));
        assert_eq!(share("{ name: a, weight: 2 }, { name: b }").as_deref(), Some("about 33 %"));
        assert_eq!(share("{ name: a, weight: 999 }, { name: b }").as_deref(), Some("less than 1 %"));
        assert_eq!(share("{ name: a, weight: 0 }"), None);
        assert_eq!(share("{ name: a, weight: '${W}' }, { name: b }"), None);
    }

    #[test]
    fn weights_may_stand_in_several_fields_and_be_all_zero() {
        let rule = "{ field: to.weight, with: ['more[].weight'], default: 100 }";
        let object = "{ to: { name: a, weight: 50 }, more: [{ name: b, weight: 150 }] }";
        assert_eq!(words(rule, object, "to.name").as_deref(), Some("25 %"));
        let rule = "{ field: 'to[].weight', zeros-are-equal: true }";
        assert_eq!(words(rule, "to: [{ name: a }, { name: b }]", "to[].name").as_deref(), Some("50 %"));
        assert_eq!(words(rule, "to: [{ name: a }]", "to[].name").as_deref(), Some("100 %"));
    }
}
