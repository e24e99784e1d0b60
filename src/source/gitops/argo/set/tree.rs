//! What templates of Applications become: every text in them is a template of its own.

use super::super::super::renderings::Fault;
use super::params::Params;
use super::rendered::{Nothing, Rendered};
use super::simple;
use serde_json::{Map, Value as Json};

/// How the templates of a set are written.
#[derive(Clone, Copy, Debug)]
pub struct Language<'a> {
    /// Whether they are Go's.
    pub go: bool,
    /// Whether a value that is not there is a fault.
    pub strict: bool,
    /// What Go templates become.
    pub rendered: &'a Rendered<'a>,
}

impl Language<'_> {
    /// A text.
    pub fn text(&self, text: &str, params: &Params) -> Result<String, Nothing> {
        match self.go {
            true => self.rendered.text(text, params, self.strict),
            false => {
                simple::replace(text, params).map_err(|why| Nothing::Fault(Fault::Failed(why.to_owned())))
            }
        }
    }

    /// All texts in a value, keys as well. All are asked for, even where one is not rendered yet.
    pub fn tree(&self, value: &Json, params: &Params) -> Result<Json, Nothing> {
        match value {
            Json::String(text) => self.text(text, params).map(Json::String),
            Json::Array(items) => all(items.iter().map(|item| self.tree(item, params))).map(Json::Array),
            Json::Object(entries) => {
                let entry = |(key, value): (&String, &Json)| {
                    let (key, value) = (self.text(key, params), self.tree(value, params));
                    both(key, value)
                };
                Ok(Json::Object(all(entries.iter().map(entry))?.into_iter().collect::<Map<_, _>>()))
            }
            other => Ok(other.clone()),
        }
    }
}

/// Both values, or what is worse.
fn both<A, B>(one: Result<A, Nothing>, other: Result<B, Nothing>) -> Result<(A, B), Nothing> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(one), Err(other)) => Err(worse(one, other)),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// All values, or the worst of what is none: every one is asked for.
pub fn all<T>(results: impl Iterator<Item = Result<T, Nothing>>) -> Result<Vec<T>, Nothing> {
    let (mut values, mut worst) = (Vec::new(), None);
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) => worst = Some(worst.map_or(error.clone(), |worst| worse(worst, error))),
        }
    }
    worst.map_or(Ok(values), Err)
}

/// A fault counts more than what is not known yet; of two the first counts.
fn worse(one: Nothing, other: Nothing) -> Nothing {
    if one == Nothing::NotYet { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::renderings::{Request, Texts};
    use super::super::rendered::Rendered;
    use super::{Language, Nothing};
    use serde_json::json;

    #[test]
    fn all_texts_are_asked_for_at_once() {
        let params = json!({"x": 1}).as_object().cloned().unwrap_or_default();
        let value = json!({"{{ .k }}": ["{{ .a }}", "plain", 3], "b": {"c": "{{ .b }}"}});
        let mut texts = Texts::new();
        let rendered = Rendered::new(&texts, 1000);
        let language = Language { go: true, strict: false, rendered: &rendered };
        assert_eq!(language.tree(&value, &params), Err(Nothing::NotYet));
        let wanted = rendered.into_wanted();
        let words: Vec<&str> = wanted.iter().map(|request| request.text.as_str()).collect();
        assert_eq!(words, ["{{ .a }}", "{{ .b }}", "{{ .k }}"]);
        for Request { text, params } in wanted {
            let word = text.trim_matches(['{', '}', ' ', '.']).to_owned();
            texts.insert(Request { text, params }, Ok(word));
        }
        let rendered = Rendered::new(&texts, 1000);
        let language = Language { go: true, strict: false, rendered: &rendered };
        assert_eq!(language.tree(&value, &params), Ok(json!({"k": ["a", "plain", 3], "b": {"c": "b"}})));
    }

    #[test]
    fn what_is_printed_where_nothing_is_counts_only_if_strict() {
        let params = json!({}).as_object().cloned().unwrap_or_default();
        let request = Request { text: "{{ .a }}".to_owned(), params: "{}".to_owned() };
        let texts = Texts::from([(request, Ok("<no value>".to_owned()))]);
        let rendered = Rendered::new(&texts, 0);
        assert_eq!(rendered.text("{{ .a }}", &params, false).as_deref(), Ok("<no value>"));
        assert!(matches!(rendered.text("{{ .a }}", &params, true), Err(Nothing::Fault(_))));
        assert_eq!(rendered.text("{{ .b }}", &params, true), Err(Nothing::TooMuch));
    }
}
