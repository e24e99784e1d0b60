//! Addresses in text: the hosts and ports that a value, an argument or a line of a file names. Pure and linear in the
//! length of the text; what is no address gives nothing. Every spelling is listed once in `spelling`; calls and patterns
//! both read addresses here, so they cannot disagree.

pub mod known;
mod place;
mod spelling;

use spelling::{Piece, Reader};
use std::collections::BTreeSet;

/// One host that a text names, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The scheme of its URL in lower case, such as `http`; `None` for what is no URL.
    pub scheme: Option<String>,
    /// The host as written, without a dot at its end and without the brackets of an IPv6 address. Empty or `*` where a
    /// program listens on every address; a variable that nobody knows, such as `$(POD_IP)`, where brackets say that it is a
    /// host; of a database in Cloud SQL its whole name.
    pub host: String,
    /// The port, where the text has one.
    pub port: Option<u16>,
    /// How it is spelled.
    pub form: Form,
    /// Whether the text is nothing but addresses of this form.
    pub alone: bool,
}

/// How an address is spelled, which says how sure it is that it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `scheme://host`, `user@tcp(host:3306)`, `jdbc:…`.
    Url,
    /// `host=… port=…`, and pairs of variables.
    Keyed,
    /// `host:port`.
    HostPort,
    /// A name alone.
    Bare,
    /// `project:region:name`, a database in Cloud SQL: no host, but an address outside.
    Instance,
}

/// Last labels of names that can be nothing but the name of a host, where they stand alone.
const HOST_ENDS: &[&str] =
    &["local", "internal", "com", "net", "org", "io", "dev", "cloud", "example", "test", "svc"];

/// Every address in a text of one line, in order. `$(VAR)` must be expanded before.
pub fn addresses(text: &str) -> Vec<Address> {
    let mut reader = Reader::default();
    let (mut before, mut in_variable) = (' ', false);
    let mut end = 0;
    let pieces = text.split(|c: char| {
        // `${PORT}` is one thing.
        let opens = c == '{' && before == '$';
        let closes = c == '}' && in_variable;
        in_variable = opens || (in_variable && !closes && !c.is_whitespace());
        before = c;
        !opens && !closes && (c.is_whitespace() || "\"'`<>{}|;\\,&".contains(c))
    });
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let start = piece.as_ptr().addr() - text.as_ptr().addr();
        reader.read(&Piece { text: piece, is_behind_comma: text[end..start].contains(',') });
        end = start + piece.len();
    }
    reader.listen_at_flags();
    let pure = reader.others == 0 && reader.found.iter().all(|one| one.form == reader.found[0].form);
    reader.found.iter_mut().for_each(|address| address.alone = pure);
    // A name among other words is a word.
    let is_list = pure && !text.trim().contains(char::is_whitespace);
    reader.found.retain(|address| address.form != Form::Bare || is_list || is_cluster_form(&address.host));
    reader.found
}

/// The address of a text that is known to be one: a host, maybe with a port. `None` for a number, a path, or a variable.
pub fn host_of(text: &str) -> Option<Address> {
    let (host, port) = place::host_and_port(text.trim_matches(['"', '\'']))?;
    let is_name = !host.is_empty() && !host.contains('$');
    is_name.then(|| Address { scheme: None, host: host.to_owned(), port, form: Form::Keyed, alone: true })
}

/// Whether a host is spelled as the name of a Service in a cluster of any domain: `….svc`, `….svc.cluster.local`.
pub fn is_cluster_form(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    lower.split('.').skip(2).any(|label| label == "svc")
}

/// Whether a host means the pod itself: `localhost`, `127.0.0.0/8`, `::1`.
pub fn is_localhost(host: &str) -> bool {
    let is_loopback = || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    host.eq_ignore_ascii_case("localhost") || is_loopback()
}

/// Whether a host means every address of the pod, so that it is where a program listens and never a target.
pub fn is_unspecified(host: &str) -> bool {
    let is_zero = || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_unspecified());
    matches!(host, "" | "*" | "+") || is_zero()
}

/// The addresses outside of the pod that a text names, in order and each once, as people write them: `db.example.com:5432`.
/// A name alone counts where it can be nothing else.
pub fn outside(text: &str) -> Vec<String> {
    let leads_out = |address: &Address| {
        let host = &address.host;
        let is_bare = address.form == Form::Bare && !is_full_name(host);
        !is_localhost(host) && !is_unspecified(host) && !host.contains('$') && !is_bare
    };
    let mut found: Vec<String> = Vec::new();
    let (mut seen, mut with_port) = (BTreeSet::new(), BTreeSet::new());
    for Address { host, port, .. } in addresses(text).into_iter().filter(leads_out) {
        let place = match port {
            Some(port) if host.contains(':') => format!("[{host}]:{port}"),
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let is_known = port.is_none() && with_port.contains(&host);
        if port.is_some() {
            with_port.insert(host);
        }
        if !is_known && seen.insert(place.clone()) {
            found.push(place);
        }
    }
    found
}

/// Whether a name alone is that of a host and no other word: `db.shop.svc`, `orders.example.com`.
fn is_full_name(host: &str) -> bool {
    let end = host.rsplit_once('.').map(|(_, end)| end);
    is_cluster_form(host) || end.is_some_and(|end| HOST_ENDS.contains(&end.to_ascii_lowercase().as_str()))
}

/// Whether the number behind a flag or a variable is a port that the program itself listens at: `--telemetry-port` is,
/// `--db-port` is one of something else.
pub fn says_own_port(name: &str) -> bool {
    let of_its_own =
        ["", "app", "grpc", "health", "http", "https", "metrics", "secure", "server", "telemetry", "web"];
    let name = name.trim_start_matches('-').to_ascii_lowercase();
    let prefix = name.strip_suffix("port").map(|prefix| prefix.trim_end_matches(['-', '_', '.']));
    name.starts_with("listen")
        || name.starts_with("bind")
        || prefix.is_some_and(|one| of_its_own.contains(&one))
}

#[cfg(test)]
mod tests {
    use super::spelling::SPELLINGS;
    use super::*;

    /// What is found, as `scheme host port form`, `-` for what is absent.
    fn found(text: &str) -> Vec<String> {
        let word = |address: Address| {
            let port = address.port.map_or("-".to_owned(), |port| port.to_string());
            format!("{} {} {port} {:?}", address.scheme.as_deref().unwrap_or("-"), address.host, address.form)
        };
        addresses(text).into_iter().map(word).collect()
    }

    #[test]
    fn every_spelling_reads_its_examples() {
        for spelling in SPELLINGS {
            for (text, expected) in spelling.examples {
                assert_eq!(found(text), *expected, "{text}");
            }
        }
    }

    #[test]
    fn no_spelling_is_there_in_vain() {
        for (at, spelling) in SPELLINGS.iter().enumerate() {
            let (text, _) = spelling.examples.first().expect("every spelling has an example");
            let mut reader = Reader::default();
            let mut takers = Vec::new();
            for piece in text.split([' ', ',', ';']) {
                let piece = Piece { text: piece, is_behind_comma: text.contains(',') };
                takers.push(SPELLINGS.iter().position(|one| (one.read)(&mut reader, &piece)));
            }
            assert!(takers.contains(&Some(at)), "another spelling takes {text}: {takers:?}, not {at}");
        }
    }

    #[test]
    fn spellings_meet_in_one_text() {
        let table: &[(&str, &[&str])] = &[
            ("app@unix(/run/db.sock)/shop", &[]),
            ("http://+:80;http://*:81", &["http + 80 Url", "http * 81 Url"]),
            ("http://cart:${PORT}/x", &["http cart - Url"]),
            ("curl -s http://api/x | grep ok", &["http api - Url"]),
            ("wait for db.shop.svc now", &["- db.shop.svc - Bare"]),
            ("etcd0=http://e0:2380,etcd1=http://e1:2380", &["http e0 2380 Url", "http e1 2380 Url"]),
            ("wget -q http://db:5432; do sleep 1; done", &["http db 5432 Url"]),
            ("db.example.com.:5432", &["- db.example.com 5432 HostPort"]),
            (". /scripts/init.sh 127.0.0.1 5432 accounts", &["- 127.0.0.1 5432 HostPort"]),
            ("psql --host=db --port=5432", &["- db 5432 Keyed"]),
            ("psql --port=5432 --host=db", &["- db 5432 Keyed"]),
            ("localhost 5", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(found(text), *expected, "{text}");
        }
    }

    #[test]
    fn what_leads_out_of_the_pod_is_told_apart() {
        let table: &[(&str, &[&str])] = &[
            ("postgres://user:pass@db.example.com:5432/x", &["db.example.com:5432"]),
            ("user:pass@tcp(db.example.com:3306)/x", &["db.example.com:3306"]),
            ("host=db.example.com port=5432", &["db.example.com:5432"]),
            ("my-project:europe-west1:orders", &["my-project:europe-west1:orders"]),
            ("-instances=my-project:us-east1:orders=tcp:5432", &["my-project:us-east1:orders"]),
            ("TCP:db:5432", &["db:5432"]),
            ("TCP-LISTEN:5432,fork", &[]),
            ("--upstream=orders.internal:443", &["orders.internal:443"]),
            ("orders.abc.eu-west-1.rds.amazonaws.com", &["orders.abc.eu-west-1.rds.amazonaws.com"]),
            ("http://a.example:1,http://a.example/,http://a.example:1", &["a.example:1"]),
            ("http://localhost:80", &[]),
            ("0.0.0.0:9115", &[]),
            ("[$(IP)]:9100", &[]),
            ("1000:1000", &[]),
            ("tcp:5432", &[]),
            ("10.0.0.7:5432", &["10.0.0.7:5432"]),
            ("[2001:db8::1]:5432", &["[2001:db8::1]:5432"]),
            ("/etc/app.conf", &[]),
            ("redis", &[]),
            ("nc -lk -p 5432 -e nc db.shop.svc 5432", &["db.shop.svc"]),
        ];
        for (text, hosts) in table {
            assert_eq!(outside(text), *hosts, "{text}");
        }
    }

    #[test]
    fn own_ports_are_told_apart() {
        for name in ["--port", "PORT", "HTTP_PORT", "--server.port", "--listen-port", "bind_port"] {
            assert!(says_own_port(name), "{name}");
        }
        for name in ["DB_PORT", "--db-port", "--redis.port", "", "--report", "support"] {
            assert!(!says_own_port(name), "{name}");
        }
    }

    #[test]
    fn what_is_no_address_gives_nothing() {
        let texts = [
            "",
            "http://",
            "://",
            "=",
            "@",
            "[",
            "[::1",
            "[redacted]",
            "12:30",
            "1:2:3",
            "a:b",
            "a:0",
            "a:65536",
            "$(HOST):80",
            "unix:///run/x.sock",
            "s3://bucket/key",
            "/api/orders:8080/x y",
            "two words",
            "-1",
            "é://",
            "tcp(",
            "()",
            "host=",
            "a..b:80",
            "[$(HOST)",
            "a:b-1:c",
            "1:2-3:4",
            "file:///etc/x",
        ];
        for text in texts {
            assert_eq!(found(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn names_in_paths_are_none() {
        assert_eq!(found("http://gateway/orders:8080/cart"), ["http gateway - Url"]);
        assert_eq!(found("registry.example/library/redis:7"), [] as [&str; 0]);
    }

    #[test]
    fn forms_of_hosts_are_told_apart() {
        assert!(is_cluster_form("a.b.svc") && is_cluster_form("p.a.b.svc.cluster.local"));
        assert!(is_cluster_form("a.b.svc.k8s.example.org"));
        assert!(
            !is_cluster_form("a.svc") && !is_cluster_form("a.b") && !is_cluster_form("x.svc.example.com")
        );
        assert!(is_localhost("127.1.2.3") && is_localhost("::1") && is_localhost("Localhost"));
        assert!(!is_localhost("0.0.0.0") && is_unspecified("0.0.0.0") && is_unspecified("::"));
    }

    #[test]
    fn long_texts_take_time_in_proportion() {
        for unit in ["a:1,", "http://", "host=", "((((", "@@@@", "[[", "a=b=", "x.", "://a,"] {
            let text = unit.repeat(50_000);
            addresses(&text);
        }
    }
}
