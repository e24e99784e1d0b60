//! What is known of each flavour: a folder in `templates/`, or among the user's templates, with a description of itself,
//! `flavor.yaml`.

use super::RenderError;
use crate::catalog::{closest, typed};
use crate::diagram::host::Host;
use crate::diagram::mermaid::Ink;
use crate::escape::Dialect;
use crate::names::{self, PagePath};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

/// The file in a flavour's folder that describes it.
pub(super) const DESCRIPTION: &str = "flavor.yaml";

#[derive(RustEmbed)]
#[folder = "templates/"]
pub(super) struct Templates;

/// A kind of pages that podviz can write.
#[derive(Clone, Copy)]
pub struct Flavour(&'static Description);

/// What `flavor.yaml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Description {
    /// The name of its folder.
    #[serde(skip)]
    name: String,
    /// Who shows the pages, as people write it.
    title: String,
    /// The flavour whose templates it has where it brings none of its own.
    #[serde(default)]
    based_on: Option<String>,
    /// The file that is a folder's page.
    index: String,
    /// Who draws its Mermaid text; absent where podviz paints the pictures itself.
    #[serde(default)]
    host: Option<Host>,
    /// What is read into its Markdown.
    #[serde(default)]
    dialect: Dialect,
    /// What links between pages name.
    #[serde(default)]
    links: Links,
    /// Whether diagrams that its host does not draw are pictures beside the page.
    #[serde(default)]
    pictures: bool,
    /// Whether its host colors the text of diagrams, whatever they say.
    #[serde(default)]
    colors_text: bool,
    /// What it has beside pages.
    #[serde(default)]
    files: Vec<Extra>,
}

/// What links between pages name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Links {
    /// The file: `../web/README.md`.
    #[default]
    File,
    /// Its folder: `../web/`.
    Folder,
}

/// What a flavour's pages are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Html,
    Markdown,
}

/// A file that is no page, such as a table of contents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Extra {
    /// Its name.
    pub name: String,
    /// The template that makes it. Where it gives nothing, there is no file.
    pub template: String,
    /// Which folders it is in.
    #[serde(default)]
    pub each: Each,
}

/// Which folders a file is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Each {
    /// Only the first.
    #[default]
    Site,
    /// Every folder.
    Folder,
}

/// The web site. It is no flavour of Markdown, so there is nothing to choose about it.
static HTML: LazyLock<Description> = LazyLock::new(|| Description {
    name: "html".to_owned(),
    title: "a browser".to_owned(),
    based_on: None,
    index: "index.html".to_owned(),
    host: None,
    dialect: Dialect::Core,
    links: Links::File,
    pictures: false,
    colors_text: false,
    files: Vec::new(),
});

static MARKDOWN: LazyLock<Vec<Description>> = LazyLock::new(|| {
    let folders = Templates::iter();
    let folders =
        folders.filter_map(|path| Some(path.strip_suffix(DESCRIPTION)?.trim_end_matches('/').to_owned()));
    let folders: BTreeSet<String> = folders.collect();
    // A test proves that every description is valid.
    folders.iter().filter_map(|name| read(name).ok()).collect()
});

fn read(name: &str) -> Result<Description, String> {
    let file = Templates::get(&format!("{name}/{DESCRIPTION}")).ok_or("there is no description")?;
    Description::parse(name, &file.data)
}

impl Description {
    fn parse(name: &str, text: &[u8]) -> Result<Description, String> {
        let value = crate::document::parse(text)?;
        let read: Description = typed::read(&value).map_err(|fault| fault.to_string())?;
        let description = Description { name: name.to_owned(), ..read };
        description.check().map(|()| description)
    }

    /// Whether what it writes stays in its place: a page of an object may never have the path of one of its files.
    fn check(&self) -> Result<(), String> {
        if !self.index.ends_with(".md") && !self.index.ends_with(".mdx") {
            return Err(format!("index: `{}` is not Markdown: it ends in `.md` or `.mdx`", self.index));
        }
        let in_folders = self.files.iter().filter(|file| file.each == Each::Folder).map(|file| &file.name);
        if let Some(name) = in_folders.chain([&self.index]).find(|name| names::is_slug(&name.to_lowercase()))
        {
            return Err(format!(
                "`{name}` may be the name of an object: begin it with `_` or `.`, or end it in `.md`"
            ));
        }
        let mut all = self.files.iter().map(|file| &file.name).chain([&self.index]);
        match all.find(|name| !is_plain(name)) {
            Some(name) => Err(format!("`{name}` is not the name of a file")),
            None => Ok(()),
        }
    }
}

/// Whether it is the name of one file or folder, and leads nowhere else.
fn is_plain(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !matches!(name, "" | "." | "..")
}

impl Flavour {
    /// The web site, which needs no server.
    pub fn html() -> Flavour {
        Flavour(&HTML)
    }

    /// Markdown as GitHub shows it: what is written where nobody says which Markdown.
    pub fn github() -> Flavour {
        Flavour::named("github").unwrap_or(Flavour::html())
    }

    /// Every flavour of Markdown, by name.
    pub fn markdown() -> impl Iterator<Item = Flavour> {
        MARKDOWN.iter().map(Flavour)
    }

    /// Every flavour.
    pub fn all() -> impl Iterator<Item = Flavour> {
        std::iter::once(Flavour::html()).chain(Flavour::markdown())
    }

    /// The flavour of Markdown of a name.
    pub fn named(name: &str) -> Option<Flavour> {
        Flavour::markdown().find(|flavour| flavour.name() == name)
    }

    /// The flavour of Markdown of a name: one that the user's templates describe, or else one of podviz's own.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or its description is wrong.
    pub fn find(name: &str, templates: Option<&Path>) -> Result<Flavour, RenderError> {
        let file = templates.filter(|_| is_plain(name)).map(|folder| folder.join(name).join(DESCRIPTION));
        if let Some(file) = file.filter(|file| file.is_file()) {
            return Flavour::described(name, &file).map_err(|reason| RenderError::Unreadable {
                path: file.to_string_lossy().into_owned(),
                reason,
            });
        }
        Flavour::named(name).ok_or_else(|| {
            let known: Vec<&str> = Flavour::markdown().map(Flavour::name).collect();
            let hint = match closest(name, &known) {
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("there are `{}`", known.join("`, `")),
            };
            RenderError::NoSuchFlavour { name: name.to_owned(), hint }
        })
    }

    /// The flavour that a file of the user's describes. It lives as long as the program, as podviz's own do.
    fn described(name: &str, file: &Path) -> Result<Flavour, String> {
        let text = std::fs::read(file).map_err(|error| error.to_string())?;
        let description = Description::parse(name, &text)?;
        match description.based_on.as_deref() {
            Some(below) if Flavour::named(below).is_none() => {
                Err(format!("based-on: podviz has no flavor `{below}`"))
            }
            _ => Ok(Flavour(Box::leak(Box::new(description)))),
        }
    }

    /// Its name on the command line, which is that of its folder in `templates/`.
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// Who shows the pages, as people write it.
    pub fn title(self) -> &'static str {
        &self.0.title
    }

    /// The file that is a folder's page.
    pub fn index(self) -> &'static str {
        &self.0.index
    }

    /// Who draws its Mermaid text; nobody where podviz paints the picture itself.
    pub fn host(self) -> Option<Host> {
        self.0.host
    }

    /// What is read into its Markdown.
    pub fn dialect(self) -> Dialect {
        self.0.dialect
    }

    /// Whether diagrams that its host does not draw are pictures beside the page.
    pub fn has_pictures(self) -> bool {
        self.0.pictures
    }

    /// The address of the page `to` as seen from the page `from`.
    pub(super) fn address(self, to: &PagePath, from: &PagePath) -> String {
        match self.0.links {
            Links::File => to.relative_to(from, self.index()),
            Links::Folder if to != from => to.relative_to(from, ""),
            // Hugo takes `./` for the first page.
            Links::Folder if to == &PagePath::root() => "./".to_owned(),
            Links::Folder => format!("../{}/", to.name()),
        }
    }

    /// Who colors the text of its diagrams.
    pub(super) fn ink(self) -> Ink {
        if self.0.colors_text { Ink::Host } else { Ink::Diagram }
    }

    pub(super) fn language(&self) -> Language {
        if *self == Flavour::html() { Language::Html } else { Language::Markdown }
    }

    /// Whether folders without a page get one that lists what is in them.
    pub(super) fn lists_folders(self) -> bool {
        self.extras().iter().any(|extra| extra.name == self.index())
    }

    /// The files beside the pages that list all of them.
    pub fn tables_of_contents(self) -> impl Iterator<Item = &'static str> {
        self.extras().iter().filter(|extra| extra.each == Each::Site).map(|extra| extra.name.as_str())
    }

    /// Its files beside the pages.
    pub(super) fn extras(self) -> &'static [Extra] {
        &self.0.files
    }

    /// The folders of its templates, from the one that all others build on to its own.
    pub fn folders(self) -> Vec<&'static str> {
        let mut folders = vec![self.name()];
        let mut at = self;
        while let Some(below) = at.0.based_on.as_deref().and_then(Flavour::named) {
            if folders.contains(&below.name()) {
                break;
            }
            folders.push(below.name());
            at = below;
        }
        folders.reverse();
        folders
    }
}

impl fmt::Debug for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Flavour {
    fn eq(&self, other: &Flavour) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Flavour {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_description_is_valid_and_builds_on_one_that_is_there() {
        let files: Vec<_> = Templates::iter().filter(|path| path.ends_with(DESCRIPTION)).collect();
        for path in &files {
            let name = path.split('/').next().unwrap();
            let description = read(name).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(description.based_on.iter().all(|below| Flavour::named(below).is_some()), "{path}");
        }
        assert_eq!(Flavour::markdown().count(), files.len());
        assert_eq!(Flavour::github().name(), "github");
    }
}
