//! JSON text, also several values one after the other, becomes a [`Sheet`].

use super::Limits;
use super::compose::{Composer, Fault, Spot};
use super::scalar;
use super::sheet::{Form, Lexeme, Part, Sheet};
use crate::document::{Kind, TokenClass, Value};
use crate::problem::Code;
use serde_json::Number;

/// Reads `text` if it is JSON: an object or a list, followed by nothing or by more of them.
/// `None` if it does not begin so; it may be YAML then.
pub fn read(text: &str, limits: &Limits) -> Option<Sheet> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut lexer = Lexer { text, at: 0, line: 1, column: 1, sheet: Sheet::default() };
    loop {
        lexer.space();
        let begin = lexer.line;
        match lexer.peek() {
            None => return Some(lexer.sheet),
            Some(b'{' | b'[') => {}
            Some(_) => return None,
        }
        let mut composer = Composer::new(limits);
        match lexer.document(&mut composer) {
            Ok(()) => {
                let outcome = Ok(composer.into_root()?);
                lexer.sheet.parts.push(Part { begin, last_line: lexer.line, outcome });
            }
            // What fails as the first value may still be YAML's flow style.
            Err(fault) if lexer.sheet.parts.is_empty() && fault.code == Code::InvalidYaml => return None,
            Err(fault) => {
                lexer.sheet.parts.push(Part { begin, last_line: fault.line, outcome: Err(fault) });
                lexer.resume();
            }
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    column: u32,
    sheet: Sheet,
}

impl Lexer<'_> {
    fn document(&mut self, composer: &mut Composer<'_>) -> Result<(), Fault> {
        loop {
            let mut fresh = self.value(composer)?;
            // After a value: commas and closing brackets, until the next value is due.
            while let Some(list) = composer.in_list() {
                self.space();
                match self.peek() {
                    Some(byte) if byte == if list { b']' } else { b'}' } => {
                        self.step(1);
                        composer.end()?;
                        fresh = false;
                        continue;
                    }
                    Some(b',') if !fresh => self.step(1),
                    _ if fresh => {}
                    None => return Err(self.fault("the file ends in the middle of a value")),
                    Some(_) => return Err(self.fault("a `,` or a closing bracket is missing")),
                }
                if !list {
                    self.key(composer)?;
                }
                break;
            }
            if composer.in_list().is_none() {
                return Ok(());
            }
        }
    }

    fn key(&mut self, composer: &mut Composer<'_>) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.fault("a key in double quotes was expected here"));
        }
        self.string(composer)?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.fault("a `:` is missing after a key"));
        }
        self.step(1);
        Ok(())
    }

    /// Reads a scalar, or the bracket that opens a collection; says whether it was a bracket.
    fn value(&mut self, composer: &mut Composer<'_>) -> Result<bool, Fault> {
        self.space();
        let spot = self.spot();
        match self.peek() {
            Some(b'{') => {
                self.step(1);
                composer.begin_map(spot, 0).map(|()| true)
            }
            Some(b'[') => {
                self.step(1);
                composer.begin_list(spot, 0).map(|()| true)
            }
            Some(b'"') => self.string(composer).map(|()| false),
            Some(_) => self.word(composer).map(|()| false),
            None => Err(self.fault("the file ends in the middle of a value")),
        }
    }

    fn string(&mut self, composer: &mut Composer<'_>) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        let mut end = 1;
        let bytes = rest.as_bytes();
        loop {
            match bytes.get(end) {
                None => return Err(self.fault("a string is not closed")),
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        let raw = &rest[..=end];
        let text: String = serde_json::from_str(raw).map_err(|_| self.fault("a string is not valid JSON"))?;
        let class = if composer.expects_key() { TokenClass::Key } else { TokenClass::String };
        let value = self.lexeme(raw.len(), class, Form::Double, Kind::String(text.into()), None);
        composer.scalar(value, 0, false)
    }

    fn word(&mut self, composer: &mut Composer<'_>) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        let raw = &rest[..end];
        let (class, kind) = match raw {
            "null" => (TokenClass::Word, Kind::Null),
            "true" => (TokenClass::Word, Kind::Bool(true)),
            "false" => (TokenClass::Word, Kind::Bool(false)),
            _ => {
                let number = serde_json::from_str::<Number>(raw).ok();
                let whole = number.and_then(|number| match number.as_f64() {
                    Some(float) if number.is_f64() => scalar::number(float),
                    _ => Some(number),
                });
                (TokenClass::Number, Kind::Number(whole.ok_or_else(|| self.fault("not valid JSON"))?))
            }
        };
        let written = match &kind {
            Kind::Number(number) => (number.to_string() != raw).then(|| raw.into()),
            _ => None,
        };
        let value = self.lexeme(end, class, Form::Plain, kind, written);
        composer.scalar(value, 0, false)
    }

    fn lexeme(
        &mut self,
        len: usize,
        class: TokenClass,
        form: Form,
        kind: Kind,
        written: Option<Box<str>>,
    ) -> Value {
        let spot = self.spot();
        self.sheet.lexemes.push(Lexeme { start: self.at, end: self.at + len, spot, class, form });
        self.step(len);
        Value { line: spot.line, column: spot.column, written, kind }
    }

    /// Goes to the next line that begins like a document.
    fn resume(&mut self) {
        while let Some(line_end) = self.text[self.at..].find('\n') {
            self.step(line_end + 1);
            if matches!(self.peek(), Some(b'{' | b'[')) {
                return;
            }
        }
        self.at = self.text.len();
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n') = self.peek() {
            self.step(1);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self, len: usize) {
        for c in self.text[self.at..self.at + len].chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at += len;
    }

    fn spot(&self) -> Spot {
        Spot { line: self.line, column: self.column }
    }

    fn fault(&self, message: &str) -> Fault {
        self.spot().fault(Code::InvalidYaml, message)
    }
}
