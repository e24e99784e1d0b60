//! Reads HTML more strictly than a browser: what a browser would mend is a failure here.

use std::collections::BTreeSet;

/// What stands in one page.
#[derive(Debug, Default)]
pub struct Markup {
    /// Every element with the names of its attributes, in order; pictures count as one.
    pub elements: Vec<String>,
    /// The ids.
    pub ids: BTreeSet<String>,
    /// The addresses of links, scripts and styles, decoded.
    pub links: Vec<String>,
    /// The accessible names of regions.
    pub regions: Vec<String>,
    /// The text, decoded.
    pub text: String,
}

const VOID: [&str; 5] = ["meta", "link", "input", "br", "hr"];

/// Reads a page, or says what is wrong with it.
pub fn read(page: &str) -> Result<Markup, String> {
    let mut markup = Markup::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    while let Some(start) = rest.find('<') {
        markup.text.push_str(&decoded(&rest[..start])?);
        let end = rest[start..].find('>').ok_or("a tag without an end")? + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if last != name {
                return Err(format!("</{name}> closes <{last}>"));
            }
            continue;
        }
        let is_empty = tag.ends_with('/');
        let (name, attributes) = attributes(tag.trim_end_matches('/'))?;
        let in_picture = open.iter().any(|name| name == "svg");
        let mut names = vec![name.clone()];
        for (key, value) in attributes {
            if key.starts_with("on") || key == "srcdoc" {
                return Err(format!("<{name}> has {key}"));
            }
            match key.as_str() {
                "id" if !in_picture && !markup.ids.insert(value.clone()) => {
                    return Err(format!("two elements are #{value}"));
                }
                "href" | "src" => markup.links.push(value),
                "aria-label" if !in_picture => markup.regions.push(value),
                _ => {}
            }
            names.push(key);
        }
        if matches!(name.as_str(), "script") && !names.contains(&"src".to_owned()) {
            return Err("a script inside the page".to_owned());
        }
        if matches!(name.as_str(), "img" | "iframe" | "object" | "embed" | "base") {
            return Err(format!("<{name}>"));
        }
        if !in_picture {
            markup.elements.push(names.join(" "));
        }
        if !VOID.contains(&name.as_str()) && !is_empty {
            open.push(name);
        }
    }
    match open.pop() {
        Some(name) => Err(format!("<{name}> is never closed")),
        None => Ok(markup),
    }
}

fn attributes(tag: &str) -> Result<(String, Vec<(String, String)>), String> {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("<{tag}> is no tag"));
    }
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok((name.to_owned(), found));
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = &rest[..end];
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || "-:_".contains(c)) {
            return Err(format!("<{tag}> has an attribute {key:?}"));
        }
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').ok_or_else(|| format!("<{tag}> has an open quote"))?;
            value = decoded(&quoted[..end])?;
            rest = &quoted[end + 1..];
        } else if rest.starts_with('=') {
            return Err(format!("<{tag}> has a value without quotes"));
        }
        found.push((key.to_owned(), value));
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        let end = rest[start..].find(';').ok_or_else(|| format!("a bare & in {text:?}"))? + start;
        out.push(match &rest[start + 1..end] {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            "#10" => '\n',
            "#9" => '\t',
            other => return Err(format!("&{other};")),
        });
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The file that `link` on the page `from` leads to, and its fragment.
pub fn resolved(from: &str, link: &str) -> (String, String) {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let mut parts: Vec<&str> = from.split('/').collect();
    if !path.is_empty() {
        parts.pop();
        for part in path.split('/') {
            match part {
                ".." => assert!(parts.pop().is_some(), "{from}: {link} leaves the site"),
                "." => {}
                part => parts.push(part),
            }
        }
    }
    (parts.join("/"), fragment.to_owned())
}
