//! Addresses in arguments and variables: what a text calls on localhost, listens on, and names outside of the pod.

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How much of one text is read: longer ones are scripts whose rest says nothing more.
const MOST_OF_A_TEXT: usize = 20_000;

static LOCAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let host = r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])";
    Regex::new(&format!(r"(?:^|[^A-Za-z0-9.\-_]){host}(?::| )([0-9]{{2,5}})\b")).ok()
});

static LISTENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // `--db-port` and `--redis.addr` name the port of something else.
    let own =
        r"(?:(?:http|https|grpc|server|web|app|metrics|telemetry|secure|health)[_.-])?(?:port|addr|address)";
    let flag = format!(r"(?i)(?:^|\s)-{{0,2}}(?:[a-z_.-]*(?:listen|bind)[a-z_.-]*|{own})[= ]");
    let host = r"(?:[a-z]+://)?(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[[^\]\s]*\])?:?";
    Regex::new(&format!(r"{flag}{host}([0-9]{{2,5}})(?:$|[\s/,;&])|=tcp:([0-9]{{2,5}})")).ok()
});

static INSTANCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[=,\s])([a-z][a-z0-9.-]+:[a-z]+(?:-[a-z]+)+[0-9]+:[a-z0-9-]+)(?:$|[=,?\s])").ok()
});

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z][A-Za-z0-9+.:-]*://(?:[^\s/@]*@)?([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(:[0-9]{1,5})?").ok()
});

static HOST_AND_PORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[=,\s@:'\x22])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):([0-9]{2,5})(?:$|[/,\s'\x22;?])").ok()
});

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ends = r"svc(?:\.[a-z0-9-]+)*|local|internal|com|net|org|io|dev|cloud|example|test";
    let host = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*";
    Regex::new(&format!(r"^(?:--?[a-z-]+=)?({host}\.(?:{ends}))$")).ok()
});

/// The ports on localhost that a text names.
pub(super) fn local(text: &str) -> Vec<i32> {
    let Some(regex) = &*LOCAL else { return Vec::new() };
    regex.captures_iter(start(text)).filter_map(|found| found.get(1)?.as_str().parse().ok()).collect()
}

/// The ports that a flag, or a variable written as `NAME=value`, says to listen on.
pub(super) fn listening(text: &str) -> Vec<i32> {
    let Some(regex) = &*LISTENING else { return Vec::new() };
    let found = regex.captures_iter(start(text));
    found.filter_map(|found| found.get(1).or(found.get(2))?.as_str().parse().ok()).collect()
}

/// The addresses outside of the pod that a text names, in the order of the text, each once: `db.example.com:5432`.
pub(super) fn remote(text: &str) -> Vec<String> {
    let text = start(text);
    let mut found: Vec<(usize, String)> = Vec::new();
    let each =
        |regex: &'static LazyLock<Option<Regex>>| regex.iter().flat_map(|regex| regex.captures_iter(text));
    for instance in each(&INSTANCE).filter_map(|found| found.get(1)) {
        found.push((instance.start(), instance.as_str().to_owned()));
    }
    // What looks like a host and a port in the name of an instance is a part of it.
    if found.is_empty() {
        for captures in each(&URL).chain(each(&HOST_AND_PORT)).chain(each(&NAME)) {
            let Some(host) = captures.get(1).filter(|host| is_elsewhere(host.as_str())) else { continue };
            let port = captures.get(2).map_or("", |port| port.as_str().trim_start_matches(':'));
            let colon = if port.is_empty() { "" } else { ":" };
            found.push((host.start(), format!("{}{colon}{port}", host.as_str())));
        }
    }
    // Of two readings of one place the longer one knows more.
    found.sort_by_key(|(at, address)| (*at, std::cmp::Reverse(address.len())));
    let mut addresses: Vec<String> = Vec::new();
    for (_, address) in found {
        let longer = |other: &String| other.starts_with(&format!("{address}:"));
        if !addresses.iter().any(|other| *other == address || longer(other)) {
            addresses.push(address);
        }
    }
    addresses
}

/// Whether a host is neither the pod itself nor a bare number.
fn is_elsewhere(host: &str) -> bool {
    let own = matches!(host, "localhost" | "0.0.0.0") || host.starts_with("127.");
    let scheme = matches!(host, "tcp" | "udp" | "unix" | "http" | "https" | "file");
    // `12:30` and `1000:1000` are no addresses; `10.0.0.7` is one.
    let number = host.bytes().all(|byte| byte.is_ascii_digit());
    !own && !scheme && !number
}

/// A text with `$(NAME)` and `${NAME}` replaced where the name is known.
pub(super) fn expand(text: &str, values: &BTreeMap<&str, &str>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        expanded.push_str(before);
        let close = match after.as_bytes().get(1) {
            Some(b'(') => after.find(')'),
            Some(b'{') => after.find('}'),
            _ => None,
        };
        let known = close.and_then(|close| Some((close, values.get(after.get(2..close)?)?)));
        match known {
            Some((close, value)) => {
                expanded.push_str(value);
                rest = &after[close + 1..];
            }
            None => {
                expanded.push('$');
                rest = &after[1..];
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

fn start(text: &str) -> &str {
    text.char_indices().nth(MOST_OF_A_TEXT).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_on_localhost_are_found() {
        assert_eq!(local("http://localhost:8000/api"), [8000]);
        assert_eq!(local(". /scripts/init.sh 127.0.0.1 5432 accounts"), [5432]);
        assert_eq!(local("mylocalhost:80"), [] as [i32; 0]);
    }

    #[test]
    fn listening_is_said_by_flags() {
        let table: [(&str, &[i32]); 11] = [
            ("--port=8081", &[8081]),
            ("--web.listen-address=127.0.0.1:9101", &[9101]),
            ("--secure-listen-address=:8443", &[8443]),
            ("--secure-listen-address=[$(IP)]:9100", &[9100]),
            ("-instances=p:r-x1:i=tcp:5432", &[5432]),
            ("PORT=8080", &[8080]),
            ("--upstream=http://127.0.0.1:8081/", &[]),
            ("--http-address=0.0.0.0:4180", &[4180]),
            ("DB_PORT=5432", &[]),
            ("--redis.addr=localhost:6379", &[]),
            ("--port 9000", &[9000]),
        ];
        for (text, ports) in table {
            assert_eq!(listening(text), ports, "{text}");
        }
    }

    #[test]
    fn addresses_elsewhere_are_found() {
        let table: [(&str, &[&str]); 14] = [
            ("postgres://user:pass@db.example.com:5432/x", &["db.example.com:5432"]),
            ("my-project:europe-west1:orders", &["my-project:europe-west1:orders"]),
            ("-instances=my-project:us-east1:orders=tcp:5432", &["my-project:us-east1:orders"]),
            ("TCP:db:5432", &["db:5432"]),
            ("TCP-LISTEN:5432,fork", &[]),
            ("--upstream=orders.internal:443", &["orders.internal:443"]),
            ("orders.abc.eu-west-1.rds.amazonaws.com", &["orders.abc.eu-west-1.rds.amazonaws.com"]),
            ("http://localhost:80", &[]),
            ("0.0.0.0:9115", &[]),
            ("1000:1000", &[]),
            ("tcp:5432", &[]),
            ("10.0.0.7:5432", &["10.0.0.7:5432"]),
            ("/etc/app.conf", &[]),
            ("nc -lk -p 5432 -e nc db.shop.svc 5432", &[]),
        ];
        for (text, hosts) in table {
            assert_eq!(remote(text), hosts, "{text}");
        }
    }

    #[test]
    fn variables_are_filled_in() {
        let values = BTreeMap::from([("HOST", "web")]);
        assert_eq!(
            expand("http://$(HOST)/${HOST} $HOST $(NONE) $", &values),
            "http://web/web $HOST $(NONE) $"
        );
    }
}
