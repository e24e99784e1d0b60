//! The pages of problems and of the input's files.

use super::knowledge::Knowledge;
use super::prose::section;
use super::prose::{code, muted, plain, text};
use super::{Block, Inline, Link, Manifest, Page, Prose, Sort, Source, Table, Target};
use crate::document::{Environment, SourceFile};
use crate::model::Subject;
use crate::names::{PagePath, count, short_message, short_path};
use crate::problem::{Few, Level, Problems, Told, fold};
use crate::topology::NodeIndex;
use std::sync::Arc;

/// How many problems are listed one by one.
const FEW: Few = Few { of_a_file: 20, of_a_code: 100, of_all: 500 };

/// Where the page of problems is.
pub fn problems_path() -> PagePath {
    PagePath::root().fixed("problems")
}

/// The page of what could not be read, or may not mean what its author thinks. Many that are alike are a few and a count.
pub fn problems(know: &Knowledge, problems: &Problems, crumbs: Vec<Link>) -> Page {
    let told = fold(problems.iter(), FEW);
    let rows: Vec<Vec<Prose>> = told.iter().map(|told| row(know, told)).collect();
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).count();
    let lead = match (rows.len(), errors) {
        (0, _) => plain("Everything in the input could be read."),
        (_, 0) => plain("Everything that looks like a manifest could be read; these are worth a look."),
        (_, errors) => plain(format!(
            "{} of the input could not be read; everything else is documented.",
            count(errors, "part", "parts")
        )),
    };
    let mut lead = vec![lead];
    if told.iter().any(|told| matches!(told, Told::More(_))) {
        let words = "Where many are alike, the first are listed and the others counted; ";
        lead.push(vec![text(words), code("podviz render -v"), text(" prints them all.")]);
    }
    let head = ["Level", "Where", "What", "Code"].map(str::to_owned).to_vec();
    let table = Table { caption: "Problems".to_owned(), head, rows };
    let blocks = if table.rows.is_empty() { Vec::new() } else { vec![Block::Table(table)] };
    let sections = vec![section("overview", "All problems", blocks)];
    Page {
        path: problems_path(),
        crumbs,
        lead,
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        ..Page::titled(problems_path(), Sort::List, "Problems")
    }
}

fn row(know: &Knowledge, told: &Told) -> Vec<Prose> {
    let (level, id, place, what) = match told {
        Told::One { problem, .. } => {
            let mut what = plain(short_message(&problem.message));
            let help = problem.help.as_deref().map(short_message);
            what.extend(help.map(|help| text(format!(". What to do: {help}"))));
            what.push(text("."));
            let place = problem.place.as_ref().map(|place| (place.file.as_str(), place.line));
            (problem.level, problem.code, place, what)
        }
        Told::More(more) => {
            (more.level, more.code, more.file.map(|file| (file, 0)), plain(format!("{}.", more.words())))
        }
    };
    let place = match place {
        Some((file, 0)) => vec![code(short_path(file))],
        Some((file, line)) => match know.places.files.get(file) {
            Some(page) => {
                let to = Target { page: page.clone(), anchor: format!("L{line}") };
                vec![Inline::Source(Source { file: file.to_owned(), line, to })]
            }
            None => vec![code(format!("{}:{line}", short_path(file)))],
        },
        None => vec![muted("–")],
    };
    vec![plain(level.word()), place, what, vec![code(id.id())]]
}

/// One object that a file shows.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The file.
    pub file: &'a Arc<SourceFile>,
    /// The object.
    pub index: NodeIndex,
    /// Its first line in the file, from 1.
    pub line: u32,
}

/// The page of one file of the input, or of a text that a tool built, by the objects in it.
pub fn source(know: &Knowledge, objects: &[Shown], crumbs: Vec<Link>) -> Option<Page> {
    let file = objects.first()?.file;
    let last_line = u32::try_from(file.lines.len()).ok()?;
    let manifest = Manifest { file: Arc::clone(file), first_line: 1, last_line, span: None, anchors: true };
    let mut here = objects.to_vec();
    here.sort_by_key(|shown| shown.line);
    let several = know.topology.environments.len() > 1;
    let items = here.iter().map(|shown| {
        let identity = &know.node(shown.index).identity;
        let mut item = vec![text(format!("{} ", identity.kind)), know.name(shown.index)];
        if several && file.origin.is_none() {
            item.extend([
                text(" in environment "),
                know.link(&Subject::Cluster(Arc::clone(&identity.environment)), &identity.environment),
            ]);
        }
        item.push(text(format!(", from line {}", shown.line)));
        item
    });
    let items: Vec<Prose> = items.collect();
    let environment = &know.node(objects.first()?.index).identity.environment;
    let builder = know.topology.environments.iter().find(|one| *one.name == **environment);
    let kicker = match builder.filter(|_| file.origin.is_some()).map(|one| one.source) {
        Some("helm") => "Rendered by helm",
        Some(_) => "Built by kustomize",
        None => "File",
    };
    let size = plain(format!(
        "{}, {}.",
        count(file.lines.len(), "line", "lines"),
        count(items.len(), "object", "objects")
    ));
    let made = builder.filter(|_| file.origin.is_some()).map(built);
    Some(Page {
        path: know.places.files.get(&file.path)?.clone(),
        kicker: kicker.to_owned(),
        crumbs,
        lead: made.into_iter().chain([size]).collect(),
        sections: vec![
            section("overview", "What it defines", vec![Block::List { ordered: false, items }]),
            section(
                "source",
                if file.origin.is_some() { "The text" } else { "The file" },
                vec![Block::Manifest(manifest)],
            ),
        ],
        ..Page::titled(know.places.files.get(&file.path)?.clone(), Sort::Source, &file.path)
    })
}

/// What a text that a tool built is, and where its lines come from.
fn built(environment: &Environment) -> Prose {
    let (tool, what, sources) = match environment.source {
        "helm" => ("helm template", "chart", "templates"),
        _ => ("kustomize build", "kustomization", "bases, patches and generators"),
    };
    let mut prose = vec![text("What "), code(tool), text(" prints for ")];
    prose.extend(match environment.path.as_str() {
        "" => plain(format!("the {what} of the input")),
        path => vec![text(format!("{what} ")), code(path)],
    });
    prose.push(text(format!(
        ". No such file is in the repository: the pages of its objects lead to the lines of the {sources} that it is made of."
    )));
    prose
}
