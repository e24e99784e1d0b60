//! Files with an `apiVersion` and a `kind` that only programs read.

/// Groups of files that programs read and nobody sends to a cluster: they describe how to build, test, or make one.
const GROUPS: [&str; 23] = [
    "apiserver.config.k8s.io",
    "audit.k8s.io",
    "backstage.io",
    "chainsaw.kyverno.io",
    "cli.kyverno.io",
    "controller-runtime.sigs.k8s.io",
    "ctlptl.dev",
    "eksctl.io",
    "garden.io",
    "k0s.k0sproject.io",
    "k0sctl.k0sproject.io",
    "k3d.io",
    "kind.x-k8s.io",
    "kpt.dev",
    "krew.googlecontainertools.github.com",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
    "kuttl.dev",
    "minikube.sigs.k8s.io",
    "skaffold",
    "werf.io",
];

/// Whether the objects of a group describe how to build, test or make something, so that no cluster ever holds them.
pub fn is_for_a_tool(group: &str) -> bool {
    GROUPS.binary_search(&group).is_ok()
}
