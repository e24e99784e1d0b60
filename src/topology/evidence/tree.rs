//! Addresses in configuration files that hold documents: YAML, JSON, INI, TOML, properties, HCL. The key that holds an address,
//! and the keys above it, say what it is; a port may stand beside its host.

use super::setting::Setting;
use crate::document::{Entry, Value};
use crate::topology::address::known::{KNOWN, Means, words};
use crate::topology::address::{Address, Form, addresses};

/// Most addresses that are read of one file.
const MOST: usize = 2_000;

/// The addresses of the documents of one file; `nested` reads a file in a value of many lines.
pub fn read(roots: &[Value], nested: &dyn Fn(&str, &str) -> Vec<Setting>) -> Vec<Setting> {
    let mut reader = Reader { found: Vec::new(), nested };
    for root in roots {
        reader.value(root, &[], None);
    }
    reader.found
}

struct Reader<'a> {
    found: Vec<Setting>,
    nested: &'a dyn Fn(&str, &str) -> Vec<Setting>,
}

impl Reader<'_> {
    fn value(&mut self, value: &Value, keys: &[&str], context: Option<Means>) {
        if self.found.len() >= MOST {
            return;
        }
        for entry in value.entries() {
            let key: &str = &entry.key;
            let context = match (KNOWN.context(key), context) {
                (Some(Means::Prose), _) => continue,
                (Some(Means::Called), _) | (_, Some(Means::Called)) => Some(Means::Called),
                (inner, outer) => inner.or(outer),
            };
            let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
            match entry.value.as_str() {
                Some(text) => self.text(text, entry.value.line, &keys, context, value.entries()),
                None => self.value(&entry.value, &keys, context),
            }
        }
        for item in value.items() {
            match item.as_str() {
                Some(text) => self.text(text, item.line, keys, context, &[]),
                None => self.value(item, keys, context),
            }
        }
    }

    fn text(&mut self, text: &str, line: u32, keys: &[&str], context: Option<Means>, beside: &[Entry]) {
        let key = keys.last().copied().unwrap_or_default();
        if text.trim().contains('\n') {
            let inner = (self.nested)(key, text);
            self.found
                .extend(inner.into_iter().map(|setting| Setting { line: line + setting.line, ..setting }));
            return;
        }
        let (means, weak) = match is_target(key, beside) {
            true => (Some(Means::Called), false),
            false => means(keys, context),
        };
        for address in addresses(text) {
            let is_name = address.port.is_none() && matches!(address.form, Form::Bare | Form::Keyed);
            let address = match port_beside(key, beside).filter(|_| is_name) {
                Some(port) => Address { port: Some(port), form: Form::Keyed, ..address },
                None => address,
            };
            self.found.push(Setting { key: key.to_owned(), address, line, means, weak, is_written: false });
        }
    }
}

/// What a key and those above it say of an address: of `oidc: { issuer: … }` both words.
fn means(keys: &[&str], context: Option<Means>) -> (Option<Means>, bool) {
    let last = KNOWN.means(keys.last().copied().unwrap_or_default());
    let both = KNOWN.means(&keys[keys.len().saturating_sub(2)..].join("."));
    match (both, last, context) {
        (Some((Means::Called, _)), ..) => (Some(Means::Called), false),
        (_, Some((Means::Listens, true)), Some(Means::Called)) => (Some(Means::Called), false),
        (both, last, context) => match last.filter(|(_, weak)| !weak).or(both).or(last) {
            Some((means, weak)) => (Some(means), weak),
            None => (context, context == Some(Means::Listens)),
        },
    }
}

/// Whether a relabeling of Prometheus makes the value the address that it asks.
///
/// Source: prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config.
fn is_target(key: &str, beside: &[Entry]) -> bool {
    let label = || beside.iter().find(|entry| &*entry.key == "target_label");
    key == "replacement" && label().is_some_and(|label| label.value.as_str() == Some("__address__"))
}

/// The port beside a host: `db.port` beside `db.host`, `port` beside `host`, `port_value` beside `address`.
fn port_beside(key: &str, beside: &[Entry]) -> Option<u16> {
    let mut wanted = words(key);
    wanted.pop()?;
    let is_wanted = |entry: &&Entry| {
        let mut own = words(&entry.key);
        if own.last().is_some_and(|last| last == "value") {
            own.pop();
        }
        own.pop().is_some_and(|last| last == "port") && own == wanted
    };
    let port = beside.iter().find(is_wanted)?.value.scalar_text()?;
    port.parse().ok().filter(|port| *port > 0)
}
