//! Effects beside the lines that they follow from, as code hosts show them.

use crate::change::{Change, Effect, Severity, Which};
use crate::escape::visible;
use serde_json::{Value, json};

/// Annotations of GitHub Actions: one an effect, at its first line on the new side.
pub fn github(change: &Change) -> String {
    let mut text = String::new();
    for (effect, file, line) in placed(change) {
        let word = match effect.level {
            Severity::Danger => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        text.push_str(&format!(
            "::{word} file={},line={line},title={}::{}\n",
            property(file),
            property(effect.code),
            data(&format!("{}: {}", effect.subject, effect.message))
        ));
    }
    text
}

/// GitLab's Code Quality report.
pub fn gitlab(change: &Change) -> String {
    let issues = placed(change).map(|(effect, file, line)| {
        let severity = match effect.level {
            Severity::Danger => "critical",
            Severity::Warning => "major",
            Severity::Notice => "info",
        };
        let key = format!("{}\n{}\n{}\n{}", effect.code, effect.environment, effect.subject, effect.message);
        json!({
            "description": visible(&format!("{}: {}", effect.subject, effect.message)),
            "check_name": effect.code,
            "fingerprint": blake3::hash(key.as_bytes()).to_hex().as_str()[..32],
            "severity": severity,
            "location": { "path": visible(file), "lines": { "begin": line } },
        })
    });
    format!("{:#}\n", issues.collect::<Value>())
}

/// Each effect with the line where it is shown: one of the new side if there is one, since that is what a review shows.
fn placed<'a>(change: &'a Change) -> impl Iterator<Item = (&'a Effect, &'a str, u32)> {
    change.effects.iter().filter_map(|effect| {
        let new = effect.because.iter().find(|because| because.side == Which::New);
        let because = new.or_else(|| effect.because.first())?;
        Some((effect, because.file.as_str(), because.line.max(1)))
    })
}

/// A property of a workflow command.
///
/// Source: github.com/actions/toolkit, `packages/core/src/command.ts`.
fn property(raw: &str) -> String {
    data(raw).replace(':', "%3A").replace(',', "%2C")
}

fn data(raw: &str) -> String {
    visible(raw).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
