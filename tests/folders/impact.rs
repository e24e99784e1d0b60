//! `impact`, one folder a rule: what depends on something, and what it needs.
//!
//! `in/` is what podviz reads, `questions` asks one thing a line, `Service shop/db` for what depends on it and `needs Deployment
//! shop/web` for what that needs, and `expected/answers.txt` holds for each what is reached, what happens then, and how. The
//! folder's name is what a reader should find in it.

use crate::files::Tree;
use crate::questions;
use podviz::facts::impact::Direction;
use podviz::{ExplainFormat, Goal, Product, Request, run};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Each question of a folder with its answer.
pub fn answered(folder: &Path) -> Tree {
    questions::answered(folder, answer)
}

fn answer(folder: &Path, question: &str) -> String {
    let (direction, subject) = match question.strip_prefix("needs ") {
        Some(subject) => (Direction::Needs, subject),
        None => (Direction::Impact, question),
    };
    let asked = |format| {
        let request = Request::plain(
            vec![folder.join("in")],
            Goal::Impact { subject: (subject.to_owned(), None), direction, format },
        );
        match run(&request) {
            Ok((Product::Text(text) | Product::Styled(text), _)) => Ok(text),
            Ok((product, _)) => panic!("no answer: {product:?}"),
            Err((error, _)) => Err(error.to_string()),
        }
    };
    let mut told = format!("{question}\n");
    let json = match asked(ExplainFormat::Json) {
        Ok(json) => json,
        Err(error) => return format!("{told}  no answer: {error}\n"),
    };
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for one in answer["reached"].as_array().expect("what is reached") {
        let then: Vec<String> = one["then"].as_array().expect("what happens").iter().map(text).collect();
        let (subject, certainty) = (text(&one["subject"]), text(&one["certainty"]));
        let _ = writeln!(told, "  {} {subject}: {} ({certainty})", one["hops"], then.join(", "));
        for step in one["path"].as_array().expect("a path") {
            let place = format!("{}:{}", text(&step["source"]["file"]), step["source"]["line"]);
            let (from, to, verb) = (text(&step["from"]), text(&step["to"]), text(&step["relation"]));
            let _ = writeln!(told, "      {from} {verb} {to} by {} ({place})", text(&step["field"]));
        }
    }
    for way in answer["ways_in"].as_array().expect("ways in") {
        let _ = writeln!(told, "  way in: {}", text(way));
    }
    let styled = asked(ExplainFormat::Text { width: 100 }).expect("an answer as text");
    for line in anstream::adapter::strip_str(&styled).to_string().lines() {
        let _ = writeln!(told, "{}", format!("    | {line}").trim_end());
    }
    told
}
