//! What templates make up when they are rendered, such as passwords, certificates and the time, becomes the same each
//! time: constants stand in its place, on the same line. Nothing outside of actions is touched.
//!
//! Source: the functions of `github.com/Masterminds/sprig/v3` that read the clock or chance, as helm offers them.

use super::action::{Kind, Token, actions};
use std::collections::BTreeSet;

/// What stands in for a call. In texts, `'` is the quote, and `#` a number that no other stand-in has.
enum StandIn {
    /// A value, whatever the arguments are.
    Value(&'static str),
    /// A value for a function without arguments, which may be an argument itself.
    Alone(&'static str),
    /// Another function with the same arguments, and what its result is put through.
    Function(&'static str, &'static str),
}

const TIME: &str = "(toDate '2006-01-02' '2000-01-01')";
const WORD: &str = "'random#'";
const HASH: &str = "'$2a$10$standinstandinstandinstandinstandinstandinstandinstand'";
const USER: &str = "'user:$2a$10$standinstandinstandinstandinstandinstandinstandinstand'";
const KEY: &str =
    "(list '-----BEGIN PRIVATE KEY-----' 'c3RhbmQtaW4=' '-----END PRIVATE KEY-----' | join (printf '%c' 10))";
const PAIR: &str = "(dict 'Cert' (list '-----BEGIN CERTIFICATE-----' 'c3RhbmQtaW4=' '-----END CERTIFICATE-----' | join (printf '%c' 10)) 'Key' (list '-----BEGIN PRIVATE KEY-----' 'c3RhbmQtaW4=' '-----END PRIVATE KEY-----' | join (printf '%c' 10)))";

/// The templates in [`TEMPLATES`].
const IN_TIME: &str = "include 'podviz.date'";
const IN_ORDER: &str = "include 'podviz.values' | fromJsonArray";

/// The file of templates that stand-ins include. What is no time is the present to the functions that write dates, which
/// are given as a list: the name, and the arguments. The values of a map come in the order of its keys.
pub const TEMPLATES: (&str, &str) = ("templates/_podviz.tpl", include_str!("stand_in.tpl"));

const FUNCTIONS: [(&str, StandIn); 29] = [
    ("ago", StandIn::Value("'0s'")),
    ("bcrypt", StandIn::Value(HASH)),
    ("buildCustomCert", StandIn::Value(PAIR)),
    ("date", StandIn::Function("list 'date'", IN_TIME)),
    ("dateInZone", StandIn::Function("list 'dateInZone'", IN_TIME)),
    ("date_in_zone", StandIn::Function("list 'dateInZone'", IN_TIME)),
    ("derivePassword", StandIn::Value(WORD)),
    ("encryptAES", StandIn::Value(WORD)),
    ("genCA", StandIn::Value(PAIR)),
    ("genCAWithKey", StandIn::Value(PAIR)),
    ("genPrivateKey", StandIn::Value(KEY)),
    ("genSelfSignedCert", StandIn::Value(PAIR)),
    ("genSelfSignedCertWithKey", StandIn::Value(PAIR)),
    ("genSignedCert", StandIn::Value(PAIR)),
    ("genSignedCertWithKey", StandIn::Value(PAIR)),
    ("htpasswd", StandIn::Value(USER)),
    ("htmlDate", StandIn::Function("list 'htmlDate'", IN_TIME)),
    ("htmlDateInZone", StandIn::Function("list 'htmlDateInZone'", IN_TIME)),
    // Maps have no order.
    ("keys", StandIn::Function("keys", "sortAlpha")),
    ("now", StandIn::Alone(TIME)),
    ("randAlpha", StandIn::Value(WORD)),
    ("randAlphaNum", StandIn::Value(WORD)),
    ("randAscii", StandIn::Value(WORD)),
    ("randBytes", StandIn::Value("'cmFuZG9tIGJ5dGVz'")),
    ("randInt", StandIn::Function("min", "int")),
    // As many digits as were wanted.
    ("randNumeric", StandIn::Function("printf '%0[1]*[1]d'", "")),
    ("shuffle", StandIn::Function("toString", "")),
    ("values", StandIn::Function("default dict", IN_ORDER)),
    ("uuidv4", StandIn::Alone("'00000000-0000-4000-8000-############'")),
];

/// Words after which a command begins, where they begin one themselves.
const KEYWORDS: [&str; 9] = ["if", "else", "with", "range", "template", "block", "define", "return", "end"];

/// Which stand-ins were put in, and how many.
#[derive(Debug, Default)]
pub struct StandIns {
    /// The functions that they stand for.
    pub functions: BTreeSet<&'static str>,
    /// Whether they include [`TEMPLATES`].
    pub included: bool,
    count: usize,
}

impl StandIns {
    /// The text with stand-ins, if it needs any.
    pub fn put_into(&mut self, text: &str) -> Option<String> {
        self.put(text, '`', true)
    }

    /// `quote` must mean nothing around the actions.
    fn put(&mut self, text: &str, quote: char, templates_in_strings: bool) -> Option<String> {
        if !text.contains("{{") {
            return None;
        }
        let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
        for tokens in actions(text) {
            let word = |at: usize| tokens.get(at).map(|token: &Token| &text[token.range.clone()]);
            let prints = tokens.iter().any(|token| &text[token.range.clone()] == "printf");
            // What a string holds is a template only where it is rendered as one.
            let evaluates = templates_in_strings
                && tokens.iter().any(|token| token.kind == Kind::Name && &text[token.range.clone()] == "tpl");
            for (at, token) in tokens.iter().enumerate() {
                match token.kind {
                    Kind::Name => self.call(text, &tokens, at, quote, &mut edits),
                    Kind::Quoted | Kind::Raw if prints && word(at).is_some_and(|text| text.contains('%')) => {
                        edits.extend(without_addresses(text, &token.range));
                    }
                    Kind::Quoted | Kind::Raw if evaluates => {
                        let inner = if token.kind == Kind::Raw { '"' } else { '`' };
                        let text = word(at).unwrap_or_default();
                        edits.extend(self.put(text, inner, false).map(|text| (token.range.clone(), text)));
                    }
                    _ => {}
                }
            }
        }
        if edits.is_empty() {
            return None;
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut settled, mut from) = (String::with_capacity(text.len()), 0);
        for (range, new) in edits {
            settled.push_str(&text[from..range.start]);
            settled.push_str(&new);
            from = range.end;
        }
        settled.push_str(&text[from..]);
        Some(settled)
    }

    /// Puts a stand-in in the place of a function, if the name at a place is one that needs it.
    fn call(
        &mut self,
        text: &str,
        tokens: &[Token],
        at: usize,
        quote: char,
        edits: &mut Vec<(std::ops::Range<usize>, String)>,
    ) {
        let range = tokens[at].range.clone();
        let Some((name, stand_in)) = FUNCTIONS.iter().find(|(name, _)| *name == &text[range.clone()]) else {
            return;
        };
        let first = begins_command(text, tokens, at);
        // `now.Year`
        let followed =
            tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Field && next.range.start == range.end);
        match stand_in {
            StandIn::Value(value) | StandIn::Alone(value) if first && !followed => {
                // Gives the first of its arguments, whatever comes behind.
                edits.push((range, format!("coalesce {}", self.written(value, quote))));
            }
            StandIn::Alone(value) => edits.push((range, format!("({})", self.written(value, quote)))),
            StandIn::Function(function, through) if first => {
                let end = end_of_command(tokens, at);
                edits.push((range, self.written(function, quote)));
                if !through.is_empty() {
                    edits.push((end..end, format!(" | {}", self.written(through, quote))));
                    self.included |= through.starts_with("include");
                }
            }
            _ => return,
        }
        // Only where chance or the clock is certain to show is it told.
        if !name.to_ascii_lowercase().contains("date") && !["keys", "values"].contains(name) {
            self.functions.insert(name);
        }
    }

    fn written(&mut self, value: &str, quote: char) -> String {
        let width = value.matches('#').count();
        if width > 0 {
            self.count += 1;
        }
        let number = format!("{:0width$}", self.count);
        let value = value.replace('\'', &quote.to_string());
        match value.find('#') {
            Some(at) => format!("{}{number}{}", &value[..at], &value[at + width..]),
            None => value,
        }
    }
}

/// The verbs of a format that print where something lies in memory: they print of which type it is instead.
fn without_addresses(text: &str, format: &std::ops::Range<usize>) -> Vec<(std::ops::Range<usize>, String)> {
    let (mut edits, mut verb) = (Vec::new(), false);
    for (at, byte) in text[format.clone()].bytes().enumerate() {
        let at = format.start + at;
        match byte {
            b'%' => verb = !verb,
            b'p' if verb => edits.push((at..at + 1, "T".to_owned())),
            _ => {}
        }
        verb &= matches!(byte, b'%' | b'#' | b'+' | b'-' | b' ' | b'.' | b'*' | b'[' | b']' | b'0'..=b'9');
    }
    edits
}

/// Whether a function at a place takes what follows as its arguments.
fn begins_command(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    let is_keyword = |at: usize| {
        tokens[at].kind == Kind::Name
            && KEYWORDS.contains(&&text[tokens[at].range.clone()])
            && (at == 0 || tokens[at - 1].kind == Kind::Name)
    };
    match tokens[before].kind {
        Kind::Pipe | Kind::Open | Kind::Assign => true,
        Kind::Name => is_keyword(before),
        // `template "name" PIPELINE`
        Kind::Quoted | Kind::Raw => before.checked_sub(1).is_some_and(is_keyword),
        _ => false,
    }
}

/// Where the arguments of a function end.
fn end_of_command(tokens: &[Token], at: usize) -> usize {
    let (mut depth, mut end) = (0usize, tokens[at].range.end);
    for token in &tokens[at + 1..] {
        match token.kind {
            Kind::Pipe if depth == 0 => break,
            Kind::Close if depth == 0 => break,
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        end = token.range.end;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::StandIns;
    use proptest::prelude::*;

    fn put(text: &str) -> String {
        StandIns::default().put_into(text).unwrap_or_else(|| text.to_owned())
    }

    const TIME: &str = "(toDate `2006-01-02` `2000-01-01`)";

    #[test]
    fn calls_become_constants() {
        assert_eq!(put("at: {{ now }}"), format!("at: {{{{ coalesce {TIME} }}}}"));
        assert_eq!(
            put("{{now|date \"2006\"}}"),
            format!("{{{{coalesce {TIME}|list `date` \"2006\" | include `podviz.date`}}}}")
        );
        assert_eq!(
            put("{{ date \"2006\" now }}"),
            format!("{{{{ list `date` \"2006\" ({TIME}) | include `podviz.date` }}}}")
        );
        assert_eq!(put("{{ now.Year }}"), format!("{{{{ ({TIME}).Year }}}}"));
        assert_eq!(put("{{ (now).Unix }}"), format!("{{{{ (coalesce {TIME}).Unix }}}}"));
        assert_eq!(put("{{- if now }}"), format!("{{{{- if coalesce {TIME} }}}}"));
        assert_eq!(put("{{ $x := randAlpha 5 | lower -}}"), "{{ $x := coalesce `random1` 5 | lower -}}");
        assert_eq!(
            put("{{ randAlpha 5 }}{{ uuidv4 }}"),
            "{{ coalesce `random1` 5 }}{{ coalesce `00000000-0000-4000-8000-000000000002` }}"
        );
        assert_eq!(put("{{ template \"x\" randAlpha 5 }}"), "{{ template \"x\" coalesce `random1` 5 }}");
        assert_eq!(put("{{ (randInt 1 (int .x)) | add 1 }}"), "{{ (min 1 (int .x) | int) | add 1 }}");
        assert_eq!(put("{{ keys .x -}}"), "{{ keys .x | sortAlpha -}}");
        assert_eq!(
            put("{{ .x | values | first }}"),
            "{{ .x | default dict | include `podviz.values` | fromJsonArray | first }}"
        );
        assert_eq!(put("{{ printf \"%%p %p%#[1]p %d\" .x }}"), "{{ printf \"%%p %T%#[1]T %d\" .x }}");
    }

    #[test]
    fn what_is_no_call_stays() {
        for text in [
            "now {{ .now }} {{ $now }} {{ .Values.now.date }} {{ \"now\" }} {{ `now` }}",
            "{{/* now */}}{{- /* randAlpha 5 */ -}} { { now } }",
            "{{ \"{{ now }}\" }} {{ include \"now\" . }} {{ nowhere }} {{ now",
        ] {
            assert_eq!(put(text), text);
        }
    }

    #[test]
    fn strings_that_are_templates_have_stand_ins_as_well() {
        assert_eq!(
            put("{{ tpl `{{ uuidv4 }}` . }}"),
            "{{ tpl `{{ coalesce \"00000000-0000-4000-8000-000000000001\" }}` . }}"
        );
        assert_eq!(put("{{ tpl \"{{ randAlpha 3 }}\" . }}"), "{{ tpl \"{{ coalesce `random1` 3 }}\" . }}");
        assert_eq!(
            put(r#"x: "{{ randAlpha 3 | quote }} \"a\"""#),
            r#"x: "{{ coalesce `random1` 3 | quote }} \"a\"""#
        );
    }

    proptest! {
        #[test]
        fn lines_and_text_stay(text in "([{}`\"|(). \n]|now|x|randInt 1 2|\\{\\{ |\\}\\}|uuidv4){0,60}") {
            let put = put(&text);
            prop_assert_eq!(put.lines().count(), text.lines().count());
            let outside = |text: &str| text.split("{{").next().map(str::to_owned);
            prop_assert_eq!(outside(&put), outside(&text));
            prop_assert!(StandIns::default().put_into(&put).is_none_or(|again| !again.contains("now")));
        }
    }
}
