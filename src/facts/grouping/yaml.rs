//! A tree with comments, written as YAML that reads back as the same tree, whatever is in it.

use crate::document::{Kind, Value};
use serde_json::Number;
use std::fmt::Write;

/// A value of a manifest that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, raw.
    Text(String),
    /// A list.
    List(Vec<Item>),
    /// A mapping, in this order.
    Map(Vec<Entry>),
}

/// An item of a list, with comment lines before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub comment: Vec<String>,
    pub value: Node,
}

/// An entry of a mapping, with comment lines before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub comment: Vec<String>,
    pub key: String,
    pub value: Node,
}

impl Entry {
    /// An entry without a comment.
    pub fn new(key: &str, value: Node) -> Entry {
        Entry { comment: Vec::new(), key: key.to_owned(), value }
    }

    /// The same with one more line of comment.
    pub fn noted(mut self, comment: impl Into<String>) -> Entry {
        self.comment.push(comment.into());
        self
    }
}

impl Node {
    /// A text.
    pub fn text(text: impl Into<String>) -> Node {
        Node::Text(text.into())
    }

    /// A list without comments.
    pub fn list(items: Vec<Node>) -> Node {
        Node::List(items.into_iter().map(|value| Item { comment: Vec::new(), value }).collect())
    }

    /// A value of the input, each text as `change` makes it.
    pub fn of(value: &Value, change: &dyn Fn(&str) -> String) -> Node {
        match &value.kind {
            Kind::Null => Node::Null,
            Kind::Bool(value) => Node::Bool(*value),
            Kind::Number(number) => Node::Number(number.clone()),
            Kind::String(text) => Node::Text(change(text)),
            Kind::List(items) => Node::list(items.iter().map(|item| Node::of(item, change)).collect()),
            Kind::Map(entries) => {
                let entries =
                    entries.iter().map(|entry| Entry::new(&entry.key, Node::of(&entry.value, change)));
                Node::Map(entries.collect())
            }
        }
    }

    /// A value of the input as it is.
    pub fn copy(value: &Value) -> Node {
        Node::of(value, &str::to_owned)
    }
}

/// One document.
pub(super) fn write(node: &Node) -> String {
    let mut out = String::new();
    match node {
        Node::Map(entries) if !entries.is_empty() => map(&mut out, entries, 0, false),
        Node::List(items) if !items.is_empty() => list(&mut out, items, 0),
        scalar => {
            out.push_str(&inline(scalar, 0));
            out.push('\n');
        }
    }
    out
}

/// Comment lines at an indent; what would end a comment is turned into a space.
pub(super) fn comment(out: &mut String, lines: &[String], indent: usize) {
    for line in lines {
        let line: String = line.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
        let _ = writeln!(out, "{:indent$}# {}", "", line.trim_end());
    }
}

/// Writes entries; the first one stands on the line that is begun already if `begun`.
fn map(out: &mut String, entries: &[Entry], indent: usize, begun: bool) {
    for (at, entry) in entries.iter().enumerate() {
        if !(begun && at == 0) {
            comment(out, &entry.comment, indent);
            let _ = write!(out, "{:indent$}", "");
        }
        out.push_str(&scalar(&entry.key));
        out.push(':');
        match &entry.value {
            Node::Map(inner) if !inner.is_empty() => {
                out.push('\n');
                map(out, inner, indent + 2, false);
            }
            Node::List(items) if !items.is_empty() => {
                out.push('\n');
                list(out, items, indent + 2);
            }
            value => {
                out.push(' ');
                out.push_str(&inline(value, indent + 2));
                out.push('\n');
            }
        }
    }
}

fn list(out: &mut String, items: &[Item], indent: usize) {
    for item in items {
        comment(out, &item.comment, indent);
        let _ = write!(out, "{:indent$}- ", "");
        match &item.value {
            Node::Map(entries) if !entries.is_empty() => {
                let first = entries.first().map(|entry| entry.comment.as_slice()).unwrap_or_default();
                if !first.is_empty() {
                    out.truncate(out.len() - indent - 2);
                    comment(out, first, indent);
                    let _ = write!(out, "{:indent$}- ", "");
                }
                map(out, entries, indent + 2, true);
            }
            Node::List(inner) if !inner.is_empty() => {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                list(out, inner, indent + 2);
            }
            value => {
                out.push_str(&inline(value, indent + 2));
                out.push('\n');
            }
        }
    }
}

/// A value that fits behind a key or a dash; `indent` is that of the lines of a longer text.
fn inline(node: &Node, indent: usize) -> String {
    match node {
        Node::Null => "null".to_owned(),
        Node::Bool(value) => value.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => block(text, indent).unwrap_or_else(|| scalar(text)),
        Node::List(_) => "[]".to_owned(),
        Node::Map(_) => "{}".to_owned(),
    }
}

/// A text of several lines as a literal block, where that keeps every character.
fn block(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let indicator = if body.len() == text.len() { "|-" } else { "|" };
    let fits = body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body
            .lines()
            .all(|line| line.chars().all(is_plain) && !line.ends_with(' ') && !line.starts_with('#'))
        && !body.contains('\r');
    if !fits || indent == 0 {
        return None;
    }
    let mut out = indicator.to_owned();
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            let _ = write!(out, "{:indent$}{line}", "");
        }
    }
    Some(out)
}

/// A text on one line: plain where nobody can take it for anything else, in double quotes otherwise.
pub(super) fn scalar(text: &str) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_plain(c) => out.push(c),
            c if u32::from(c) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// Whether a text can stand without quotes: it begins with a letter, `/` or `_`, goes on with what has no meaning in
/// YAML, and is no word that some version of YAML takes for a boolean or null.
fn is_bare(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_'));
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-:@+=,".contains(c));
    let word = text.to_ascii_lowercase();
    let reserved = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&word.as_str());
    first && rest && !text.ends_with(':') && !reserved
}

/// Whether a character may stand in YAML as it is, and is seen by its reader.
fn is_plain(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}');
    let no_character = u32::from(c) & 0xfffe == 0xfffe;
    !c.is_control() && !hidden && !no_character
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(node: &Node) -> Node {
        let text = write(node);
        Node::copy(&crate::document::parse(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault}\n{text}")))
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-z0-9 :#\\-\\[\\]{}&*!|>'\"%@`,?=~.\n\t\r\\\\/]{0,24}",
            Just("yes".to_owned()),
            Just("0755".to_owned()),
            Just("1e3".to_owned()),
            Just("a: b".to_owned()),
            Just("set -e\necho x\n".to_owned()),
            Just("\u{85}\u{2028}\u{feff}".to_owned()),
        ]
    }

    fn any_node() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            any_text().prop_map(Node::Text),
            any::<i64>().prop_map(|number| Node::Number(number.into())),
            any::<bool>().prop_map(Node::Bool),
            Just(Node::Null),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Node::list),
                prop::collection::btree_map(any_text(), inner, 0..4).prop_map(|map| Node::Map(
                    map.into_iter().map(|(key, value)| Entry::new(&key, value)).collect()
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_tree_reads_back(node in any_node()) {
            let node = Node::Map(vec![Entry::new("key", node)]);
            prop_assert_eq!(back(&node), node);
        }
    }

    #[test]
    fn comments_stand_before_what_they_are_about() {
        let inner = Node::Map(vec![Entry::new("name", Node::text("a")).noted("first\nline")]);
        let node = Node::Map(vec![Entry::new("list", Node::list(vec![inner])).noted("all")]);
        assert_eq!(write(&node), "# all\nlist:\n  # first line\n  - name: a\n");
    }
}
