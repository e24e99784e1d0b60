//! The parts of a text: what stands there as it is, and the expressions.

use super::function::Refused;

/// How many expressions may stand inside each other.
const DEPTH: usize = 32;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Text as it is.
    Text {
        /// The text, without what escapes.
        text: String,
        /// The line on which it begins, from 1.
        line: u32,
    },
    /// An expression.
    Call(Call),
}

impl Node {
    /// The line on which it begins, from 1.
    pub fn line(&self) -> u32 {
        match self {
            Node::Text { line, .. } => *line,
            Node::Call(call) => call.line,
        }
    }
}

/// `${variable}`, with a function and its arguments if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The variable.
    pub variable: String,
    /// What is done with it: `:=`, `^^`, `/`; empty for nothing.
    pub function: String,
    /// With what.
    pub arguments: Vec<Node>,
    /// All of it as it is written.
    pub written: String,
    /// The line on which it begins, from 1.
    pub line: u32,
}

impl Call {
    /// Whether its arguments stand for a variable without a value.
    pub fn is_default(&self) -> bool {
        matches!(self.function.as_str(), "=" | ":=" | ":-" | ":?" | ":+")
    }
}

/// The parts of a text, in order.
pub fn parse(source: &str) -> Result<Vec<Node>, Refused> {
    let mut parser = Parser { source, at: 0, line: 1 };
    let mut nodes = Vec::new();
    while parser.at < source.len() {
        let line = parser.line;
        nodes.push(if parser.begins() {
            parser.call(0)?
        } else {
            Node::Text { text: parser.run(|_| true, Escapes::Dollar), line }
        });
    }
    Ok(nodes)
}

/// What a backslash or a second dollar takes the meaning from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    /// `$$`.
    Dollar,
    /// `$$`, `\/` and `\\`.
    All,
}

struct Parser<'s> {
    source: &'s str,
    /// The place of the next character.
    at: usize,
    line: u32,
}

impl<'s> Parser<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn begins(&self) -> bool {
        self.rest().starts_with("${")
    }

    fn take(&mut self, length: usize) -> &'s str {
        let taken = &self.rest()[..length];
        self.line += u32::try_from(taken.matches('\n').count()).unwrap_or(0);
        self.at += length;
        taken
    }

    /// The characters up to one that is not accepted, or to the next expression.
    fn run(&mut self, accept: fn(char) -> bool, escapes: Escapes) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            let rest = self.rest();
            let is_escaped = escapes != Escapes::None && rest.starts_with("$$")
                || escapes == Escapes::All && (rest.starts_with("\\/") || rest.starts_with("\\\\"));
            if is_escaped {
                self.take(1);
                text.push_str(self.take(1));
                continue;
            }
            if rest.starts_with("${") || !accept(c) {
                break;
            }
            text.push_str(self.take(c.len_utf8()));
        }
        text
    }

    /// The longest of `words` that is next.
    fn word(&mut self, words: &[&str]) -> Result<String, Refused> {
        let found = words.iter().filter(|word| self.rest().starts_with(**word)).max_by_key(|word| word.len());
        found.map(|word| self.take(word.len()).to_owned()).ok_or(Refused)
    }

    fn call(&mut self, depth: usize) -> Result<Node, Refused> {
        if depth == DEPTH {
            return Err(Refused);
        }
        let (start, line) = (self.at, self.line);
        self.take(2);
        let is_length = self.peek() == Some('#');
        let mut function = if is_length { self.take(1).to_owned() } else { String::new() };
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
        if length == 0 {
            return Err(Refused);
        }
        let variable = self.take(length).to_owned();
        let mut arguments = Vec::new();
        if !is_length {
            function = self.function(&mut arguments, depth)?;
        }
        self.word(&["}"])?;
        let written = self.source[start..self.at].to_owned();
        Ok(Node::Call(Call { variable, function, arguments, written, line }))
    }

    /// What is done with a variable, and with what.
    fn function(&mut self, arguments: &mut Vec<Node>, depth: usize) -> Result<String, Refused> {
        let not_closing = |c: char| c != '}';
        match self.peek() {
            Some(':' | '=') => {
                let function = self.word(&["=", ":=", ":-", ":?", ":+", ":"])?;
                if function == ":" {
                    arguments.push(self.argument(|c| c != ':' && c != '}', Escapes::None, depth)?);
                    if self.peek() == Some(':') {
                        let colons = self.rest().len() - self.rest().trim_start_matches(':').len();
                        self.take(colons);
                        arguments.push(self.argument(not_closing, Escapes::None, depth)?);
                    }
                    return Ok(function);
                }
                while self.peek() != Some('}') {
                    arguments.push(self.argument(not_closing, Escapes::None, depth)?);
                }
                Ok(function)
            }
            Some(',' | '^') => self.word(&[",", ",,", "^", "^^", ",^", "^,"]),
            Some('#' | '%') => {
                let function = self.word(&["#", "##", "%", "%%"])?;
                arguments.push(self.argument(not_closing, Escapes::None, depth)?);
                Ok(function)
            }
            Some('/') => {
                let function = self.word(&["/", "//", "/#", "/%"])?;
                arguments.push(self.argument(|c| c != '/', Escapes::All, depth)?);
                self.word(&["/"])?;
                let slashes = self.rest().len() - self.rest().trim_start_matches('/').len();
                self.take(slashes);
                if self.peek() != Some('}') {
                    arguments.push(self.argument(not_closing, Escapes::All, depth)?);
                }
                Ok(function)
            }
            _ => Ok(String::new()),
        }
    }

    /// One argument: text that is not empty, or an expression.
    fn argument(
        &mut self,
        accept: fn(char) -> bool,
        escapes: Escapes,
        depth: usize,
    ) -> Result<Node, Refused> {
        if self.begins() {
            return self.call(depth + 1);
        }
        let line = self.line;
        let text = self.run(accept, escapes);
        if text.is_empty() { Err(Refused) } else { Ok(Node::Text { text, line }) }
    }
}
