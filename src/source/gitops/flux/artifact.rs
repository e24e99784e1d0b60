//! Artifacts that Flux makes of sources: which folder of which source a path of one is.
//!
//! Source: fluxcd/source-watcher `internal/builder` (the copy operations of an ArtifactGenerator).

use super::super::applier::{Applier, namespace};
use super::super::world::World;
use super::source::Source;
use crate::document::{Document, Value};

/// The API group of generators.
const GROUP: &str = "source.extensions.fluxcd.io";

/// The places that a path of an ExternalArtifact may be copied from: each a source, and a path of it.
pub fn origins<'a>(
    artifact: &Source,
    path: &str,
    applier: &Applier,
    world: &'a World,
) -> Vec<(Source<'a>, String)> {
    let mut origins = Vec::new();
    for generator in world.of_kind(&applier.cluster, GROUP, "ArtifactGenerator") {
        let items = |at: &str| generator.value.at(at).map(Value::items).unwrap_or_default();
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let named = |item: &&Value| text(item, "name").as_deref() == Some(&artifact.name);
        if namespace(generator) != artifact.namespace {
            continue;
        }
        for copy in items("spec.artifacts")
            .iter()
            .filter(named)
            .flat_map(|item| item.get("copy").map(Value::items).unwrap_or_default())
        {
            let Some((from, to)) = text(copy, "from").zip(text(copy, "to")) else { continue };
            let Some((alias, path)) = source_path(&from, &to, path) else { continue };
            let source =
                items("spec.sources").iter().find(|source| text(source, "alias").as_deref() == Some(&alias));
            origins.extend(
                source.and_then(|source| of(source, generator, applier, world)).map(|source| (source, path)),
            );
        }
    }
    origins
}

fn of<'a>(
    reference: &Value,
    generator: &Document,
    applier: &Applier,
    world: &'a World,
) -> Option<Source<'a>> {
    let text = |key: &str| reference.get(key).and_then(Value::scalar_text);
    let namespace = text("namespace").unwrap_or_else(|| namespace(generator));
    Some(Source::called(&applier.cluster, &text("kind")?, &namespace, &text("name")?, world))
}

/// The alias of the source and the path in it that `path` of an artifact is, if a copy from `@alias/…` to `@artifact/…` brings it.
fn source_path(from: &str, to: &str, path: &str) -> Option<(String, String)> {
    let (alias, from) = from.strip_prefix('@')?.split_once('/')?;
    let to = to.strip_prefix("@artifact")?;
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let from_parts = parts(from);
    let is_pattern = |part: &String| part.contains(['*', '?', '[', '{']);
    let base: Vec<String> = from_parts.iter().take_while(|part| !is_pattern(part)).cloned().collect();
    let mut target = parts(to);
    // Without a pattern, a folder is copied as it is into one that ends in a slash.
    if base.len() == from_parts.len() && to.ends_with('/') {
        target.extend(base.last().cloned());
    }
    let path = parts(path);
    let rest = path.strip_prefix(target.as_slice())?;
    Some((alias.to_owned(), format!("./{}", base.iter().chain(rest).cloned().collect::<Vec<_>>().join("/"))))
}

#[cfg(test)]
mod tests {
    use super::source_path;

    #[test]
    fn paths_lead_back_to_their_source() {
        for (from, to, path, want) in [
            ("@mono/apps/production/**", "@artifact/production/", "./production", Some("./apps/production")),
            ("@mono/apps/**", "@artifact/", "./production/x", Some("./apps/production/x")),
            ("@mono/apps/**", "@artifact/", "./", Some("./apps")),
            ("@mono/apps/base/**", "@artifact/base/", "./production", None),
            ("@mono/apps", "@artifact/", "apps/x", Some("./apps/x")),
            ("@mono/apps", "@artifact/y", "y/x", Some("./apps/x")),
        ] {
            let found = source_path(from, to, path);
            assert_eq!(found, want.map(|path| ("mono".to_owned(), path.to_owned())), "{from} {to} {path}");
        }
    }
}
