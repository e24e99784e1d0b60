//! The spellings of addresses, one after another, and the reader that goes through them.

use super::known::{Authority, KNOWN};
use super::place::{authority, has_path, host_and_port, inside_parentheses, is_host, is_instance};
use super::{Address, Form, is_cluster_form, is_localhost, is_unspecified, says_own_port};

/// Last keys of settings that name a host: `host=db`, `-Ddb.hostname=db`.
const HOST_KEYS: &[&str] = &["host", "hostaddr", "hostname", "server", "addr", "address", "endpoint"];

/// Words that no host is called where a key could hold one.
const WORDS: &[&str] = &[
    "all", "any", "auto", "default", "disabled", "enabled", "false", "internal", "no", "none", "null", "off",
    "on", "true", "yes",
];

/// A way in which addresses are spelled.
pub(super) struct Spelling {
    /// What is spelled like this, and what is read of it: see the test of the table.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are there for people and for the test"))]
    pub examples: &'static [(&'static str, &'static [&'static str])],
    /// Reads a piece of a text; tells whether it is spelled like this.
    pub read: fn(&mut Reader, &Piece) -> bool,
}

/// Every spelling. The first that takes a piece counts.
pub(super) const SPELLINGS: &[Spelling] = &[
    Spelling {
        examples: &[
            (
                "mongodb://a:27017,b:27018,c/db",
                &["mongodb a 27017 Url", "mongodb b 27018 Url", "mongodb c - Url"],
            ),
            ("redis://a:1,b", &["redis a 1 Url", "redis b - Url"]),
        ],
        read: Reader::next_of_url,
    },
    Spelling {
        examples: &[
            ("http://orders:8080", &["http orders 8080 Url"]),
            ("https://docs.example.org/orders", &["https docs.example.org - Url"]),
            ("postgres://app:[redacted]@db:5432/shop?sslmode=disable", &["postgres db 5432 Url"]),
            ("jdbc:mysql://db.shop:3306/x", &["mysql db.shop 3306 Url"]),
            ("jdbc:sqlserver://db:1433;databaseName=x", &["sqlserver db 1433 Url"]),
            ("mysql://app@tcp(db:3306)/shop", &["mysql db 3306 Url"]),
            ("dns:///cart:7070", &["dns cart 7070 Url"]),
            ("--upstream=http://[::1]:81/x", &["http ::1 81 Url"]),
            ("postgres://$(USER):$(PASSWORD)@db:5432/shop", &["postgres db 5432 Url"]),
            ("k8s://https://api.shop.svc:443", &["https api.shop.svc 443 Url"]),
            ("s3://bucket/key", &[]),
            ("hf://team/model", &[]),
            ("unheard://team/model", &[]),
            ("unheard://team:9000", &["unheard team 9000 Url"]),
        ],
        read: Reader::url,
    },
    Spelling {
        examples: &[
            ("app:[redacted]@tcp(db.example.com:3306)/shop", &["mysql db.example.com 3306 Url"]),
            ("$(USER):$(PASSWORD)@tcp(db:3306)/shop", &["mysql db 3306 Url"]),
            ("tcp(db)", &["mysql db - Url"]),
        ],
        read: Reader::go_driver,
    },
    Spelling {
        examples: &[
            ("jdbc:oracle:thin:@db:1521:xe", &["oracle db 1521 Url"]),
            ("jdbc:oracle:thin:@//db:1521/xe", &["oracle db 1521 Url"]),
        ],
        read: Reader::oracle,
    },
    Spelling {
        examples: &[
            ("shop-prod:europe-west1:orders", &["- shop-prod:europe-west1:orders - Instance"]),
            ("shop:us-east1:db=tcp:3306", &["- shop:us-east1:db - Instance", "-  3306 HostPort"]),
            ("shop:us-east1:db=tcp:0.0.0.0:3307", &["- shop:us-east1:db - Instance", "-  3307 HostPort"]),
            ("-instances=shop:us-east1:db", &["- shop:us-east1:db - Instance"]),
            ("shop:us-east1:db?port=5433", &["- shop:us-east1:db - Instance", "-  5433 HostPort"]),
        ],
        read: Reader::instance,
    },
    Spelling {
        examples: &[
            ("Server=db,1433;Database=orders", &["- db 1433 Keyed"]),
            ("Data Source=db,1433;Database=orders", &["- db 1433 Keyed"]),
            ("host=db port=5432 user=app dbname=orders", &["- db 5432 Keyed"]),
            ("127.0.0.1 5432", &["- 127.0.0.1 5432 HostPort"]),
        ],
        read: Reader::port_behind,
    },
    Spelling {
        examples: &[
            ("x --port 9000", &["-  9000 HostPort"]),
            ("x --listen-port 9000 -v", &["-  9000 HostPort"]),
            ("x --db-port 5432", &[]),
            ("psql --port 5432 --host db", &[]),
            ("uvicorn app --host 0.0.0.0 --port 8000", &["-  8000 HostPort"]),
        ],
        read: Reader::flag,
    },
    Spelling {
        examples: &[
            ("Port=3306;Server=tcp:db", &["- db 3306 Keyed"]),
            ("-Xmx1g -Ddb.host=db -Ddb.port=5432", &["- db 5432 Keyed"]),
            ("--upstream=orders.internal:443", &["- orders.internal 443 HostPort"]),
            ("x --server.port=9000", &["-  9000 HostPort"]),
            ("dataset.source=parquet", &[]),
            ("feature.server=true", &[]),
        ],
        read: Reader::setting,
    },
    Spelling {
        examples: &[
            ("TCP-LISTEN:5432,fork TCP:db:5432", &["-  5432 HostPort", "- db 5432 HostPort"]),
            ("OPENSSL:db:5433", &["- db 5433 HostPort"]),
        ],
        read: Reader::socat,
    },
    Spelling {
        examples: &[
            ("/dev/tcp/db/5432", &["- db 5432 Keyed"]),
            ("3<>/dev/tcp/db/5432", &["- db 5432 Keyed"]),
        ],
        read: Reader::device,
    },
    Spelling {
        examples: &[
            ("orders.default.svc.cluster.local:8080", &["- orders.default.svc.cluster.local 8080 HostPort"]),
            (
                "kafka-0.kafka:9092,kafka-1.kafka:9092",
                &["- kafka-0.kafka 9092 HostPort", "- kafka-1.kafka 9092 HostPort"],
            ),
            ("[::]:8443", &["- :: 8443 HostPort"]),
            ("[$(IP)]:9100", &["- $(IP) 9100 HostPort"]),
            (":8080", &["-  8080 HostPort"]),
            ("redis", &["- redis - Bare"]),
        ],
        read: Reader::loose,
    },
];

/// A part of a text between spaces and the like.
pub(super) struct Piece<'a> {
    pub text: &'a str,
    /// Whether it stands behind a comma.
    pub is_behind_comma: bool,
}

#[derive(Default)]
pub(super) struct Reader {
    pub found: Vec<Address>,
    /// How many pieces are no address.
    pub others: usize,
    /// The scheme of a URL whose list of hosts may go on: `mongodb://a:1,b:2/db`.
    open: Option<String>,
    /// The last host whose port may follow in a piece of its own: `host=db port=5432`, `Server=db,1433`, `localhost 80`.
    waiting: Option<usize>,
    /// A port that a key names before the host.
    early_port: Option<u16>,
    /// Whether the last piece is a flag whose value is a port that the program listens at.
    is_behind_port: bool,
    /// The ports that flags name; they are those of the program itself unless another flag names a host.
    flag_ports: Vec<u16>,
    /// Whether a flag names a host to call.
    has_host_flag: bool,
    /// Whether the last piece is a flag whose value is a host.
    is_behind_host: bool,
    /// Whether the last piece is the first word of `Data Source=`.
    is_behind_data: bool,
}

impl Reader {
    /// Reads one piece of the text.
    pub fn read(&mut self, piece: &Piece) {
        let is_found = SPELLINGS.iter().any(|spelling| (spelling.read)(self, piece));
        self.is_behind_data = piece.text.eq_ignore_ascii_case("data");
        self.others += usize::from(!is_found);
    }

    fn add(&mut self, scheme: Option<String>, host: &str, port: Option<u16>, form: Form) {
        let host = host.to_owned();
        self.found.push(Address { scheme, host, port, form, alone: false });
    }

    /// A further host of a URL that began before a comma.
    fn next_of_url(&mut self, piece: &Piece) -> bool {
        let Some(scheme) = self.open.take() else { return false };
        let text = piece.text;
        if !piece.is_behind_comma || text.contains("://") || text.contains('=') {
            return false;
        }
        let Some((host, port)) = host_and_port(authority(text)) else { return false };
        self.open = Some(scheme.clone()).filter(|_| !has_path(text));
        self.add(Some(scheme), host, port, Form::Url);
        true
    }

    /// `scheme://[user@]host[:port]`, whatever stands before the scheme.
    fn url(&mut self, piece: &Piece) -> bool {
        let Some((before, rest)) = piece.text.split_once("://") else { return false };
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let start = before
            .rfind(|c: char| !is_part(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let scheme =
            before[start..].trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_ascii_lowercase();
        let is_network = match KNOWN.authority(&scheme) {
            // `k8s://https://api:443`, as Spark writes it.
            Authority::Hostless if rest.starts_with("https://") || rest.starts_with("http://") => {
                return self.url(&Piece { text: rest, is_behind_comma: piece.is_behind_comma });
            }
            Authority::Hostless => return true,
            Authority::Network => true,
            Authority::Unknown => false,
        };
        if scheme.is_empty() {
            return true;
        }
        // The resolvers of gRPC write the host as a path.
        let resolver = matches!(scheme.as_str(), "dns" | "passthrough");
        let rest = if resolver { rest.rsplit('/').next().unwrap_or_default() } else { rest };
        self.early_port = None;
        let found = inside_parentheses(rest).or_else(|| host_and_port(authority(rest)));
        let found = found.filter(|(host, port)| is_network || port.is_some() || is_cluster_form(host));
        if let Some((host, port)) = found {
            self.open = Some(scheme.clone()).filter(|_| !has_path(rest));
            self.add(Some(scheme), host, port, Form::Url);
        }
        true
    }

    /// What drivers of Go for MySQL read: `user:password@tcp(db:3306)/shop`.
    fn go_driver(&mut self, piece: &Piece) -> bool {
        let Some((host, port)) = inside_parentheses(piece.text) else { return false };
        self.add(Some("mysql".to_owned()), host, port, Form::Url);
        true
    }

    /// What the driver of Oracle reads: `jdbc:oracle:thin:@db:1521:x`.
    fn oracle(&mut self, piece: &Piece) -> bool {
        let Some(rest) = piece.text.find("jdbc:oracle:").map(|at| &piece.text[at..]) else { return false };
        let Some((_, target)) = rest.split_once('@') else { return true };
        let mut parts = target.trim_start_matches('/').split(['/', ':', '?']);
        let host = parts.next().filter(|host| is_host(host));
        let port = parts.next().and_then(|port| port.parse().ok());
        if let Some(host) = host {
            self.add(Some("oracle".to_owned()), host, port, Form::Url);
        }
        true
    }

    /// A database in Cloud SQL, as its proxy is told: `project:region:name`, and behind it where the proxy listens for it.
    fn instance(&mut self, piece: &Piece) -> bool {
        let text = piece
            .text
            .strip_prefix('-')
            .and_then(|flag| flag.split_once('='))
            .map_or(piece.text, |(_, it)| it);
        let end = text.find(['=', '?']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if !is_instance(name) {
            return false;
        }
        self.add(None, name, None, Form::Instance);
        let place = rest.strip_prefix("=tcp:").and_then(|place| place.rsplit(':').next());
        let port = place.or_else(|| rest.split_once("port=").map(|(_, port)| port));
        let digits = port.map(|port| port.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
        digits.and_then(|port| port.parse().ok()).into_iter().for_each(|port| self.add_listener(port));
        true
    }

    /// The port of the host before it.
    fn port_behind(&mut self, piece: &Piece) -> bool {
        let Some(at) = self.waiting.filter(|_| !piece.text.contains('=')) else { return false };
        let port = piece.text.parse::<u16>().ok().filter(|port| *port > 0);
        // `localhost 5` is more likely something else.
        let is_bare = self.found[at].form == Form::Bare;
        let Some(port) = port.filter(|_| !is_bare || piece.text.len() > 1) else { return false };
        self.found[at].port.get_or_insert(port);
        if is_bare {
            self.found[at].form = Form::HostPort;
            self.waiting = None;
        }
        true
    }

    /// A flag whose value follows in a piece of its own: `--port 9000`.
    fn flag(&mut self, piece: &Piece) -> bool {
        let port = piece.text.parse::<u16>().ok().filter(|port| *port > 9);
        if std::mem::take(&mut self.is_behind_port)
            && let Some(port) = port
        {
            self.flag_ports.push(port);
            self.others += 1;
            return true;
        }
        self.has_host_flag |= std::mem::take(&mut self.is_behind_host) && !is_unspecified(piece.text);
        if piece.text.starts_with('-') && !piece.text.contains('=') {
            self.is_behind_port = says_own_port(piece.text);
            self.is_behind_host = is_host_flag(piece.text);
        }
        false
    }

    /// Takes the ports that flags name for those of the program itself, unless a flag names a host to call.
    pub fn listen_at_flags(&mut self) {
        for port in std::mem::take(&mut self.flag_ports) {
            if !self.has_host_flag {
                self.add_listener(port);
            }
        }
    }

    /// `key=value`: the host and the port of a connection string, or an address behind any other key.
    fn setting(&mut self, piece: &Piece) -> bool {
        let piece = piece.text;
        let Some((key, value)) = piece.split_once('=') else {
            self.waiting = None;
            return false;
        };
        self.has_host_flag |= is_host_flag(key);
        let last = key.rsplit(['.', '_', '-', '?', ':']).next().unwrap_or_default().to_ascii_lowercase();
        if last == "port" {
            let port = value.parse().ok().filter(|port| *port > 0);
            match self.waiting {
                Some(at) if self.found[at].port.is_none() => self.found[at].port = port,
                _ => self.early_port = port,
            }
            self.flag_ports.extend(port.filter(|_| key.starts_with('-') && says_own_port(key)));
            return true;
        }
        let value = value.strip_prefix("tcp:").unwrap_or(value);
        let names_host = HOST_KEYS.contains(&last.as_str()) || (self.is_behind_data && last == "source");
        if names_host
            && !is_one_of(value, WORDS)
            && let Some((host, port)) = host_and_port(authority(value))
        {
            self.waiting = Some(self.found.len());
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

    /// What `socat` is told: where it listens, and whom it calls.
    fn socat(&mut self, piece: &Piece) -> bool {
        let Some((kind, rest)) = piece.text.trim_start_matches('(').split_once(':') else { return false };
        if is_one_of(kind, &["tcp-listen", "tcp4-listen", "tcp6-listen", "tcp-l"]) {
            rest.parse().into_iter().for_each(|port| self.add_listener(port));
            return true;
        }
        let calls = is_one_of(kind, &["tcp", "tcp4", "tcp6", "tcp-connect", "openssl"]);
        // `tcp:5432` names no host, and `tcp` is none.
        let is_found = calls && self.loose(&Piece { text: rest, is_behind_comma: false });
        self.others += usize::from(calls && !is_found);
        calls
    }

    /// What a shell such as bash connects to: `</dev/tcp/db/5432`.
    fn device(&mut self, piece: &Piece) -> bool {
        let Some((_, place)) = piece.text.split_once("/dev/tcp/") else { return false };
        let Some((host, port)) = place.split_once('/') else { return false };
        let port = port.parse().ok().filter(|port| *port > 0);
        if is_host(host) {
            self.add(None, host, port, Form::Keyed);
        }
        true
    }

    /// `host:port`, `[::1]:80`, `:8080`, or a name.
    fn loose(&mut self, piece: &Piece) -> bool {
        let piece = piece.text.trim_start_matches('(');
        let place = authority(piece);
        match host_and_port(place) {
            Some((host, Some(port))) => self.add(None, host, Some(port), Form::HostPort),
            Some((host, None)) if place.len() == piece.len() && !host.is_empty() => {
                self.waiting = is_localhost(host).then_some(self.found.len());
                self.add(None, host, None, Form::Bare);
            }
            _ => return false,
        }
        true
    }
}

/// Whether the value of a flag is a host to call or to listen at.
fn is_host_flag(flag: &str) -> bool {
    let last = flag.rsplit(['-', '.', '_']).next().unwrap_or_default();
    flag.starts_with('-') && (flag == "-h" || is_one_of(last, HOST_KEYS))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}
