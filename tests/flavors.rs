//! The Markdown of each flavour: one small example as golden files, and what must be true of every one of them.

mod files;
mod golden;
#[allow(dead_code, reason = "every test takes what it needs")]
#[path = "output/markup.rs"]
mod markup;
#[allow(dead_code, reason = "every test takes what it needs")]
#[path = "output/site.rs"]
mod site;

use files::{Tree, tests, tree};
use golden::{assert_same, differences};
use podviz::output::{Flavour, Options, render};
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use tempfile::TempDir;

/// Syntax of everything that reads Markdown, and characters that cannot be seen.
const HOSTILE: &str = "\"'><img src=x onerror=alert(1)></script></pre>{{ 1 }}{% x %}{{< y >}}{{% z|a|`b`**c**_d_[e](javascript:f)<!--more--> \
     :::note!!! {#g}{h}\u{202e}\u{200b}&amp;```\n# i\n:::note j\n```mdx-code-block\n{{< k";

/// The example as a flavour writes it, without the graph.
fn example(flavour: Flavour) -> Tree {
    let temp = TempDir::new().expect("a temporary folder");
    let out = temp.path().join("site");
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(["render", "in", "--flavor", flavour.name(), "-o"])
        .arg(&out)
        .current_dir(tests("flavors"))
        .output()
        .expect("podviz runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files = tree(&out);
    files.retain(|path, _| !matches!(path.as_str(), "graph.json" | ".podviz"));
    files
}

/// A site of every kind of page and block, `spice` being in every text.
fn pages(flavour: Flavour, spice: &str) -> BTreeMap<String, String> {
    let (files, _) =
        render(site::site(spice), flavour, &Options::default()).expect("the built-in templates are valid");
    let pages = files.into_iter().filter(|file| file.path.ends_with(".md"));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    pages.map(|file| (file.path, text(&file.bytes.read().expect("bytes")))).collect()
}

#[test]
fn the_example_is_as_expected_in_each_flavour() {
    let mut found = Vec::new();
    for flavour in Flavour::markdown() {
        let files = example(flavour);
        assert!(files.len() > 5, "{flavour:?}: there are pages");
        found.extend(differences(&tests("flavors").join(flavour.name()), &files));
    }
    let known: BTreeSet<String> =
        files::folders(&tests("flavors")).into_iter().map(|(name, _)| name).collect();
    let flavours = Flavour::markdown().map(|flavour| flavour.name().to_owned());
    assert_eq!(
        known,
        flavours.chain(["in".to_owned()]).collect(),
        "every folder of golden files has its flavour"
    );
    assert_same(&found);
}

/// The front matter of a page, if it has any, and what stands below.
fn front(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
        Some((front, body)) => (Some(front), body),
        None => (None, text),
    }
}

fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    let extensions =
        Extensions::ENABLE_TABLES | Extensions::ENABLE_HEADING_ATTRIBUTES | Extensions::ENABLE_GFM;
    Parser::new_ext(front(text).1, extensions)
}

#[test]
fn front_matter_is_yaml_and_gives_the_title_as_it_is() {
    for flavour in Flavour::markdown() {
        let is_there = |folder: &&str| tests("../templates").join(folder).join("front.md").exists();
        let has_front = flavour.folders().iter().any(is_there);
        for spice in ["", HOSTILE] {
            let mut whole = 0;
            for (path, text) in pages(flavour, spice) {
                assert_eq!(front(&text).0.is_some(), has_front, "{flavour:?} {path}");
                let Some(front) = front(&text).0 else { continue };
                let value = podviz::document::parse(front.as_bytes())
                    .unwrap_or_else(|error| panic!("{path}: {error}\n{front}"));
                let title = value.get("title").and_then(|title| title.as_str());
                assert!(title.is_some_and(|title| !title.is_empty()), "{flavour:?} {path}\n{front}");
                // MkDocs takes titles for HTML.
                let ends = ["\"'>", "&quot;&#39;&gt;"];
                whole += usize::from(ends.iter().any(|end| title.is_some_and(|title| title.contains(end))));
            }
            // Folders without a page of their own have names of podviz's.
            assert!(!has_front || spice.is_empty() || whole > 3, "{flavour:?}: {whole} titles");
        }
    }
}

#[test]
fn links_lead_to_files_and_anchors_and_no_path_is_absolute() {
    for flavour in Flavour::markdown() {
        let files = example(flavour);
        let text = |path: &str| std::str::from_utf8(&files[path]).expect("text");
        for path in files.keys().filter(|path| path.ends_with(".md")) {
            assert!(!text(path).contains(env!("CARGO_MANIFEST_DIR")), "{flavour:?} {path}");
            for event in events(text(path)) {
                let Event::Start(Tag::Link { dest_url: link, .. } | Tag::Image { dest_url: link, .. }) =
                    event
                else {
                    continue;
                };
                if link.starts_with("https://") {
                    continue;
                }
                assert!(!link.starts_with('/'), "{flavour:?} {path}: {link}");
                let (mut to, anchor) = markup::resolved(path, &link);
                if link.split('#').next().is_some_and(|bare| bare.ends_with('/')) {
                    to = format!("{}/{}", to.trim_end_matches('/'), flavour.index())
                        .trim_start_matches('/')
                        .to_owned();
                }
                assert!(files.contains_key(&to), "{flavour:?} {path}: {link} is dead ({to})");
                let marks = [format!("id=\"{anchor}\""), format!("#{anchor}}}"), format!("#{anchor} }}")];
                assert!(
                    anchor.is_empty() || marks.iter().any(|mark| text(&to).contains(mark)),
                    "{flavour:?} {path}: {link} has no anchor"
                );
            }
        }
    }
}

/// What a page is built of, without its words and without which of them are code.
fn structure(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut in_block = false;
    for event in events(text) {
        match event {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak => {}
            Event::InlineHtml(raw) if raw.starts_with("<code") || raw.starts_with("</code") => {}
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => {
                parts.push("code block".to_owned());
            }
            // A code block of a tool that would act on it.
            Event::Html(raw) if raw.starts_with("<pre>") => {
                in_block = !raw.contains("</pre>");
                parts.extend(["code block".to_owned(), "code block".to_owned()]);
            }
            Event::Html(raw) if in_block => in_block = !raw.contains("</pre>"),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(Tag::Link { .. }) => parts.push("link".to_owned()),
            Event::Start(Tag::Heading { level, .. }) => parts.push(format!("{level}")),
            other => parts.push(format!("{other:?}")),
        }
    }
    parts
}

#[test]
fn hostile_text_is_text_in_each_flavour() {
    let twin: String = HOSTILE.chars().map(|c| if c == '\n' { ' ' } else { 'x' }).collect();
    for flavour in Flavour::markdown() {
        let (hostile, harmless) = (pages(flavour, HOSTILE), pages(flavour, &twin));
        assert!(hostile.len() > 1);
        // Paths are made of names, so the pages are compared in order.
        for ((path, text), (_, twin)) in hostile.iter().zip(&harmless) {
            let (actual, expected) = (structure(text), structure(twin));
            let at = actual.iter().zip(&expected).position(|(a, b)| a != b);
            assert_eq!(
                actual.len(),
                expected.len(),
                "{flavour:?} {path}: {:?}",
                at.map(|at| (&actual[at], &expected[at]))
            );
            assert_eq!(at, None, "{flavour:?} {path}: {:?}", at.map(|at| (&actual[at], &expected[at])));
        }
    }
}

#[test]
fn hugo_finds_no_shortcode_that_it_would_run_and_no_html() {
    for (path, text) in pages(Flavour::named("hugo").expect("the flavour"), HOSTILE) {
        let body = front(&text).1;
        for (open, close) in [("{{<", ">}}"), ("{{%", "%}}")] {
            let mut rest = body;
            // What stands in a comment is passed over.
            while let Some((_, after)) = rest.split_once(open) {
                let comment =
                    after.strip_prefix("/*").and_then(|inside| inside.split_once(&format!("*/{close}")));
                rest = comment.unwrap_or_else(|| panic!("{path}: {open}{after}")).1;
            }
        }
        assert!(!body.contains("<!--more-->"), "{path}");
        let html: Vec<_> =
            events(&text).filter(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_))).collect();
        assert_eq!(html, [], "{path}");
    }
}

#[test]
fn gitlab_gets_pictures_of_what_it_does_not_draw() {
    let files = example(Flavour::named("gitlab").expect("the flavour"));
    let mut pictures = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".md")) {
        let text = std::str::from_utf8(text).expect("text");
        let (mut drawn, mut is_mermaid) = (0, false);
        for event in events(text) {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    is_mermaid =
                        matches!(kind, pulldown_cmark::CodeBlockKind::Fenced(word) if &*word == "mermaid");
                }
                Event::Text(source) if is_mermaid => drawn += source.len(),
                Event::End(TagEnd::CodeBlock) => is_mermaid = false,
                Event::Start(Tag::Image { .. }) => pictures += 1,
                _ => {}
            }
        }
        assert!(drawn <= 2000, "{path}: {drawn} characters");
        assert!(!text.contains("larger than this site can draw"), "{path}");
    }
    assert_eq!(pictures, files.keys().filter(|path| path.ends_with(".svg")).count());
    assert!(pictures > 0);
}

#[test]
fn every_flavour_is_built_by_its_host_and_told_in_the_book() {
    let read = |path: &str| std::fs::read_to_string(tests("..").join(path)).unwrap_or_default();
    let summary = read("book/src/SUMMARY.md");
    for flavour in Flavour::markdown() {
        let (name, title) = (flavour.name(), flavour.title());
        let page = read(&format!("book/src/docs-sites/{name}.md"));
        assert!(page.contains(&format!("--flavor {name}")), "book/src/docs-sites/{name}.md");
        assert!(summary.contains(&format!("(docs-sites/{name}.md)")), "book/src/SUMMARY.md lists {title}");
        // Who shows Markdown as it is builds nothing.
        let builds = tests("hosts").join(name).join("build.sh").exists();
        let shows = flavour.host().is_some_and(|host| host.title() == title);
        assert!(builds || shows, "tests/hosts/{name}/build.sh makes a site of its pages");
    }
}

/// A site for a tool that podviz does not know, from a folder of the user's.
fn house(files: &[(&str, &str)], flavor: &str) -> (TempDir, String) {
    let temp = files::written(files);
    let output = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .arg("render")
        .arg(tests("flavors").join("in"))
        .args(["--templates", "house", "--flavor", flavor, "-o", "site"])
        .current_dir(temp.path())
        .output()
        .expect("podviz runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (temp, said)
}

#[test]
fn a_folder_of_templates_that_describes_itself_is_a_flavour() {
    let description = "title: Acme Docs\nbased-on: mkdocs\nindex: page.mdx\nhost: mermaid\ndialect: preprocessed\n\
                       files:\n  - { name: sidebar.json, template: sidebar.json }\n";
    let files = [
        ("house/acme/flavor.yaml", description),
        ("house/acme/title.md", "# Acme: {{ title }}\n"),
        ("house/acme/sidebar.json", "{ \"pages\": {{ entries | length }} }\n"),
    ];
    let (temp, said) = house(&files, "acme");
    let site = tree(&temp.path().join("site"));
    assert!(said.contains("open site/page.mdx"), "{said}");
    let pages: Vec<_> = site.iter().filter(|(path, _)| path.ends_with("/page.mdx")).collect();
    assert!(pages.len() > 5, "{:?}", site.keys());
    for (path, text) in pages {
        let text = std::str::from_utf8(text).expect("text");
        assert!(text.starts_with("---\n") && text.contains("\n# Acme: "), "{path}: {text}");
    }
    assert!(site["sidebar.json"].starts_with(b"{ \"pages\": "), "{:?}", site["sidebar.json"]);
}

#[test]
fn a_description_that_cannot_be_is_told() {
    for (description, reason) in [
        ("title: Acme\n", "`index` is missing"),
        ("title: Acme\nindex: index.txt\n", "`index.txt` is not Markdown: it ends in `.md` or `.mdx`"),
        ("title: Acme\nindex: ../index.md\n", "`../index.md` is not the name of a file"),
        ("title: Acme\nindex: index.md\nbased-on: mkdoks\n", "podviz has no flavor `mkdoks`"),
        (
            "title: Acme\nindex: index.md\nfiles: [{ name: web, template: web.md, each: folder }]\n",
            "`web` may be the name of an object",
        ),
    ] {
        let (temp, said) = house(&[("house/acme/flavor.yaml", description)], "acme");
        assert!(said.contains("acme/flavor.yaml") && said.contains(reason), "{said}");
        assert!(!temp.path().join("site").exists(), "{description}");
    }
    let (_, said) = house(&[("house/acme/flavor.yaml", "title: Acme\nindex: index.md\n")], "githup");
    assert!(said.contains("there is no flavor `githup`; did you mean `github`?"), "{said}");
}
