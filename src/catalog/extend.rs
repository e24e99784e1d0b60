//! What users know of kinds and images joins what podviz knows.

use super::settings::Rules;
use super::{Catalog, KindRule};

impl Catalog {
    /// Adds the kinds and images of users. Of a kind that is known, edges and explanations are added, and every other key
    /// that was written replaces what was known; the user's classes of images come first.
    pub(super) fn learn(&mut self, rules: Rules) {
        for (rule, written) in rules.kinds.into_iter().zip(&rules.written) {
            match rule.kind.as_str() {
                "(pod)" => {
                    self.pod.extend(rule.edges);
                    self.pod_explanations.extend(rule.explain);
                }
                "(container)" => {
                    self.container.extend(rule.edges);
                    self.container_explanations.extend(rule.explain);
                }
                "(any)" => self.any.extend(rule.edges),
                _ => match self.forget(&rule.group, &rule.kind) {
                    Some(known) => self.add_kind(known.extended(rule, written)),
                    None => self.add_kind(rule),
                },
            }
        }
        self.images.learn(rules.images);
    }
}

impl KindRule {
    /// This rule with the `written` keys of another one of the same kind.
    fn extended(mut self, more: KindRule, written: &[String]) -> KindRule {
        for key in written {
            match key.as_str() {
                "succeeds" => self.succeeds.extend(more.succeeds.iter().cloned()),
                "short" => self.short.extend(more.short.iter().cloned()),
                "scope" => self.scope = more.scope,
                "role" => self.role = more.role,
                "pods" => self.pods.clone_from(&more.pods),
                "unnamed" => self.unnamed.clone_from(&more.unnamed),
                "pod-labels" => self.pod_labels.extend(more.pod_labels.clone()),
                "crew" => self.crew.clone_from(&more.crew),
                "weights" => self.weights.clone_from(&more.weights),
                "pods-of" => self.pods_of.clone_from(&more.pods_of),
                "copies" => self.copies.clone_from(&more.copies),
                "ambient" => self.ambient = more.ambient.clone(),
                "elsewhere" => self.elsewhere = more.elsewhere,
                "without" => self.without.clone_from(&more.without),
                "entry" => self.entry = more.entry.clone(),
                "guards" => self.guards = more.guards,
                "summary" => self.summary.clone_from(&more.summary),
                // `kind` and `group` are equal; edges and explanations are added below.
                _ => {}
            }
        }
        self.edges.extend(more.edges);
        self.explain.extend(more.explain);
        self
    }
}
