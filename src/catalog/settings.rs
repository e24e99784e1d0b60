//! What users decide in `podviz.yaml`.

use super::CatalogError;
use crate::model::{Identity, Value};
use crate::problem::Level;
use crate::source::Release;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// What users decide in `podviz.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How bad the findings of a rule are, by its code: `off`, `note`, `warning` or `error`.
    #[serde(default)]
    pub advice: BTreeMap<String, Weight>,
    /// What is not reported of some objects.
    #[serde(default)]
    pub ignore: Vec<Ignore>,
    /// Which objects make up which application.
    #[serde(default)]
    pub applications: Vec<ApplicationRule>,
    /// Releases of Helm charts, each an environment.
    #[serde(default)]
    pub releases: Vec<Release>,
}

/// How bad the findings of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// They are ignored.
    Off,
    /// All of them are of this level.
    At(Level),
}

/// What is not reported of some objects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// The codes; all where there are none.
    #[serde(default)]
    pub codes: Vec<String>,
    /// The objects as podviz writes them, such as `Deployment shop/web`; `*` stands for any characters.
    pub objects: Vec<String>,
    /// Why. It is required, so that the next reader knows.
    pub because: String,
}

/// Which objects make up an application.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationRule {
    /// Its name, as in the address of its page.
    pub name: String,
    /// How people call it; its name where there is none.
    #[serde(default)]
    pub title: Option<String>,
    /// The objects as podviz writes them, such as `Deployment shop/web`; `*` stands for any characters.
    pub objects: Vec<String>,
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Weight, D::Error> {
        // YAML reads a bare `off` as false.
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(false) => Ok(Weight::Off),
            serde_json::Value::String(word) => match word.as_str() {
                "off" => Ok(Weight::Off),
                "note" => Ok(Weight::At(Level::Note)),
                "warning" => Ok(Weight::At(Level::Warning)),
                "error" => Ok(Weight::At(Level::Error)),
                _ => Err(serde::de::Error::custom(format!(
                    "`{word}` is none of `off`, `note`, `warning` and `error`"
                ))),
            },
            _ => Err(serde::de::Error::custom("write `off`, `note`, `warning` or `error`")),
        }
    }
}

impl Settings {
    /// Reads the text of `file`. A rule's code must be one of `codes`.
    ///
    /// # Errors
    ///
    /// If a key is unknown, a value is not what its key wants, or there is no rule of some code.
    pub fn read(file: &str, value: &Value, codes: &[&str]) -> Result<Settings, CatalogError> {
        let refuse = |reason: String| CatalogError { file: file.to_owned(), reason };
        if matches!(value.kind, crate::model::Kind::Null) {
            return Ok(Settings::default());
        }
        let settings: Settings = serde_path_to_error::deserialize(value.to_json()).map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { String::new() } else { format!("{path}: ") };
            refuse(format!("{place}{}", error.inner()))
        })?;
        let named = settings.advice.keys().chain(settings.ignore.iter().flat_map(|ignore| &ignore.codes));
        for code in named {
            if !codes.contains(&code.as_str()) {
                let hint = closest(code, codes).map(|code| format!("; did you mean `{code}`?"));
                return Err(refuse(format!("no advice has the code `{code}`{}", hint.unwrap_or_default())));
            }
        }
        Ok(settings)
    }

    /// The first rule that puts an object into an application.
    pub fn application_of(&self, identity: &Identity) -> Option<&ApplicationRule> {
        if self.applications.is_empty() {
            return None;
        }
        let title = identity.title();
        self.applications.iter().find(|rule| rule.objects.iter().any(|pattern| is_like(pattern, &title)))
    }

    /// Whether the findings of a rule are not to be reported of an object.
    pub fn ignores(&self, code: &str, identity: &Identity) -> bool {
        let title = identity.title();
        self.advice.get(code) == Some(&Weight::Off)
            || self.ignore.iter().any(|ignore| {
                (ignore.codes.is_empty() || ignore.codes.iter().any(|one| one == code))
                    && ignore.objects.iter().any(|pattern| is_like(pattern, &title))
            })
    }
}

/// The code that begins most like the one that is not there.
fn closest<'a>(wrong: &str, codes: &[&'a str]) -> Option<&'a str> {
    let alike = |code: &str| {
        let words = code.split('-').filter(|word| wrong.split('-').any(|other| other == *word)).count();
        let start = code.chars().zip(wrong.chars()).take_while(|(a, b)| a == b).count();
        (words, start)
    };
    codes.iter().copied().filter(|code| alike(code) > (0, 2)).max_by_key(|code| alike(code))
}

/// Whether `text` is like `pattern`, in which `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let value = crate::source::parse(text.as_bytes()).unwrap();
        let codes = ["missing-object", "mutable-image-tag"];
        Settings::read("podviz.yaml", &value, &codes).map_err(|error| error.reason)
    }

    #[test]
    fn a_level_may_be_changed_or_switched_off() {
        let settings = read("advice: {mutable-image-tag: off, missing-object: error}").unwrap();
        assert_eq!(settings.advice["mutable-image-tag"], Weight::Off);
        assert_eq!(settings.advice["missing-object"], Weight::At(Level::Error));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let reason = |text| read(text).unwrap_err();
        assert!(reason("advise: {}").contains(
            "unknown field `advise`, expected one of `advice`, `ignore`, `applications`, `releases`"
        ));
        assert!(reason("advice: {mutable-tag: off}").contains("did you mean `mutable-image-tag`?"));
        assert!(
            reason("advice: {missing-object: loud}").starts_with("advice.missing-object: `loud` is none of")
        );
        assert!(reason("ignore: [{objects: [x]}]").contains("missing field `because`"));
    }

    #[test]
    fn patterns_stand_for_names() {
        assert!(is_like("Deployment shop/*", "Deployment shop/web"));
        assert!(is_like("*", "anything"));
        assert!(is_like("* shop/*-db", "StatefulSet shop/orders-db"));
        assert!(!is_like("Deployment shop/we", "Deployment shop/web"));
        assert!(!is_like("Deployment shop/*-db", "Deployment shop/web"));
    }
}
