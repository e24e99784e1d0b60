//! The lines of a file, split into tokens: one text, and for each token where it ends. Files are kept as long as there are
//! pages to write, so a token is a few bytes.

/// The lines of a file without their ends, each split into tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// What all tokens say, one after another.
    text: String,
    marks: Vec<Mark>,
    /// For each line how many tokens there are up to its end.
    ends: Vec<u32>,
}

/// A token without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// Where its text ends.
    end: u32,
    column: u32,
    class: TokenClass,
}

/// A run of characters of one line that is shown alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub class: TokenClass,
    /// Its text, redacted, raw: whoever writes it escapes it.
    pub text: &'a str,
    /// The column of the file in which it begins, in characters, from 1. What is replaced counts as it was.
    pub column: u32,
}

/// What a token of a manifest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClass {
    /// White space, punctuation and everything that has no class of its own.
    Plain,
    /// A key of a mapping.
    Key,
    /// A string, quoted or not.
    String,
    /// A number.
    Number,
    /// A boolean or null.
    Word,
    /// A comment.
    Comment,
    /// An anchor, an alias, a tag, a directive or a document separator.
    Meta,
    /// The mark that stands where a secret was.
    Redacted,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    lines: &'a Lines,
    first: usize,
    last: usize,
}

impl Lines {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The line at an index, from 0.
    pub fn get(&self, at: usize) -> Option<Line<'_>> {
        let last = *self.ends.get(at)? as usize;
        let first = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(Line { lines: self, first, last })
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Line<'_>> {
        (0..self.len()).map(|at| self.get(at).unwrap_or(Line { lines: self, first: 0, last: 0 }))
    }

    /// Begins another line.
    pub fn begin(&mut self) {
        self.ends.push(self.ends.last().copied().unwrap_or(0));
    }

    /// Takes the last line away.
    pub fn pop(&mut self) {
        self.ends.pop();
        self.marks.truncate(self.ends.last().map_or(0, |end| *end as usize));
        self.text.truncate(self.start_of(self.marks.len()));
    }

    /// Adds a token to the last line, if there is one.
    pub fn push(&mut self, token: Token) {
        let Some(end) = self.ends.last_mut() else { return };
        *end += 1;
        self.text.push_str(token.text);
        self.marks.push(Mark { end: offset(self.text.len()), column: token.column, class: token.class });
    }

    /// Adds to the text of the last token of the last line, if it is of this class.
    pub fn prolong(&mut self, class: TokenClass, text: &str) -> bool {
        let is_there =
            self.len().checked_sub(1).and_then(|at| self.get(at)).is_some_and(|line| !line.is_empty());
        match self.marks.last_mut() {
            Some(mark) if is_there && mark.class == class => {
                self.text.push_str(text);
                mark.end = offset(self.text.len());
                true
            }
            _ => false,
        }
    }

    /// Adds a whole line.
    pub fn add<'t>(&mut self, tokens: impl IntoIterator<Item = Token<'t>>) {
        self.begin();
        tokens.into_iter().for_each(|token| self.push(token));
    }

    /// The same in no more room than needed.
    #[must_use]
    pub fn fitted(mut self) -> Lines {
        self.text.shrink_to_fit();
        self.marks.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    fn start_of(&self, mark: usize) -> usize {
        mark.checked_sub(1).map_or(0, |before| self.marks[before].end as usize)
    }
}

/// No file is larger than what is read of one, and no mark is longer than a line.
fn offset(length: usize) -> u32 {
    u32::try_from(length).expect("a file of less than four gigabytes")
}

impl<'t, L: IntoIterator<Item = Token<'t>>> FromIterator<L> for Lines {
    fn from_iter<I: IntoIterator<Item = L>>(all: I) -> Lines {
        let mut lines = Lines::default();
        all.into_iter().for_each(|line| lines.add(line));
        lines
    }
}

impl<'a> Line<'a> {
    /// How many tokens it has.
    pub fn len(&self) -> usize {
        self.last - self.first
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.first == self.last
    }

    /// The token at an index, from 0.
    pub fn get(&self, at: usize) -> Option<Token<'a>> {
        (at < self.len()).then(|| self.token(self.first + at))
    }

    /// How many of its tokens begin in a column, from 1, or before it.
    pub fn begun_by(&self, column: u32) -> usize {
        self.lines.marks[self.first..self.last].partition_point(|mark| mark.column <= column)
    }

    /// Its tokens, in order.
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = Token<'a>> + ExactSizeIterator + use<'a> {
        let line = *self;
        (line.first..line.last).map(move |at| line.token(at))
    }

    /// All that it says.
    pub fn text(&self) -> &'a str {
        &self.lines.text[self.lines.start_of(self.first)..self.lines.start_of(self.last)]
    }

    fn token(&self, at: usize) -> Token<'a> {
        let Mark { end, column, class } = self.lines.marks[at];
        Token { class, text: &self.lines.text[self.lines.start_of(at)..end as usize], column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(class: TokenClass, text: &str, column: u32) -> Token<'_> {
        Token { class, text, column }
    }

    #[test]
    fn lines_give_back_their_tokens() {
        let key = [token(TokenClass::Key, "a", 1), token(TokenClass::Plain, ": ", 2)];
        let mut lines: Lines = [key.to_vec(), Vec::new()].into_iter().collect();
        lines.begin();
        assert!(!lines.prolong(TokenClass::Plain, "no token is there yet"));
        lines.push(token(TokenClass::Plain, "- ", 1));
        assert!(lines.prolong(TokenClass::Plain, "- "));
        assert!(!lines.prolong(TokenClass::Key, "another class"));
        let all: Vec<Vec<Token>> = lines.iter().map(|line| line.tokens().collect()).collect();
        assert_eq!(all, [key.to_vec(), Vec::new(), vec![token(TokenClass::Plain, "- - ", 1)]]);
        assert_eq!(lines.get(0).map(|line| line.text()), Some("a: "));
        assert_eq!(lines.get(0).and_then(|line| line.get(2)), None);
        lines.pop();
        assert_eq!((lines.len(), lines.text.as_str()), (2, "a: "));
        lines.pop();
        lines.pop();
        assert_eq!(lines, Lines::default());
    }
}
