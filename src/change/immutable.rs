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
    /// What may not change whatever `only_if` says.
    always: Vec<String>,
    /// A field of the old object and its value, without which everything may change.
    only_if: Option<(String, String)>,
    /// Whether only what is there before and after counts.
    only_there: bool,
    way: String,
}

/// The fields of an object that are refused, and the way out; `None` where nothing is.
pub fn refused<'a>(change: &'a ObjectChange, old: &Object) -> Option<(Vec<&'a FieldChange>, &'static str)> {
    static ALL: LazyLock<BTreeMap<String, Immutable>> = LazyLock::new(|| {
        let all = parse(include_bytes!("immutable.yaml")).expect("our own file");
        all.entries().iter().map(|entry| (entry.key.to_string(), read(&entry.value))).collect()
    });
    let of_kind = ALL.get(&kind_name(&change.identity))?;
    let counts = of_kind
        .only_if
        .as_ref()
        .is_none_or(|(path, value)| old.value.at(path).and_then(Value::scalar_text).as_ref() == Some(value));
    let below = |field: &str, paths: &[String]| paths.iter().any(|path| is_below(field, path));
    let is_refused = |field: &&FieldChange| {
        let path = field.field.as_str();
        let is_there = !(of_kind.only_there && (field.old.is_null() || field.new.is_null()));
        let last = path.rsplit('.').next().unwrap_or_default();
        let is_excepted = below(path, &of_kind.except) || of_kind.except_last.iter().any(|one| one == last);
        is_there && (counts && below(path, &of_kind.fields) && !is_excepted || below(path, &of_kind.always))
    };
    let fields: Vec<&FieldChange> = change.fields.iter().filter(is_refused).collect();
    (!fields.is_empty()).then_some((fields, of_kind.way.as_str()))
}

fn read(value: &Value) -> Immutable {
    let texts = |key: &str| -> Vec<String> {
        value.get(key).map(Value::items).unwrap_or_default().iter().filter_map(Value::scalar_text).collect()
    };
    let only_if = value.get("only_if").map(Value::entries).unwrap_or_default().first();
    Immutable {
        fields: texts("fields"),
        except: texts("except"),
        except_last: texts("except_last"),
        always: texts("always"),
        only_if: only_if.and_then(|entry| Some((entry.key.to_string(), entry.value.scalar_text()?))),
        only_there: value.get("only_there").and_then(Value::as_bool) == Some(true),
        way: value.get("way").and_then(Value::scalar_text).unwrap_or_default(),
    }
}
