//! Stage 7: everything that podviz knows, as a [`Site`] of pages made of typed blocks.
//!
//! It knows no HTML and no Markdown: a link is a [`Target`], and `output` spells it.

mod access;
mod advice;
mod application;
mod author;
pub mod changes;
pub mod charts;
mod container;
mod delivery;
mod environment;
mod environments;
pub mod findings;
mod glossary;
pub mod graph;
mod images;
pub mod impact;
mod kinds;
mod knowledge;
mod lists;
mod network;
mod object;
mod overview;
mod permission;
mod places;
mod prose;
pub mod reach;
pub mod region;
mod release;
mod room;
mod sentence;
mod site;
#[cfg(test)]
mod tests;
mod unknown;
mod what_runs;
mod workload;

use crate::diagram::Diagram;
use crate::document::{SourceFile, Span};
use crate::model::Subject;
use crate::names::PagePath;
use crate::problem::Problems;
use changes::Mark;
pub use room::bytes_of;
pub use site::{Later, build, heads_of, outlined, pages_of};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All pages of one input, in the order in which they are listed.
#[derive(Debug)]
pub struct Site {
    /// What the site is called.
    pub title: String,
    /// The environments that have pages, sorted by name.
    pub environments: Vec<Area>,
    /// The overview of the environment that matters most: what the navigation of the first page starts at.
    pub start: PagePath,
    /// The entries at the top of the navigation, on the pages that belong to no environment.
    pub sections: Vec<Link>,
    /// The pages, sorted by path.
    pub pages: Vec<Page>,
    /// Where the page of each subject is: the links of diagrams are looked up here.
    pub places: BTreeMap<Subject, PagePath>,
    /// What the folders are called, raw, that hold pages and are none.
    pub folders: BTreeMap<PagePath, String>,
    /// The whole graph as JSON text, for `graph.json`.
    pub graph: String,
    /// What pages leave out, since the site has no room for it.
    pub shortened: Problems,
}

/// The pages of one environment.
#[derive(Debug)]
pub struct Area {
    /// The name of the environment, raw.
    pub name: String,
    /// Its overview. Its pages are below; so are those of all others, if it has the first page of the site.
    pub home: PagePath,
    /// The entries at the top of the navigation, on its pages.
    pub sections: Vec<Link>,
}

/// One page.
#[derive(Debug)]
pub struct Page {
    /// Its folder.
    pub path: PagePath,
    /// The environment that it belongs to; empty for what all share, such as the glossary.
    pub environment: String,
    /// What sort of page it is.
    pub sort: Sort,
    /// The name of its subject, raw: the heading.
    pub title: String,
    /// What the subject is in a word or two (`Deployment`, `Init container`), raw; may be empty.
    pub kicker: String,
    /// The pages above it, outermost first, itself excluded.
    pub crumbs: Vec<Link>,
    /// The pages below it that belong to it alone, such as the containers of a pod.
    pub children: Vec<Link>,
    /// Where its subject is defined.
    pub source: Option<Source>,
    /// What the author of its manifest says about it, in their own words.
    pub author: Vec<Block>,
    /// The opening sentences.
    pub lead: Vec<Prose>,
    /// Its sections in order.
    pub sections: Vec<Section>,
    /// What else the search finds it by: images, ports, names of environment variables.
    pub keywords: Vec<String>,
    /// Its namespace, for the search; empty where it has none.
    pub namespace: String,
    /// What became of its subject since an earlier state, if that is compared.
    pub mark: Option<Mark>,
}

impl Page {
    /// A page without contents.
    pub fn titled(path: PagePath, sort: Sort, title: &str) -> Page {
        Page {
            path,
            environment: String::new(),
            sort,
            title: title.to_owned(),
            kicker: String::new(),
            crumbs: Vec::new(),
            children: Vec::new(),
            source: None,
            author: Vec::new(),
            lead: Vec::new(),
            sections: Vec::new(),
            keywords: Vec::new(),
            namespace: String::new(),
            mark: None,
        }
    }
}

impl Page {
    /// Its first opening sentence in plain words; empty where it has none.
    pub fn says(&self) -> String {
        self.lead.first().map(prose::words).unwrap_or_default()
    }
}

/// What sort of page it is: layout, icon and search follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The first page.
    Overview,
    /// One namespace.
    Namespace,
    /// One application.
    Application,
    /// An object that makes pods.
    Workload,
    /// One container.
    Container,
    /// Any other object.
    Object,
    /// A list: images, problems.
    List,
    /// Words explained.
    Glossary,
    /// One file of the input.
    Source,
    /// One file as it was in an earlier state.
    Earlier,
}

/// A part of a page with a heading and a fixed anchor.
#[derive(Debug)]
pub struct Section {
    /// The anchor, such as `containers`.
    pub anchor: String,
    /// The heading, raw.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A block of a page.
#[derive(Debug)]
pub enum Block {
    /// One paragraph.
    Paragraph(Prose),
    /// A heading one level below the section's, raw.
    Heading(String),
    /// A list.
    List {
        /// Whether the order counts.
        ordered: bool,
        /// The items.
        items: Vec<Prose>,
    },
    /// A table.
    Table(Table),
    /// A strip of short facts: a label, raw, and what is so.
    Facts(Vec<(String, Prose)>),
    /// A set of links with a line of text each, for overviews.
    Cards(Vec<Card>),
    /// A diagram, with its own table and what it left out.
    Diagram(Box<Diagram>),
    /// Lines of a manifest, highlighted.
    Manifest(Manifest),
    /// Something to notice.
    Alert {
        /// How much.
        tone: Tone,
        /// What it says.
        text: Prose,
    },
    /// Commands to copy: what each shows or does, raw, and the command, raw.
    Commands(Vec<(String, String)>),
    /// What only some readers want, behind a line of its own. There is no fold in a fold.
    Fold {
        /// The line, in podviz's own words: some hosts read no markup there.
        title: String,
        /// What is folded.
        blocks: Vec<Block>,
    },
    /// Text as it was written, such as a file in a ConfigMap, raw.
    Verbatim {
        /// What it is, such as a file name.
        caption: String,
        /// The text.
        text: String,
    },
}

impl Block {
    /// These blocks behind a line; nothing where there are none.
    pub fn fold(title: impl Into<String>, blocks: Vec<Block>) -> Option<Block> {
        (!blocks.is_empty()).then(|| Block::Fold { title: title.into(), blocks })
    }

    /// The block itself, or what is folded in it.
    pub fn unfolded(&self) -> &[Block] {
        match self {
            Block::Fold { blocks, .. } => blocks,
            _ => std::slice::from_ref(self),
        }
    }
}

/// How much an alert wants to be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Worth knowing.
    Note,
    /// May go wrong.
    Warning,
    /// Is wrong.
    Error,
}

/// A table; each row has as many cells as the head.
#[derive(Debug, Default)]
pub struct Table {
    /// What the table shows, raw: its accessible name.
    pub caption: String,
    /// The column headings, raw.
    pub head: Vec<String>,
    /// The rows. The first cell of each names what the row is about.
    pub rows: Vec<Vec<Prose>>,
}

/// A link with a line of text.
#[derive(Debug)]
pub struct Card {
    /// The link.
    pub link: Link,
    /// What it is in a word or two, raw.
    pub kicker: String,
    /// What it does, in a sentence.
    pub text: Prose,
    /// What became of it since an earlier state, if that is compared.
    pub mark: Option<Mark>,
}

/// Lines of one file of the input.
#[derive(Debug)]
pub struct Manifest {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The first line shown, from 1.
    pub first_line: u32,
    /// The last line shown.
    pub last_line: u32,
    /// What of these lines is shown, where others share them.
    pub span: Option<Span>,
    /// Whether each line is an anchor `L12` of this page. At most one block of a page has anchors.
    pub anchors: bool,
}

/// Text with links and names of things.
pub type Prose = Vec<Inline>;

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// Words, raw.
    Text(String),
    /// The name of a thing, or a value, raw: a code span.
    Code(String),
    /// Words that matter, raw.
    Strong(String),
    /// Words that are of lesser weight, raw.
    Muted(String),
    /// What became of the thing before it since an earlier state.
    Mark(Mark),
    /// A link.
    Link(Link),
    /// Words that lead to a place on the web, both raw.
    Web(String, String),
    /// Where it says so: a small link to a line.
    Source(Source),
}

/// A link to a page of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its text, raw.
    pub text: String,
    /// Whether the text is the name of a thing: a code span.
    pub code: bool,
    /// Where it leads.
    pub to: Target,
}

/// A page, and where on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The page.
    pub page: PagePath,
    /// The anchor, without `#`; empty for the top.
    pub anchor: String,
}

/// A line of a file of the input, with the page that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The file, relative to the input.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The page of the file, at the line.
    pub to: Target,
}
