//! Names that are made of other names, and the ways to read one.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// How the value of a field names an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameForm {
    /// It is the object's name.
    #[default]
    Name,
    /// It is a host, or a URL with one, that means a Service as it does to a pod; any other host is outside of the
    /// cluster.
    Host,
    /// It is a full name in the DNS, as that of an alias: it means a Service only with the domain of the cluster behind it.
    Domain,
    /// It is the object's name, or `namespace/name`.
    Namespaced,
    /// It is `name:tag` or `name@digest`, and what stands before the tag or the digest is the object's name.
    Tagged,
    /// It does not matter: the key of the field is the object's name.
    Key,
}

/// A name with places to fill in: `{value}-tls`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Value,
    Name,
    Namespace,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// If a brace is not closed, or holds another word than `value`, `name` and `namespace`.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (word, behind) =
                after.split_once('}').ok_or_else(|| format!("`{text}`: `{{` is not closed"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            parts.push(match word {
                "value" => Part::Value,
                "name" => Part::Name,
                "namespace" => Part::Namespace,
                _ => return Err(format!("`{text}`: `{{{word}}}` is not value, name or namespace")),
            });
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Ok(Template(parts))
    }

    /// The name for a field with `value`, in the object `name` of `namespace`.
    pub fn fill(&self, value: &str, name: &str, namespace: &str) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text,
            Part::Value => value,
            Part::Name => name,
            Part::Namespace => namespace,
        });
        parts.collect()
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        Template::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_fills_in_names() {
        let name = |text: &str| Template::parse(text).unwrap().fill("tls", "web", "shop");
        assert_eq!(name("{name}-{value}"), "web-tls");
        assert_eq!(name("default"), "default");
        assert_eq!(name("{namespace}.{name}.x"), "shop.web.x");
        assert!(Template::parse("{kind}").is_err());
        assert!(Template::parse("{value").is_err());
    }
}
