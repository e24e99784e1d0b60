//! Objects that come, go, get a new name from their content, or move to another version of their API.

use super::{Area, Found, Scene, Severity, lines};
use crate::change::{Fate, Which};
use crate::facts::quoted;

pub(super) fn find(scene: &Scene, found: &mut Found) {
    for (_, change) in scene.objects() {
        let notice = |code| (code, Area::Configuration, Severity::Notice);
        let whom = || scene.object(change);
        match (change.change, change.old, change.new) {
            (Fate::Added, _, Some(new)) => {
                let message = "It is new.".to_owned();
                found.add(notice("object-added"), whom(), message, scene.whole(Which::New, new));
            }
            (Fate::Removed, Some(old), _) => {
                let message =
                    "It is no longer in the manifests; whether it is deleted depends on what applies them."
                        .to_owned();
                found.add(notice("object-removed"), whom(), message, scene.whole(Which::Old, old));
            }
            (Fate::Renamed, Some(old), Some(new)) => {
                let was = &scene.node(Which::Old, old).identity.name;
                let message = format!(
                    "It has a new name because its content changed; it was {}. What names it follows.",
                    quoted(was)
                );
                found.add(notice("renamed-by-content"), whom(), message, scene.whole(Which::New, new));
            }
            _ => {}
        }
        let versions: Vec<_> = change.fields.iter().filter(|field| field.field == "apiVersion").collect();
        if let (Some(field), Some(_)) = (versions.first(), change.both()) {
            let text = |value: &serde_json::Value| quoted(value.as_str().unwrap_or_default());
            let message = format!(
                "It is written in {} instead of {}: the object stays the same one.",
                text(&field.new),
                text(&field.old)
            );
            found.add(notice("moved-api-version"), whom(), message, lines(versions));
        }
    }
}
