//! The index of a classic repository: where the packed chart of a version is.

use crate::document::{Limits, Value, yaml};

/// Much larger indexes than that of the largest known repository, some 30 MB.
const LIMITS: Limits =
    Limits { file_bytes: 128 << 20, depth: 50, nodes_per_document: 20_000_000, aliases: 1_000 };

/// The address of one version of a chart, absolute. `None` if the index does not list it, or cannot be read.
pub fn address(index: &str, repository: &str, chart: &str, version: &str) -> Option<String> {
    let part = yaml::read(index, &LIMITS).parts.into_iter().next()?;
    let value = part.outcome.ok()?;
    let versions = value.get("entries")?.get(chart)?.items();
    let of_version =
        |entry: &&Value| entry.get("version").and_then(Value::scalar_text).as_deref() == Some(version);
    let entry = versions.iter().find(of_version)?;
    let address = entry.get("urls")?.items().first()?.as_str()?;
    Some(if address.contains("://") { address.to_owned() } else { format!("{repository}/{address}") })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_absolute() {
        let index = "apiVersion: v1\nentries:\n  web:\n    - {version: 1.1.0, urls: [https://other.example/web-1.1.0.tgz]}\n    - {version: 1.0.0, urls: [web-1.0.0.tgz]}\n";
        let of = |version| address(index, "https://charts.example/stable", "web", version);
        assert_eq!(of("1.1.0").as_deref(), Some("https://other.example/web-1.1.0.tgz"));
        assert_eq!(of("1.0.0").as_deref(), Some("https://charts.example/stable/web-1.0.0.tgz"));
        assert_eq!(of("2.0.0"), None);
    }
}
