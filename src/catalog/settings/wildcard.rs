//! Patterns with `*` in them.

use schemars::JsonSchema;
use serde::Deserialize;

/// A name in which `*` stands for any characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Wildcard(String);

impl Wildcard {
    /// Whether a text is like this.
    pub fn is_like(&self, text: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
        let pieces: Vec<&str> = pieces.collect();
        let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
        for piece in middle {
            let Some(at) = rest.find(piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }

    /// Whether it is like nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn patterns_stand_for_names() {
        let is_like = |pattern: &str, text: &str| Wildcard(pattern.to_owned()).is_like(text);
        assert!(is_like("Deployment shop/*", "Deployment shop/web"));
        assert!(is_like("*", "anything"));
        assert!(is_like("* shop/*-db", "StatefulSet shop/orders-db"));
        assert!(!is_like("Deployment shop/we", "Deployment shop/web"));
        assert!(!is_like("Deployment shop/*-db", "Deployment shop/web"));
    }
}
