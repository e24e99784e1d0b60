//! Folders that ask podviz one thing a line.

use crate::files::Tree;
use std::fs;
use std::path::Path;

/// Each question of a folder's `questions` with its answer, as `answers.txt`.
pub fn answered(folder: &Path, answer: fn(&Path, &str) -> String) -> Tree {
    let questions = fs::read_to_string(folder.join("questions")).expect("questions");
    let answers: String = questions.lines().map(|question| answer(folder, question)).collect();
    assert!(!answers.is_empty(), "{} asks nothing", folder.display());
    Tree::from([("answers.txt".to_owned(), answers.into_bytes())])
}
