//! Stage 8: the site in one flavour, as files. It knows no Kubernetes.
//!
//! A flavour is a folder in `templates/`; one engine renders them all. What stands here is pure, apart from reading
//! the templates that the user brings along.

pub mod answer;
mod block;
mod content;
pub mod drift;
mod engine;
mod extent;
mod flavour;
pub mod markers;
mod navigation;
pub mod publish;
mod region;
pub mod rewrite;
mod search;
mod spelling;
mod switch;
pub mod terminal;
mod tree;
mod view;

use crate::names::PagePath;
use crate::page::{Page, Site};
use crate::problem::Problems;
pub use content::Content;
use content::Shelf;
use engine::Engine;
pub use extent::Extent;
pub use flavour::Flavour;
use flavour::{Each, Language};
use navigation::Navigation;
use rayon::prelude::*;
pub use region::{Looks, region};
use std::path::PathBuf;
use view::Pages;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path relative to the output folder, with `/`.
    pub path: String,
    /// What stands in it.
    pub bytes: Content,
}

/// What users may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// A folder like `templates/`: a file in it replaces the built-in one of the same path, such as `html/table.html`.
    pub templates: Option<PathBuf>,
    /// A folder like `themes/default/`: layout, styles and script of the HTML site, file by file.
    pub theme: Option<PathBuf>,
    /// Where the input can be read on the web, such as `https://example.org/repo/blob/main/k8s`. Anything but
    /// `http` and `https` is ignored.
    pub repo_url: Option<String>,
    /// How many megabytes the site may have; what the settings say if absent.
    pub size: Option<u64>,
    /// The program that is named as the author of the pages.
    pub generator: String,
    /// Whether Markdown holds painted pictures in place of Mermaid text. Only hosts that let HTML pass show these, and
    /// only with [`crate::diagram::svg::STYLE`].
    pub painted: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            templates: None,
            theme: None,
            repo_url: None,
            size: None,
            generator: format!("podviz {}", env!("CARGO_PKG_VERSION")),
            painted: false,
        }
    }
}

/// Why no page could be rendered. All of these are about templates; the input cannot cause them.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template or a theme could not be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// What could not be read, as the user wrote it.
        path: String,
        /// Why.
        reason: String,
    },
    /// No flavour of Markdown has this name.
    #[error("there is no flavor `{name}`; {hint}")]
    NoSuchFlavour {
        /// What was asked for.
        name: String,
        /// Which one may be meant.
        hint: String,
    },
    /// A template is not valid, or asks for what the page does not have.
    #[error("template error: {0}")]
    Template(String),
}

/// All files of the site in this flavour, sorted by path, and what was too large to be drawn.
pub fn render(site: Site, flavour: Flavour, options: &Options) -> Result<(Vec<File>, Problems), RenderError> {
    render_filled(site, &|_| (), flavour, options)
}

/// The same of a site whose pages get their sections from `fill`. Each page goes as soon as its file is there, and of a
/// large site the files are set down on the disk.
pub fn render_filled(
    mut site: Site,
    fill: &(dyn Fn(&mut Page) + Sync),
    flavour: Flavour,
    options: &Options,
) -> Result<(Vec<File>, Problems), RenderError> {
    let engine = Engine::load(flavour, options)?;
    let mut files = Vec::with_capacity(site.pages.len() + 5);
    if flavour.language() == Language::Html {
        files.extend(engine.assets()?);
        files.push(File { path: "assets/search.js".to_owned(), bytes: search::index(&site).into() });
        // GitHub Pages would leave out paths that begin with `_`.
        files.push(File { path: ".nojekyll".to_owned(), bytes: Vec::new().into() });
    }
    let graph = std::mem::take(&mut site.graph);
    files.push(File { path: "graph.json".to_owned(), bytes: graph.into() });
    let pages = std::mem::take(&mut site.pages);
    let navigation = Navigation::of(&site, &pages);
    let view = Pages::new(&site, &pages, &navigation, flavour, options);
    for extra in flavour.extras() {
        let folders = match extra.each {
            Each::Site => vec![PagePath::root()],
            Each::Folder => navigation.folders().cloned().collect(),
        };
        for folder in folders {
            let context = match extra.each {
                Each::Site => view.table_of_contents(),
                Each::Folder => view.folder(&folder),
            };
            let text = engine.extra(&extra.template, &context)?;
            if !text.trim_ascii().is_empty() {
                files.push(File { path: folder.file(&extra.name), bytes: text.into() });
            }
        }
    }
    let shelf = Shelf::default();
    let rendered: Vec<(Vec<File>, Problems)> = pages
        .into_par_iter()
        // One buffer grows for many pages, so that none of them keeps the room that it did not need.
        .map_init(Vec::new, |buffer, mut page| {
            fill(&mut page);
            let (context, mut made, problems) = view.context(&page);
            buffer.clear();
            engine.page(&context, buffer)?;
            made.push(File { path: page.path.file(flavour.index()), bytes: shelf.put(buffer) });
            Ok((made, problems))
        })
        .collect::<Result<_, RenderError>>()?;
    let mut problems = Problems::none();
    for (made, more) in rendered {
        files.extend(made);
        problems.extend(more);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((files, problems))
}
