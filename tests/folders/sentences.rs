//! `sentences`, one folder a section: what the pages of a few manifests say in it, in words.
//!
//! `in/` is what podviz reads, `section` is the anchor of the section, and `expected/sentences.txt` holds its paragraphs,
//! notes, lists and tables, page by page. With a file `follows` it is a tree of Flux or Argo CD. The name of the folder is what a reader should find in there.

use crate::files::Tree;
use podviz::catalog::Catalog;
use podviz::model::{Grouping, take_inventory};
use podviz::page::{self, Block, Inline, Prose, Site};
use podviz::source::{Build, GitOps, Order, read};
use podviz::topology::connect;
use podviz::{facts, problem::Problems};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What the section says on each page that has it.
pub fn said(folder: &Path) -> Tree {
    let section = fs::read_to_string(folder.join("section")).expect("the anchor of a section");
    let mut out = String::new();
    for page in site(&folder.join("in"), folder.join("follows").exists()).pages {
        let Some(section) = page.sections.iter().find(|one| one.anchor == section.trim()) else { continue };
        writeln!(out, "{} {}: {}", page.kicker, page.title, section.title).expect("text");
        for block in section.blocks.iter().flat_map(Block::unfolded) {
            match block {
                Block::Paragraph(text) => {
                    writeln!(out, "  {}", words(text)).expect("text");
                }
                Block::Table(table) => {
                    for row in &table.rows {
                        let cells: Vec<String> = row.iter().map(words).collect();
                        writeln!(out, "  | {}", cells.join(" | ")).expect("text");
                    }
                }
                Block::List { items, .. } => {
                    for item in items {
                        writeln!(out, "  - {}", words(item)).expect("text");
                    }
                }
                Block::Commands(commands) => {
                    for (does, command) in commands {
                        writeln!(out, "  $ {command} # {does}").expect("text");
                    }
                }
                Block::Facts(facts) => {
                    for (label, text) in facts {
                        writeln!(out, "  {label}: {}", words(text)).expect("text");
                    }
                }
                Block::Alert { text, .. } => writeln!(out, "  ! {}", words(text)).expect("text"),
                _ => {}
            }
        }
    }
    assert!(!out.is_empty(), "{} shows no section", folder.display());
    Tree::from([("sentences.txt".to_owned(), out.into_bytes())])
}

/// The pages of a folder. If it `follows`, what Flux and Argo CD apply of it counts, without tools and without charts.
fn site(folder: &Path, follows: bool) -> Site {
    let catalog = Catalog::embedded();
    let mut order = Order::plain(&[folder.to_owned()]);
    let gitops = GitOps { charts: Some(folder.join("none")), ..GitOps::default() };
    order.build = follows.then(|| Build { gitops: Some(gitops), ..Build::default() });
    let reading = read(&order).expect("manifests");
    let grouping = Grouping { built: reading.environments, ..Grouping::plain("default") };
    let (inventory, _) = take_inventory(reading.documents, &catalog, &grouping);
    let (topology, _) = connect(&inventory, &catalog);
    page::build("test", &topology, &facts::derive(&topology, &catalog), &catalog, &Problems::none())
}

/// Prose as people read it, with the names of things in backticks and lines in brackets.
fn words(prose: &Prose) -> String {
    let word = |inline: &Inline| match inline {
        Inline::Mark(mark) => mark.word().to_owned(),
        Inline::Text(text) | Inline::Strong(text) | Inline::Muted(text) => text.clone(),
        Inline::Code(text) => format!("`{text}`"),
        Inline::Link(link) if link.code => format!("`{}`", link.text),
        Inline::Link(link) => link.text.clone(),
        Inline::Web(words, address) => format!("{words} <{address}>"),
        Inline::Source(source) => format!("[{}:{}]", source.file, source.line),
    };
    prose.iter().map(word).collect()
}
