//! A site that is compared with an earlier state: marks with words, what differs on each page, and the page of all changes.

mod files;

use files::{Tree, written};
use podviz::output::{File, Flavour, Options};
use podviz::{Earlier, Goal, Product, Request, run};
use regex::Regex;
use std::path::{Path, PathBuf};

const OLD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, image: 'acme/web:1.4.0', env: [{name: GREETING, value: swordfish-7731-kelp}]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: leftover, namespace: shop}
data: {a: b}
";

const NEW: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app, image: 'acme/web:1.5.0'}]
---
apiVersion: v1
kind: Secret
metadata: {name: greeting, namespace: shop}
stringData: {token: swordfish-7731-kelp}
";

/// The files of a site of `new`, marked with what differs from `old`.
fn site(new: &Path, old: Option<&str>, flavour: Flavour, size: Option<u64>) -> Tree {
    let request = Request::plain(
        vec![new.to_owned()],
        Goal::Site {
            title: "shop".to_owned(),
            flavour,
            options: Options { size, ..Options::default() },
            compared_with: old.map(|old| Earlier::Named(old.to_owned())),
        },
    );
    let (product, _) = run(&request).expect("a site");
    let Product::Files(files, _) = product else { panic!("files") };
    let bytes = |file: &File| file.bytes.read().expect("bytes").into_owned();
    files.iter().map(|file| (file.path.clone(), bytes(file))).collect()
}

/// The site of `NEW` compared with `OLD`.
fn compared(flavour: Flavour) -> Tree {
    let folder = written(&[("old/all.yaml", OLD), ("new/all.yaml", NEW)]);
    let old = folder.path().join("old");
    site(&folder.path().join("new"), old.to_str(), flavour, None)
}

fn text<'a>(files: &'a Tree, path: &str) -> &'a str {
    let bytes = files.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", files.keys()));
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn pages_and_lists_say_what_is_new_changed_or_gone() {
    let files = compared(Flavour::html());
    let web = text(&files, "ns/shop/deployment/web/index.html");
    assert!(web.contains("<p class=\"mark changed\">changed</p>"), "{web}");
    assert!(
        web.contains("id=\"changes\"") && web.contains("acme/web:1.4.0") && web.contains("acme/web:1.5.0")
    );
    assert!(text(&files, "ns/shop/secret/greeting/index.html").contains("<p class=\"mark new\">new</p>"));
    let namespace = text(&files, "ns/shop/index.html");
    for word in ["mark changed", "mark new", "mark gone", "ConfigMap shop/leftover"] {
        assert!(namespace.contains(word), "{word} is not in {namespace}");
    }
}

#[test]
fn the_page_of_changes_leads_to_both_states() {
    let files = compared(Flavour::html());
    let changes = text(&files, "changes/index.html");
    assert!(changes.contains("href=\"before/all.yaml/index.html#L"), "{changes}");
    assert!(changes.contains("href=\"../source/all.yaml/index.html#L"), "{changes}");
    assert!(changes.find("rolls-pods") < changes.find("id=\"objects\""), "effects come first");
    // Every way on it, and on the earlier file, leads somewhere.
    let links = Regex::new("href=\"([^\"#:]+)(?:#([^\"]*))?\"").expect("a regex");
    for page in
        ["changes/index.html", "changes/before/all.yaml/index.html", "ns/shop/deployment/web/index.html"]
    {
        let folder = Path::new(page).parent().expect("a folder");
        for link in links.captures_iter(text(&files, page)) {
            let mut path = PathBuf::new();
            for part in folder.join(&link[1]).components() {
                match part.as_os_str().to_str() {
                    Some("..") => _ = path.pop(),
                    _ => path.push(part),
                }
            }
            let name = path.to_str().expect("text");
            assert!(files.contains_key(name), "{page} leads to {name}, which is not there");
            if let Some(anchor) = link.get(2).filter(|_| name.ends_with(".html")) {
                let id = format!("id=\"{}\"", anchor.as_str());
                assert!(text(&files, name).contains(&id), "{page} leads to {name}#{}", anchor.as_str());
            }
        }
    }
}

#[test]
fn every_flavor_has_the_words_and_the_page() {
    for flavour in Flavour::markdown() {
        let name = flavour.name();
        let files = compared(flavour);
        let all = |start: &str| {
            let texts = files.iter().filter(|(path, _)| path.contains(start) && path.ends_with(".md"));
            texts.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect::<String>()
        };
        assert!(all("changes/").contains("rolls-pods"), "{name}");
        assert!(all("deployment/web/").contains("**changed**"), "{name}");
        assert!(all("secret/greeting/").contains("**new**"), "{name}");
        assert!(all("ns/shop/").contains("**gone**"), "{name}");
    }
}

#[test]
fn nothing_is_marked_without_an_earlier_state() {
    let folder = written(&[("new/all.yaml", NEW)]);
    let files = site(&folder.path().join("new"), None, Flavour::html(), None);
    assert!(files.keys().all(|path| !path.starts_with("changes/")), "{:?}", files.keys());
    assert!(!text(&files, "ns/shop/deployment/web/index.html").contains("class=\"mark"));
}

#[test]
fn a_value_that_moved_into_a_secret_is_hidden_in_the_earlier_state() {
    for flavour in [Flavour::html(), Flavour::github()] {
        for (path, bytes) in compared(flavour) {
            assert!(!String::from_utf8_lossy(&bytes).contains("swordfish"), "{path} shows it");
        }
    }
}

#[test]
fn many_changes_take_little_room() {
    let map = |at: usize, word: &str| {
        let lines: String = (0..150).map(|line| format!("    line {line} of {at} says {word}\n")).collect();
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{at}, namespace: shop}}\ndata:\n  text: |\n{lines}"
        )
    };
    let all = |word: &str| (0..400).map(|at| map(at, word)).collect::<Vec<_>>().join("---\n");
    let folder = written(&[("old/all.yaml", &all("one")), ("new/all.yaml", &all("two"))]);
    let old = folder.path().join("old");
    let new = folder.path().join("new");
    let files = site(&new, old.to_str(), Flavour::html(), Some(20));
    let sum: usize = files.values().map(Vec::len).sum();
    assert!(sum < 22_000_000, "{sum} bytes");
    assert!(text(&files, "changes/index.html").len() < 1_000_000);
}
