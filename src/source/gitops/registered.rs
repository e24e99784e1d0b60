//! What Argo CD knows by a Secret: clusters, and registries that speak without TLS.

use super::super::redact::redact_text;
use crate::document::{Entry, Limits, Value, base64, decode::decode, json, settle::settle, yaml};
use std::collections::BTreeMap;

/// The label that says what a Secret tells.
const TYPE: &str = "argocd.argoproj.io/secret-type";

/// The annotation in which kubectl keeps a whole object, with all that is secret in it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a Secret tells Argo CD, and is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// A cluster.
    Cluster(RegisteredCluster),
    /// The beginning of the addresses of a registry that is asked without TLS, without `oci://`.
    PlainRegistry(String),
}

/// A cluster that a Secret with the label `argocd.argoproj.io/secret-type: cluster` registers: what of it is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisteredCluster {
    /// What Argo CD calls it.
    pub name: String,
    /// The URL of its API server.
    pub server: String,
    /// The namespace of the Secret, if it names one.
    pub namespace: Option<String>,
    /// The labels of the Secret.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What a file registers. Of the Secret of a cluster `name` and `server` are read, in `data` or `stringData`, of that of a
/// repository `url` and `insecureOCIForceHttp`, and nothing else of their values.
pub fn registered(bytes: &[u8], limits: &Limits) -> Vec<Registered> {
    let Ok(text) = decode(bytes) else { return Vec::new() };
    // Most files hold none, and reading them costs.
    if !text.contains(TYPE) {
        return Vec::new();
    }
    let sheet = json::read(&text, limits).unwrap_or_else(|| yaml::read(&text, limits));
    let mut all = Vec::new();
    for mut value in sheet.parts.into_iter().filter_map(|part| part.outcome.ok()) {
        settle(&mut value, &mut Vec::new());
        let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
        match value.get("items").filter(|_| is_list) {
            Some(items) => all.extend(items.items().iter().filter_map(of_secret)),
            None => all.extend(of_secret(&value)),
        }
    }
    all
}

fn of_secret(secret: &Value) -> Option<Registered> {
    let text = |path: &str| secret.at(path).and_then(Value::scalar_text);
    if text("kind").as_deref() != Some("Secret") || text("apiVersion").as_deref() != Some("v1") {
        return None;
    }
    let metadata = secret.get("metadata")?;
    let labels = texts(metadata.get("labels"));
    let value = |key: &str| {
        let plain = secret.get("stringData").and_then(|data| data.get(key)).and_then(Value::scalar_text);
        let encoded = || secret.get("data")?.get(key)?.as_str().and_then(base64::decode);
        plain.or_else(|| encoded().and_then(|bytes| String::from_utf8(bytes).ok())).map(clean)
    };
    match labels.get(TYPE)?.as_str() {
        "cluster" => {}
        "repository" | "repo-creds" => {
            let is_plain = value("insecureOCIForceHttp").as_deref() == Some("true");
            let url = value("url").filter(|_| is_plain)?;
            let address = url.strip_prefix("oci://").unwrap_or(&url).trim_end_matches('/');
            return Some(Registered::PlainRegistry(address.to_owned()));
        }
        _ => return None,
    }
    let (name, server) = (value("name"), value("server"));
    let mut annotations = texts(metadata.get("annotations"));
    annotations.remove(LAST_APPLIED);
    Some(Registered::Cluster(RegisteredCluster {
        // Argo CD calls one without a name by its address.
        name: name.clone().or_else(|| server.clone())?,
        server: server.or(name)?,
        namespace: metadata.get("namespace").and_then(Value::scalar_text),
        labels,
        annotations,
    }))
}

fn texts(map: Option<&Value>) -> BTreeMap<String, String> {
    let text = |entry: &Entry| Some((entry.key.to_string(), clean(entry.value.scalar_text()?)));
    map.map(Value::entries).unwrap_or_default().iter().filter_map(text).collect()
}

/// A text without what looks like a secret, such as a password in an address.
fn clean(text: String) -> String {
    redact_text(&text, false).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Registered, RegisteredCluster, registered};
    use crate::document::Limits;

    fn clusters(text: &str) -> Vec<RegisteredCluster> {
        let cluster = |one| match one {
            Registered::Cluster(cluster) => cluster,
            Registered::PlainRegistry(address) => panic!("{address}"),
        };
        registered(text.as_bytes(), &Limits::default()).into_iter().map(cluster).collect()
    }

    #[test]
    fn name_and_server_are_read_and_nothing_else() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: c\n  labels: {argocd.argoproj.io/secret-type: cluster, tier: edge}\n  annotations: {a: b, kubectl.kubernetes.io/last-applied-configuration: '{}'}\nstringData: {name: edge, config: hidden}\ndata: {server: aHR0cHM6Ly9lZGdlLmV4YW1wbGU=, name: bm8=}\n---\nkind: Secret\napiVersion: v1\nmetadata: {name: d, labels: {argocd.argoproj.io/secret-type: repository}}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: e, labels: {argocd.argoproj.io/secret-type: cluster}}\n  stringData: {server: 'https://u:pw123456@x.example'}\n";
        let clusters = clusters(text);
        assert_eq!(clusters.len(), 2, "{clusters:?}");
        assert_eq!(
            (clusters[0].name.as_str(), clusters[0].server.as_str()),
            ("edge", "https://edge.example")
        );
        assert_eq!(clusters[0].labels.len(), 2);
        assert_eq!(clusters[0].annotations.keys().collect::<Vec<_>>(), ["a"]);
        assert!(!format!("{clusters:?}").contains("hidden") && !format!("{clusters:?}").contains("pw123456"));
    }

    #[test]
    fn registries_without_tls_are_known_by_their_address() {
        let secret = |kind: &str, plain: &str| {
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{labels: {{argocd.argoproj.io/secret-type: {kind}}}}}\nstringData: {{url: 'oci://reg.example:5000/charts/', insecureOCIForceHttp: '{plain}', password: hidden}}\n"
            )
        };
        let read = |text: String| registered(text.as_bytes(), &Limits::default());
        let plain = [Registered::PlainRegistry("reg.example:5000/charts".to_owned())];
        assert_eq!(read(secret("repository", "true")), plain);
        assert_eq!(read(secret("repo-creds", "true")), plain);
        assert_eq!(read(secret("repository", "false")), []);
    }

    #[test]
    fn other_files_hold_none() {
        assert_eq!(registered(b"argocd.argoproj.io/secret-type: [", &Limits::default()), []);
        assert_eq!(registered(b"\xff\xfe\x00", &Limits::default()), []);
    }
}
