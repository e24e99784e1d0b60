//! What the search finds, as a script: a page from `file://` may load a script but not a JSON file.

use crate::escape::visible;
use crate::names::PagePath;
use crate::page::{Site, Sort};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One entry a page: title, kicker, namespace, folder, the index of the page above (-1 for none), keywords; and its
/// environment where there are several.
pub(super) fn index(site: &Site) -> String {
    let numbers: BTreeMap<&PagePath, usize> =
        site.pages.iter().enumerate().map(|(number, page)| (&page.path, number)).collect();
    let mut out = String::from("window.podvizIndex=[\n");
    for page in &site.pages {
        let above = page.crumbs.iter().rev().find_map(|crumb| numbers.get(&crumb.to.page));
        let above: Value = above.map_or(json!(-1), |number| json!(number));
        // Files are found by their path alone: their keywords are those of the objects in them.
        let keywords = if page.sort == Sort::Source { String::new() } else { page.keywords.join("\n") };
        let mut entry = json!([
            visible(&page.title),
            visible(&page.kicker),
            visible(&page.namespace),
            page.path.to_string(),
            above,
            visible(&keywords),
        ]);
        if let Value::Array(parts) = &mut entry
            && site.environments.len() > 1
        {
            parts.push(visible(&page.environment).into());
        }
        // No byte of it could be taken for markup, wherever a host may put it.
        let entry = entry.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        out.push_str(&entry.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
        out.push_str(",\n");
    }
    out.push_str("];\n");
    out
}
