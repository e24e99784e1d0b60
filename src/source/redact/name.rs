//! Which names say that their value is a secret: tables, and the order in which they apply.

use regex::Regex;
use std::sync::LazyLock;

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A password: whatever it is, numbers and lists too.
    Password,
    /// A token or key: strings only.
    Token,
}

/// Whole names, in lower case, that always hold secrets.
#[rustfmt::skip]
const WHOLE: &[&str] = &[
    ".dockerconfigjson", ".dockercfg", "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", ".htpasswd",
    "htpasswd", ".pgpass", ".netrc", "kubeconfig", ".kube/config", "pgpass", "netrc",
];

/// Words (also as the end of a word: `PGPASSWORD`) that make a name a password.
#[rustfmt::skip]
const PASSWORDS: &[&str] = &[
    "password", "passwd", "passphrase", "passcode", "passwords", "passwort",
];

/// Words that do so only if they stand alone.
#[rustfmt::skip]
const SHORT_PASSWORDS: &[&str] = &[
    "pass", "pwd", "pw", "requirepass", "masterauth", "userpass", "dbpass",
];

/// Two words that make a key out of a name.
#[rustfmt::skip]
const KEYS: &[(&str, &str)] = &[
    ("api", "key"), ("api", "keys"), ("app", "key"), ("secret", "key"), ("access", "key"),
    ("private", "key"), ("signing", "key"), ("encryption", "key"), ("master", "key"), ("shared", "key"),
    ("account", "key"), ("storage", "key"), ("auth", "key"), ("license", "key"), ("ssh", "key"),
    ("deploy", "key"), ("admin", "key"), ("client", "key"), ("tls", "key"), ("server", "key"),
    ("hmac", "key"), ("session", "key"), ("service", "key"), ("sas", "key"), ("ca", "key"), ("host", "key"),
    ("root", "key"), ("cookie", "key"), ("crypto", "key"), ("cipher", "key"), ("unseal", "key"),
    ("integration", "key"), ("routing", "key"),
];

/// One word, often the end of a longer one, that means a token.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "token", "secret", "credential", "credentials", "apikey", "secretkey", "privatekey", "accesskey",
    "authkey", "apitoken", "salt", "signature", "bearer",
];

/// Words after which a name still names the secret: `TOKEN_PROD`, `client-key-data`.
#[rustfmt::skip]
const TAILS_TO_IGNORE: &[&str] = &[
    "prod", "production", "dev", "staging", "stage", "test", "value", "data", "old", "new", "current",
    "previous", "primary", "secondary", "b64", "base64", "base", "plain", "plaintext", "text", "txt",
    "hash", "string", "key", "raw", "default", "github", "gitlab", "slack",
];

/// Last words that turn a name into something about a secret.
#[rustfmt::skip]
const HARMLESS_TAILS: &[&str] = &[
    "ttl", "expiry", "expiration", "expires", "seconds", "secs", "minutes", "hours", "days", "timeout",
    "lifetime", "duration", "age", "interval", "period", "rotation", "name", "names", "ref", "refs",
    "reference", "file", "files", "filename", "path", "paths", "dir", "directory", "location", "type",
    "kind", "id", "ids", "policy", "length", "len", "size", "count", "limit", "limits", "max", "min",
    "enabled", "enable", "disabled", "disable", "required", "optional", "allowed", "mode", "header",
    "headers", "field", "fields", "selector", "url", "uri", "urls", "endpoint", "host", "port", "issuer",
    "audience", "audiences", "algorithm", "namespace", "mount", "version", "format", "provider", "class",
    "store", "source", "sources", "env", "var", "variable", "prefix", "suffix", "request", "requests",
    "review", "reviews", "cache", "window", "scope", "scopes", "claim", "server", "service", "manager",
    "controller", "webhook", "auth", "sh", "py", "js", "yaml", "yml", "json", "conf", "md", "sql", "xml",
    "html", "properties", "crt", "cert", "pub", "ini", "toml", "go", "rb", "lua", "template", "tpl", "cfg",
    "csv", "count", "label", "annotation", "reset", "change", "check", "validation",
    "complexity", "strength", "encoder", "encoding", "separator", "delimiter", "bytes", "index",
    "secretname", "users", "grant", "flow", "usage", "budget", "generator", "rule", "rules", "description",
    "title", "placeholder", "help", "renewal",
];

/// Words that say so anywhere in the name.
const HARMLESS_WORDS: &[&str] =
    &["checksum", "sha256", "max", "min", "num", "public", "csrf", "external", "secretproviderclass"];

/// What stands before `secret` where a name points at a Secret: `existingSecret`, `passwordSecret`.
#[rustfmt::skip]
const REFERENCES: &[&str] = &[
    "existing", "password", "pull", "image", "tls", "ssl", "cert", "certificate", "credentials",
    "credential", "token", "key", "keys", "user", "config", "registry", "ca", "mounted", "external", "init",
    "env", "encryption", "use", "create", "target", "kubernetes",
];

/// Names of HTTP headers, in lower case, whose value is a credential.
#[rustfmt::skip]
const HEADERS: &[&str] = &[
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token",
    "x-access-token", "x-amz-security-token", "x-vault-token", "private-token", "x-csrf-token", "apikey",
    "api-key", "x-functions-key",
];

/// Query parameters, in lower case, that are credentials although their names are short.
#[rustfmt::skip]
const QUERY: &[&str] = &[
    "sig", "signature", "x-amz-signature", "x-goog-signature", "code", "access_token", "id_token", "auth",
    "key",
];

/// Whether the value under `name` is a secret, and how sure that is.
pub fn class(name: &str) -> Option<Class> {
    static HINT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)pass|pwd|pw|secret|token|key|cred|auth|salt|bearer|signature|docker|id_|netrc|kubeconfig|\.kube")
            .expect("a pattern")
    });
    if name.len() > 200 || !HINT.is_match(name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if WHOLE.contains(&lower.as_str()) {
        return Some(Class::Token);
    }
    let (domain, own) = name.rsplit_once('/').map_or(("", name), |(domain, own)| (domain, own));
    if domain.to_ascii_lowercase().contains("checksum") {
        return None;
    }
    let words = words(own);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    classify(&words, own.chars().any(|c| c.is_ascii_lowercase()), !domain.is_empty())
}

/// Whether `name`, as the `name` beside a `value`, holds a secret: variables and headers.
pub fn pair_class(name: &str) -> Option<Class> {
    if is_header(name) { Some(Class::Token) } else { class(name) }
}

/// Whether `name` is a header that carries credentials.
pub fn is_header(name: &str) -> bool {
    HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether `name` is a query parameter that carries credentials.
pub fn is_query(name: &str) -> bool {
    QUERY.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a name whose last word is `word` says something about a secret.
pub fn is_about(word: &str) -> bool {
    HARMLESS_TAILS.contains(&word)
}

fn classify(words: &[&str], mixed: bool, domain: bool) -> Option<Class> {
    let last = *words.last()?;
    let pair = |a: &str, b: &str| words.windows(2).any(|two| two == [a, b]);
    if pair("secret", "id") || words.ends_with(&["access", "key", "id"]) {
        return Some(Class::Token);
    }
    if HARMLESS_TAILS.contains(&last) || words.iter().any(|word| HARMLESS_WORDS.contains(word)) {
        return None;
    }
    if mixed && (last == "secret" || last == "secrets") {
        let before = words.len().checked_sub(2).map(|at| words[at]);
        if domain || before.is_some_and(|word| REFERENCES.contains(&word)) {
            return None;
        }
    }
    if mixed && last == "key" && words.len() > 1 && is_password(words[words.len() - 2]) {
        return None;
    }
    if words.iter().any(|word| is_password(word)) {
        return Some(Class::Password);
    }
    if KEYS.iter().any(|&(a, b)| pair(a, b)) {
        return Some(Class::Token);
    }
    let rest: Vec<&str> =
        words.iter().copied().filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
    let named = rest.iter().rposition(|word| !TAILS_TO_IGNORE.contains(word))?;
    let word = rest[named];
    // `tokenKey` names a key; `SECRET_KEY` was a pair.
    if mixed && rest[named + 1..].contains(&"key") {
        return None;
    }
    let is_token = |token: &&str| word == *token || token.len() >= 5 && word.ends_with(*token);
    TOKENS.iter().any(is_token).then_some(Class::Token)
}

fn is_password(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    SHORT_PASSWORDS.contains(&word) || PASSWORDS.iter().any(|password| word.ends_with(password))
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are all `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let next_is_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_lower = at > 0 && (chars[at - 1].is_ascii_lowercase() || chars[at - 1].is_ascii_digit());
        let after_upper = at > 0 && chars[at - 1].is_ascii_uppercase();
        let starts = c.is_ascii_uppercase() && (after_lower || after_upper && next_is_lower);
        if (starts || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{class, pair_class};

    #[test]
    fn names_of_secrets() {
        #[rustfmt::skip]
        let names = [
            "password", "PASSWORD", "DB_PASSWORD", "dbPassword", "db-password", "PGPASSWORD",
            "MYSQL_ROOT_PASSWORD", "password1", "PASSWORD_PROD", "pass", "SMTP_PASS", "redis.pwd",
            "passwordHash", "adminPassword", "spring.datasource.password", "apiKey", "API_KEY",
            "apikey", "X_API_KEY", "clientSecret", "CLIENT_SECRET", "secret", "JWT_SECRET",
            "AWS_SECRET", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "secret_id", "SECRET_KEY_BASE",
            "SECRET_KEY", "token", "GITHUB_TOKEN", "accessToken", "authToken", "authtoken",
            "TOKEN_PROD", "TOKEN_GITHUB", "privateKey", "private-key", "client-key-data",
            ".dockerconfigjson", "id_rsa", "tls.key", "server.key", "credentials", "PASSWORD_SECRET",
            "NEXTAUTH_SECRET", "AUTH_SECRET", "accountKey", "passphrase", "requirepass", "SALT",
            "client_secret", "DJANGO_SECRET_KEY",
        ];
        for name in names {
            assert!(class(name).is_some(), "{name}");
        }
        assert!(pair_class("Authorization").is_some() && pair_class("Cookie").is_some());
    }

    #[test]
    fn names_of_other_things() {
        #[rustfmt::skip]
        let names = [
            "secretName", "secretKeyRef", "secretRef", "tokenTTL", "TOKEN_TTL", "LOG_LEVEL",
            "passwordSecret", "existingSecret", "passwordSecretRef", "PASSWORD_FILE", "TOKEN_PATH",
            "imagePullSecrets", "imagePullSecret", "key", "topologyKey", "expirationSeconds",
            "tokenExpirationSeconds", "passwordKey", "tokenKey", "checksum/secret",
            "nginx.ingress.kubernetes.io/auth-secret", "MAX_TOKENS", "max_tokens", "bypass", "compass",
            "secretProviderClass", "publicKey", "name", "keyName", "secretKeyName",
            "bootstrap-token-auth", "create-password.sh", "secrets.yaml", "tokenReview", "monkey",
            "keycloak", "KEY_PREFIX", "author", "passthrough", "routingKeyName", "tls-secret",
            "password_policy", "TOKEN_ISSUER", "keys",
        ];
        for name in names {
            assert!(class(name).is_none(), "{name}");
        }
    }
}
