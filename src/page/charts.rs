//! What `podviz charts` prints: the charts from elsewhere that the input names, and which of them are here.

use crate::document::Identity;
use crate::escape::{terminal, visible_json};
use crate::names::count;
use crate::source::charts::NamedChart;
use serde_json::{Value, json};

/// How charts are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartsFormat {
    /// For people.
    Text,
    /// A list of objects.
    Json,
}

/// The list, and whether every chart is here.
pub fn list(charts: &[NamedChart], format: ChartsFormat) -> (String, bool) {
    let text = match format {
        ChartsFormat::Text => text(charts),
        ChartsFormat::Json => format!("{:#}\n", visible_json(charts.iter().map(entry).collect())),
    };
    (text, charts.iter().all(|chart| chart.is_present))
}

fn entry(named: &NamedChart) -> Value {
    let by: Vec<String> = named.named_by.iter().map(Identity::id).collect();
    json!({
        "repository": named.chart.repository,
        "chart": named.chart.chart,
        "version": named.chart.version,
        "locked": named.locked,
        "present": named.is_present,
        "named_by": by,
    })
}

/// A block a repository, a line a chart.
fn text(charts: &[NamedChart]) -> String {
    if charts.is_empty() {
        return "No Flux or Argo CD object that is followed names a chart from elsewhere.\n".to_owned();
    }
    let (mut text, mut repository) = (String::new(), "");
    for named in charts {
        if named.chart.repository != repository {
            repository = &named.chart.repository;
            text.push_str(&format!("{}\n", terminal(repository)));
        }
        let state = match (&named.locked, named.is_present) {
            (Some(version), true) => format!("here: {version}"),
            (Some(version), false) => format!("missing: {version} is locked"),
            (None, _) => "missing".to_owned(),
        };
        let by: Vec<String> = named.named_by.iter().map(Identity::title).collect();
        let line = format!("  {}  {state}  ({})", named.chart.title(), by.join(", "));
        text.push_str(&format!("{}\n", terminal(&line)));
    }
    let missing = charts.iter().filter(|chart| !chart.is_present).count();
    if missing > 0 {
        let what = count(missing, "chart is", "charts are");
        text.push_str(&format!("\n{what} missing: `podviz charts --fetch` asks the repositories above.\n"));
    }
    text
}
