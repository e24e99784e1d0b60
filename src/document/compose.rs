//! Nodes become a tree, within budgets; no recursion, so depth costs memory and never the stack.
//!
//! The tree is raw: duplicate keys and merge keys are still in it, so that redaction sees every scalar of the file.

use super::Limits;
use crate::document::{Entry, Kind, Value};
use crate::problem::Code;
use std::collections::HashMap;

/// Stands for an unquoted `<<` in a raw tree; a noncharacter, which no manifest uses as a key.
pub const MERGE: &str = "\u{ffff}<<";

/// Why a document could not be read. The message never holds text of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: Code,
    pub message: String,
    pub line: u32,
    pub column: u32,
}

/// A place in the file, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub line: u32,
    pub column: u32,
}

impl Spot {
    /// A fault here.
    pub fn fault(self, code: Code, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), line: self.line, column: self.column }
    }
}

/// Builds one document out of its nodes, in the order of the file.
pub struct Composer<'l> {
    limits: &'l Limits,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    nodes: usize,
    expanded: usize,
    root: Option<Value>,
}

struct Open {
    spot: Spot,
    anchor: usize,
    weight: Weight,
    shape: Shape,
}

enum Shape {
    List(Vec<Value>),
    Map(Vec<Entry>, Option<(Box<str>, Spot)>),
}

/// How many nodes and levels a subtree has.
#[derive(Clone, Copy)]
struct Weight {
    nodes: usize,
    levels: usize,
}

struct Anchor {
    value: Value,
    weight: Weight,
    merge: bool,
}

impl<'l> Composer<'l> {
    /// An empty document.
    pub fn new(limits: &'l Limits) -> Composer<'l> {
        Composer { limits, open: Vec::new(), anchors: HashMap::new(), nodes: 0, expanded: 0, root: None }
    }

    /// Whether the next node is the key of a mapping.
    pub fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { shape: Shape::Map(_, None), .. }))
    }

    /// Whether the innermost open collection is a list; `None` if none is open.
    pub fn in_list(&self) -> Option<bool> {
        self.open.last().map(|open| matches!(open.shape, Shape::List(_)))
    }

    /// A scalar; `merge` if it is an unquoted `<<`.
    pub fn scalar(&mut self, value: Value, anchor: usize, merge: bool) -> Result<(), Fault> {
        let spot = Spot { line: value.line, column: value.column };
        self.spend(spot, 1)?;
        self.finish(value, Weight { nodes: 1, levels: 0 }, anchor, merge)
    }

    /// A list begins.
    pub fn begin_list(&mut self, spot: Spot, anchor: usize) -> Result<(), Fault> {
        self.begin(spot, anchor, Shape::List(Vec::new()))
    }

    /// A mapping begins.
    pub fn begin_map(&mut self, spot: Spot, anchor: usize) -> Result<(), Fault> {
        self.begin(spot, anchor, Shape::Map(Vec::new(), None))
    }

    /// The innermost collection ends.
    pub fn end(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = match open.shape {
            Shape::List(items) => Kind::List(items),
            Shape::Map(entries, _) => Kind::Map(entries),
        };
        let value = Value { line: open.spot.line, column: open.spot.column, written: None, kind };
        self.finish(value, open.weight, open.anchor, false)
    }

    /// An alias of the node with that anchor: a copy of it, as far as the budget goes.
    pub fn alias(&mut self, spot: Spot, anchor: usize) -> Result<(), Fault> {
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(spot.fault(Code::UnknownAlias, "an alias refers to a node that contains it"));
        };
        let weight = target.weight;
        self.expanded += weight.nodes;
        if self.expanded > self.limits.aliases {
            return Err(spot.fault(
                Code::AliasBomb,
                format!("the document's alias nodes expand to more than {} values", self.limits.aliases),
            ));
        }
        if self.open.len() + weight.levels > self.limits.depth {
            return Err(self.too_deep(spot));
        }
        let (value, merge) = (target.value.clone(), target.merge);
        self.spend(spot, weight.nodes)?;
        self.finish(value, weight, 0, merge)
    }

    /// The document, if it held any node.
    pub fn into_root(self) -> Option<Value> {
        self.root
    }

    fn begin(&mut self, spot: Spot, anchor: usize, shape: Shape) -> Result<(), Fault> {
        if self.expects_key() {
            return Err(
                spot.fault(Code::InvalidYaml, "a mapping or a list stands where a key must be a string")
            );
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(spot));
        }
        self.spend(spot, 1)?;
        self.open.push(Open { spot, anchor, weight: Weight { nodes: 1, levels: 1 }, shape });
        Ok(())
    }

    fn too_deep(&self, spot: Spot) -> Fault {
        spot.fault(Code::TooDeep, format!("nested more than {} levels deep", self.limits.depth))
    }

    fn spend(&mut self, spot: Spot, nodes: usize) -> Result<(), Fault> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes_per_document {
            let limit = self.limits.nodes_per_document;
            return Err(
                spot.fault(Code::TooLarge, format!("the document is too large: more than {limit} values"))
            );
        }
        Ok(())
    }

    fn finish(&mut self, value: Value, weight: Weight, anchor: usize, merge: bool) -> Result<(), Fault> {
        if anchor != 0 {
            // A copy is kept, so it counts: anchors inside anchors would otherwise multiply.
            self.spend(Spot { line: value.line, column: value.column }, weight.nodes)?;
            self.anchors.insert(anchor, Anchor { value: value.clone(), weight, merge });
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(value);
            return Ok(());
        };
        open.weight.nodes += weight.nodes;
        open.weight.levels = open.weight.levels.max(weight.levels + 1);
        match &mut open.shape {
            Shape::List(items) => items.push(value),
            Shape::Map(_, key @ None) => {
                let spot = Spot { line: value.line, column: value.column };
                *key = Some((if merge { MERGE.into() } else { key_text(&value)? }, spot));
            }
            Shape::Map(entries, pending) => {
                if let Some((key, spot)) = pending.take() {
                    if *key == *MERGE && !merges(&value) {
                        return Err(
                            spot.fault(Code::InvalidYaml, "`<<` needs a mapping or a list of mappings")
                        );
                    }
                    entries.push(Entry { key, line: spot.line, column: spot.column, value });
                }
            }
        }
        Ok(())
    }
}

fn merges(value: &Value) -> bool {
    value.is_map() || value.is_list() && value.items().iter().all(Value::is_map)
}

fn key_text(value: &Value) -> Result<Box<str>, Fault> {
    let spot = Spot { line: value.line, column: value.column };
    match &value.kind {
        Kind::String(text) => Ok(text.clone()),
        Kind::Bool(value) => Ok(value.to_string().into()),
        Kind::Number(number) => Ok(number.to_string().into()),
        Kind::Null => Err(spot.fault(Code::InvalidYaml, "a key is null; it must be a string")),
        Kind::List(_) | Kind::Map(_) => {
            Err(spot.fault(Code::InvalidYaml, "a mapping or a list stands where a key must be a string"))
        }
    }
}
