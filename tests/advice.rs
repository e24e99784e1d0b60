//! The rules of advice: each has a folder in `tests/advice`, which `tests/folders` tries out, and a row in the book.

mod files;
mod golden;

use files::{folders, tests};
use golden::assert_table_in_book;
use podviz::facts::advice::RULES;

#[test]
fn each_rule_has_a_folder() {
    let folders: Vec<String> = folders(&tests("advice")).into_iter().map(|(code, _)| code).collect();
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(folders, codes);
}

#[test]
fn the_book_lists_every_rule() {
    let rows =
        RULES.iter().map(|rule| format!("| `{}` | {} | {} |\n", rule.code, rule.level.word(), rule.meaning));
    let rows: String = rows.collect();
    assert_table_in_book(
        "advice.md",
        "codes",
        &format!("| Code | Level | What it finds |\n|---|---|---|\n{rows}"),
    );
}
