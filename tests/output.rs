//! Stage 8's pages: what they are, byte by byte, and what they must never be.

#[path = "output/markup.rs"]
mod markup;
#[path = "output/site.rs"]
mod site;

use markup::{Markup, resolved};
use podviz::output::{File, Flavour, Options, RenderError, render};
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Syntax of HTML, Markdown, tables, templates and attributes, and characters that cannot be seen.
const HOSTILE: &str = "\"'><img src=x onerror=alert(1)></script></pre>{{ 1 }}{% x %}|a|`b`**c**_d_[e](javascript:f)<!--\u{202e}\u{200b}\u{7}&amp;```\n# g\n```";

/// As long as [`HOSTILE`], and harmless.
fn twin() -> String {
    HOSTILE.chars().map(|_| 'x').collect()
}

fn options() -> Options {
    Options {
        generator: "podviz".to_owned(),
        repo_url: Some("https://example.org/shop/blob/main".to_owned()),
        ..Options::default()
    }
}

fn files(spice: &str, flavour: Flavour) -> BTreeMap<String, String> {
    let (files, _) =
        render(site::site(spice), flavour, &options()).expect("the built-in templates are valid");
    files.into_iter().map(|file| (file.path.clone(), told(&file))).collect()
}

fn told(file: &File) -> String {
    String::from_utf8(file.bytes.read().expect("bytes").into_owned()).expect("text")
}

fn pages(spice: &str) -> BTreeMap<String, Markup> {
    let html = files(spice, Flavour::html()).into_iter().filter(|(path, _)| path.ends_with(".html"));
    html.map(|(path, text)| {
        let markup = markup::read(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        (path, markup)
    })
    .collect()
}

/// Compares whole files with `tests/output/golden`; `PODVIZ_BLESS=1` rewrites them.
#[test]
fn pages_are_as_expected() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output/golden");
    let bless = std::env::var_os("PODVIZ_BLESS").is_some();
    for (name, spice) in [("plain", ""), ("hostile", HOSTILE)] {
        for flavour in Flavour::all() {
            for (path, text) in files(spice, flavour) {
                // One page holds every block; a hostile twin of the others would show nothing new.
                let skipped = path == "assets/style.css" || path == "assets/podviz.js";
                if skipped
                    || (name == "hostile"
                        && !path.starts_with("ns/shop/deployment/checkout/index")
                        && !path.starts_with("ns/shop/deployment/checkout/README"))
                {
                    continue;
                }
                let expected = golden.join(name).join(flavour.name()).join(&path);
                if bless {
                    std::fs::create_dir_all(expected.parent().unwrap()).unwrap();
                    std::fs::write(&expected, &text).unwrap();
                }
                let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
                if wanted != text {
                    let diff = similar::TextDiff::from_lines(&wanted, &text);
                    panic!("{}\n{}", expected.display(), diff.unified_diff());
                }
            }
        }
    }
}

#[test]
fn html_is_well_formed_and_its_regions_have_names_of_their_own() {
    for spice in ["", HOSTILE] {
        for (path, page) in pages(spice) {
            let distinct: BTreeSet<&String> = page.regions.iter().collect();
            assert_eq!(distinct.len(), page.regions.len(), "{path}: {:?}", page.regions);
            let count = |name: &str| {
                page.elements.iter().filter(|element| element.split(' ').next() == Some(name)).count()
            };
            assert_eq!((count("h1"), count("main"), count("script")), (1, 1, 1), "{path}");
        }
    }
}

#[test]
fn a_hostile_site_has_the_elements_of_its_harmless_twin() {
    let twins = pages(&twin());
    for (path, page) in pages(HOSTILE) {
        // Paths carry no raw string, so that the twin has the same ones.
        assert_eq!(page.elements, twins[&path].elements, "{path}");
        assert!(page.text.contains("<img src=x onerror"), "{path} lost text");
    }
}

#[test]
fn hostile_markdown_has_the_structure_of_its_harmless_twin() {
    /// The structure: starts and ends of everything, without words. The language of a fence counts.
    fn structure(text: &str) -> Vec<String> {
        let known = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_GFM;
        Parser::new_ext(text, known)
            .filter_map(|event| match event {
                Event::Text(_) | Event::SoftBreak => None,
                Event::Code(_) => Some("code".to_owned()),
                Event::Html(raw) => Some(format!("html {}", raw.trim())),
                // A code span that holds a bar is an element in a table; no other is written inline.
                Event::InlineHtml(raw) if &*raw == "<code>" => Some("code".to_owned()),
                Event::InlineHtml(raw) if &*raw == "</code>" => None,
                Event::Start(Tag::CodeBlock(kind)) => Some(format!("{kind:?}")),
                Event::Start(Tag::Link { dest_url, .. }) => Some(format!("link {dest_url}")),
                other => Some(format!("{other:?}")),
            })
            .filter(|event| !event.contains("example.org"))
            .collect()
    }
    let twins = files(&twin(), Flavour::github());
    for (path, text) in files(HOSTILE, Flavour::github()) {
        assert_eq!(structure(&text), structure(&twins[&path]), "{path}\n{text}");
    }
}

#[test]
fn every_link_and_anchor_of_the_html_resolves_and_no_page_is_an_orphan() {
    let (pages, files) = (pages(""), files("", Flavour::html()));
    let mut reached = BTreeSet::from(["index.html".to_owned()]);
    for (path, page) in &pages {
        for link in page.links.iter().filter(|link| !link.starts_with("https://example.org/")) {
            let (to, fragment) = resolved(path, link);
            assert!(files.contains_key(&to), "{path}: {link} is dead");
            assert!(
                fragment.is_empty() || pages[&to].ids.contains(&fragment),
                "{path}: {link} has no anchor"
            );
            if to != *path {
                reached.insert(to);
            }
        }
    }
    assert!(pages.keys().all(|page| reached.contains(page)), "{reached:?}");
}

#[test]
fn every_link_of_the_markdown_resolves() {
    let files = files("", Flavour::github());
    for (path, text) in &files {
        for event in Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
            if dest_url.starts_with("https://example.org/") {
                continue;
            }
            let (to, fragment) = resolved(path, &dest_url);
            let target = files.get(&to).unwrap_or_else(|| panic!("{path}: {dest_url} is dead"));
            assert!(
                fragment.is_empty() || target.contains(&format!("<a id=\"{fragment}\">")),
                "{path}: {dest_url}"
            );
        }
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    for flavour in Flavour::all() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| files(HOSTILE, flavour))
        };
        assert_eq!(with(1), with(4));
    }
}

#[test]
fn nothing_that_cannot_be_seen_is_written() {
    for flavour in Flavour::all() {
        for (path, text) in files(HOSTILE, flavour) {
            let hidden = |c: char| matches!(c, '\u{202e}' | '\u{200b}' | '\u{7}');
            assert!(!text.contains(hidden), "{path}");
        }
    }
}

fn with_template(name: &str, text: &str) -> Result<BTreeMap<String, String>, RenderError> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    let options = Options { templates: Some(folder.path().to_owned()), ..options() };
    let flavour = if name.ends_with(".md") { Flavour::github() } else { Flavour::html() };
    let (files, _) = render(site::site("<b>"), flavour, &options)?;
    Ok(files.into_iter().map(|file| (file.path.clone(), told(&file))).collect())
}

#[test]
fn a_template_of_the_users_replaces_one_and_is_escaped_too() {
    let files = with_template("html/heading.html", "<h3 class=\"mine\">{{ block.text }}</h3>\n").unwrap();
    let page = &files["ns/shop/deployment/checkout/index.html"];
    assert!(page.contains("<h3 class=\"mine\">On deletion&lt;b&gt;</h3>"));
    let files = with_template("markdown/heading.md", "\n#### {{ block.text }}\n").unwrap();
    let page = &files["ns/shop/deployment/checkout/README.md"];
    assert!(page.contains("#### On deletion&lt;b&gt;"));
}

#[test]
fn a_template_may_extend_the_one_that_it_replaces() {
    let text = "{% extends \"default/page.html\" %}{% block content %}<p>mine</p>{{ super() }}{% endblock content %}";
    let files = with_template("html/page.html", text).unwrap();
    assert!(files["index.html"].contains("<p>mine</p>") && files["index.html"].contains("<h1>"));
}

#[test]
fn a_bad_template_says_what_is_wrong() {
    let error = with_template("html/heading.html", "{{ block.nothing }}").unwrap_err().to_string();
    assert!(error.contains("user/heading.html") && error.contains("nothing"), "{error}");
    let error = with_template("html/heading.html", "{% if %}").unwrap_err().to_string();
    assert!(error.contains("user/heading.html"), "{error}");
}

#[test]
fn only_the_web_is_linked_as_a_repository() {
    let options = Options { repo_url: Some("javascript:alert(1)".to_owned()), ..options() };
    let (files, _) = render(site::site(""), Flavour::html(), &options).unwrap();
    assert!(files.iter().all(|file| !told(file).contains("javascript:")));
}

/// Writes the sample for a look in the browser: `PODVIZ_SAMPLE=folder cargo test --test output sample`.
#[test]
fn sample() {
    let Some(folder) = std::env::var_os("PODVIZ_SAMPLE") else { return };
    for (name, spice) in [("plain", ""), ("hostile", HOSTILE)] {
        for flavour in Flavour::all() {
            for (path, text) in files(spice, flavour) {
                let path = Path::new(&folder).join(name).join(flavour.name()).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
        }
    }
}

/// How long many pages take: `cargo test --release --test output -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn five_thousand_pages() {
    for flavour in Flavour::all() {
        let site = site::large(5000);
        let start = std::time::Instant::now();
        let (files, _) = render(site, flavour, &options()).unwrap();
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        println!("{}: {} files, {bytes} bytes, {:?}", flavour.name(), files.len(), start.elapsed());
    }
}
