//! Unrendered Helm templates: text that becomes YAML only after `helm template`.

use crate::document::sheet::{Form, Lexeme, Sheet};
use crate::problem::Code;
use regex::Regex;
use std::sync::LazyLock;

/// Whether the file is a template. Actions inside quoted strings and blocks of text are data (alerts, dashboards),
/// unless they name what only Helm knows.
pub fn is_template(text: &str, sheet: &Sheet) -> bool {
    if !text.contains("{{") {
        return false;
    }
    let lines: Vec<&str> = text.lines().collect();
    let broken = sheet.parts.iter().any(|part| {
        let fault = part.outcome.as_ref().err();
        fault.is_some_and(|fault| fault.code == Code::InvalidYaml && near_action(&lines, fault.line))
    });
    broken || sheet.lexemes.iter().any(|lexeme| names_helm(lexeme, &text[lexeme.start..lexeme.end]))
}

/// Whether the document around `line` has a template action outside of comments, and looks like a manifest.
fn near_action(lines: &[&str], line: u32) -> bool {
    static ACTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[^#]*\{\{").expect("a pattern"));
    static MANIFEST: LazyLock<Regex> = LazyLock::new(|| {
        let pattern =
            r#"^["'{ ]*(?:apiVersion|kind)\b|\.(?:Values|Release|Chart|Capabilities)\b|\binclude\s+""#;
        Regex::new(pattern).expect("a pattern")
    });
    let at = (line.max(1) as usize - 1).min(lines.len());
    let from = lines[..at].iter().rposition(|line| line.starts_with("---")).unwrap_or(0);
    let next = lines[at..].iter().skip(1).position(|line| line.starts_with("---"));
    let region = &lines[from..next.map_or(lines.len(), |n| at + 1 + n)];
    region.iter().any(|line| ACTION.is_match(line)) && region.iter().any(|line| MANIFEST.is_match(line))
}

fn names_helm(lexeme: &Lexeme, raw: &str) -> bool {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{\{[^}]*(?:\$|\s|\{|\()\.?\.(?:Values|Release|Chart|Capabilities)\b")
            .expect("a pattern")
    });
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\{\{-?\s*(?:define|include|toYaml|tpl|\$?\.(?:Values|Release|Chart|Files|Capabilities)\b)",
        )
        .expect("a pattern")
    });
    match lexeme.form {
        Form::Plain => raw.contains("{{") && PLAIN.is_match(raw),
        Form::Single | Form::Double => raw.contains("{{") && QUOTED.is_match(raw),
        Form::Block | Form::Other => false,
    }
}
