//! Turns a page into what its template sees: every link is relative, every inline piece is spelled.

use super::block::{Blocks, object};
use super::flavour::Language;
use super::navigation::{Entry, Navigation, is_name};
use super::spelling::{Place, Spelling, destination, finished, percent_encoded};
use super::switch::Switch;
use super::tree::{Line, Tree};
use super::{File, Flavour, Options};
use crate::diagram::host::Host;
use crate::escape;
use crate::names::PagePath;
use crate::page::changes::Mark;
use crate::page::{Area, Block, Link, Page, Site, Sort, Target};
use crate::problem::Problems;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tera::{Context, Value};

/// What all pages of a site share.
pub(super) struct Pages<'a> {
    pub(super) site: &'a Site,
    pub(super) flavour: Flavour,
    navigation: &'a Navigation,
    /// Where the page of each file is.
    sources: BTreeMap<String, PagePath>,
    /// What stands at the side of each page, where podviz makes the side.
    tree: Option<Tree>,
    /// The ways between environments, if there are several.
    switch: Option<Switch<'a>>,
    repository: Option<String>,
    generator: &'a str,
    /// Who draws Mermaid text; nobody where podviz paints the picture itself.
    pub(super) host: Option<Host>,
    /// Whether diagrams that nobody else draws are pictures beside the page.
    pub(super) has_pictures: bool,
}

impl<'a> Pages<'a> {
    /// What all `pages` of `site` share.
    pub(super) fn new(
        site: &'a Site,
        pages: &[Page],
        navigation: &'a Navigation,
        flavour: Flavour,
        options: &'a Options,
    ) -> Pages<'a> {
        let repository = options.repo_url.as_deref().map(str::trim).filter(|url| is_web(url));
        let repository = repository.map(|url| url.trim_end_matches('/').to_owned());
        let switch = Switch::of(&site.environments, pages);
        Pages {
            site,
            flavour,
            navigation,
            sources: sources(pages),
            tree: (flavour.language() == Language::Html).then(|| Tree::of(pages)),
            switch,
            repository,
            generator: &options.generator,
            host: flavour.host().filter(|_| !options.painted),
            has_pictures: flavour.has_pictures(),
        }
    }

    /// The same, where somebody else draws, and no file stands beside the page.
    pub(super) fn drawn_by(self, host: Option<Host>) -> Pages<'a> {
        Pages { host: host.or(self.host), has_pictures: false, ..self }
    }

    /// What the template of `page` sees, the pictures beside it, and what was too large to be drawn.
    pub(super) fn context(&self, page: &Page) -> (Context, Vec<File>, Problems) {
        let spelling = Spelling { flavour: self.flavour, from: &page.path };
        let mut blocks = Blocks::new(self, spelling, page);
        let sections: Vec<Value> = page.sections.iter().map(|section| blocks.section(section)).collect();
        let author = blocks.all(&page.author, "From the manifest");
        let (pictures, problems) = blocks.finish();

        let mut context = Context::new();
        let mut set = |key: &'static str, value: Value| context.insert_value(key, value);
        set("generator", self.generator.into());
        set("site", self.site.title.as_str().into());
        set("home", self.flavour.address(&PagePath::root(), &page.path).into());
        let root = PagePath::root().relative_to(&page.path, "");
        set("root", if root.is_empty() { "./".into() } else { root.into() });
        set("path", page.path.to_string().into());
        set("sort", word(page.sort).into());
        set("title", page.title.as_str().into());
        set("name", finished(&spelling.name(&page.title, is_name(page), Place::Flow)));
        set("kicker", page.kicker.as_str().into());
        set("mark", page.mark.map(Mark::word).into());
        // The same as strings of YAML and JSON, for front matter.
        let place = self.navigation.entry(&page.path).map_or(0, |entry| entry.place);
        set("place", place.into());
        // Tabs and lists of what a search found show nothing but this, and a Service has the name of its Deployment.
        let distinct = match page.kicker.as_str() {
            "" => page.title.clone(),
            kicker => format!("{} ({kicker})", page.title),
        };
        set(
            "quoted",
            object([
                ("title", self.quoted(&page.title)),
                ("distinct_html", self.quoted(escape::html(&distinct).as_str())),
                ("kicker", self.quoted(&page.kicker)),
                ("site", self.quoted(&self.site.title)),
                ("description", self.quoted(&plain(&page.lead))),
            ]),
        );
        set("is_home", (page.path == *self.home(page)).into());
        let links = |links: &[Link]| links.iter().map(|to| self.link(spelling, page, to)).collect::<Vec<_>>();
        let areas = self.area(page).map_or(&self.site.sections, |area| &area.sections);
        set("areas", links(areas).into());
        set("environment", page.environment.as_str().into());
        set("environments", self.switch(spelling, page));
        set("crumbs", links(&page.crumbs).into());
        set("children", links(&page.children).into());
        if let Some(tree) = &self.tree {
            // The first page of several environments begins with the one that matters.
            let is_index = self.switch.is_some() && page.path == PagePath::root();
            let start = self.area(page).filter(|_| !is_index).map_or(&self.site.start, |area| &area.home);
            let lines = tree.lines(page, start);
            set(
                "tree",
                lines
                    .into_iter()
                    .map(|line| self.line_of_tree(spelling, page, line))
                    .collect::<Vec<_>>()
                    .into(),
            );
            let (before, after) = tree.beside(page);
            set("before", before.map(|link| self.link(spelling, page, &link)).into());
            set("after", after.map(|link| self.link(spelling, page, &link)).into());
        }
        let source = page.source.as_ref().map(|source| {
            object([
                ("text", format!("{}:{}", source.file, source.line).into()),
                ("href", spelling.address(&spelling.href(&source.to))),
                ("repository", self.repository_line(&source.file, source.line)),
            ])
        });
        set("source", source.into());
        let lead: Vec<Value> = page.lead.iter().map(|prose| spelling.prose(prose, Place::Flow)).collect();
        set("description", plain(&page.lead).into());
        set("lead", lead.into());
        set("author", author.into());
        set("sections", sections.into());
        (context, pictures, problems)
    }

    /// What the template of a file sees that lists all folders. Links are relative to the site.
    pub(super) fn table_of_contents(&self) -> Context {
        let root = PagePath::root();
        let mut context = self.of_site();
        let entries = self.navigation.entries().iter().map(|entry| self.entry(entry, &root));
        context.insert_value("entries", entries.collect::<Vec<_>>().into());
        context
    }

    /// What the template of a file sees that is about a folder and what is in it. Links are relative to the folder.
    pub(super) fn folder(&self, folder: &PagePath) -> Context {
        let mut context = self.of_site();
        let entry = self.navigation.entry(folder).map(|entry| self.entry(entry, folder));
        context.insert_value("folder", entry.into());
        let inside = self.navigation.inside(folder).map(|entry| self.entry(entry, folder));
        context.insert_value("inside", inside.collect::<Vec<_>>().into());
        context
    }

    fn of_site(&self) -> Context {
        let mut context = Context::new();
        context.insert_value("generator", self.generator.into());
        context.insert_value("site", self.site.title.as_str().into());
        context
    }

    fn entry(&self, entry: &Entry, from: &PagePath) -> Value {
        let spelling = Spelling { flavour: self.flavour, from };
        let is_there = entry.is_page || self.flavour.lists_folders();
        let href = is_there.then(|| entry.path.relative_to(from, self.flavour.index()));
        object([
            ("path", entry.path.to_string().into()),
            ("href", href.map(|href| spelling.address(&href)).into()),
            ("name", finished(&spelling.name(&entry.title, entry.is_name, Place::Flow))),
            ("title", entry.title.as_str().into()),
            ("quoted", self.quoted(&entry.title)),
            // Some tools put what they read as text into their pages as HTML.
            ("quoted_html", self.quoted(escape::html(&entry.title).as_str())),
            ("depth", entry.depth.into()),
            ("place", entry.place.into()),
            ("is_page", entry.is_page.into()),
            ("has_children", entry.has_children.into()),
        ])
    }

    /// Text as a string of YAML and JSON, quotes included.
    fn quoted(&self, raw: &str) -> Value {
        finished(self.flavour.dialect().quoted(raw).as_str())
    }

    fn area(&self, page: &Page) -> Option<&'a Area> {
        self.site.environments.iter().find(|area| area.name == page.environment)
    }

    /// The page that the navigation of `page` starts at.
    fn home(&self, page: &Page) -> &'a PagePath {
        static ROOT: LazyLock<PagePath> = LazyLock::new(PagePath::root);
        self.area(page).map_or(&ROOT, |area| &area.home)
    }

    /// The ways to the other environments; none where there is only one.
    fn switch(&self, spelling: Spelling, page: &Page) -> Value {
        let Some(switch) = &self.switch else { return Value::none() };
        let address = |page: PagePath, anchor: &str| {
            spelling.address(&spelling.href(&Target { page, anchor: anchor.to_owned() }))
        };
        let ways = switch.ways(page).into_iter().map(|way| {
            object([
                ("href", address(way.page, "")),
                ("text", way.name.into()),
                ("name", finished(&spelling.code(way.name, Place::Flow))),
                ("is_here", way.is_here.into()),
                ("is_same", way.is_same.into()),
            ])
        });
        object([
            ("all", address(PagePath::root(), "environments")),
            ("number", switch.number().into()),
            ("ways", ways.collect::<Vec<_>>().into()),
        ])
    }

    fn link(&self, spelling: Spelling, page: &Page, link: &Link) -> Value {
        object([
            ("href", spelling.address(&spelling.href(&link.to))),
            ("name", finished(&spelling.name(&link.text, link.code, Place::Flow))),
            ("text", link.text.as_str().into()),
            ("is_here", (link.to.page == page.path && link.to.anchor.is_empty()).into()),
            ("is_above", page.crumbs.iter().any(|crumb| crumb.to == link.to).into()),
            ("is_home", (link.to.page == *self.home(page)).into()),
        ])
    }

    fn line_of_tree(&self, spelling: Spelling, page: &Page, line: Line) -> Value {
        let is_here = line.more == 0 && line.path == page.path;
        let to = Target { page: line.path, anchor: String::new() };
        object([
            ("href", spelling.address(&spelling.href(&to))),
            ("name", finished(&spelling.name(&line.title, line.kind != "application", Place::Flow))),
            ("kind", line.kind.into()),
            ("kicker", line.kicker.into()),
            ("depth", line.depth.into()),
            ("more", line.more.into()),
            ("is_here", is_here.into()),
            ("is_open", line.is_open.into()),
        ])
    }

    /// The address of a line of the input on this site, if its file has a page.
    pub(super) fn line(&self, spelling: Spelling, file: &str, line: u32) -> Option<String> {
        let page = self.sources.get(file)?;
        Some(spelling.href(&Target { page: page.clone(), anchor: format!("L{line}") }))
    }

    /// The address of a line of the input where it is kept, raw; none without `--repo-url`.
    pub(super) fn repository_address(&self, file: &str, line: u32) -> Option<String> {
        Some(format!("{}/{}#L{line}", self.repository.as_ref()?, percent_encoded(file)))
    }

    /// The same, as a template takes it.
    pub(super) fn repository_line(&self, file: &str, line: u32) -> Value {
        let Some(address) = self.repository_address(file, line) else { return Value::none() };
        match (escape::href(&address), self.flavour.language()) {
            (Some(href), Language::Html) => finished(href.html().as_str()),
            (Some(href), Language::Markdown) => finished(&destination(&href)),
            (None, _) => Value::none(),
        }
    }
}

/// Where the page of each file of the input is.
pub(super) fn sources(pages: &[Page]) -> BTreeMap<String, PagePath> {
    let mut sources = BTreeMap::new();
    for page in pages.iter().filter(|page| page.sort == Sort::Source) {
        for block in page.sections.iter().flat_map(|section| &section.blocks) {
            if let Block::Manifest(manifest) = block {
                sources.entry(manifest.file.path.clone()).or_insert_with(|| page.path.clone());
            }
        }
    }
    sources
}

/// The first words of a page without their links, for search engines and previews.
fn plain(lead: &[crate::page::Prose]) -> String {
    use crate::page::Inline::{Code, Link, Mark, Muted, Source, Strong, Text, Web};
    let mut out = String::new();
    for inline in lead.first().into_iter().flatten() {
        match inline {
            Text(raw) | Code(raw) | Strong(raw) | Muted(raw) => out.push_str(raw),
            Mark(mark) => out.push_str(mark.word()),
            Link(link) => out.push_str(&link.text),
            Web(words, _) => out.push_str(words),
            Source(_) => {}
        }
    }
    match out.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

fn is_web(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

fn word(sort: Sort) -> &'static str {
    match sort {
        Sort::Overview => "overview",
        Sort::Namespace => "namespace",
        Sort::Application => "application",
        Sort::Workload => "workload",
        Sort::Container => "container",
        Sort::Object => "object",
        Sort::List => "list",
        Sort::Glossary => "glossary",
        Sort::Source => "source",
        Sort::Earlier => "earlier",
    }
}
