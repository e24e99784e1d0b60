//! Fields that the API server does not let anybody change on an object that exists.

use super::normal::kind_name;
use super::{FieldChange, ObjectChange, is_below};
use crate::document::{Value, parse};
use crate::model::Object;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What of a kind may not change.
struct Immutable {
    fields: Vec<String>,
    except: Vec<String>,
    /// The last keys of fields below that may change.
    except_last: Vec<String>,
    /// What may be written where it was absent.
    may_be_set: Vec<String>,
    /// What may not change whatever `only_if` says.
    always: Vec<String>,
    /// A field of the old object and its value, without which everything may change.
    only_if: Option<Condition>,
    /// The same of the new object.
    only_if_new: Option<Condition>,
    /// A field and a value with which everything may change, on either side.
    unless: Option<Condition>,
    /// The only new value that is refused.
    becomes: Option<String>,
    /// Whether only what is there before and after counts.
    only_there: bool,
    way: String,
}

/// A field and its value.
type Condition = (String, String);

/// The fields of an object that are refused, and the way out; `None` where nothing is.
pub fn refused<'a>(
    change: &'a ObjectChange,
    old: &Object,
    new: &Object,
) -> Option<(Vec<&'a FieldChange>, &'static str)> {
    static ALL: LazyLock<BTreeMap<String, Vec<Immutable>>> = LazyLock::new(|| {
        let all = parse(include_bytes!("immutable.yaml")).expect("our own file");
        let rules = |value: &Value| match value.items() {
            [] => vec![read(value)],
            several => several.iter().map(read).collect(),
        };
        all.entries().iter().map(|entry| (entry.key.to_string(), rules(&entry.value))).collect()
    });
    let rules = ALL.get(&kind_name(&change.identity))?;
    let refusing: Vec<&Immutable> =
        rules.iter().filter(|rule| change.fields.iter().any(|field| rule.refuses(field, old, new))).collect();
    let way = refusing.first()?.way.as_str();
    let is_refused = |field: &&FieldChange| refusing.iter().any(|rule| rule.refuses(field, old, new));
    Some((change.fields.iter().filter(is_refused).collect(), way))
}

impl Immutable {
    /// Whether the API server does not accept that a field changes.
    fn refuses(&self, field: &FieldChange, old: &Object, new: &Object) -> bool {
        let says = |object: &Object, (path, value): &Condition| {
            object.value.at(path).and_then(Value::scalar_text).as_ref() == Some(value)
        };
        let counts = self.only_if.as_ref().is_none_or(|condition| says(old, condition))
            && self.only_if_new.as_ref().is_none_or(|condition| says(new, condition))
            && !self.unless.as_ref().is_some_and(|one| says(old, one) || says(new, one));
        let path = field.field.as_str();
        let below = |paths: &[String]| paths.iter().any(|one| is_below(path, one));
        let is_there = !(self.only_there && (field.old.is_null() || field.new.is_null()));
        let is_wanted = self.becomes.as_ref().is_none_or(|value| field.new.as_str() == Some(value));
        let last = path.rsplit('.').next().unwrap_or_default();
        let is_excepted = below(&self.except)
            || self.except_last.iter().any(|one| one == last)
            || field.old.is_null() && below(&self.may_be_set);
        is_there && is_wanted && (counts && below(&self.fields) && !is_excepted || below(&self.always))
    }
}

fn read(value: &Value) -> Immutable {
    let texts = |key: &str| -> Vec<String> {
        value.get(key).map(Value::items).unwrap_or_default().iter().filter_map(Value::scalar_text).collect()
    };
    let condition = |key: &str| {
        let entry = value.get(key).map(Value::entries).unwrap_or_default().first()?;
        Some((entry.key.to_string(), entry.value.scalar_text()?))
    };
    Immutable {
        fields: texts("fields"),
        except: texts("except"),
        except_last: texts("except_last"),
        may_be_set: texts("may_be_set"),
        always: texts("always"),
        only_if: condition("only_if"),
        only_if_new: condition("only_if_new"),
        unless: condition("unless"),
        becomes: value.get("becomes").and_then(Value::scalar_text),
        only_there: value.get("only_there").and_then(Value::as_bool) == Some(true),
        way: value.get("way").and_then(Value::scalar_text).unwrap_or_default(),
    }
}
