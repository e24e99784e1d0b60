//! What an earlier state of the input says of this one: marks on pages and in lists, what differs on the page of each object,
//! and the page `/changes/`. What changed is found elsewhere: here it arrives as a [`Comparison`].

use super::prose::{code, concat, joined, listed, marked, muted, plain, section, text};
use super::{Block, Inline, Link, Manifest, Page, Prose, Section, Sort, Source, Table, Target, room};
use crate::document::{Identity, SourceFile};
use crate::model::Subject;
use crate::names::{PagePath, count};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many objects are named one by one in a sentence, a list of effects, or the table of what differs.
const MOST_NAMED: usize = 6;
const MOST_EFFECTS: usize = 100;
const MOST_OBJECTS: usize = 500;
/// How many fields of an object are listed on its page, and how many lines of a text that differs.
const MOST_FIELDS: usize = 60;
const MOST_LINES: usize = 120;
/// The bytes that pages of earlier files may take together, about.
const EARLIER: usize = 4_000_000;

/// What became of a thing since the earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It was not there.
    New,
    /// It said something else.
    Changed,
    /// It is not there any more.
    Gone,
}

impl Mark {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Mark::New => "new",
            Mark::Changed => "changed",
            Mark::Gone => "gone",
        }
    }
}

/// What an earlier state of the input says of this one.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What the earlier state is called, raw.
    pub old: String,
    /// What matters most, in a sentence.
    pub verdict: String,
    /// What the change does: each level with its heading, the worst first.
    pub effects: Vec<(&'static str, Vec<Effect>)>,
    /// What differs, sorted by identity.
    pub objects: Vec<Differing>,
    /// Other subjects that are new or differ: containers, namespaces, environments.
    pub others: Vec<(Subject, Mark)>,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// The earlier files that lines are cited of, by their path.
    pub files: BTreeMap<String, Arc<SourceFile>>,
}

/// One effect, told of everyone of whom it is true.
#[derive(Debug)]
pub struct Effect {
    /// Whom it happens to.
    pub whom: Vec<Whom>,
    /// What happens: names stand in backticks.
    pub message: String,
    /// Its stable name.
    pub code: &'static str,
    /// The lines that it follows from.
    pub because: Vec<Place>,
}

/// Somebody whom a change concerns.
#[derive(Clone, Debug, PartialEq)]
pub struct Whom {
    /// What people call it: `Deployment shop/web`.
    pub title: String,
    /// Who it is; nobody where it has no page of its own.
    pub subject: Option<Subject>,
}

/// A line of one of the two states.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Whether it is one of the earlier state.
    pub is_old: bool,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// One object that came, went, or says something else.
#[derive(Debug)]
pub struct Differing {
    /// Which: in the environment's name of this state.
    pub identity: Identity,
    /// What people call it.
    pub title: String,
    /// What became of it.
    pub mark: Mark,
    /// What it was called, if its content gave it another name.
    pub was: Option<String>,
    /// What differs; nothing of what came or went, since all of it did.
    pub fields: Vec<Field>,
    /// Its first line in the earlier state, if it was there.
    pub before: Option<Place>,
}

/// A field that differs.
#[derive(Debug)]
pub struct Field {
    /// Which.
    pub field: String,
    /// What it said, and what it says; short.
    pub values: [String; 2],
    /// The lines that differ, where it is a text of several.
    pub lines: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Comparison {
    /// Drops what is about hidden objects alone.
    pub fn hide(&mut self, is_hidden: &dyn Fn(&Identity) -> bool) {
        let hides = |whom: &Whom| match &whom.subject {
            Some(Subject::Object(identity) | Subject::Container(identity, _)) => is_hidden(identity),
            _ => false,
        };
        self.objects.retain(|object| !is_hidden(&object.identity));
        for (_, effects) in &mut self.effects {
            effects.iter_mut().for_each(|effect| effect.whom.retain(|whom| !hides(whom)));
            effects.retain(|effect| !effect.whom.is_empty());
        }
    }
}

/// A comparison, and which page each part of it is about.
#[derive(Debug, Default)]
pub struct Marks {
    comparison: Comparison,
    /// The mark of each page.
    pages: BTreeMap<PagePath, Mark>,
    /// The object of each page that is about one that differs.
    objects: BTreeMap<PagePath, usize>,
    /// Where the pages of this state's files are.
    files: BTreeMap<String, PagePath>,
    subjects: BTreeMap<Subject, PagePath>,
}

impl Marks {
    /// Finds the pages that a comparison is about.
    pub fn of(
        comparison: Comparison,
        subjects: &BTreeMap<Subject, PagePath>,
        files: &BTreeMap<String, PagePath>,
    ) -> Marks {
        let mut marks =
            Marks { comparison, subjects: subjects.clone(), files: files.clone(), ..Marks::default() };
        let lasting = |mark: Mark| mark != Mark::Gone;
        for (at, object) in marks.comparison.objects.iter().enumerate().filter(|(_, one)| lasting(one.mark)) {
            if let Some(page) = subjects.get(&Subject::Object(object.identity.clone())) {
                marks.pages.insert(page.clone(), object.mark);
                marks.objects.insert(page.clone(), at);
            }
        }
        for (subject, mark) in &marks.comparison.others {
            marks.pages.extend(subjects.get(subject).map(|page| (page.clone(), *mark)));
        }
        // Files beyond the room have no page, so nothing links to them.
        let mut left = EARLIER;
        marks.comparison.files.retain(|path, file| {
            let size = room::bytes_of(&earlier(path, file));
            let fits = size <= left && !file.lines.is_empty();
            left -= if fits { size } else { 0 };
            fits
        });
        marks
    }

    /// Whether anything is compared.
    pub fn is_there(&self) -> bool {
        !self.comparison.verdict.is_empty()
    }

    /// Marks a page, and what its tables and cards name; says on the page of an object what differs.
    pub fn apply(&self, page: &mut Page) {
        page.mark = self.pages.get(&page.path).copied();
        if let Some(object) = self.objects.get(&page.path).map(|&at| &self.comparison.objects[at]) {
            let here = section("changes", "What changed", self.fields(object));
            let at = page.sections.iter().position(|section| section.anchor == "source");
            page.sections.insert(at.unwrap_or(page.sections.len()), here);
            page.lead.push(self.since(object));
        }
        for block in page.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Table(table) => {
                    table.rows.iter_mut().filter_map(|row| row.first_mut()).for_each(|cell| self.mark(cell));
                }
                Block::Cards(cards) => {
                    cards.iter_mut().for_each(|card| card.mark = self.pages.get(&card.link.to.page).copied());
                }
                _ => {}
            }
        }
        if let Some(gone) = self.gone(page) {
            page.sections.push(gone);
        }
    }

    /// Puts a mark behind the name that a cell begins with.
    fn mark(&self, cell: &mut Prose) {
        let link = cell.iter().position(|inline| matches!(inline, Inline::Link(_)));
        let Some(at) = link else { return };
        // Behind a name in a sentence a mark would read as a verb.
        let is_last =
            cell[at + 1..].iter().all(|inline| matches!(inline, Inline::Source(_) | Inline::Muted(_)));
        if let Inline::Link(link) = &cell[at]
            && is_last
            && let Some(mark) = self.pages.get(&link.to.page)
        {
            cell.splice(at + 1..at + 1, [text(" "), Inline::Mark(*mark)]);
        }
    }

    /// A sentence that leads from an object to what changed.
    fn since(&self, object: &Differing) -> Prose {
        let start = match object.mark {
            Mark::New => "It is new since ",
            _ => "It changed since ",
        };
        let mut prose = vec![text(start), code(&self.comparison.old)];
        if let Some(was) = &object.was {
            prose.extend([text(", where it was called "), code(was)]);
        }
        prose.extend([
            text("; "),
            way(&Target { page: path(), anchor: String::new() }, "all changes"),
            text("."),
        ]);
        prose
    }

    /// The fields of an object that differ.
    fn fields(&self, object: &Differing) -> Vec<Block> {
        if object.mark == Mark::New {
            return vec![Block::Paragraph(concat(vec![
                plain("All of it: it was not there in "),
                vec![code(&self.comparison.old), text(".")],
            ]))];
        }
        let cell = |value: &String| match value.as_str() {
            "—" => vec![muted("—")],
            value => vec![code(value)],
        };
        let rows =
            object.fields.iter().filter(|field| field.lines.is_none()).take(MOST_FIELDS).map(|field| {
                let [old, new] = &field.values;
                vec![
                    vec![code(&field.field)],
                    cell(old),
                    cell(new),
                    self.places(std::slice::from_ref(&field.place)),
                ]
            });
        let head = ["Field", "Before", "After", "Where"].map(str::to_owned).to_vec();
        let rows: Vec<Vec<Prose>> = rows.collect();
        let mut blocks = Vec::new();
        if !rows.is_empty() {
            blocks.push(Block::Table(Table {
                caption: format!("What changed in {}", object.title),
                head,
                rows,
            }));
        }
        for field in object.fields.iter().filter(|field| field.lines.is_some()).take(MOST_NAMED) {
            let lines: Vec<&str> = field.lines.iter().flat_map(|lines| lines.lines()).collect();
            let mut shown = lines.iter().take(MOST_LINES).copied().collect::<Vec<_>>().join("\n");
            if lines.len() > MOST_LINES {
                shown.push_str(&format!("\n… {} more", count(lines.len() - MOST_LINES, "line", "lines")));
            }
            blocks.push(Block::Verbatim {
                caption: format!("Lines of {} that differ", field.field),
                text: shown,
            });
        }
        let texts = object.fields.iter().filter(|field| field.lines.is_some()).count();
        let left =
            (object.fields.len() - texts).saturating_sub(MOST_FIELDS) + texts.saturating_sub(MOST_NAMED);
        if left > 0 {
            blocks.push(Block::Paragraph(vec![
                text(format!("Not listed: {}; ", count(left, "more field", "more fields"))),
                code("podviz diff"),
                text(" prints them."),
            ]));
        }
        if let Some(before) = &object.before {
            let place = self.places(std::slice::from_ref(before));
            blocks.push(Block::Paragraph(concat(vec![plain("Its earlier manifest: "), place])));
        }
        blocks
    }

    /// What went of an environment or a namespace, on its page.
    fn gone(&self, page: &Page) -> Option<Section> {
        let is_here = |identity: &Identity| match page.sort {
            Sort::Overview => *identity.environment == *page.environment && identity.namespace.is_empty(),
            Sort::Namespace => {
                *identity.environment == *page.environment && *identity.namespace == *page.namespace
            }
            _ => false,
        };
        let gone =
            self.comparison.objects.iter().filter(|one| one.mark == Mark::Gone && is_here(&one.identity));
        let names: Vec<Prose> = gone.map(|one| vec![code(&one.title)]).collect();
        if names.is_empty() {
            return None;
        }
        let number = names.len();
        let names = listed(names, MOST_NAMED);
        let words = if number == 1 {
            " is no longer in the manifests; "
        } else {
            " are no longer in the manifests; "
        };
        let all = Target { page: path(), anchor: "objects".to_owned() };
        let prose = concat(vec![
            vec![Inline::Mark(Mark::Gone), text(" ")],
            names,
            vec![text(words), way(&all, "all changes"), text(".")],
        ]);
        Some(section("gone", "What is gone", vec![Block::Paragraph(prose)]))
    }

    /// `web.yaml:12 before and web.yaml:14 after`, linked as far as there are pages.
    fn places(&self, places: &[Place]) -> Prose {
        let mut seen: Vec<&Place> = Vec::new();
        for place in places {
            if !seen.contains(&place) {
                seen.push(place);
            }
        }
        let told = seen.into_iter().map(|place| {
            let page = match place.is_old {
                true => self.comparison.files.contains_key(&place.file).then(|| earlier_path(&place.file)),
                false => self.files.get(&place.file).cloned(),
            };
            let line = match page {
                Some(page) => {
                    let to = Target { page, anchor: format!("L{}", place.line) };
                    Inline::Source(Source { file: place.file.clone(), line: place.line, to })
                }
                None => code(format!("{}:{}", place.file, place.line)),
            };
            let word = if place.is_old { " before" } else { " after" };
            vec![line, muted(word)]
        });
        joined(told.collect(), "and")
    }

    /// An object or a container by its name, linked if it has a page.
    fn whom(&self, whom: &Whom) -> Prose {
        let page = whom.subject.as_ref().and_then(|subject| self.subjects.get(subject));
        let Some(page) = page else { return vec![code(&whom.title)] };
        let to = Target { page: page.clone(), anchor: String::new() };
        let mut prose = vec![Inline::Link(Link { text: whom.title.clone(), code: true, to })];
        if let Some(mark) = self.pages.get(page) {
            prose.extend([text(" "), Inline::Mark(*mark)]);
        }
        prose
    }

    /// The page of all that changed, and the earlier files that it leads to; none where nothing is compared.
    pub fn pages(&self, crumbs: &[Link]) -> Vec<Page> {
        if !self.is_there() {
            return Vec::new();
        }
        let mut page = Page {
            crumbs: crumbs.to_vec(),
            lead: vec![
                plain(&*self.comparison.verdict),
                vec![text("Compared with "), code(&self.comparison.old), text(".")],
            ],
            ..Page::titled(path(), Sort::List, "Changes")
        };
        page.lead.extend(self.comparison.notes.iter().map(plain));
        for (heading, effects) in &self.comparison.effects {
            let items = effects.iter().take(MOST_EFFECTS).map(|effect| self.effect(effect));
            let mut blocks = vec![Block::List { ordered: false, items: items.collect() }];
            if effects.len() > MOST_EFFECTS {
                let more = format!("{} more of this level.", effects.len() - MOST_EFFECTS);
                blocks.push(Block::Paragraph(plain(more)));
            }
            page.sections.push(section(anchor(heading), heading, blocks));
        }
        page.sections.extend(self.table());
        let above = Link {
            text: "Changes".to_owned(),
            code: false,
            to: Target { page: path(), anchor: String::new() },
        };
        let crumbs: Vec<Link> = crumbs.iter().cloned().chain([above]).collect();
        let files = self.comparison.files.iter();
        let files = files.map(|(name, file)| Page { crumbs: crumbs.clone(), ..earlier(name, file) });
        std::iter::once(page).chain(files).collect()
    }

    fn effect(&self, effect: &Effect) -> Prose {
        let whom = listed(effect.whom.iter().map(|whom| self.whom(whom)).collect(), MOST_NAMED);
        concat(vec![
            whom,
            plain(": "),
            marked(&effect.message),
            vec![text(" "), muted(effect.code), text(" ")],
            self.places(&effect.because),
        ])
    }

    /// Each object that differs, what became of it, and where it stood and stands.
    fn table(&self) -> Option<Section> {
        let rows = self.comparison.objects.iter().take(MOST_OBJECTS).map(|object| {
            let page = self.subjects.get(&Subject::Object(object.identity.clone()));
            let name = match page.filter(|_| object.mark != Mark::Gone) {
                Some(page) => {
                    let to = Target { page: page.clone(), anchor: "changes".to_owned() };
                    Inline::Link(Link { text: object.title.clone(), code: true, to })
                }
                None => code(&object.title),
            };
            let fields: BTreeSet<&str> = object.fields.iter().map(|field| field.field.as_str()).collect();
            let fields: Vec<Prose> = fields.into_iter().map(|field| vec![code(field)]).collect();
            let what = match (object.mark, fields.is_empty()) {
                (Mark::Changed, false) => listed(fields, MOST_NAMED),
                (Mark::Changed, true) => plain("its name alone"),
                _ => vec![muted("all of it")],
            };
            vec![vec![name, text(" "), Inline::Mark(object.mark)], what, self.before(object)]
        });
        let rows: Vec<Vec<Prose>> = rows.collect();
        if rows.is_empty() {
            return None;
        }
        let head = ["Object", "What differs", "Earlier manifest"].map(str::to_owned).to_vec();
        let mut blocks = vec![Block::Table(Table { caption: "What differs".to_owned(), head, rows })];
        let left = self.comparison.objects.len().saturating_sub(MOST_OBJECTS);
        if left > 0 {
            blocks.push(Block::Paragraph(plain(format!(
                "{} not listed.",
                count(left, "object is", "objects are")
            ))));
        }
        Some(section("objects", "What differs", blocks))
    }

    fn before(&self, object: &Differing) -> Prose {
        object
            .before
            .as_ref()
            .map_or_else(|| vec![muted("—")], |place| self.places(std::slice::from_ref(place)))
    }
}

/// Where the page of all changes is.
pub fn path() -> PagePath {
    PagePath::root().fixed("changes")
}

/// Where an earlier file is shown.
fn earlier_path(file: &str) -> PagePath {
    file.split('/').fold(path().fixed("before"), |path, part| path.child(part))
}

/// The page of an earlier file.
fn earlier(name: &str, file: &Arc<SourceFile>) -> Page {
    let last_line = u32::try_from(file.lines.len()).unwrap_or(u32::MAX);
    let manifest = Manifest { file: Arc::clone(file), first_line: 1, last_line, span: None, anchors: true };
    Page {
        kicker: "Earlier file".to_owned(),
        lead: vec![plain(format!("{}, as they were before.", count(file.lines.len(), "line", "lines")))],
        sections: vec![section("source", "The file", vec![Block::Manifest(manifest)])],
        ..Page::titled(earlier_path(name), Sort::Earlier, name)
    }
}

fn way(to: &Target, words: &str) -> Inline {
    Inline::Link(Link { text: words.to_owned(), code: false, to: to.clone() })
}

/// The anchor of a level's section.
fn anchor(heading: &str) -> &'static str {
    match heading {
        "Danger" => "danger",
        "Look at this" => "warning",
        _ => "notice",
    }
}
