//! Selectors that are written as one text: `tier == "db" && !has(debug)`.
//!
//! Source: docs.tigera.io, "Network policy", selectors: `projectcalico/calico`, `libcalico-go/lib/selector`.

use super::Labels;

/// What labels must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Has(String),
    Equal(String, String),
    In(String, Vec<String>),
    Contains(String, String),
    StartsWith(String, String),
    EndsWith(String, String),
}

impl Expression {
    /// Reads an expression; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Expression> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens };
        if tokens.is_empty() {
            return Some(Expression::All(Vec::new()));
        }
        let expression = parser.any()?;
        parser.tokens.is_empty().then_some(expression)
    }

    /// Whether labels meet it.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = |key: &str| labels.get(key);
        match self {
            Expression::All(parts) => parts.iter().all(|part| part.matches(labels)),
            Expression::Any(parts) => parts.iter().any(|part| part.matches(labels)),
            Expression::Not(part) => !part.matches(labels),
            Expression::Has(key) => labels.contains_key(key),
            Expression::Equal(key, text) => value(key) == Some(text),
            Expression::In(key, list) => value(key).is_some_and(|value| list.contains(value)),
            Expression::Contains(key, text) => value(key).is_some_and(|value| value.contains(text)),
            Expression::StartsWith(key, text) => value(key).is_some_and(|value| value.starts_with(text)),
            Expression::EndsWith(key, text) => value(key).is_some_and(|value| value.ends_with(text)),
        }
    }

    /// Adds the keys that it asks for, each with the values that it names, whole or in part.
    pub fn mentioned<'a>(&'a self, found: &mut Vec<(&'a str, &'a str)>) {
        match self {
            Expression::All(parts) | Expression::Any(parts) => {
                parts.iter().for_each(|part| part.mentioned(found));
            }
            Expression::Not(part) => part.mentioned(found),
            Expression::Has(key) => found.push((key, "")),
            Expression::In(key, list) => {
                found.extend(list.iter().map(|value| (key.as_str(), value.as_str())));
            }
            Expression::Equal(key, text)
            | Expression::Contains(key, text)
            | Expression::StartsWith(key, text)
            | Expression::EndsWith(key, text) => found.push((key, text)),
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Expression::All(parts) if parts.iter().all(Expression::is_empty))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["&&", "||", "==", "!=", "!", "(", ")", "{", "}", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if matches!(first, '"' | '\'') {
            let (inside, after) = rest[1..].split_once(first)?;
            found.push(Token::Text(inside.to_owned()));
            rest = after;
        } else {
            let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/:".contains(c);
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(found)
}

struct Parser<'a> {
    tokens: &'a [Token],
}

impl Parser<'_> {
    fn any(&mut self) -> Option<Expression> {
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self) -> Option<Expression> {
        let mut parts = vec![self.one()?];
        while self.takes("&&") {
            parts.push(self.one()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self) -> Option<Expression> {
        if self.takes("!") {
            return Some(Expression::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inside = self.any()?;
            return self.takes(")").then_some(inside);
        }
        let key = self.word()?;
        if self.takes("(") {
            let inside = match key.as_str() {
                "all" | "global" => Expression::All(Vec::new()),
                "has" => Expression::Has(self.word()?),
                _ => return None,
            };
            return self.takes(")").then_some(inside);
        }
        if self.takes("==") {
            return Some(Expression::Equal(key, self.text()?));
        }
        if self.takes("!=") {
            return Some(Expression::Not(Box::new(Expression::Equal(key, self.text()?))));
        }
        match self.word()?.as_str() {
            "in" => Some(Expression::In(key, self.list()?)),
            "not" if self.word()? == "in" => {
                Some(Expression::Not(Box::new(Expression::In(key, self.list()?))))
            }
            "contains" => Some(Expression::Contains(key, self.text()?)),
            "starts" if self.word()? == "with" => Some(Expression::StartsWith(key, self.text()?)),
            "ends" if self.word()? == "with" => Some(Expression::EndsWith(key, self.text()?)),
            _ => None,
        }
    }

    fn list(&mut self) -> Option<Vec<String>> {
        let mut values = Vec::new();
        if !self.takes("{") {
            return None;
        }
        while !self.takes("}") {
            values.push(self.text()?);
            self.takes(",");
        }
        Some(values)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.tokens.first(), Some(Token::Sign(next)) if *next == sign);
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }

    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.tokens.first() else { return None };
        self.tokens = &self.tokens[1..];
        Some(word.clone())
    }

    fn text(&mut self) -> Option<String> {
        let Some(Token::Text(text)) = self.tokens.first() else { return None };
        self.tokens = &self.tokens[1..];
        Some(text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expression: &str, labels: &[(&str, &str)]) -> bool {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Expression::parse(expression).unwrap().matches(&labels)
    }

    #[test]
    fn expressions_are_read_as_calico_does() {
        let db = [("tier", "db"), ("example.org/zone", "b-1")];
        assert!(matches("all()", &[]));
        assert!(matches("", &db));
        assert!(matches("tier == 'db' && has(example.org/zone)", &db));
        assert!(!matches("tier == \"web\" && has(tier) || has(debug)", &db));
        assert!(matches("tier == \"web\" || tier in { 'db', 'cache' }", &db));
        assert!(matches("!(tier not in {'db'}) && other != 'x'", &db));
        assert!(matches("example.org/zone starts with 'b' && example.org/zone ends with '1'", &db));
        assert!(matches("tier contains 'd'", &db));
        assert!(Expression::parse("all()").unwrap().is_empty());
        assert!(Expression::parse("tier == ").is_none());
        assert!(Expression::parse("tier == 'db").is_none());
        assert!(Expression::parse("some('x')").is_none());
    }
}
