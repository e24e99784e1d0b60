//! The list beside fetched charts: which version each range stands for, and the digest of its bytes. It makes a build the same
//! next year.

use super::RemoteChart;
use crate::document::{Value, parse};
use crate::problem::{Code, Level, Problem};

/// The name of the list.
pub const FILE: &str = "podviz.lock";

/// What stands above the entries.
const HEAD: &str = "# Written by `podviz charts --fetch`. Commit it with the charts beside it: a build is then the same next year.\n";

/// One chart that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// What the input names.
    pub reference: RemoteChart,
    /// The version that this stands for.
    pub version: String,
    /// `sha256:` and the digest of the packed chart, in hexadecimal digits.
    pub digest: String,
}

/// The list, sorted by what the input names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock(Vec<Locked>);

impl Lock {
    /// What stands in the text of a list that is shown as `file`.
    ///
    /// # Errors
    ///
    /// If it is no such list: then nothing in it can be relied upon.
    pub fn read(file: &str, text: &[u8]) -> Result<Lock, Problem> {
        let problem = |line: u32, reason: String| {
            let message = format!("the list of fetched charts cannot be read: {reason}");
            let help = "restore it, or remove it and run `podviz charts --fetch` again";
            Problem::new(Level::Error, Code::InvalidSettings, message).at(file, line, 0).help(help)
        };
        let value = parse(text).map_err(|reason| problem(0, reason))?;
        let charts = value.get("charts").ok_or_else(|| problem(0, "it has no `charts`".to_owned()))?;
        let mut lock = Lock::default();
        for entry in charts.items() {
            let text = |key: &str| entry.get(key).and_then(Value::scalar_text);
            let entry = (|| {
                let reference = RemoteChart::new(&text("repository")?, &text("chart")?, &text("version")?);
                let (version, digest) = (text("locked")?, text("digest")?);
                let digits = digest.strip_prefix("sha256:")?;
                let whole = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                (whole && is_version(&version)).then_some(Locked { reference, version, digest })
            })()
            .ok_or_else(|| problem(entry.line, "an entry is not whole".to_owned()))?;
            lock.put(entry);
        }
        Ok(lock)
    }

    /// The entry for what the input names.
    pub fn get(&self, reference: &RemoteChart) -> Option<&Locked> {
        self.0.iter().find(|locked| locked.reference.is(reference))
    }

    /// Adds an entry, or replaces the one for the same.
    pub fn put(&mut self, locked: Locked) {
        self.0.retain(|other| !other.reference.is(&locked.reference));
        self.0.push(locked);
        self.0.sort_by(|a, b| a.reference.cmp(&b.reference));
    }

    /// The text of the list.
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}charts:\n");
        for Locked { reference, version, digest } in &self.0 {
            let lines = [
                ("repository", &reference.repository),
                ("chart", &reference.chart),
                ("version", &reference.version),
                ("locked", version),
                ("digest", digest),
            ];
            for (at, (key, value)) in lines.into_iter().enumerate() {
                let start = if at == 0 { "  - " } else { "    " };
                // A string of JSON is one of YAML.
                text.push_str(&format!("{start}{key}: {}\n", serde_json::Value::from(value.as_str())));
            }
        }
        text
    }
}

/// Whether a version can be a part of the name of a file.
pub fn is_version(version: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_');
    let begins = version.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && version.len() <= 100 && version.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::{Lock, Locked};
    use crate::source::charts::RemoteChart;

    fn locked(version: &str, means: &str) -> Locked {
        let reference = RemoteChart::new("https://charts.example/stable/", "web", version);
        Locked { reference, version: means.to_owned(), digest: format!("sha256:{}", "0f".repeat(32)) }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut lock = Lock::default();
        lock.put(locked("1.x", "1.3.0"));
        lock.put(locked("", "2.0.0"));
        lock.put(locked("1.x", "1.3.1"));
        let text = lock.text();
        assert_eq!(text.matches("chart:").count(), 2, "{text}");
        assert_eq!(Lock::read("podviz.lock", text.as_bytes()), Ok(lock.clone()));
        assert_eq!(lock.get(&locked("1.x", "").reference).map(|one| &*one.version), Some("1.3.1"));
    }

    #[test]
    fn half_an_entry_is_a_problem_with_its_line() {
        let text = "charts:\n  - {repository: https://a.example, chart: web, version: 1.x, locked: ../2, digest: x}\n";
        let problem = Lock::read("podviz.lock", text.as_bytes()).expect_err("a problem");
        assert_eq!(problem.place.map(|place| place.line), Some(2));
    }
}
