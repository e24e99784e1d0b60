//! Hosts and ports: what stands between a scheme and a path.

/// `tcp(db:3306)` of Go's driver for MySQL, whatever user and password stand before it.
pub(super) fn inside_parentheses(piece: &str) -> Option<(&str, Option<u16>)> {
    let at = ["tcp(", "tcp4(", "tcp6("].iter().filter_map(|network| {
        let at = piece.find(network)?;
        (at == 0 || piece[..at].ends_with('@')).then_some(at + network.len())
    });
    let (inside, _) = piece[at.min()?..].split_once(')')?;
    host_and_port(inside)
}

/// What stands before the path, without the user. What a variable stands for is never looked into.
pub(super) fn authority(text: &str) -> &str {
    let (mut end, mut close) = (text.len(), None);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match (close, letter) {
            (Some(wanted), letter) if letter == wanted => close = None,
            (Some(_), _) => {}
            (None, '(') if before == '$' => close = Some(')'),
            (None, '{') if before == '$' => close = Some('}'),
            (None, '/' | '?' | '#' | ')') => {
                end = at;
                break;
            }
            _ => {}
        }
        before = letter;
    }
    let place = &text[..end];
    place.rsplit_once('@').map_or(place, |(_, host)| host)
}

pub(super) fn has_path(text: &str) -> bool {
    text.contains(['/', '?', '#'])
}

/// A host and its port. A port that is a variable nobody knows leaves the host without one.
pub(super) fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let is_variable = host.starts_with("$(") || host.starts_with("${");
        if !is_variable && host.parse::<std::net::Ipv6Addr>().is_err() {
            return None;
        }
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

/// Whether a text is the name of a database in Cloud SQL: a project, a region such as `europe-west1`, and a name.
pub(super) fn is_instance(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [project, region, name] = parts[..] else { return false };
    let is_word = |text: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        !text.is_empty() && text.chars().all(inner)
    };
    let place = region.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_region = place.len() < region.len()
        && place.contains('-')
        && place.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()));
    is_region && is_word(project) && is_word(name) && project.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether a text can be a name in the DNS or an IPv4 address; a number alone is neither.
pub(super) fn is_host(text: &str) -> bool {
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
