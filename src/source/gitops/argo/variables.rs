//! The variables that Argo CD puts into values and images of an Application.
//!
//! Source: `newEnv` in `reposerver/repository/repository.go` of `argoproj/argo-cd`, `Env.Envsubst`, Go's `os.Expand`.

use std::collections::BTreeMap;

/// Names of the revision, which is known to Argo CD alone.
const UNKNOWN: [&str; 3] =
    ["ARGOCD_APP_REVISION", "ARGOCD_APP_REVISION_SHORT", "ARGOCD_APP_REVISION_SHORT_8"];

/// Names and values.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<&'static str, String>);

impl Variables {
    /// With these values.
    pub fn new<const N: usize>(values: [(&'static str, &str); N]) -> Variables {
        Variables(values.into_iter().map(|(name, value)| (name, value.to_owned())).collect())
    }

    /// The text with values in the place of names. What only Argo CD knows stays as it is written.
    pub fn put_into(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (name, length) = name(after);
            match name {
                Some("$") => out.push('$'),
                Some(name) if UNKNOWN.contains(&name) => {
                    out.push('$');
                    out.push_str(&after[..length]);
                }
                Some(name) => out.push_str(self.0.get(name).map_or("", String::as_str)),
                None if length == 0 => out.push('$'),
                None => {}
            }
            rest = &after[length..];
        }
        out.push_str(rest);
        out
    }
}

/// The name that follows a `$`, and how many bytes it takes with its braces; no name where there is none, or it is broken.
fn name(text: &str) -> (Option<&str>, usize) {
    let is_special = |c: char| c.is_ascii_digit() || "*#$@!?-".contains(c);
    let part = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if let Some(inner) = text.strip_prefix('{') {
        return match inner.find('}') {
            Some(0) => (None, 2),
            Some(end) => (Some(&inner[..end]), end + 2),
            None => (None, 1),
        };
    }
    match text.chars().next() {
        Some(c) if is_special(c) => (Some(&text[..1]), 1),
        _ => match text.find(|c| !part(c)).unwrap_or(text.len()) {
            0 => (None, 0),
            end => (Some(&text[..end]), end),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::Variables;
    use proptest::prelude::*;

    #[test]
    fn names_become_values_and_the_revision_stays() {
        let variables = Variables::new([("ARGOCD_APP_NAME", "web")]);
        for (text, want) in [
            ("$ARGOCD_APP_NAME-${ARGOCD_APP_NAME}x", "web-webx"),
            (
                "a:$ARGOCD_APP_REVISION_SHORT ${ARGOCD_APP_REVISION}",
                "a:$ARGOCD_APP_REVISION_SHORT ${ARGOCD_APP_REVISION}",
            ),
            ("$OTHER|$$|$1|$", "|$||$"),
            ("${}a ${b", "a b"),
            ("plain $ x", "plain $ x"),
        ] {
            assert_eq!(variables.put_into(text), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "([$ {}a_1é-]){0,20}") {
            let _ = Variables::default().put_into(&text);
        }
    }
}
