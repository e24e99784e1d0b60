//! `reach`, one folder a rule: what the NetworkPolicies of a few manifests let through.
//!
//! `in/` is what podviz reads, `questions` asks one thing a line (`Pod default/a -> Pod default/b : 80/TCP`), and
//! `expected/answers.txt` holds what `podviz reach` says to each. The folder's name is what a reader should find in it.

use crate::files::Tree;
use crate::questions;
use podviz::facts::reach::Port;
use podviz::{Goal, Product, ReachFormat, Request, run};
use std::path::Path;

/// Each question of a folder with its answer.
pub fn answered(folder: &Path) -> Tree {
    questions::answered(folder, answer)
}

fn answer(folder: &Path, question: &str) -> String {
    let (ends, port) = question.rsplit_once(" : ").expect("a port");
    let (from, to) = ends.split_once(" -> ").expect("two ends");
    let request = Request::plain(
        vec![folder.join("in")],
        Goal::Reach {
            ends: (from.to_owned(), to.to_owned()),
            namespace: None,
            port: port.parse::<Port>().expect("a port"),
            format: ReachFormat::Text,
        },
    );
    let (word, text) = match run(&request) {
        Ok((Product::Answer { text, yes }, _)) => (if yes { "yes" } else { "no" }, text),
        Ok((product, _)) => panic!("no answer: {product:?}"),
        Err((error, _)) => ("no answer", format!("{error}\n")),
    };
    let text: String = text.lines().map(|line| format!("  {line}\n")).collect();
    format!("{question} = {word}\n{text}")
}
