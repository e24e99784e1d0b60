//! Values of a release, merged and set as helm and Flux do.
//!
//! Source: helm's `pkg/strvals/parser.go`, and fluxcd/pkg's `chartutil/values.go` (`MergeMaps`, `ReplacePathValue`).

use serde_json::{Map, Value};
use std::iter::Peekable;
use std::str::Chars;

/// The values of a release.
pub type Tree = Map<String, Value>;

/// Most levels of names inside each other, and the highest index of a list, that helm takes.
const LEVELS: usize = 30;
const INDEX: usize = 65536;

/// Puts values over others: mappings are merged, everything else is replaced.
pub fn merge(base: &mut Tree, over: Tree) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(inner)), Value::Object(over)) => merge(inner, over),
            (_, value) => _ = base.insert(key, value),
        }
    }
}

/// Sets what stands at a path to the text of a value, as a `targetPath` of Flux does: a quoted value stays a string.
///
/// # Errors
///
/// If helm would not understand it.
pub fn set_at(tree: &mut Tree, path: &str, text: &str) -> Result<(), Malformed> {
    let quoted = |quote: char| text.starts_with(quote) && text.ends_with(quote);
    match quoted('\'') || quoted('"') {
        true => set(tree, &format!("{path}={}", text.trim_matches(['\'', '"'])), true),
        false => set(tree, &format!("{path}={text}"), false),
    }
}

/// Sets values as `--set` does, or as `--set-string` does if they are to stay strings: `a.b[0]=x,c={d,e}`.
///
/// # Errors
///
/// If helm would not understand it.
pub fn set(tree: &mut Tree, text: &str, strings: bool) -> Result<(), Malformed> {
    let mut setter = Setter { text: text.chars().peekable(), strings };
    while setter.text.peek().is_some() {
        setter.key(tree, 0)?;
    }
    Ok(())
}

/// Text that sets no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

struct Setter<'a> {
    text: Peekable<Chars<'a>>,
    strings: bool,
}

impl Setter<'_> {
    /// What stands before the next of `stops`, and which one that is; none at the end. A backslash takes the next one as it is.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut read = String::new();
        while let Some(c) = self.text.next() {
            match c {
                c if stops.contains(&c) => return (read, Some(c)),
                '\\' => read.extend(self.text.next()),
                c => read.push(c),
            }
        }
        (read, None)
    }

    fn key(&mut self, tree: &mut Tree, level: usize) -> Result<(), Malformed> {
        let (key, stop) = self.until(&['=', '[', ',', '.']);
        let value = match stop {
            Some('=') => self.value()?,
            Some('[') => {
                let mut list = match tree.remove(&key) {
                    Some(Value::Array(list)) => list,
                    None | Some(Value::Null) => Vec::new(),
                    Some(_) => return Err(Malformed),
                };
                self.item(&mut list, level)?;
                Value::Array(list)
            }
            Some('.') if level < LEVELS => {
                let mut inner = match tree.remove(&key) {
                    Some(Value::Object(inner)) => inner,
                    None | Some(Value::Null) => Tree::new(),
                    Some(_) => return Err(Malformed),
                };
                self.key(&mut inner, level + 1)?;
                Value::Object(inner)
            }
            _ => return Err(Malformed),
        };
        if !key.is_empty() {
            tree.insert(key, value);
        }
        Ok(())
    }

    /// Sets an item of a list; the bracket before its index is read.
    fn item(&mut self, list: &mut Vec<Value>, level: usize) -> Result<(), Malformed> {
        let (index, end) = self.until(&[']']);
        let index: usize = index.parse().map_err(|_| Malformed)?;
        if end.is_none() || index > INDEX || level > LEVELS {
            return Err(Malformed);
        }
        if list.len() <= index {
            list.resize(index + 1, Value::Null);
        }
        let (between, stop) = self.until(&['[', '.', '=']);
        if !between.is_empty() {
            return Err(Malformed);
        }
        list[index] = match (stop, list[index].take()) {
            (Some('='), _) => self.value()?,
            (Some('['), before) => {
                let mut inner = match before {
                    Value::Array(inner) => inner,
                    Value::Null => Vec::new(),
                    _ => return Err(Malformed),
                };
                self.item(&mut inner, level + 1)?;
                Value::Array(inner)
            }
            (Some('.'), before) => {
                let mut inner = if let Value::Object(inner) = before { inner } else { Tree::new() };
                self.key(&mut inner, level + 1)?;
                Value::Object(inner)
            }
            _ => return Err(Malformed),
        };
        Ok(())
    }

    /// A value, or a list of some in braces, up to the next comma.
    fn value(&mut self) -> Result<Value, Malformed> {
        if self.text.next_if_eq(&'{').is_none() {
            let (text, _) = self.until(&[',']);
            return Ok(self.typed(text));
        }
        let mut list = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            list.push(self.typed(text));
            match stop {
                Some(',') => {}
                Some(_) => break,
                None => return Err(Malformed),
            }
        }
        self.text.next_if_eq(&',');
        Ok(Value::Array(list))
    }

    fn typed(&self, text: String) -> Value {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        let number = || text.parse::<i64>().ok().filter(|_| text == "0" || !text.starts_with('0'));
        match () {
            () if self.strings => Value::String(text),
            () if is("true") => Value::Bool(true),
            () if is("false") => Value::Bool(false),
            () if is("null") => Value::Null,
            () => number().map_or(Value::String(text.clone()), Value::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Malformed, Tree, merge, set, set_at};
    use serde_json::{Value, json};

    fn tree(value: Value) -> Tree {
        match value {
            Value::Object(tree) => tree,
            other => panic!("{other} is no mapping"),
        }
    }

    fn after(before: Value, text: &str) -> Result<Value, Malformed> {
        let mut values = tree(before);
        set(&mut values, text, false).map(|()| Value::Object(values))
    }

    #[test]
    fn mappings_are_merged_and_lists_replaced() {
        let mut base = tree(json!({"a": {"b": 1, "c": [1, 2]}, "d": 1}));
        merge(&mut base, tree(json!({"a": {"c": [3]}, "d": {"e": null}})));
        assert_eq!(Value::Object(base), json!({"a": {"b": 1, "c": [3]}, "d": {"e": null}}));
    }

    // The cases follow those of helm's `pkg/strvals/parser_test.go`.
    #[test]
    fn text_sets_values_as_helm_says() {
        let none = || json!({});
        assert_eq!(after(none(), "a.b=1,c=true,d=007"), Ok(json!({"a": {"b": 1}, "c": true, "d": "007"})));
        assert_eq!(after(none(), "a[1].b=x"), Ok(json!({"a": [null, {"b": "x"}]})));
        assert_eq!(after(none(), "a[0][1]=x"), Ok(json!({"a": [[null, "x"]]})));
        assert_eq!(after(none(), "a={b,2},c=d"), Ok(json!({"a": ["b", 2], "c": "d"})));
        assert_eq!(after(none(), r"a\.b=c\,d"), Ok(json!({"a.b": "c,d"})));
        assert_eq!(after(none(), "a=,b=1"), Ok(json!({"a": "", "b": 1})));
        assert_eq!(after(json!({"a": {"x": 1}}), "a.y=null"), Ok(json!({"a": {"x": 1, "y": null}})));
        for text in ["a", "a,b=1", "a.b", "a[x]=1", "a[0=1", "a={b", "a[65537]=1"] {
            assert_eq!(after(none(), text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn a_quoted_value_stays_a_string() {
        let mut values = Tree::new();
        for (path, text) in [("a.tag", "'17'"), ("a.port", "17")] {
            set_at(&mut values, path, text).expect("a value");
        }
        assert_eq!(Value::Object(values), json!({"a": {"tag": "17", "port": 17}}));
    }
}
