//! What stood where a mark stands, so that it can be compared with another text of the same run, and nothing else.

use super::{Kind, MARK, Value, base64};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// The key of this run: no imprint means anything in another one, or to anybody who sees it.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// An imprint of each text that was replaced, by the place of its value. None is ever printed or stored.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Imprints(BTreeMap<(u32, u32), u64>);

impl Imprints {
    /// Imprints of the scalars of a tree that will be replaced, before they are.
    pub(crate) fn of(value: &Value, is_replaced: &dyn Fn(u32, u32) -> bool) -> Imprints {
        let mut imprints = Imprints::default();
        imprints.collect(value, is_replaced, false);
        imprints
    }

    /// Notes what a value says before it is replaced. What was noted first stays: it knows most.
    pub(crate) fn note(&mut self, line: u32, column: u32, text: &str) {
        self.put(line, column, text.as_bytes());
    }

    /// The imprint of what stood where a value is; equal ones mean equal texts. `None` where nothing was replaced, or where
    /// nobody knows what was.
    pub fn at(&self, value: &Value) -> Option<u64> {
        self.0.get(&(value.line, value.column)).copied()
    }

    fn put(&mut self, line: u32, column: u32, bytes: &[u8]) {
        // What a graph of podviz has left out, nobody knows any more.
        if bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
            return;
        }
        self.0.entry((line, column)).or_insert_with(|| KEY.hash_one(bytes));
    }

    /// `encoded` if strings stand for the bytes that they encode.
    fn collect(&mut self, value: &Value, is_replaced: &dyn Fn(u32, u32) -> bool, encoded: bool) {
        match &value.kind {
            Kind::Null => {}
            Kind::List(items) => items.iter().for_each(|item| self.collect(item, is_replaced, encoded)),
            Kind::Map(entries) => {
                // `stringData` is `data` that is not encoded.
                let is_secret = value.get("kind").and_then(Value::as_str) == Some("Secret");
                for entry in entries {
                    let encoded = encoded || is_secret && &*entry.key == "data";
                    self.collect(&entry.value, is_replaced, encoded);
                }
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) if is_replaced(value.line, value.column) => {
                let text = value.scalar_text().unwrap_or_default();
                let decoded = encoded.then(|| base64::decode(&text)).flatten();
                self.put(value.line, value.column, decoded.as_deref().unwrap_or(text.as_bytes()));
            }
            _ => {}
        }
    }
}

impl fmt::Debug for Imprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} imprints", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Imprints;
    use crate::document::{Value, parse};

    fn imprint(text: &str, path: &str) -> Option<u64> {
        let value = parse(text.as_bytes()).expect("YAML");
        Imprints::of(&value, &|_, _| true).at(value.at(path).expect("a value"))
    }

    #[test]
    fn what_is_left_out_has_none() {
        assert_eq!(imprint("kind: Secret\nstringData: {a: \"[redacted]\"}", "stringData.a"), None);
    }

    #[test]
    fn equal_texts_have_equal_imprints_however_they_are_written() {
        let plain = imprint("kind: Secret\nstringData: {a: word}", "stringData.a");
        assert_eq!(plain, imprint("\nkind: Secret\ndata:\n  a: d29yZA==\n", "data.a"));
        assert_ne!(plain, imprint("kind: Secret\nstringData: {a: words}", "stringData.a"));
    }

    #[test]
    fn an_imprint_says_nothing() {
        let value: Value = parse(b"a: word").expect("YAML");
        assert_eq!(format!("{:?}", Imprints::of(&value, &|_, _| true)), "1 imprints");
    }
}
