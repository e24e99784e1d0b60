//! Fields: a [`FieldPath`] names one field of one object, a [`Pattern`] names the fields that a rule is about.

use crate::document::{Kind, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a mapping.
    Key(Box<str>),
    /// Into a list: the index, and the name of the item where it has one.
    Item(usize, Option<Box<str>>),
}

/// The way from an object to one of its fields. It prints as `spec.containers[app].env[DB_URL].value`: items of
/// lists by their name, else by their index; keys with dots in brackets.
///
/// Paths are kept by the thousand, and most begin alike: each holds its last step, and shares those above it.
#[derive(Clone, Default)]
pub struct FieldPath(Option<Arc<Way>>);

struct Way {
    above: FieldPath,
    step: Step,
    length: usize,
}

impl Step {
    /// The part of a value that the step leads to.
    fn part_of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Step::Key(key) => value.get(key),
            Step::Item(index, _) => value.items().get(*index),
        }
    }
}

impl FieldPath {
    /// The object itself.
    pub fn root() -> FieldPath {
        FieldPath::default()
    }

    /// A path of plain keys, such as `spec.template`; `.` and the empty path are the object itself.
    pub fn of(keys: &str) -> FieldPath {
        let keys = keys.split('.').filter(|key| !key.is_empty());
        keys.fold(FieldPath::root(), |path, key| path.key(key))
    }

    /// This path and one more key.
    pub fn key(&self, key: &str) -> FieldPath {
        self.with(Step::Key(key.into()))
    }

    /// This path and the item `index` of the list there; `item` gives its name.
    pub fn item(&self, index: usize, item: &Value) -> FieldPath {
        let name = item.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        self.with(Step::Item(index, name.map(Into::into)))
    }

    /// This path and the item `index` of the list there, which bears `name`.
    pub fn named_item(&self, index: usize, name: &str) -> FieldPath {
        self.with(Step::Item(index, Some(name).filter(|name| !name.is_empty()).map(Into::into)))
    }

    /// This path and another behind it.
    pub fn then(&self, more: &FieldPath) -> FieldPath {
        more.steps().into_iter().fold(self.clone(), |path, step| path.with(step.clone()))
    }

    /// Whether this is the field at `outer`, or a part of it.
    pub fn is_within(&self, outer: &FieldPath) -> bool {
        let mut paths = self.outward();
        paths.find(|path| path.length() <= outer.length()).is_some_and(|path| path == outer)
    }

    /// The key of the field in the mapping that holds it; nothing for an item of a list.
    pub fn last_key(&self) -> Option<&str> {
        match self.last()? {
            Step::Key(key) => Some(key),
            Step::Item(..) => None,
        }
    }

    fn last_key_is_like(&self, start: &str, end: &str) -> bool {
        self.last_key().and_then(|key| key.strip_prefix(start)).is_some_and(|rest| rest.ends_with(end))
    }

    /// Its last step; nothing for the object itself.
    pub fn last(&self) -> Option<&Step> {
        self.0.as_deref().map(|way| &way.step)
    }

    /// The path to what holds the field; nothing above the object itself.
    pub fn above(&self) -> Option<&FieldPath> {
        self.0.as_deref().map(|way| &way.above)
    }

    /// Its steps, outermost first.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.outward().filter_map(FieldPath::last).collect();
        steps.reverse();
        steps
    }

    /// This path, the one above it, and so on to the object itself.
    pub fn outward(&self) -> impl Iterator<Item = &FieldPath> {
        std::iter::successors(Some(self), |path| path.above())
    }

    fn length(&self) -> usize {
        self.0.as_deref().map_or(0, |way| way.length)
    }

    fn with(&self, step: Step) -> FieldPath {
        FieldPath(Some(Arc::new(Way { above: self.clone(), step, length: self.length() + 1 })))
    }

    /// The value at this path.
    pub fn find<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        match self.0.as_deref() {
            None => Some(root),
            Some(way) => way.step.part_of(way.above.find(root)?),
        }
    }

    /// The values on the way: the object, then each part down to the field itself.
    pub fn values<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        let mut way = vec![root];
        for step in self.steps() {
            let next = way.last().and_then(|value| step.part_of(value));
            let Some(next) = next else { break };
            way.push(next);
        }
        way
    }

    /// The innermost mapping that holds the field, if it is there.
    pub fn holder<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        let way = self.values(root);
        let above = way.len().checked_sub(1).filter(|above| *above == self.length())?;
        way[..above].iter().rev().find(|value| value.is_map()).copied()
    }

    /// The way to what holds the field; that of the object itself is its own.
    pub fn parent(&self) -> FieldPath {
        self.above().cloned().unwrap_or_else(FieldPath::root)
    }

    /// The line of the field, or of the closest one above it that is there.
    pub fn line(&self, root: &Value) -> u32 {
        let (mut value, mut line) = (root, root.line);
        for step in self.steps() {
            let next = match step {
                Step::Key(key) => {
                    let Some(entry) = value.entries().iter().find(|entry| entry.key == *key) else { break };
                    line = entry.line;
                    &entry.value
                }
                Step::Item(index, _) => {
                    let Some(item) = value.items().get(*index) else { break };
                    line = item.line;
                    item
                }
            };
            value = next;
        }
        line
    }
}

impl PartialEq for FieldPath {
    fn eq(&self, other: &FieldPath) -> bool {
        match (self.0.as_ref(), other.0.as_ref()) {
            (None, None) => true,
            (Some(one), Some(two)) => {
                Arc::ptr_eq(one, two)
                    || (one.length == two.length && one.step == two.step && one.above == two.above)
            }
            _ => false,
        }
    }
}

impl Eq for FieldPath {}

impl PartialOrd for FieldPath {
    fn partial_cmp(&self, other: &FieldPath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FieldPath {
    fn cmp(&self, other: &FieldPath) -> Ordering {
        self.steps().cmp(&other.steps())
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps()).finish()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps().into_iter().enumerate() {
            match step {
                Step::Key(key) if key.contains('.') => write!(f, "[{key}]")?,
                Step::Key(key) if i == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(_, Some(name)) => write!(f, "[{name}]")?,
                Step::Item(index, None) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The fields that a rule is about: `spec.rules[].http.paths[].backend.service`. `[]` stands for each item of a list,
/// `[key]` for a key with dots in it, `**` for any number of keys and items, also none, and a `*` in a key for any
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Pattern(Vec<PatternStep>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternStep {
    Key(Box<str>),
    /// Any key that starts with the first and ends with the second.
    Like(Box<str>, Box<str>),
    Each,
    Deep,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// If a bracket is not closed or a key is empty.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (key, after) =
                    inside.split_once(']').ok_or_else(|| format!("`{text}`: `[` is not closed"))?;
                steps.push(if key.is_empty() { PatternStep::Each } else { PatternStep::Key(key.into()) });
                rest = after.strip_prefix('.').unwrap_or(after);
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return Err(format!("`{text}`: a key is empty"));
                }
                steps.push(PatternStep::named(&rest[..end]));
                rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
            }
        }
        Ok(Pattern(steps))
    }

    /// Every field of `root` that the pattern is about, with its path behind `prefix`, in the order of the file.
    pub fn find<'a>(&self, root: &'a Value, prefix: &FieldPath) -> Vec<(FieldPath, &'a Value)> {
        self.find_with_parent(root, prefix).into_iter().map(|hit| (hit.path, hit.value)).collect()
    }

    /// The pattern of what holds the field, and the field's key there; `None` where it does not end in a key.
    pub fn split_last(&self) -> Option<(Pattern, &str)> {
        match self.0.split_last()? {
            (PatternStep::Key(key), above) => Some((Pattern(above.to_vec()), key)),
            _ => None,
        }
    }

    /// The fields that are not there: one for each item of the innermost list that it goes through, or one for the object.
    /// The value is that of the item or the object.
    pub fn missing<'a>(&self, root: &'a Value) -> Vec<Hit<'a>> {
        let is_key = |step: &PatternStep| matches!(step, PatternStep::Key(_));
        let start = self.0.iter().rposition(|step| !is_key(step)).map_or(0, |last| last + 1);
        let (above, below) = (Pattern(self.0[..start].to_vec()), Pattern(self.0[start..].to_vec()));
        let mut hits = above.find_with_parent(root, &FieldPath::root());
        hits.retain(|hit| {
            hit.value.is_map() && below.find(hit.value, &hit.path).iter().all(|(_, value)| value.is_null())
        });
        for hit in &mut hits {
            for step in &below.0 {
                if let PatternStep::Key(key) = step {
                    hit.path = hit.path.key(key);
                }
            }
        }
        hits
    }

    /// Like [`Pattern::find`], with the value that holds each field.
    pub fn find_with_parent<'a>(&self, root: &'a Value, prefix: &FieldPath) -> Vec<Hit<'a>> {
        let mut hits = vec![Hit { path: prefix.clone(), parent: root, value: root }];
        for step in &self.0 {
            let mut next = Vec::new();
            for hit in hits {
                let value = hit.value;
                match (step, &value.kind) {
                    (PatternStep::Deep, _) => hit.spread(&mut next),
                    (PatternStep::Like(start, end), Kind::Map(_)) => next.extend(
                        hit.parts().into_iter().filter(|part| part.path.last_key_is_like(start, end)),
                    ),
                    (PatternStep::Key(key), Kind::Map(_)) => {
                        if let Some(found) = value.get(key) {
                            next.push(Hit { path: hit.path.key(key), parent: value, value: found });
                        }
                    }
                    (PatternStep::Each, Kind::List(_)) => next.extend(hit.parts()),
                    _ => {}
                }
            }
            hits = next;
        }
        hits
    }
}

/// A field that a pattern is about.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// Where it stands.
    pub path: FieldPath,
    /// The value that holds it.
    pub parent: &'a Value,
    /// The field itself.
    pub value: &'a Value,
}

impl<'a> Hit<'a> {
    /// The values in this one, if it is a mapping or a list.
    fn parts(&self) -> Vec<Hit<'a>> {
        let parent = self.value;
        let entries = parent.entries().iter().map(|entry| (self.path.key(&entry.key), &entry.value));
        let items =
            parent.items().iter().enumerate().map(|(index, item)| (self.path.item(index, item), item));
        entries.chain(items).map(|(path, value)| Hit { path, parent, value }).collect()
    }

    /// This one and everything in it, in the order of the file.
    fn spread(self, into: &mut Vec<Hit<'a>>) {
        let parts = self.parts();
        into.push(self);
        parts.into_iter().for_each(|part| part.spread(into));
    }
}

impl PatternStep {
    fn named(key: &str) -> PatternStep {
        match key.split_once('*') {
            None => PatternStep::Key(key.into()),
            Some(("", "*")) => PatternStep::Deep,
            Some((start, end)) => PatternStep::Like(start.into(), end.into()),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pattern, D::Error> {
        Pattern::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_lists_and_keys_with_dots() {
        let pattern = Pattern::parse("metadata.labels[kubernetes.io/service-name]").unwrap();
        assert_eq!(pattern.0.len(), 3);
        let pattern = Pattern::parse("spec.rules[].http.paths[].backend.service").unwrap();
        assert_eq!(pattern.0.len(), 8);
        assert!(Pattern::parse("a[b").is_err());
        assert!(Pattern::parse("a..b").is_err());
    }

    #[test]
    fn stars_stand_for_keys_that_vary() {
        let text = b"spec: {kafka: {one: {tls: {caSecret: {name: a}}}}, list: [{keySecret: b}], secret: c}";
        let value = crate::document::parse(text).unwrap();
        let found = |pattern: &str| {
            let hits = Pattern::parse(pattern).unwrap().find(&value, &FieldPath::root());
            hits.into_iter().map(|(path, _)| path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("spec.**.*Secret"), ["spec.kafka.one.tls.caSecret", "spec.list[0].keySecret"]);
        assert_eq!(found("spec.**.secret"), ["spec.secret"]);
        assert_eq!(found("spec.kafka.*.tls"), ["spec.kafka.one.tls"]);
        assert_eq!(found("spec.*.*.key*"), Vec::<String>::new());
    }
}
