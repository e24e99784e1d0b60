//! The domain that the DNS names of a cluster end in.

/// A domain in lower case, without the dot that may end it.
///
/// Source: `k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/validation/validation.go`, `ValidateNetworking`: the domain is a
/// DNS-1123 subdomain.
pub(super) fn domain(text: &str) -> Result<String, String> {
    let domain = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&label.len())
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if domain.len() <= 253 && domain.split('.').all(is_label) {
        Ok(domain)
    } else {
        Err("write a DNS name, such as cluster.local".to_owned())
    }
}
