//! Building prose: words, names in code spans, lists in words; and sections of a page.

use super::{Block, Inline, Page, Prose, Section, Table};
use crate::names::english;

/// A section with a fixed anchor.
pub fn section(anchor: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.to_owned(), title: title.to_owned(), blocks }
}

/// Words.
pub fn text(words: impl Into<String>) -> Inline {
    Inline::Text(words.into())
}

/// The name of a thing, or a value.
pub fn code(name: impl Into<String>) -> Inline {
    Inline::Code(name.into())
}

/// Words of lesser weight.
pub fn muted(words: impl Into<String>) -> Inline {
    Inline::Muted(words.into())
}

/// Words alone, as prose.
pub fn plain(words: impl Into<String>) -> Prose {
    vec![text(words)]
}

/// `a`, `a and b`, `a, b, and c`: items joined in words.
pub fn joined(items: Vec<Prose>, last: &str) -> Prose {
    let count = items.len();
    let mut prose = Prose::new();
    for (index, item) in items.into_iter().enumerate() {
        prose.extend(item);
        prose.extend((index + 1 < count).then(|| text(english::between(index, count, last))));
    }
    prose
}

/// Items that may hold lists themselves, with something between each two: `a; b; c`.
pub fn separated(items: Vec<Prose>, between: &str) -> Prose {
    let mut prose = Prose::new();
    for (at, item) in items.into_iter().enumerate() {
        prose.extend((at > 0).then(|| text(between)));
        prose.extend(item);
    }
    prose
}

/// Items up to `most` in words; longer lists end in how many more there are.
pub fn listed(items: Vec<Prose>, most: usize) -> Prose {
    listed_of(items, most, 0)
}

/// The same where there are more than these items: so many that are `unlisted`.
pub fn listed_of(mut items: Vec<Prose>, most: usize, unlisted: usize) -> Prose {
    let all = items.len() + unlisted;
    if all > most {
        items.truncate(most - 1);
        items.push(plain(format!("{} more", all - items.len())));
    }
    joined(items, "and")
}

/// The same of as many things as there may be: only those that are named become prose.
pub fn named<T>(things: &[T], most: usize, name: impl Fn(&T) -> Prose) -> Prose {
    let shown = if things.len() > most { most - 1 } else { things.len() };
    let mut names: Vec<Prose> = things[..shown].iter().map(name).collect();
    names.extend((shown < things.len()).then(|| plain(format!("{} more", things.len() - shown))));
    joined(names, "and")
}

/// More sentences or rows that are alike are folded.
pub const MOST_ALIKE: usize = 15;

/// How many of those stay.
const FIRST_ALIKE: usize = 12;

/// Items that are alike, a sentence each: of too many the first few, and `more` says how many there are beside them.
pub fn folded(mut items: Vec<Prose>, more: impl FnOnce(usize) -> Prose) -> Vec<Prose> {
    if items.len() > MOST_ALIKE {
        let rest = items.len() - FIRST_ALIKE;
        items.truncate(FIRST_ALIKE);
        items.push(more(rest));
    }
    items
}

/// How many of so many that are alike stay.
pub fn shown_of(number: usize) -> usize {
    if number > MOST_ALIKE { FIRST_ALIKE } else { number }
}

/// Of each long table of a page the first rows stay, and the others are folded behind them.
pub fn fold_long_tables(page: &mut Page) {
    for section in &mut page.sections {
        let blocks = std::mem::take(&mut section.blocks);
        section.blocks = blocks.into_iter().flat_map(fold_long_table).collect();
    }
}

fn fold_long_table(block: Block) -> Vec<Block> {
    let Block::Table(table) = block else { return vec![block] };
    let shown = shown_of(table.rows.len());
    fold_long_table_from(table, shown)
}

/// A table whose rows beyond so many are folded.
pub fn fold_long_table_from(mut table: Table, shown: usize) -> Vec<Block> {
    let rest = table.rows.split_off(shown.min(table.rows.len()));
    if rest.is_empty() {
        return vec![Block::Table(table)];
    }
    let title = format!("{} more rows", rest.len());
    let caption = format!("{}, continued", table.caption);
    let rest = Block::Table(Table { caption, head: table.head.clone(), rows: rest });
    [Block::Table(table)].into_iter().chain(Block::fold(title, vec![rest])).collect()
}

/// Prose from pieces: `sentence![text("Runs "), code("web"), prose]`.
pub fn concat(pieces: Vec<Prose>) -> Prose {
    pieces.into_iter().flatten().collect()
}

/// The words of prose without their links: for places that hold no markup.
pub fn words(prose: &Prose) -> String {
    let word = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) | Inline::Strong(text) | Inline::Muted(text) => text.clone(),
        Inline::Mark(mark) => mark.word().to_owned(),
        Inline::Link(link) => link.text.clone(),
        Inline::Web(words, _) => words.clone(),
        Inline::Source(_) => String::new(),
    };
    prose.iter().map(word).collect()
}

/// A sentence whose names stand in backticks, such as the reason of a fact, with these names in code spans.
pub fn marked(sentence: &str) -> Prose {
    let pieces = sentence.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces.map(|(at, piece)| if at % 2 == 1 { code(piece) } else { text(piece) }).collect()
}
