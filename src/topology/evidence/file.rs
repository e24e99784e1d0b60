//! Addresses in files and scripts: what ConfigMaps hold and containers mount, line by line, comments left out.

use super::shelf::{File, Shelf};
use super::{Sources, Wanted};
use crate::model::Object;
use crate::topology::Container;
use crate::topology::address::{Address, Form, addresses};
use k8s_openapi::api::core::v1::{KeyToPath, Volume};
use std::collections::BTreeMap;

/// Files that people or browsers read: what they name, nobody calls.
const DOCUMENTS: &[&str] = &[".md", ".html", ".htm", ".css", ".svg", ".txt", ".rst"];

/// The addresses of a file by its name, each with the setting that holds it; empty for lines that are no setting.
pub fn settings_of(name: &str, text: &str) -> Vec<(String, Address)> {
    let lower = name.to_ascii_lowercase();
    if DOCUMENTS.iter().any(|ending| lower.ends_with(ending)) { Vec::new() } else { settings(text) }
}

/// The addresses of a text of many lines.
pub fn settings(text: &str) -> Vec<(String, Address)> {
    let mut found: Vec<(String, Address)> = Vec::new();
    let lines: Vec<(&str, &str)> = text
        .lines()
        .map(without_comment)
        .map(|line| setting(line).unwrap_or(("", line.trim_start_matches("- "))))
        .collect();
    for (index, (key, value)) in lines.iter().enumerate() {
        let envoy = envoy_endpoint(&lines, index);
        let key = if envoy.is_some() { "address" } else { *key };
        for mut address in envoy.map_or_else(|| addresses(value), |one| vec![one]) {
            if address.form == Form::Bare && address.port.is_none() {
                address.port = port_beside(key, &lines, index);
            }
            let row = (key.to_owned(), address);
            if !found.contains(&row) || found.len() > 64 {
                found.push(row);
            }
        }
    }
    found
}

/// The port in the line before or behind the one that names the host: `db.host=…` and `db.port=…`.
fn port_beside(key: &str, lines: &[(&str, &str)], index: usize) -> Option<u16> {
    let at = key.len().checked_sub("host".len())?;
    let prefix = key.get(..at).filter(|_| key[at..].eq_ignore_ascii_case("host"))?;
    let beside =
        [index.checked_add(1), index.checked_sub(1)].into_iter().flatten().filter_map(|at| lines.get(at));
    let port = |(other, value): &(&str, &str)| {
        let rest = other.strip_prefix(prefix)?;
        let value = value.trim_matches(['"', '\'', ' ']);
        rest.eq_ignore_ascii_case("port").then(|| value.parse().ok().filter(|port| *port > 0))?
    };
    beside.filter_map(port).next()
}

/// The address of an endpoint as Envoy writes it, in one line or in two: `address: web` and `port_value: 8080`. Where
/// Envoy itself listens is written the same way, but not below an `endpoint`.
///
/// Source: `envoyproxy/envoy`, api/envoy/config/core/v3/address.proto, `SocketAddress`.
fn envoy_endpoint(lines: &[(&str, &str)], index: usize) -> Option<Address> {
    let (key, value) = lines.get(index)?;
    let (host, port) = match value.split_once("port_value:") {
        Some((before, port)) => (before.rsplit_once("address:")?.1, port),
        None if *key == "address" => {
            let (_, port) = lines.get(index + 1).filter(|(key, _)| *key == "port_value")?;
            (*value, *port)
        }
        None => return None,
    };
    let above = &lines[index.saturating_sub(3)..=index];
    if !above.iter().any(|(key, value)| key.ends_with("endpoint") || value.contains("endpoint:")) {
        return None;
    }
    let bare = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || "{},\"'".contains(c)).to_owned();
    let port = bare(port).parse().ok().filter(|port| *port > 0)?;
    let [address] = &addresses(&bare(host))[..] else { return None };
    let is_name = address.form == Form::Bare && address.port.is_none();
    is_name.then(|| Address { port: Some(port), ..address.clone() })
}

/// A line up to its comment.
fn without_comment(line: &str) -> &str {
    let line = line.trim();
    let is_comment = ["#", "//", ";", "<!--", "* ", "/*"].iter().any(|mark| line.starts_with(mark));
    if is_comment {
        return "";
    }
    let end = [" #", " // ", "\t#"].iter().filter_map(|mark| line.find(mark)).min();
    &line[..end.unwrap_or(line.len())]
}

/// `key: value`, `key = value`, `"key": "value"`, `export KEY=value`, `directive value;`.
fn setting(line: &str) -> Option<(&str, &str)> {
    let is_key = |key: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !key.is_empty() && key.chars().all(inner)
    };
    let line = line.trim_start_matches("- ").trim_start_matches("export ").trim_start();
    let quoted = |key: &'static str| line.split_once(key);
    let split = [quoted(": "), quoted("="), quoted(" ")].into_iter().flatten();
    let mut keyed = split.filter_map(|(key, value)| {
        let key = key.trim().trim_matches(['"', '\'']).trim_end_matches(':');
        is_key(key).then_some((key, value.trim().trim_end_matches([',', ';'])))
    });
    keyed.next()
}

/// Gives the files of ConfigMaps that a container mounts and that name addresses to `read`, as long as more are wanted.
pub(super) fn each_mounted<'a>(
    volumes: &BTreeMap<&str, &Volume>,
    container: &Container,
    sources: &Sources<'a, '_>,
    shelf: &mut Shelf<'a>,
    read: &mut dyn FnMut(&'a Object, &File<'a>) -> Wanted,
) {
    for mount in container.spec.volume_mounts.iter().flatten() {
        let Some(volume) = volumes.get(mount.name.as_str()) else { continue };
        let whole = volume.config_map.iter().map(|map| (&map.name, &map.items));
        let projected = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        let parts =
            projected.filter_map(|source| source.config_map.as_ref()).map(|map| (&map.name, &map.items));
        let only = mount.sub_path.as_deref().filter(|path| !path.is_empty());
        for (name, items) in whole.chain(parts) {
            let Some(map) = (sources.config_map)(name) else { continue };
            let (files, items) = (shelf.files(map), items.as_deref().unwrap_or_default());
            for file in files.iter().filter(|file| is_mounted(file.key, items, only)) {
                if read(map, file) == Wanted::OwnOnly {
                    return;
                }
            }
        }
    }
}

/// Whether a key is among the files of a volume that lists some of them, and of a mount that takes one of these.
fn is_mounted(key: &str, items: &[KeyToPath], only: Option<&str>) -> bool {
    let takes = |path: &str| only.is_none_or(|only| path == only || path.starts_with(&format!("{only}/")));
    match items {
        [] => takes(key),
        items => items.iter().any(|item| item.key == key && takes(&item.path)),
    }
}

#[cfg(test)]
mod tests {
    use super::settings;

    fn found(text: &str) -> Vec<String> {
        let word = |(key, address): (String, crate::topology::address::Address)| {
            format!("{key} {} {}", address.host, address.port.unwrap_or_default())
        };
        settings(text).into_iter().map(word).collect()
    }

    #[test]
    fn settings_of_many_syntaxes_are_found() {
        assert_eq!(found("db.host=postgres"), ["db.host postgres 0"]);
        assert_eq!(found("host: postgres\nport: 5432"), ["host postgres 5432"]);
        assert_eq!(found("  \"url\": \"http://orders:8080/x\","), ["url orders 8080"]);
        assert_eq!(found("proxy_pass http://backend:8080;"), ["proxy_pass backend 8080"]);
        assert_eq!(found("export A=b:80"), ["A b 80"]);
        assert_eq!(found("- targets: ['a:80', 'b:81']"), ["targets a 80", "targets b 81"]);
    }

    #[test]
    fn endpoints_of_envoy_are_found_and_listeners_are_not() {
        let block =
            "- endpoint:\n    address:\n      socket_address:\n        address: web\n        port_value: 80";
        assert_eq!(found(block), ["address web 80"]);
        let line = "endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 81 } } }";
        assert_eq!(found(line), ["address 127.0.0.1 81"]);
        let listener = "listeners:\n- address:\n    socket_address: { address: 127.0.0.1, port_value: 82 }";
        assert_eq!(found(listener), [] as [&str; 0]);
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(
            found("# http://a:80\n// http://b:80\nx: y # see http://c:80\n<!-- http://d -->"),
            ["x y 0"]
        );
    }
}
