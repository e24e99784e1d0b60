//! @Words@: what it does for another container.

use super::clues::Clues;
use super::pattern::{Finding, Help, Pattern, Sign, Telling};
use super::sentence::Piece;

pub(super) static PATTERN: Pattern = Pattern {
    word: "@kebab@",
    title: "@Words@",
    meaning: "it does something for another container.",
    signs: &[Sign::Help(Help { turn: 100, stands_alone: 5, is_in_front: false, find, tell })],
};

/// Whether a container does this for another one.
///
/// Source: the page that describes the pattern.
fn find(clues: &Clues, me: usize) -> Option<Finding> {
    let clue = &clues.containers[me];
    let is_called_so = clue.container.name == "@kebab@";
    let field = clue.container.path.key("name");
    is_called_so.then(|| Finding::new(&PATTERN, 60, "its name says so".to_owned(), field))
}

/// What it does, as words that follow its name.
fn tell(telling: &Telling) -> Vec<Piece> {
    telling.because()
}
