//! Addresses in text: the hosts and ports that a value, an argument or a line of a file names. Pure and linear in the
//! length of the text; what is no address gives nothing.

/// One host that a text names, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The scheme of its URL in lower case, such as `http`; `None` for what is no URL.
    pub scheme: Option<String>,
    /// The host as written, without a dot at its end and without the brackets of an IPv6 address. Empty or `*` where a
    /// program listens on every address.
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
}

/// Schemes whose authority is no host: files, buckets, images, databases in memory.
const HOSTLESS: &[&str] = &[
    "unix",
    "file",
    "s3",
    "s3a",
    "s3n",
    "gs",
    "gcs",
    "az",
    "azblob",
    "abfs",
    "wasb",
    "oci",
    "docker",
    "containerd",
    "docker-pullable",
    "spiffe",
    "classpath",
    "jar",
    "data",
    "mem",
    "memory",
    "inmem",
    "sqlite",
    "sqlite3",
    "secret",
    "vault",
    "kubernetes",
    "k8s",
    "arn",
    "urn",
    "about",
    "npipe",
    "fd",
    "cri-o",
    "hdfs",
    "local",
    "chrome-extension",
];

/// Last keys of settings that name a host: `host=db`, `-Ddb.hostname=db`, `Data Source=db`.
const HOST_KEYS: &[&str] =
    &["host", "hostaddr", "hostname", "server", "addr", "address", "source", "endpoint"];

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
        reader.read(piece, text[end..start].contains(','));
        end = start + piece.len();
    }
    let pure = reader.others == 0 && reader.found.iter().all(|one| one.form == reader.found[0].form);
    reader.found.iter_mut().for_each(|address| address.alone = pure);
    // A name among other words is a word.
    let is_list = pure && !text.trim().contains(char::is_whitespace);
    reader.found.retain(|address| address.form != Form::Bare || is_list || is_cluster_form(&address.host));
    reader.found
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

#[derive(Default)]
struct Reader {
    found: Vec<Address>,
    /// How many pieces are no address.
    others: usize,
    /// The scheme of a URL whose list of hosts may go on: `mongodb://a:1,b:2/db`.
    open: Option<String>,
    /// The last host that a key names, while its port may follow: `host=db port=5432`, `Server=db,1433`.
    keyed: Option<usize>,
    /// A port that a key names before the host.
    early_port: Option<u16>,
}

impl Reader {
    /// Reads one piece of the text, which may stand behind a comma.
    fn read(&mut self, piece: &str, behind_comma: bool) {
        let scheme = self.open.take();
        let goes_on = scheme.filter(|_| behind_comma && !piece.contains("://") && !piece.contains('='));
        if let Some(scheme) = goes_on
            && let Some((host, port)) = host_and_port(authority(piece))
        {
            self.open = Some(scheme.clone()).filter(|_| !has_path(piece));
            self.add(Some(scheme), host, port, Form::Url);
            return;
        }
        let found = self.url(piece) || self.driver(piece) || self.setting(piece) || self.loose(piece);
        self.others += usize::from(!found);
    }

    fn add(&mut self, scheme: Option<String>, host: &str, port: Option<u16>, form: Form) {
        let host = host.to_owned();
        self.found.push(Address { scheme, host, port, form, alone: false });
    }

    /// `scheme://[user@]host[:port]`, whatever stands before the scheme.
    fn url(&mut self, piece: &str) -> bool {
        let Some((before, rest)) = piece.split_once("://") else { return false };
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let start = before
            .rfind(|c: char| !is_part(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let scheme =
            before[start..].trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_ascii_lowercase();
        if scheme.is_empty() || HOSTLESS.contains(&scheme.as_str()) {
            return true;
        }
        // The resolvers of gRPC write the host as a path.
        let resolver = matches!(scheme.as_str(), "dns" | "passthrough");
        let rest = if resolver { rest.rsplit('/').next().unwrap_or_default() } else { rest };
        self.early_port = None;
        if let Some((host, port)) = inside_parentheses(rest).or_else(|| host_and_port(authority(rest))) {
            self.open = Some(scheme.clone()).filter(|_| !has_path(rest));
            self.add(Some(scheme), host, port, Form::Url);
        }
        true
    }

    /// Drivers that write URLs of their own: `user:password@tcp(db:3306)/shop`, `jdbc:oracle:thin:@db:1521:x`.
    fn driver(&mut self, piece: &str) -> bool {
        if let Some((host, port)) = inside_parentheses(piece) {
            self.add(Some("mysql".to_owned()), host, port, Form::Url);
            return true;
        }
        let Some(rest) = piece.find("jdbc:oracle:").map(|at| &piece[at..]) else { return false };
        let Some((_, target)) = rest.split_once('@') else { return true };
        let mut parts = target.trim_start_matches('/').split(['/', ':', '?']);
        let host = parts.next().filter(|host| is_host(host));
        let port = parts.next().and_then(|port| port.parse().ok());
        if let Some(host) = host {
            self.add(Some("oracle".to_owned()), host, port, Form::Url);
        }
        true
    }

    /// `key=value`: the host and the port of a connection string, or an address behind any other key.
    fn setting(&mut self, piece: &str) -> bool {
        let bare_number = || piece.parse::<u16>().ok().filter(|port| *port > 0);
        if let Some(at) = self.keyed.filter(|_| !piece.contains('='))
            && let Some(port) = bare_number()
        {
            self.found[at].port.get_or_insert(port);
            return true;
        }
        let Some((key, value)) = piece.split_once('=') else {
            self.keyed = None;
            return false;
        };
        let last = key.rsplit(['.', '_', '-', '?', ':']).next().unwrap_or_default().to_ascii_lowercase();
        if last == "port" {
            let port = value.parse().ok().filter(|port| *port > 0);
            match self.keyed {
                Some(at) if self.found[at].port.is_none() => self.found[at].port = port,
                _ => self.early_port = port,
            }
            return true;
        }
        // The Cloud SQL proxy listens for an instance: `project:region:name=tcp:3306`.
        if key.matches(':').count() >= 2
            && let Some(port) = value.strip_prefix("tcp:").and_then(|port| port.parse().ok())
        {
            self.add_listener(port);
            self.others += 1;
            return true;
        }
        let value = value.strip_prefix("tcp:").unwrap_or(value);
        if HOST_KEYS.contains(&last.as_str())
            && let Some((host, port)) = host_and_port(authority(value))
        {
            self.keyed = Some(self.found.len());
            let port = port.or(self.early_port.take());
            self.add(None, host, port, Form::Keyed);
            return true;
        }
        match host_and_port(authority(value)) {
            Some((host, Some(port))) => self.add(None, host, Some(port), Form::HostPort),
            _ => return false,
        }
        // It is an address, but not alone.
        self.others += 1;
        true
    }

    /// A port that a program such as `socat` is told to listen at.
    fn add_listener(&mut self, port: u16) {
        if port > 0 {
            self.add(None, "", Some(port), Form::HostPort);
        }
    }

    /// `host:port`, `[::1]:80`, `:8080`, `TCP:host:port`, or a name.
    fn loose(&mut self, piece: &str) -> bool {
        let piece = piece.trim_start_matches('(');
        let piece = match piece.split_once(':') {
            Some((kind, port)) if is_one_of(kind, &["tcp-listen", "tcp4-listen", "tcp6-listen", "tcp-l"]) => {
                port.parse().into_iter().for_each(|port| self.add_listener(port));
                return true;
            }
            Some((kind, rest)) if is_one_of(kind, &["tcp", "tcp4", "tcp6", "tcp-connect", "openssl"]) => rest,
            _ => piece,
        };
        let place = authority(piece);
        match host_and_port(place) {
            Some((host, Some(port))) => self.add(None, host, Some(port), Form::HostPort),
            Some((host, None)) if place.len() == piece.len() && !host.is_empty() => {
                self.add(None, host, None, Form::Bare);
            }
            _ => return false,
        }
        true
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// `tcp(db:3306)` of Go's driver for MySQL.
fn inside_parentheses(piece: &str) -> Option<(&str, Option<u16>)> {
    let (before, rest) = piece.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    let network = before.rsplit('@').next().unwrap_or_default();
    matches!(network, "tcp" | "tcp4" | "tcp6").then(|| host_and_port(inside))?
}

/// What stands before the path, without the user.
fn authority(text: &str) -> &str {
    let end = text.find(['/', '?', '#', ')']).unwrap_or(text.len());
    let place = &text[..end];
    place.rsplit_once('@').map_or(place, |(_, host)| host)
}

fn has_path(text: &str) -> bool {
    text.contains(['/', '?', '#'])
}

/// A host and its port. A port that is a variable nobody knows leaves the host without one.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        return match port.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok().filter(|port| *port > 0)?))),
            None => port.is_empty().then_some((host, None)),
        };
    }
    if text.contains("::") && text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some((text, None));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) if port.starts_with(['$', '[']) || port == "%" => (host, None),
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (text, None),
    };
    let everywhere = matches!(host, "" | "*" | "+") && port.is_some();
    (everywhere || is_host(host)).then(|| (host.strip_suffix('.').unwrap_or(host), port))
}

/// Whether a text can be a name in the DNS or an IPv4 address; a number alone is neither.
fn is_host(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (1..=63).contains(&label.len())
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.len() <= 253
        && text.split('.').all(is_label)
        && (!numeric || text.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
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
    fn addresses_are_found_in_every_spelling() {
        let table: &[(&str, &[&str])] = &[
            ("http://orders:8080", &["http orders 8080 Url"]),
            ("orders.default.svc.cluster.local:8080", &["- orders.default.svc.cluster.local 8080 HostPort"]),
            ("https://docs.example.org/orders", &["https docs.example.org - Url"]),
            ("postgres://app:[redacted]@db:5432/shop?sslmode=disable", &["postgres db 5432 Url"]),
            ("jdbc:mysql://db.shop:3306/x", &["mysql db.shop 3306 Url"]),
            ("jdbc:oracle:thin:@db:1521:xe", &["oracle db 1521 Url"]),
            ("jdbc:sqlserver://db:1433;databaseName=x", &["sqlserver db 1433 Url"]),
            (
                "mongodb://a:27017,b:27018,c/db",
                &["mongodb a 27017 Url", "mongodb b 27018 Url", "mongodb c - Url"],
            ),
            (
                "kafka-0.kafka:9092,kafka-1.kafka:9092",
                &["- kafka-0.kafka 9092 HostPort", "- kafka-1.kafka 9092 HostPort"],
            ),
            ("host=db port=5432 user=app dbname=orders", &["- db 5432 Keyed"]),
            ("Server=db,1433;Database=orders", &["- db 1433 Keyed"]),
            ("Port=3306;Server=tcp:db", &["- db 3306 Keyed"]),
            ("-Xmx1g -Ddb.host=db -Ddb.port=5432", &["- db 5432 Keyed"]),
            ("app:[redacted]@tcp(db:3306)/shop", &["mysql db 3306 Url"]),
            ("app@unix(/run/db.sock)/shop", &[]),
            ("http://[::1]:81/x", &["http ::1 81 Url"]),
            ("[::]:8443", &["- :: 8443 HostPort"]),
            (":8080", &["-  8080 HostPort"]),
            ("http://+:80;http://*:81", &["http + 80 Url", "http * 81 Url"]),
            ("redis", &["- redis - Bare"]),
            ("dns:///cart:7070", &["dns cart 7070 Url"]),
            ("http://cart:${PORT}/x", &["http cart - Url"]),
            ("curl -s http://api/x | grep ok", &["http api - Url"]),
            ("wait for db.shop.svc now", &["- db.shop.svc - Bare"]),
            ("etcd0=http://e0:2380,etcd1=http://e1:2380", &["http e0 2380 Url", "http e1 2380 Url"]),
            ("TCP-LISTEN:5432,fork TCP:db:5432", &["-  5432 HostPort", "- db 5432 HostPort"]),
            ("wget -q http://db:5432; do sleep 1; done", &["http db 5432 Url"]),
            ("shop:europe-west1:db=tcp:3306", &["-  3306 HostPort"]),
            ("db.example.com.:5432", &["- db.example.com 5432 HostPort"]),
        ];
        for (text, expected) in table {
            assert_eq!(found(text), *expected, "{text}");
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
