//! Variables inside of values: `$(DB_HOST)` as Kubernetes replaces it.

/// Longest text that becomes of one value, in bytes: variables that hold variables could grow without end.
const MOST: usize = 16_384;

/// A value with its `$(NAME)` replaced. A name that nobody knows stays as it is, and `$$` is one `$`.
///
/// Source: `k8s.io/api/core/v1/types.go`, `EnvVar.Value`; `third_party/forked/golang/expansion/expand.go`.
pub fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    replaced(text, |rest| {
        if rest.starts_with("$$") {
            return Some((2, "$".to_owned()));
        }
        let inside = rest.strip_prefix("$(")?;
        let end = inside.find(')')?;
        Some((end + 3, value(&inside[..end])?))
    })
}

/// A text in which what a shell would replace is replaced, too: `$(NAME)` and `${NAME}`, where the name is known.
pub fn expand_in_shell(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    replaced(text, |rest| {
        let close = match rest.as_bytes().get(1) {
            Some(b'(') => rest.find(')'),
            Some(b'{') => rest.find('}'),
            _ => None,
        }?;
        Some((close + 1, value(rest.get(2..close)?)?))
    })
}

/// A text in which `swap` says at each `$` how many bytes to replace, and by what. One that grows too long stays as
/// it is.
fn replaced(text: &str, swap: impl Fn(&str) -> Option<(usize, String)>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, new) = swap(rest).unwrap_or_else(|| (1, "$".to_owned()));
        out.push_str(&new);
        rest = &rest[length..];
        if out.len() > MOST {
            return text.to_owned();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{expand, expand_in_shell};

    fn known(name: &str) -> Option<String> {
        match name {
            "HOST" => Some("cart".to_owned()),
            "EMPTY" => Some(String::new()),
            "LONG" => Some("x".repeat(9_000)),
            _ => None,
        }
    }

    #[test]
    fn scripts_are_expanded_as_shells_do() {
        let text = "http://$(HOST)/${HOST} $HOST $(NONE) ${";
        assert_eq!(expand_in_shell(text, known), "http://cart/cart $HOST $(NONE) ${");
    }

    #[test]
    fn values_are_expanded_as_kubernetes_does() {
        let table = [
            ("http://$(HOST):80", "http://cart:80"),
            ("$$(HOST)", "$(HOST)"),
            ("$$$(HOST)", "$cart"),
            ("$(UNKNOWN)", "$(UNKNOWN)"),
            ("$(HOST", "$(HOST"),
            ("$HOST $", "$HOST $"),
            ("[$(EMPTY)]", "[]"),
            ("$(LONG)$(LONG)", "$(LONG)$(LONG)"),
        ];
        for (text, expected) in table {
            assert_eq!(expand(text, known), expected);
        }
    }
}
