//! The template engine, set up for one flavour.

use super::flavour::{DESCRIPTION, Language, Templates};
use super::{File, Flavour, Options, RenderError};
use crate::diagram::svg;
use crate::escape::{self, Dialect};
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use tera::{Context, Tera};

#[derive(RustEmbed)]
#[folder = "themes/"]
struct Themes;

/// Where a template is looked for, first to last: the user's folder, the theme, the flavour, what it builds on.
/// A template may name one of these on purpose: `{% extends "default/page.html" %}`.
const PREFIXES: [&str; 4] = ["user/", "theme/", "flavour/", "default/"];

/// What the names of templates end in.
const ENDINGS: [&str; 9] = ["html", "md", "mdx", "css", "js", "json", "toml", "yaml", "yml"];

/// No template is longer than this, in bytes.
const LONGEST_TEMPLATE: u64 = 1024 * 1024;

/// The engine of one flavour.
pub(super) struct Engine {
    tera: Tera,
    page: &'static str,
    style: String,
    script: String,
    icon: String,
}

impl Engine {
    /// The engine with the built-in templates and those of the user.
    pub(super) fn load(flavour: Flavour, options: &Options) -> Result<Engine, RenderError> {
        let language = flavour.language();
        let base = match language {
            Language::Html => "html",
            Language::Markdown => "markdown",
        };
        let mut templates = embedded::<Templates>(base, "default/");
        for folder in flavour.folders().into_iter().filter(|folder| *folder != base) {
            templates.extend(embedded::<Templates>(folder, "flavour/"));
        }
        if language == Language::Html {
            templates.extend(embedded::<Themes>("default", "default/"));
            if let Some(theme) = &options.theme {
                templates.extend(match built_in(theme) {
                    Some(files) => files,
                    None => on_disk(theme, "theme/")?,
                });
            }
        }
        if let Some(folder) = &options.templates {
            let unreadable =
                |reason| RenderError::Unreadable { path: folder.to_string_lossy().into_owned(), reason };
            std::fs::read_dir(folder).map_err(|error| unreadable(why(&error)))?;
            let known = ["html", "markdown", flavour.name()].into_iter();
            let mut known = known.chain(Flavour::all().map(Flavour::name));
            if !known.any(|name| folder.join(name).is_dir()) {
                let reason = "templates stand in folders such as `html` and `markdown`, and it holds none";
                return Err(unreadable(reason.to_owned()));
            }
            // What is meant for this flavour alone comes last, so it wins over what is meant for all Markdown.
            for name in std::iter::once(base).chain(flavour.folders()) {
                let folder = folder.join(name);
                if folder.is_dir() {
                    templates.extend(on_disk(&folder, "user/")?);
                }
            }
        }
        let mut asset = |name: &str| {
            let all: Vec<String> =
                PREFIXES.iter().filter_map(|prefix| templates.remove(&format!("{prefix}{name}"))).collect();
            all.into_iter().next().unwrap_or_default()
        };
        let style = asset("style.css") + svg::STYLE + &asset("extra.css");
        let script = asset("podviz.js");
        let icon = asset("icon.svg");

        let mut tera = Tera::new();
        tera.set_fallback_prefixes(PREFIXES).map_err(explain)?;
        // Every template is escaped whatever it is called: an engine that goes by suffix leaves `.md` open.
        tera.autoescape_on([""]);
        tera.set_escape_fn(match language {
            Language::Html => write_html,
            Language::Markdown => match flavour.dialect() {
                Dialect::Core => |raw, out| write_markdown(Dialect::Core, raw, out),
                Dialect::Gitlab => |raw, out| write_markdown(Dialect::Gitlab, raw, out),
                Dialect::Docusaurus => |raw, out| write_markdown(Dialect::Docusaurus, raw, out),
                Dialect::Hugo => |raw, out| write_markdown(Dialect::Hugo, raw, out),
                Dialect::Preprocessed => |raw, out| write_markdown(Dialect::Preprocessed, raw, out),
            },
        });
        tera.add_raw_templates(templates).map_err(explain)?;
        let page = match language {
            Language::Html => "page.html",
            Language::Markdown => "page.md",
        };
        Ok(Engine { tera, page, style, script, icon })
    }

    /// Adds the text of one page to `out`.
    pub(super) fn page(&self, context: &Context, out: &mut Vec<u8>) -> Result<(), RenderError> {
        self.tera.render_to(self.page, context, out).map_err(explain)
    }

    /// The text of a file that is no page, by the name of its template.
    pub(super) fn extra(&self, template: &str, context: &Context) -> Result<Vec<u8>, RenderError> {
        let mut out = Vec::new();
        self.tera.render_to(template, context, &mut out).map_err(explain)?;
        Ok(out)
    }

    /// The files that all pages of the HTML site use.
    pub(super) fn assets(&self) -> Result<[File; 3], RenderError> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), bytes: text.to_owned().into() };
        Ok([
            file("assets/style.css", &self.style),
            file("assets/podviz.js", &self.script),
            file("assets/icon.svg", &self.icon),
        ])
    }
}

fn write_html(raw: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(escape::html(raw).as_str().as_bytes())
}

fn write_markdown(dialect: Dialect, raw: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(dialect.text(raw).as_str().as_bytes())
}

/// The error in one line: where, then what. The engine draws the line of the template below it, and who included that.
fn explain(error: tera::Error) -> RenderError {
    let text = error.to_string();
    let mut lines = text.lines();
    let reason = lines.next().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    match lines.find_map(|line| line.trim_start().strip_prefix("--> ")) {
        Some(place) => RenderError::Template(format!("{place}: {reason}")),
        None => RenderError::Template(reason.to_owned()),
    }
}

/// The built-in files of one folder, by name behind the prefix.
fn embedded<E: RustEmbed>(folder: &str, prefix: &str) -> BTreeMap<String, String> {
    E::iter()
        .filter_map(|path| {
            let name = path.strip_prefix(folder)?.strip_prefix('/')?.to_owned();
            let text = String::from_utf8(E::get(&path)?.data.into_owned()).ok()?;
            Some((format!("{prefix}{name}"), text))
        })
        .collect()
}

/// The files of a theme that podviz brings along, by its name; a folder that is called so counts first.
fn built_in(theme: &Path) -> Option<BTreeMap<String, String>> {
    let name = theme.to_str().filter(|name| !name.contains(['/', '.']) && !theme.exists())?;
    Some(embedded::<Themes>(name, "theme/")).filter(|files| !files.is_empty())
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::NotADirectory => "this is a file, not a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// The files of one folder of the user's, by name behind the prefix. Folders in it are passed over.
fn on_disk(folder: &Path, prefix: &str) -> Result<BTreeMap<String, String>, RenderError> {
    let unreadable = |path: &Path, reason: String| RenderError::Unreadable {
        path: path.to_string_lossy().into_owned(),
        reason,
    };
    let mut files = BTreeMap::new();
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, why(&error)))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error.to_string()))?.path();
        let metadata = std::fs::metadata(&path).map_err(|error| unreadable(&path, error.to_string()))?;
        let is_template =
            path.extension().is_some_and(|extension| ENDINGS.iter().any(|known| extension == *known));
        if !metadata.is_file() || !is_template || path.ends_with(DESCRIPTION) {
            continue;
        }
        if metadata.len() > LONGEST_TEMPLATE {
            return Err(unreadable(&path, "it is larger than 1 MiB".to_owned()));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        files.insert(format!("{prefix}{name}"), text);
    }
    Ok(files)
}
