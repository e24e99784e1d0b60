//! The preprocessor of mdBook: it puts what podviz knows in the place of directives in chapters.
//!
//! mdBook hands over its configuration and the book as JSON and takes the book back. Of the book only the content of
//! chapters is touched, whatever else a version of mdBook puts there, so that 0.4 and 0.5 are served alike; the crate
//! `mdbook-preprocessor` reads 0.5 alone, and brings TOML and tracing along.

mod chapter;
mod picture;
mod settings;

use crate::output::Flavour;
use crate::problem::{Problem, Problems};
use crate::region::Region;
use crate::{Error, Goal, Product, run};
use chapter::{Directive, filled, find};
use serde_json::Value;
use settings::Settings;

/// Whether the pages of a renderer can hold what podviz writes. mdBook asks for `not-supported` to see whether anybody
/// answers.
pub fn supports(renderer: &str) -> bool {
    renderer != "not-supported"
}

/// The book with every directive replaced, as JSON, and what was wrong with the manifests. `text` is what mdBook says:
/// `[context, book]`. Nothing is read where no chapter holds a directive.
///
/// # Errors
///
/// If the settings are wrong, the manifests cannot be read, or a directive asks for what is not there: all that is wrong
/// with directives, in the order of the book.
pub fn preprocess(text: &str) -> Result<(String, Problems), (Problems, Problems)> {
    let alone = |problem| ([problem].into_iter().collect(), Problems::none());
    let (context, mut book) = read(text).map_err(alone)?;
    let settings = Settings::read(&context).map_err(alone)?;
    let mut chapters = Vec::new();
    collect(&mut book, &mut chapters);
    let (mut regions, mut found, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (at, chapter) in chapters.iter().enumerate() {
        let file = settings.file(chapter);
        let (directives, wrong) = find(chapter.content);
        faults.extend(wrong.into_iter().map(|(line, fault)| (at, fault.at(&file, line, 0))));
        for directive in &directives {
            let Directive::Region { text, line, .. } = directive else { continue };
            match Region::read(text) {
                Ok(region) => regions.push(Wanted { region, chapter: at, file: file.clone(), line: *line }),
                Err(error) => faults.push((at, Error::Region(error).problem().at(&file, *line, 0))),
            }
        }
        found.push(directives);
    }
    let (texts, problems) = match texts(&settings, &regions) {
        Ok((texts, problems)) => (texts, problems),
        Err((first, problems)) => {
            return Err(([first].into_iter().chain(in_order(faults)).collect(), problems));
        }
    };
    let texts = texts.into_iter().zip(&regions).filter_map(|(text, wanted)| {
        text.map_err(|fault| faults.push((wanted.chapter, fault.at(&wanted.file, wanted.line, 0)))).ok()
    });
    let texts: Vec<String> = texts.collect();
    if !faults.is_empty() {
        return Err((in_order(faults).collect(), problems));
    }
    let mut texts = texts.into_iter();
    for (chapter, directives) in chapters.iter_mut().zip(found) {
        if !directives.is_empty() {
            *chapter.content = filled(chapter.content, &directives, &mut texts);
            picture::add_style(chapter.content);
        }
    }
    Ok((book.to_string(), problems))
}

/// A chapter of the book that has a file.
struct Chapter<'a> {
    /// The file, relative to the folder of the sources.
    path: String,
    content: &'a mut String,
}

fn read(text: &str) -> Result<(Value, Value), Problem> {
    let called = "mdBook calls this command; in book.toml: [preprocessor.podviz] command = \"podviz mdbook\"";
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Problem::fatal(format!("what stands on the standard input is no book: {error}")).help(called)
    })?;
    match value {
        Value::Array(parts) => match <[Value; 2]>::try_from(parts) {
            Ok([context, book]) if items(&book).is_some() => Ok((context, book)),
            _ => Err(Problem::fatal("what stands on the standard input is no book of mdBook 0.4 or 0.5")
                .help(called)),
        },
        _ => Err(Problem::fatal("what stands on the standard input is no book").help(called)),
    }
}

/// The items of a book: `items` since mdBook 0.5, `sections` before.
fn items(book: &Value) -> Option<&str> {
    ["items", "sections"].into_iter().find(|key| book.get(key).is_some_and(Value::is_array))
}

/// Every chapter below `value`, in the order of the book. Drafts have no content.
fn collect<'a>(value: &'a mut Value, chapters: &mut Vec<Chapter<'a>>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| collect(item, chapters)),
        Value::Object(entries) => {
            let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            let path = text(entries.get("source_path")).or_else(|| text(entries.get("path")));
            for (key, value) in entries.iter_mut() {
                match (key.as_str(), value) {
                    ("content", Value::String(content)) => {
                        let path = path.clone().unwrap_or_default();
                        chapters.push(Chapter { path, content });
                    }
                    ("items" | "sections" | "sub_items" | "Chapter", value) => collect(value, chapters),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// A region that a chapter asks for.
struct Wanted {
    region: Region,
    /// The index of the chapter.
    chapter: usize,
    file: String,
    line: u32,
}

/// What stands in the place of a region, or why nothing does.
type Made = Result<String, Problem>;

/// What stands in the place of each region.
fn texts(settings: &Settings, regions: &[Wanted]) -> Result<(Vec<Made>, Problems), (Problem, Problems)> {
    if regions.is_empty() {
        return Ok((Vec::new(), Problems::none()));
    }
    let alone = |problem| (problem, Problems::none());
    settings.check_order().map_err(alone)?;
    let flavour = Flavour::named("mdbook").unwrap_or(Flavour::github());
    let request = settings.request(Goal::Regions {
        regions: regions.iter().map(|wanted| wanted.region.clone()).collect(),
        flavour,
        options: settings.options(),
    });
    let request = request.map_err(alone)?;
    let (product, problems) = run(&request).map_err(|(error, problems)| (error.problem(), problems))?;
    let Product::Regions(made) = product else { return Ok((Vec::new(), problems)) };
    let told = |made: Result<String, Error>| made.map_err(|error| error.problem());
    Ok((made.into_iter().map(told).collect(), problems))
}

/// What is wrong with chapters, which are numbered, in the order of the book.
fn in_order(mut faults: Vec<(usize, Problem)>) -> impl Iterator<Item = Problem> {
    faults.sort_by_key(|(chapter, fault)| (*chapter, fault.place.as_ref().map(|place| place.line)));
    faults.into_iter().map(|(_, fault)| fault)
}

#[cfg(test)]
mod tests;
