//! The findings as SARIF, which code hosts read.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; docs.github.com, "SARIF support for code
//! scanning", which names `partialFingerprints`, `automationDetails`, `help.markdown` and `helpUri`.

use super::{Shared, Sheet, from_here, uri, words};
use crate::facts::advice::{RULES, is_ignored_in_source};
use serde_json::{Value, json};

/// Where the advice is explained.
const HELP: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/book/src/advice.md");

impl Sheet<'_> {
    /// The log: one run with all rules, the findings, and those that someone does not want to hear.
    pub(super) fn sarif(&self) -> Value {
        let rules = RULES.iter().map(|rule| {
            json!({
                "id": rule.code,
                "shortDescription": { "text": words(rule.code) },
                "fullDescription": { "text": rule.meaning },
                "help": {
                    "text": rule.meaning,
                    "markdown": format!("{}\n\n[All advice of podviz]({HELP})", rule.meaning),
                },
                "helpUri": HELP,
                "defaultConfiguration": { "level": rule.level },
            })
        });
        let rules: Vec<Value> = rules.collect();
        let told = self.findings.iter().map(|finding| self.result(finding));
        let suppressed = self.suppressed.iter().map(|finding| {
            let mut result = self.result(finding);
            let is_in_source = is_ignored_in_source(self.topology, finding);
            result["suppressions"] = json!([{ "kind": if is_in_source { "inSource" } else { "external" } }]);
            result
        });
        let results: Vec<Value> = told.chain(suppressed).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "podviz",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules,
                } },
                "automationDetails": { "id": "podviz/advise/" },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        })
    }

    fn result(&self, finding: &Shared) -> Value {
        let (file, line) = self.place(finding);
        let rule = RULES.iter().position(|rule| rule.code == finding.rule.code);
        json!({
            "ruleId": finding.rule.code,
            "ruleIndex": rule,
            "level": finding.level,
            "message": {
                "text": format!("{}: {} {}", self.subject_there(finding), finding.reason, finding.help),
            },
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": uri(&from_here(self.inputs, &file)) },
                    "region": { "startLine": line.max(1) },
                },
                "logicalLocations": [{ "fullyQualifiedName": self.subject(finding) }],
            }],
            "partialFingerprints": { "podviz/v1": self.fingerprint(finding) },
        })
    }
}
