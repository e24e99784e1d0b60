//! When Argo CD applies an object: its wave, and the phases of a sync that it is a hook of.
//!
//! Source: `gitops-engine/pkg/sync/hook`, `sync/hook/helm` and `sync/syncwaves`, and for deletions `controller/hook.go` of
//! `argoproj/argo-cd`.

use crate::document::Value;

/// A part of a sync in which hooks are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before everything else.
    PreSync,
    /// With everything else.
    Sync,
    /// After everything else is healthy.
    PostSync,
    /// If the sync fails.
    SyncFail,
    /// Before the Application is deleted.
    PreDelete,
    /// After the Application was deleted.
    PostDelete,
}

/// What an object is to a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One of the objects that stay.
    Object,
    /// A hook of these phases.
    Hook(Vec<Phase>),
    /// Nothing: it is never applied.
    Nothing,
}

/// What an object is to a sync, by its annotations.
pub fn part(object: &Value) -> Part {
    let own = annotation(object, "argocd.argoproj.io/hook");
    let types: Vec<&str> = own.as_deref().map(list).unwrap_or_default();
    let known: Vec<&str> =
        types.iter().copied().filter(|name| *name == "Skip" || phase(name).is_some()).collect();
    if known == ["Skip"] {
        return Part::Nothing;
    }
    let mut phases: Vec<Phase> = known.iter().filter_map(|name| phase(name)).collect();
    let helm = annotation(object, "helm.sh/hook");
    if known.is_empty() {
        phases =
            helm.as_deref().map(list).unwrap_or_default().into_iter().filter_map(phase_of_helm).collect();
    }
    let is_hook = own.is_some() || helm.is_some_and(|hook| hook != "crd-install");
    phases.sort();
    phases.dedup();
    match (is_hook, phases.is_empty()) {
        (false, _) => Part::Object,
        (true, true) => Part::Nothing,
        (true, false) => Part::Hook(phases),
    }
}

/// The wave that an object asks for; `None` if it asks for none, and is in wave 0.
pub fn wave(object: &Value) -> Option<i64> {
    let number = |name: &str| annotation(object, name).and_then(|text| text.parse().ok());
    number("argocd.argoproj.io/sync-wave").or_else(|| number("helm.sh/hook-weight"))
}

fn phase(name: &str) -> Option<Phase> {
    Some(match name {
        "PreSync" => Phase::PreSync,
        "Sync" => Phase::Sync,
        "PostSync" => Phase::PostSync,
        "SyncFail" => Phase::SyncFail,
        "PreDelete" => Phase::PreDelete,
        "PostDelete" => Phase::PostDelete,
        _ => return None,
    })
}

fn phase_of_helm(name: &str) -> Option<Phase> {
    Some(match name {
        "pre-install" | "pre-upgrade" => Phase::PreSync,
        "post-install" | "post-upgrade" => Phase::PostSync,
        "pre-delete" => Phase::PreDelete,
        "post-delete" => Phase::PostDelete,
        _ => return None,
    })
}

fn list(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).collect()
}

fn annotation(object: &Value, name: &str) -> Option<String> {
    object.at("metadata.annotations")?.get(name)?.scalar_text()
}

#[cfg(test)]
mod tests {
    use super::{Part, Phase, part, wave};
    use crate::document::{Value, parse};

    fn object(annotations: &str) -> Value {
        parse(format!("metadata: {{annotations: {{{annotations}}}}}").as_bytes()).expect("YAML")
    }

    #[test]
    fn hooks_of_helm_are_those_of_argo_cd_where_it_names_none() {
        let check =
            |annotations: &str, want: Part| assert_eq!(part(&object(annotations)), want, "{annotations}");
        check("", Part::Object);
        check("helm.sh/hook: 'pre-install, pre-upgrade'", Part::Hook(vec![Phase::PreSync]));
        check("helm.sh/hook: 'post-upgrade,pre-install'", Part::Hook(vec![Phase::PreSync, Phase::PostSync]));
        check("helm.sh/hook: pre-install, argocd.argoproj.io/hook: Sync", Part::Hook(vec![Phase::Sync]));
        check("helm.sh/hook: crd-install", Part::Object);
        check("helm.sh/hook: test", Part::Nothing);
        check("argocd.argoproj.io/hook: Skip", Part::Nothing);
        check("argocd.argoproj.io/hook: 'Skip,PostSync'", Part::Hook(vec![Phase::PostSync]));
    }

    #[test]
    fn waves_are_numbers_and_weights_of_helm() {
        assert_eq!(wave(&object("argocd.argoproj.io/sync-wave: '-3', helm.sh/hook-weight: '5'")), Some(-3));
        assert_eq!(wave(&object("argocd.argoproj.io/sync-wave: soon, helm.sh/hook-weight: '5'")), Some(5));
        assert_eq!(wave(&object("a: b")), None);
    }
}
