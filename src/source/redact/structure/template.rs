//! Templates and marks in a text, put aside while it is read: `{{ .Values.x }}` is no mapping, `[redacted]` no list.

use crate::document::{Kind, MARK, Value};
use regex::Regex;
use std::sync::LazyLock;

/// The first character that stands for a template, and how many there are.
const FIRST: u32 = 0xe000;
const MOST: usize = 0x1000;

/// A text without its templates.
pub struct Templates<'t> {
    quiet: String,
    /// Each with whether it has its line for itself.
    found: Vec<(&'t str, bool)>,
}

impl<'t> Templates<'t> {
    /// Replaces each template of `text` by a word as long as it, and each line of nothing else by a comment.
    pub fn find(text: &'t str) -> Templates<'t> {
        static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
            let mark = regex::escape(MARK);
            Regex::new(&format!(r"{mark}|\{{\{{.*?\}}\}}|\{{%.*?%\}}|<%.*?%>|\$\{{[^{{}}\s]*\}}"))
                .expect("a pattern")
        });
        static LINE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^[ \t]*((?:\{\{.*?\}\}[ \t]*|\{%.*?%\}[ \t]*|<%.*?%>[ \t]*)+)$")
                .expect("a pattern")
        });
        let mut templates = Templates { quiet: text.to_owned(), found: Vec::new() };
        if text.chars().any(is_stand_in) {
            return templates;
        }
        let mut quiet = String::with_capacity(text.len());
        let mut done = 0;
        for line in LINE.captures_iter(text).filter_map(|found| found.get(1)) {
            templates.words(&TEMPLATE, &text[done..line.start()], &mut quiet);
            if templates.found.len() == MOST {
                break;
            }
            quiet.push('#');
            templates.stand_in(line.as_str(), true, &mut quiet);
            done = line.end();
        }
        templates.words(&TEMPLATE, &text[done..], &mut quiet);
        templates.quiet = quiet;
        templates
    }

    fn words(&mut self, pattern: &Regex, text: &'t str, quiet: &mut String) {
        let mut done = 0;
        for found in pattern.find_iter(text) {
            if self.found.len() == MOST {
                break;
            }
            quiet.push_str(&text[done..found.start()]);
            self.stand_in(found.as_str(), false, quiet);
            done = found.end();
        }
        quiet.push_str(&text[done..]);
    }

    fn stand_in(&mut self, template: &'t str, line: bool, quiet: &mut String) {
        let number = u32::try_from(self.found.len()).unwrap_or_default();
        quiet.extend(char::from_u32(FIRST + number));
        quiet.extend(std::iter::repeat_n('_', template.len() - 3 - usize::from(line)));
        self.found.push((template, line));
    }

    /// The text without them: as long, with as many lines.
    pub fn quiet(&self) -> &str {
        &self.quiet
    }

    /// Puts them back in the strings and keys of a tree.
    pub fn restore(&self, value: &mut Value) {
        if self.found.is_empty() {
            return;
        }
        match &mut value.kind {
            Kind::String(text) => self.put_back(text),
            Kind::List(items) => items.iter_mut().for_each(|item| self.restore(item)),
            Kind::Map(entries) => {
                for entry in entries {
                    self.put_back(&mut entry.key);
                    self.restore(&mut entry.value);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    fn put_back(&self, text: &mut Box<str>) {
        if !text.contains(is_stand_in) {
            return;
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = &**text;
        while let Some(at) = rest.find(is_stand_in) {
            out.push_str(&rest[..at]);
            let c = rest[at..].chars().next().unwrap_or_default();
            let (template, line) = self.found.get((c as u32 - FIRST) as usize).copied().unwrap_or_default();
            if line && out.ends_with('#') {
                out.pop();
            }
            out.push_str(template);
            let len = template.len().saturating_sub(usize::from(line)).max(c.len_utf8());
            rest = rest.get(at + len..).unwrap_or_default();
        }
        out.push_str(rest);
        *text = out.into();
    }
}

fn is_stand_in(c: char) -> bool {
    (FIRST..FIRST + MOST as u32).contains(&(c as u32))
}
