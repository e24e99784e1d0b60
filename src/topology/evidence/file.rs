//! Addresses in configuration files: by the format that a file has, or line by line where no reader knows it, comments left
//! out.

use super::setting::Setting;
use super::{script, tree};
use crate::source::documents_in;
use crate::topology::address::known::{KNOWN, Means};
use crate::topology::address::{Address, Form, addresses, host_of};
use std::collections::BTreeSet;

/// Files that people or browsers read: what they name, nobody calls.
const DOCUMENTS: &[&str] = &[".md", ".html", ".htm", ".css", ".svg", ".txt", ".rst"];

/// Files that a shell runs.
const SCRIPTS: &[&str] = &[".sh", ".bash", ".ash", ".ksh"];

/// How deep files in files are read.
const DEEPEST: u8 = 3;

/// The addresses of a file by its name, or by the key that holds its text.
pub fn settings_of(name: &str, text: &str, depth: u8) -> Vec<Setting> {
    let lower = name.to_ascii_lowercase();
    let is = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if is(DOCUMENTS) || depth > DEEPEST {
        return Vec::new();
    }
    if is(SCRIPTS) || text.trim_start().starts_with("#!") {
        return commands(text);
    }
    let roots = documents_in(text);
    if roots.is_empty() {
        return lines(text);
    }
    tree::read(&roots, &|key, text| settings_of(key, text, depth + 1))
}

fn commands(text: &str) -> Vec<Setting> {
    let told = script::read(text, &|_| None);
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() as u32 + 1;
    let setting = |one: script::Told| {
        let known = KNOWN.means(&one.key).filter(|_| !one.is_called);
        Setting {
            line: text.get(..one.at).map_or(1, |_| line(one.at)),
            key: one.key,
            address: one.address,
            means: if one.is_called { Some(Means::Called) } else { known.map(|(means, _)| means) },
            weak: known.is_some_and(|(_, weak)| weak),
            is_written: true,
        }
    };
    told.into_iter().map(setting).collect()
}

/// The addresses of a text whose format nobody knows, such as the configuration of nginx or HAProxy, line by line.
fn lines(text: &str) -> Vec<Setting> {
    let mut found: Vec<Setting> = Vec::new();
    let groups = groups(text);
    for (index, line) in text.lines().enumerate() {
        let line = without_comment(line);
        for statement in line.split([';', '{', '}']).map(str::trim).filter(|statement| !statement.is_empty())
        {
            let (key, value) = setting(statement).unwrap_or(("", statement.trim_start_matches("- ")));
            let known = KNOWN.means(key);
            for address in pair(key, value).map_or_else(|| addresses(value), |one| vec![one]) {
                let is_word = key.is_empty() && address.form == Form::Bare;
                if is_word || (groups.contains(address.host.as_str()) && address.port.is_none()) {
                    continue;
                }
                found.push(Setting {
                    key: key.to_owned(),
                    address,
                    line: index as u32 + 1,
                    means: known.map(|(means, _)| means),
                    weak: known.is_some_and(|(_, weak)| weak),
                    is_written: true,
                });
            }
        }
    }
    found
}

/// What a file itself gives a name to: `upstream api {` of nginx, `backend api` of HAProxy. Such a name is no host.
fn groups(text: &str) -> BTreeSet<&str> {
    let name = |line: &'_ str| -> Option<usize> {
        ["upstream ", "backend ", "listen ", "frontend "]
            .iter()
            .find(|word| line.starts_with(**word))
            .map(|word| word.len())
    };
    let lines = text.lines().map(str::trim_start);
    lines.filter_map(|line| line[name(line)?..].split([' ', '{']).find(|word| !word.is_empty())).collect()
}

/// `replicaof redis-0 6379`: a host with its port behind it.
fn pair(key: &str, value: &str) -> Option<Address> {
    let mut words = value.split_whitespace();
    let (host, port) = (words.next()?, words.next()?.parse::<u16>().ok().filter(|port| *port > 9)?);
    let address = host_of(host).filter(|address| KNOWN.is_host(key) && address.port.is_none())?;
    Some(Address { port: Some(port), form: Form::Keyed, ..address })
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

#[cfg(test)]
mod tests {
    use super::{Setting, settings_of};
    use crate::topology::address::known::Means;

    fn found(text: &str) -> Vec<String> {
        let word = |one: Setting| {
            let means = match one.means {
                Some(Means::Listens) => " listens",
                Some(Means::Itself) => " itself",
                Some(Means::Called) => " called",
                Some(Means::Prose) | None => "",
            };
            format!("{} {} {}{means}", one.key, one.address.host, one.address.port.unwrap_or_default())
        };
        settings_of("app.conf", text, 0).into_iter().map(word).collect()
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
    fn endpoints_of_envoy_are_called_and_listeners_are_not() {
        let block =
            "- endpoint:\n    address:\n      socket_address:\n        address: web\n        port_value: 80";
        assert_eq!(found(block), ["address web 80 called"]);
        let line = "endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 81 } } }";
        assert_eq!(found(line), ["address 127.0.0.1 81 called"]);
        let listener = "listeners:\n- address:\n    socket_address: { address: 127.0.0.1, port_value: 82 }";
        assert_eq!(found(listener), ["address 127.0.0.1 82 listens"]);
    }

    #[test]
    fn keys_above_say_what_an_address_is() {
        assert_eq!(
            found("issuer: http://dex.auth.svc:5556/dex\na: b"),
            ["issuer dex.auth.svc 5556 itself", "a b 0"]
        );
        assert_eq!(
            found("oidc:\n  issuer: http://dex.auth.svc:5556/dex"),
            ["issuer dex.auth.svc 5556 called"]
        );
        assert_eq!(
            found("[server]\nroot_url = http://web.example.com\n"),
            ["root_url web.example.com 0 itself"]
        );
        assert_eq!(
            found("agent {\n  server_address = \"spire\"\n  server_port = \"8081\"\n}"),
            ["server_address spire 8081"]
        );
        assert_eq!(found("db.host=pg\ndb.port=5432\n"), ["db.host pg 5432"]);
        assert_eq!(found("panels:\n- url: http://web\n"), [] as [&str; 0]);
    }

    #[test]
    fn proxies_name_what_they_lead_to() {
        let nginx = "upstream api {\n  server api-v1:80;\n}\nserver {\n  listen 8080;\n  server_name web.shop.svc;\n  location / { proxy_pass http://api; }\n  location /x { proxy_pass http://cart:7070; }\n}";
        assert_eq!(
            found(nginx),
            ["server api-v1 80", "server_name web.shop.svc 0 itself", "proxy_pass cart 7070"]
        );
        let haproxy = "frontend in\n  bind *:6379\n  default_backend cache\nbackend cache\n  server one cache-0:6379 check\n";
        assert_eq!(found(haproxy), ["bind * 6379 listens", "server cache-0 6379"]);
        assert_eq!(found("replicaof redis-0 6379\n"), ["replicaof redis-0 6379"]);
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(
            found("# http://a:80\n// http://b:80\nx: y # see http://c:80\n<!-- http://d -->"),
            ["x y 0"]
        );
    }
}
