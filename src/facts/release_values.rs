//! What the values of a release tell of a chart that nobody has: by the words that most charts have in common.
//!
//! Source: the values that `helm create` writes (`image.repository`, `service.port`, `ingress.hosts`), and the conventions of
//! bitnami/charts (`existingSecret`, `persistence.size`) and bjw-s-labs/helm-charts (`persistence.*.existingClaim`).

use crate::document::Value;
use std::collections::BTreeSet;

/// What a value names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// An image that it runs.
    Image,
    /// A host name under which others reach it.
    Host,
    /// A port on which it answers.
    Port,
    /// A claim for storage: its name.
    Claim,
    /// A new claim: how much it asks for.
    Disk,
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

/// One thing that a value tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it names.
    pub named: Named,
    /// Its name, or what stands for it, as it is written.
    pub text: String,
    /// The value that says so, such as `image.repository`.
    pub value: String,
    /// The line of that value.
    pub line: u32,
}

/// What the values tell, by what they name and then in their order; each name once. What is switched off by `enabled: false`
/// tells nothing.
pub fn hints(values: &Value) -> Vec<Hint> {
    let mut reading = Reading::default();
    reading.value(values, &mut Vec::new());
    reading.found.sort_by_key(|hint| hint.named);
    let mut seen = BTreeSet::new();
    reading.found.retain(|hint| seen.insert((hint.named, hint.text.clone())));
    reading.found
}

#[derive(Default)]
struct Reading {
    found: Vec<Hint>,
}

/// The keys above a value.
type Way<'v> = Vec<&'v str>;

impl Reading {
    fn add(&mut self, named: Named, text: impl Into<String>, way: &[&str], key: &str, line: u32) {
        let value = way.iter().copied().chain([key]).filter(|part| !part.is_empty());
        let value = value.collect::<Vec<_>>().join(".").replace(".[", "[");
        self.found.push(Hint { named, text: text.into(), value, line });
    }

    fn value<'v>(&mut self, value: &'v Value, way: &mut Way<'v>) {
        if value.get("enabled").and_then(Value::as_bool) == Some(false) {
            return;
        }
        self.image(value, way);
        self.mapping(value, way);
        for entry in value.entries() {
            self.scalar(&entry.key, &entry.value, way);
            way.push(&entry.key);
            self.value(&entry.value, way);
            way.pop();
        }
        for item in value.items() {
            way.push("[]");
            self.value(item, way);
            way.pop();
        }
    }

    /// `repository` with a `registry`, a `tag` or a `digest` beside it.
    fn image(&mut self, value: &Value, way: &Way) {
        let text = |key: &str| value.get(key).and_then(Value::scalar_text).filter(|text| !text.is_empty());
        let is_image = way.last().is_some_and(|key| key.to_ascii_lowercase().ends_with("image"));
        let beside = ["tag", "digest", "pullPolicy", "registry"].iter().any(|key| value.get(key).is_some());
        let Some((key, repository)) = ["repository", "name"]
            .into_iter()
            .filter(|key| *key == "repository" && (is_image || beside) || is_image && text("tag").is_some())
            .find_map(|key| Some((key, text(key)?)))
        else {
            return;
        };
        let registry = text("registry").map(|registry| format!("{registry}/")).unwrap_or_default();
        let tag = text("tag").map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = text("digest").map(|digest| format!("@{digest}")).unwrap_or_default();
        let image = format!("{registry}{repository}{tag}{digest}");
        let line = value.get(key).map_or(value.line, |value| value.line);
        if is_reference(&image) && !image.contains("://") {
            self.add(Named::Image, image, way, key, line);
        }
    }

    /// Mappings that say with their keys together what they name.
    fn mapping(&mut self, value: &Value, way: &Way) {
        let text = |key: &str| value.get(key).and_then(Value::scalar_text).filter(|text| !text.is_empty());
        let last = way.last().copied().unwrap_or_default();
        let kind = text("type").unwrap_or_default();
        let named = match (last, &*kind.to_ascii_lowercase()) {
            ("secretRef" | "secretKeyRef", _) | (_, "secret") => Some(Named::Secret),
            ("configMapRef" | "configMapKeyRef", _) | (_, "configmap") => Some(Named::ConfigMap),
            _ => None,
        };
        if let Some((named, name)) = named.zip(value.get("name")) {
            self.name(named, name, way, "name");
        }
        let words = ["persist", "storage", "volume", "pvc", "disk"];
        let is_storage = way.iter().any(|key| {
            let key = key.to_ascii_lowercase();
            words.iter().any(|word| key.contains(word))
        });
        let is_claim = kind.is_empty() || kind.eq_ignore_ascii_case("persistentVolumeClaim") || kind == "pvc";
        let exists = ["existingClaim", "claimName"].iter().any(|key| text(key).is_some());
        for key in ["size", "storage"] {
            let Some(size) = value.get(key).filter(|_| is_storage && is_claim && !exists) else { continue };
            let text = size.scalar_text().unwrap_or_default();
            let is_size = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with('i')
                || text.ends_with(['G', 'T', 'M']) && text.len() > 1;
            if is_size && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
                self.add(Named::Disk, text, way, key, size.line);
            }
        }
    }

    fn scalar(&mut self, key: &str, value: &Value, way: &Way) {
        let lower = key.to_ascii_lowercase();
        let within = |words: &[&str]| {
            way.iter().any(|key| {
                let key = key.to_ascii_lowercase();
                words.iter().any(|word| key == *word || key.strip_suffix('s') == Some(*word))
            })
        };
        let text = value.scalar_text().unwrap_or_default();
        let is_port = matches!(&*lower, "containerport" | "targetport" | "nodeport" | "serviceport")
            || lower == "port" && within(&["service", "port", "expose"])
            || way.last().is_some_and(|key| *key == "ports") && !value.is_map();
        if is_port && text.parse::<u16>().is_ok_and(|port| port > 0) {
            self.add(Named::Port, &*text, way, key, value.line);
        }
        if within(&["ingress", "ingresse", "route", "httproute", "ingressroute"]) {
            let hosts: Vec<&Value> = match &*lower {
                "host" | "hostname" | "domain" => vec![value],
                "hosts" | "hostnames" | "domains" => value.items().iter().collect(),
                _ => Vec::new(),
            };
            for host in hosts {
                if let Some(text) = host.as_str().filter(|text| is_host(text)) {
                    self.add(Named::Host, text, way, key, host.line);
                }
            }
        }
        match &*lower {
            "image" if text.contains(['/', ':']) && is_reference(&text) => {
                self.add(Named::Image, &*text, way, key, value.line);
            }
            "existingclaim" | "claimname" => self.name(Named::Claim, value, way, key),
            "imagepullsecrets" => {
                for item in value.items() {
                    self.name(Named::Secret, item.get("name").unwrap_or(item), way, key);
                }
            }
            "secret" | "configmap" if within(&["envfrom"]) => {
                let named = if lower == "secret" { Named::Secret } else { Named::ConfigMap };
                self.name(named, value, way, key);
            }
            _ if lower.ends_with("secretname")
                || lower.starts_with("existingsecret") && !lower.contains("key") =>
            {
                self.name(Named::Secret, value, way, key);
            }
            _ if lower.ends_with("configmapname") || lower == "existingconfigmap" => {
                self.name(Named::ConfigMap, value, way, key);
            }
            _ => {}
        }
    }

    /// The name of an object, if it can be one.
    fn name(&mut self, named: Named, value: &Value, way: &Way, key: &str) {
        if let Some(text) = value.as_str().filter(|text| is_name(text)) {
            self.add(named, text, way, key, value.line);
        }
    }
}

/// Whether a text may be an image: one word without what only addresses have.
fn is_reference(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "./:@_-${}".contains(c);
    !text.is_empty() && text.chars().all(is_sign) && !text.starts_with(['/', ':', '@'])
}

/// Whether a text may be the name of an object, or one that is put in later.
fn is_name(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let open = text.contains("${") || text.contains("{{");
    !text.is_empty() && text.len() <= 253 && (open && !text.contains('\n') || text.chars().all(is_sign))
}

/// Whether a text may be a host name, or one that is put in later.
fn is_host(text: &str) -> bool {
    let open = text.contains("${") || text.contains("{{");
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "-.*".contains(c);
    text.len() <= 253 && (open && !text.contains('\n') || text.contains('.') && text.chars().all(is_sign))
}

#[cfg(test)]
mod tests {
    use super::{Named, hints};
    use crate::document::parse;

    fn told(text: &str) -> Vec<(Named, String, String)> {
        let hints = hints(&parse(text.as_bytes()).expect("YAML"));
        hints.into_iter().map(|hint| (hint.named, hint.text, hint.value)).collect()
    }

    #[test]
    fn what_helm_creates_is_understood() {
        let told = told(
            "image: {repository: ghcr.io/acme/shop, tag: 1.2.0}\nservice: {type: ClusterIP, port: 8080}\ningress:\n  enabled: true\n  hosts: [{host: shop.example.com, paths: []}]\n  tls: [{secretName: shop-tls, hosts: [shop.example.com]}]\npersistence: {size: 10Gi}\nimagePullSecrets: [{name: pull}]\n",
        );
        let want = [
            (Named::Image, "ghcr.io/acme/shop:1.2.0", "image.repository"),
            (Named::Host, "shop.example.com", "ingress.hosts[].host"),
            (Named::Port, "8080", "service.port"),
            (Named::Disk, "10Gi", "persistence.size"),
            (Named::Secret, "shop-tls", "ingress.tls[].secretName"),
            (Named::Secret, "pull", "imagePullSecrets"),
        ];
        assert_eq!(told, want.map(|(named, text, value)| (named, text.to_owned(), value.to_owned())));
    }

    #[test]
    fn containers_of_a_common_library_are_understood() {
        let told = told(
            "controllers: {main: {containers: {app: {image: {repository: r/app, tag: v1@sha256:0}, envFrom: [{secretRef: {name: app-env}}, {configMap: app-config}]}}}}\nservice: {app: {ports: {http: {port: 80}}}}\nroute: {app: {hostnames: ['{{ .Release.Name }}.${DOMAIN}']}}\npersistence:\n  config: {existingClaim: app}\n  cache: {type: emptyDir, size: 1Gi}\n  file: {type: secret, name: app-file}\n",
        );
        let want = [
            (Named::Image, "r/app:v1@sha256:0"),
            (Named::Host, "{{ .Release.Name }}.${DOMAIN}"),
            (Named::Port, "80"),
            (Named::Claim, "app"),
            (Named::Secret, "app-env"),
            (Named::Secret, "app-file"),
            (Named::ConfigMap, "app-config"),
        ];
        let told: Vec<(Named, &str)> = told.iter().map(|(named, text, _)| (*named, &**text)).collect();
        assert_eq!(told, want);
    }

    #[test]
    fn what_belongs_to_others_or_is_off_is_not_told() {
        assert_eq!(
            told(
                "database: {host: db.example.com, port: 5432}\ningress: {enabled: false, hosts: [a.example]}\nimage: true\nauth: {existingSecretPasswordKey: password}\nrepository: https://charts.example\nprobe: {port: http}\nextra: {image: word}\n"
            ),
            []
        );
    }
}
