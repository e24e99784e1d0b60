//! Objects that a loop names by chance: each is one of its own, though the stand-in in their names is the same.

use regex::{Captures, Regex};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What stand-ins put into names.
static STAND_IN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:random\d+|00000000(?:-[\d-]+\d)?)\b").expect("a pattern"));

/// The text that helm printed, in which every further object of the same name has a number behind the stand-in that its
/// name holds, wherever the object says it. No line becomes two.
pub fn keep_apart(text: &str) -> String {
    let mut seen: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut apart = String::with_capacity(text.len());
    for document in documents(text) {
        let of = Identity::of(document);
        let stand_in = of.name.and_then(|name| STAND_IN.find(name)).map(|found| found.as_str());
        let before = seen.entry(of).or_default();
        *before += 1;
        let own = |found: &Captures| match &found[0] {
            same if Some(same) == stand_in => format!("{same}-{before}"),
            other => other.to_owned(),
        };
        if *before > 1 && stand_in.is_some() {
            apart += &STAND_IN.replace_all(document, own);
        } else {
            apart += document;
        }
    }
    apart
}

/// The documents, each with the line that begins it.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find("\n---").map_or(rest.len(), |at| at + 1);
        let (document, more) = rest.split_at(end);
        rest = more;
        (!document.is_empty()).then_some(document)
    })
}

/// What tells objects apart, as it is written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity<'a> {
    kind: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

impl Identity<'_> {
    fn of(document: &str) -> Identity<'_> {
        let is_top = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic());
        let kind = document.lines().find_map(|line| line.strip_prefix("kind:"));
        let mut metadata = document.lines().skip_while(|line| !line.starts_with("metadata:")).skip(1);
        let metadata: Vec<&str> = metadata.by_ref().take_while(|line| !is_top(line)).collect();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let own = metadata.iter().map(|line| indent(line)).filter(|indent| *indent > 0).min();
        let field = |key| {
            let mut own = metadata.iter().filter(|line| Some(indent(line)) == own);
            own.find_map(|line| line.trim_start().strip_prefix(key)).map(str::trim)
        };
        Identity { kind, namespace: field("namespace:"), name: field("name:") }
    }
}

#[cfg(test)]
mod tests {
    use super::keep_apart;

    fn object(name: &str, more: &str) -> String {
        format!("---\nkind: Job\nmetadata:\n  labels:\n    name: x\n  name: {name}\n{more}")
    }

    #[test]
    fn objects_of_a_loop_have_names_of_their_own() {
        let same = object("a-random1", "data: [random1, random2, random12]\n");
        let uuid = object("00000000-0000-4000-8000-000000000003", "");
        let want = [
            same.clone(),
            object("a-random1-2", "data: [random1-2, random2, random12]\n"),
            object("a-random1-3", "data: [random1-3, random2, random12]\n"),
            uuid.clone(),
            object("00000000-0000-4000-8000-000000000003-2", ""),
        ];
        assert_eq!(keep_apart(&[&*same, &same, &same, &uuid, &uuid].concat()), want.concat());
    }

    #[test]
    fn what_is_twice_without_chance_stays() {
        let twice = [object("web", "data: random1\n"), object("web", "data: random1\n")].concat();
        assert_eq!(keep_apart(&twice), twice);
        let others = [object("random1", ""), object("random1", "").replace("Job", "Pod")].concat();
        assert_eq!(keep_apart(&others), others);
    }
}
