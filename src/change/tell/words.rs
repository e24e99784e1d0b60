//! The words that all forms share: the verdict, titles of levels, values on a line.

use crate::change::{Change, Effect, Fate, FieldChange, ObjectChange, Severity};
use crate::facts::quoted;
use crate::names::count;
use serde_json::Value as Json;

/// The longest a value may be on a line, in characters.
const LONGEST: usize = 80;

/// How much of what two long values share stands before the part in which they differ, in characters.
const CONTEXT: usize = 24;

/// The verdict in a line: what matters most, and how much else there is.
pub fn verdict(change: &Change) -> String {
    let number = |level: Severity| change.effects.iter().filter(|effect| effect.level == level).count();
    let (dangers, warnings, notices) =
        (number(Severity::Danger), number(Severity::Warning), number(Severity::Notice));
    if change.effects.is_empty() {
        return match change.objects.len() {
            0 => "No effect on what runs.".to_owned(),
            many => format!("No effect on what runs; {}.", count(many, "object differs", "objects differ")),
        };
    }
    let parts = [
        (dangers, count(dangers, "danger", "dangers")),
        (warnings, count(warnings, "warning", "warnings")),
        (notices, count(notices, "notice", "notices")),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words).collect();
    let objects = count(change.objects.len(), "object differs", "objects differ");
    format!("{}; {objects}.", parts.join(", "))
}

/// What else there is to say, a sentence each.
pub fn notes(change: &Change) -> Vec<String> {
    let mut notes = Vec::new();
    let (new, mended) = (change.advice_new.len(), change.advice_mended.len());
    if new + mended > 0 {
        notes.push(format!("Advice: {new} new, {mended} mended."));
    }
    if change.is_blind_to_secrets {
        notes
            .push("Whether values of Secrets changed cannot be told: a graph does not hold them.".to_owned());
    }
    if change.connections.is_cut {
        notes.push("Who may talk to whom was not compared: there are too many workloads.".to_owned());
    }
    let environments: Vec<String> = change
        .environments
        .iter()
        .filter(|environment| environment.change != Fate::Same)
        .map(|environment| format!("{} is {}", quoted(&environment.name), fate(environment.change)))
        .collect();
    if !environments.is_empty() {
        notes.push(format!("Environments: {}.", environments.join(", ")));
    }
    notes
}

/// The heading above effects of a level.
pub fn heading(level: Severity) -> &'static str {
    match level {
        Severity::Danger => "Danger",
        Severity::Warning => "Look at this",
        Severity::Notice => "What happens",
    }
}

/// The levels, the worst first.
pub const LEVELS: [Severity; 3] = [Severity::Danger, Severity::Warning, Severity::Notice];

/// Effects of one level that say the same of several subjects, together, in their order.
pub fn grouped<'a>(change: &'a Change, level: Severity) -> Vec<(Vec<&'a Effect>, &'a str)> {
    let mut groups: Vec<(Vec<&Effect>, &str)> = Vec::new();
    for effect in change.effects.iter().filter(|effect| effect.level == level) {
        let same = groups.iter_mut().find(|(effects, message)| {
            *message == effect.message && effects.first().is_some_and(|first| first.code == effect.code)
        });
        match same {
            Some((effects, _)) => effects.push(effect),
            None => groups.push((vec![effect], &effect.message)),
        }
    }
    groups
}

/// What became of an object, as a word.
pub fn fate(change: Fate) -> &'static str {
    match change {
        Fate::Added => "new",
        Fate::Removed => "gone",
        Fate::Changed => "changed",
        Fate::Renamed => "renamed",
        Fate::Same => "as before",
    }
}

/// The fields of an object that people want to see: of one that came or went none, since all of it did.
pub fn shown(object: &ObjectChange) -> Vec<&FieldChange> {
    match object.change {
        Fate::Added | Fate::Removed => Vec::new(),
        _ => object.fields.iter().filter(|field| !field.is_default && !repeats_name(field)).collect(),
    }
}

/// Both values of a field on a line. Of long ones the part is shown in which they differ.
pub fn values(field: &FieldChange) -> [String; 2] {
    if let (Json::String(old), Json::String(new)) = (&field.old, &field.new)
        && old.chars().count().max(new.chars().count()) > LONGEST
        && !old.contains('\n')
        && !new.contains('\n')
    {
        let same = old.chars().zip(new.chars()).take_while(|(one, other)| one == other).count();
        let start = same.saturating_sub(CONTEXT);
        let shown = |text: &str| {
            let rest: String = text.chars().skip(start).collect();
            let dots = if start > 0 { "…" } else { "" };
            format!("{dots}{}", value(&Json::String(rest)))
        };
        return [shown(old), shown(new)];
    }
    [value(&field.old), value(&field.new)]
}

/// The fields of an object that reviewers read; those of a schema are counted.
pub fn reviewed(object: &ObjectChange) -> (Vec<&FieldChange>, usize) {
    let is_definition = object.identity.is("apiextensions.k8s.io", "CustomResourceDefinition");
    let (schema, others): (Vec<&FieldChange>, Vec<&FieldChange>) = shown(object)
        .into_iter()
        .partition(|field| is_definition && field.field.contains(".openAPIV3Schema"));
    (others, schema.len())
}

/// Whether a field says only what an item is called that came or went: its path says that, too.
fn repeats_name(field: &FieldChange) -> bool {
    let name = [&field.old, &field.new].into_iter().find_map(Json::as_str).unwrap_or_default();
    let is_one_sided = field.old.is_null() || field.new.is_null();
    is_one_sided && field.field.ends_with(&format!("[{name}].name"))
}

/// A value on a line: `—` where there is none, shortened where it is long.
pub fn value(value: &Json) -> String {
    let text = match value {
        Json::Null => return "—".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let first = text.lines().next().unwrap_or_default();
    let lines = text.lines().count();
    let cut: String = first.chars().take(LONGEST).collect();
    match (lines, cut.len() < first.len()) {
        (0 | 1, false) => cut,
        (0 | 1, true) => format!("{cut}…"),
        (lines, _) => format!("{cut}… ({lines} lines)"),
    }
}

/// Two texts of several lines as the lines that differ.
pub fn lines_that_differ(old: &Json, new: &Json) -> Option<String> {
    let (Json::String(old), Json::String(new)) = (old, new) else { return None };
    if old.lines().count().max(new.lines().count()) < 2 {
        return None;
    }
    let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
    let text = diff.unified_diff().context_radius(1).to_string();
    // The head of a unified diff says nothing here.
    let body: Vec<&str> = text.lines().filter(|line| !line.starts_with("\\ No newline")).collect();
    Some(body.join("\n"))
}
