//! Workloads of which another object decides how many pods they have.

use super::Member;
use crate::document::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where an object of the input changes how many pods there are, nobody knows which number is the last.
pub(super) fn leave_numbers_open(members: &mut [Member]) {
    let scaled: BTreeSet<(Arc<str>, Arc<str>, String)> = members
        .iter()
        .filter_map(|member| {
            let name = member.object.value.at("spec.scaleTargetRef.name").and_then(Value::scalar_text)?;
            let own = &member.object.identity;
            Some((Arc::clone(&own.environment), Arc::clone(&own.namespace), name))
        })
        .collect();
    for member in members {
        let own = &member.object.identity;
        let key = (Arc::clone(&own.environment), Arc::clone(&own.namespace), own.name.to_string());
        if let Some(pod) = member.pod.as_mut().filter(|_| scaled.contains(&key)) {
            Arc::make_mut(pod).given.without_end();
        }
    }
}
