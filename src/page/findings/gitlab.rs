//! The findings as GitLab's Code Quality report.
//!
//! Source: docs.gitlab.com, "Code Quality", "Code Quality report format".

use super::{Shared, Sheet, from_here};
use crate::problem::Level;
use serde_json::{Value, json};

impl Sheet<'_> {
    /// The report: one issue a finding.
    pub(super) fn gitlab(&self) -> Value {
        let issue = |finding: &Shared| {
            let (file, line) = self.place(finding);
            let severity = match finding.level {
                Level::Error => "critical",
                Level::Warning => "major",
                Level::Note => "info",
            };
            json!({
                "description": format!("{}: {} {}", self.subject_there(finding), finding.reason, finding.help),
                "check_name": finding.rule.code,
                "fingerprint": self.fingerprint(finding),
                "severity": severity,
                "location": { "path": from_here(self.inputs, &file), "lines": { "begin": line.max(1) } },
            })
        };
        self.findings.iter().map(issue).collect()
    }
}
