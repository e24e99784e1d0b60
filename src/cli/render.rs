//! `podviz render`: the site.

use super::words::FlavorName;
use super::{Ask, Input, SiteFolder};
use crate::output::{Flavour, Options};
use crate::{Earlier, Goal};
use clap::builder::ArgPredicate;
use clap::{Args, ValueEnum, ValueHint};
use std::path::{Component, PathBuf};

/// Write the site.
#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    input: Input,
    /// The folder to write
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    output: PathBuf,
    /// HTML, or Markdown
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    #[arg(default_value_if("flavor", ArgPredicate::IsPresent, "markdown"))]
    format: Format,
    /// Which Markdown; implies --format markdown
    #[arg(long, alias = "flavour", value_name = "FLAVOR", value_parser = FlavorName)]
    flavor: Option<String>,
    /// A folder whose templates replace the built-in ones, file by file
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    templates: Option<PathBuf>,
    /// A folder with a theme: layout, styles, and script of the HTML site
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    theme: Option<PathBuf>,
    /// Where the manifests can be read on the web, so that pages link to them
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    repo_url: Option<String>,
    /// The largest size of the site in megabytes; pages are shortened until it fits [default: 20, and 200 times the
    /// manifests]
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..))]
    size: Option<u64>,
    /// Mark what is new, changed or gone since an earlier state, with a page of all changes: a folder, a file, a graph of
    /// podviz graph --full, or a git revision of the inputs
    #[arg(long, value_name = "OLD")]
    compare_with: Option<String>,
    /// Write into a folder that holds other files; they are kept
    #[arg(long)]
    force: bool,
    /// Write nothing; print what differs in the folder as a unified diff, and exit with 1 if anything does
    #[arg(long)]
    check: bool,
}

/// HTML, or Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Markdown,
}

impl Render {
    /// Which pages are written; a mistake where there are none of that name.
    fn flavour(&self) -> Result<Flavour, String> {
        match (self.format, &self.flavor) {
            (Format::Html, _) => Ok(Flavour::html()),
            (Format::Markdown, None) => Ok(Flavour::github()),
            (Format::Markdown, Some(name)) => {
                Flavour::find(name, self.templates.as_deref()).map_err(|error| error.to_string())
            }
        }
    }

    /// Which options cannot both be meant, if any.
    fn contradiction(&self) -> Option<&'static str> {
        match self {
            Render { format: Format::Html, flavor: Some(_), .. } => {
                Some("--flavor is a kind of Markdown, and --format html writes none; leave one of them out")
            }
            Render { format: Format::Markdown, theme: Some(_), .. } => {
                Some("--theme is for HTML, and this writes Markdown; leave it out, or use --templates")
            }
            _ => None,
        }
    }

    pub(super) fn ask(&self) -> Ask<'_> {
        let options = Options {
            templates: self.templates.clone(),
            theme: self.theme.clone(),
            repo_url: self.repo_url.clone(),
            size: self.size,
            ..Options::default()
        };
        let (flavour, mistake) = match self.flavour() {
            Ok(flavour) => (flavour, None),
            Err(mistake) => (Flavour::github(), Some(mistake)),
        };
        let folder = SiteFolder {
            path: &self.output,
            force: self.force,
            is_check: self.check,
            index: flavour.index(),
        };
        let compared_with = self.compare_with.clone().map(Earlier::Named);
        let goal = Goal::Site { title: title(&self.input.inputs), flavour, options, compared_with };
        let mistake = self.contradiction().map(str::to_owned).or(mistake);
        Ask { folder: Some(folder), mistake, ..Ask::new(&self.input, goal) }
    }
}

/// The name of the one input as it was written; where it has none, or there are several, what all sites are about.
fn title(inputs: &[PathBuf]) -> String {
    let name = match inputs {
        [only] => only.components().next_back(),
        _ => None,
    };
    match name {
        Some(Component::Normal(name)) if name != "-" => name.to_string_lossy().into_owned(),
        _ => "Kubernetes manifests".to_owned(),
    }
}
