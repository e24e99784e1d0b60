//! Templates that a controller completes: what it puts into the pods where the manifest says nothing.

use super::pod::Pod;
use crate::document::Value;
use crate::model::Object;
use k8s_openapi::api::core::v1 as api;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The port that a container of Knative listens at unless it names one.
///
/// Source: `github.com/knative/serving`, `pkg/apis/serving/v1/revision_helpers.go`, `DefaultUserPort`.
const KNATIVE_PORT: i32 = 8080;

/// How long a request may take at most, in seconds, unless a revision says otherwise.
///
/// Source: `github.com/knative/serving`, `pkg/apis/config/defaults.go`, `DefaultRevisionTimeoutSeconds`.
const KNATIVE_TIMEOUT: i64 = 300;

/// Puts into a pod what the controller of its object does.
pub(super) fn complete(object: &Object, pod: &mut Pod) {
    if &*object.identity.group == "serving.knative.dev" {
        knative(object, pod);
    }
}

/// A container that gets traffic has a readiness probe in any case, and a pod has as long to end as a request may take.
///
/// Source: `github.com/knative/serving`, `pkg/apis/serving/v1/revision_defaults.go`, `applyReadinessProbeDefaults`;
/// `pkg/reconciler/revision/resources/deploy.go`, `makePodSpec`.
fn knative(object: &Object, pod: &mut Pod) {
    let timeout =
        pod.path.find(&object.value).and_then(|spec| spec.get("timeoutSeconds")).and_then(Value::as_i64);
    pod.spec.termination_grace_period_seconds = Some(timeout.unwrap_or(KNATIVE_TIMEOUT));
    let is_only = pod.apps_mut().count() == 1;
    for container in pod.apps_mut() {
        let own = &mut container.spec;
        let port = own.ports.iter().flatten().next().map(|port| port.container_port);
        let serves = is_only || port.is_some();
        if serves && own.readiness_probe.is_none() {
            let port = IntOrString::Int(port.unwrap_or(KNATIVE_PORT));
            let tcp_socket = Some(api::TCPSocketAction { port, ..api::TCPSocketAction::default() });
            own.readiness_probe = Some(Box::new(api::Probe { tcp_socket, ..api::Probe::default() }));
        }
    }
}
