//! The rules: what the loss of one thing does to another that depends on it, and from when on; one rule a sort of link.

use super::{Then, When};

/// How something is lost to those that depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Loss {
    /// It is not there, or does not work.
    Gone,
    /// It works, but for what leads to something that is gone.
    Partly,
    /// It works without rights that it had.
    Rights,
    /// It works, but pods that use it cannot pull images with it.
    Pulls,
    /// It goes on as it is: nothing follows.
    Nothing,
}

/// Why one thing depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// It calls the other: from init containers, from containers that serve, and in its own probes.
    Calls { starts: bool, serves: bool, probes: bool },
    /// It hands requests on to whichever of several is there; it is lost when the last of them is.
    Answers,
    /// It hands requests on to the other, beside others.
    Routes,
    /// It is served by the other alone.
    Served,
    /// Its pods read the other when they start.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`: a reference that is not
    /// optional fails the container; `pkg/volume/configmap/configmap.go`, `SetUpAt`: so does a volume.
    Reads,
    /// Its pods are refused without the other.
    ///
    /// Source: `k8s.io/kubernetes/plugin/pkg/admission/priority/admission.go`, `admitPod`;
    /// `plugin/pkg/admission/runtimeclass` in the same repository, `Validate`.
    Admitted,
    /// Its pods keep data on the claim, which is not made again.
    ///
    /// Source: `k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go`, `PreFilter`: a pod
    /// whose claim is not there is unschedulable; `pkg/controller/volume/pvcprotection`: a claim in use stays.
    Claims { data: bool },
    /// Its controller makes the claim again, empty. `is_only`: no other copy has the data.
    ///
    /// Source: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_pod_control.go`, `createPersistentVolumeClaims`.
    ClaimsAgain { is_only: bool },
    /// The claim is bound to the volume.
    Bound,
    /// The class makes its disk: at once where pods bring their claims along, else where there is none yet.
    Provisioned { anew: bool },
    /// Its pods run as the account. `is_remade`: Kubernetes makes the account again.
    ///
    /// Source: `k8s.io/kubernetes/plugin/pkg/admission/serviceaccount/admission.go`, `Admit`;
    /// `pkg/controller/serviceaccount/serviceaccounts_controller.go` in the same repository, which makes `default`.
    RunsAs { pods: bool, is_remade: bool, has_rights: bool },
    /// Its pods pull images with the Secret. Without it the kubelet tries without a name.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`, `getPullSecretsForPod`.
    Pulls,
    /// The account hands the Secret to its pods.
    Hands,
    /// The other gives it rights.
    Rights,
    /// Its pods are where the other is.
    RunsOn,
    /// The pod is one of its copies.
    Copies,
    /// It is deleted with its owner.
    ///
    /// Source: `k8s.io/kubernetes/pkg/controller/garbagecollector/garbagecollector.go`, `attemptToDeleteItem`.
    Owned { is_workload: bool },
    /// The other makes it, and `serves` it too: then it is lost at once.
    Made { serves: bool },
    /// It is not applied again before the other is ready.
    Waits,
    /// Its pods run the image.
    Runs,
    /// It is an object of the kind that the other defines.
    ///
    /// Source: `k8s.io/apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go`: the objects of a definition are
    /// deleted with it.
    Defined,
}

/// What a loss does.
pub(super) struct Outcome {
    /// What happens to the one that depends.
    pub effects: Vec<(Then, When)>,
    /// How it is lost to others in turn.
    pub losses: Vec<(Loss, When)>,
}

/// What the loss of a dependency does to the one that depends; `None` where it does nothing.
pub(super) fn outcome(rule: Rule, loss: Loss) -> Option<Outcome> {
    use Then::{
        FailsToStart, LosesCalls, LosesData, LosesRights, NoEffectWhileRunning, NotReady, NotScheduled,
    };
    use When::{New, Now, Restart};
    let of = |effects: &[(Then, When)], losses: &[(Loss, When)]| {
        Some(Outcome { effects: effects.to_vec(), losses: losses.to_vec() })
    };
    let partly = |then: Then| of(&[(then, Now)], &[(Loss::Partly, Now)]);
    match (rule, loss) {
        (_, Loss::Nothing) => None,
        (Rule::Calls { starts, serves, probes }, Loss::Gone) => {
            let mut out = Outcome { effects: Vec::new(), losses: Vec::new() };
            if starts {
                out.effects.push((FailsToStart, Restart));
                out.losses.push((Loss::Gone, Restart));
            }
            if serves {
                out.effects.push((LosesCalls, Now));
                out.losses.push((Loss::Partly, Now));
            }
            if probes {
                out.effects.push((NotReady, Now));
                out.losses.push((Loss::Gone, Now));
            }
            Some(out)
        }
        (Rule::Calls { serves: true, .. }, Loss::Partly) => partly(LosesCalls),
        (Rule::Answers | Rule::Served, Loss::Gone) => of(&[(LosesCalls, Now)], &[(Loss::Gone, Now)]),
        (Rule::Routes, Loss::Gone) | (Rule::Answers | Rule::Served | Rule::Routes, Loss::Partly) => {
            partly(LosesCalls)
        }
        (Rule::Reads | Rule::Admitted | Rule::Runs, Loss::Gone) => {
            of(&[(FailsToStart, Restart)], &[(Loss::Gone, Restart)])
        }
        (Rule::Pulls, Loss::Gone) => of(&[(FailsToStart, Restart)], &[(Loss::Gone, Restart)]),
        (Rule::Claims { data: true }, Loss::Gone) => {
            of(&[(LosesData, Restart), (NotScheduled, Restart)], &[(Loss::Gone, Restart)])
        }
        (Rule::Claims { data: false }, Loss::Gone) => {
            of(&[(NotScheduled, Restart)], &[(Loss::Gone, Restart)])
        }
        (Rule::ClaimsAgain { is_only: true }, Loss::Gone) => {
            of(&[(LosesData, Restart)], &[(Loss::Partly, Restart)])
        }
        (Rule::ClaimsAgain { is_only: false }, Loss::Gone) => of(&[(LosesData, Restart)], &[]),
        (Rule::Bound, Loss::Gone) => of(&[(LosesData, Restart)], &[(Loss::Gone, Restart)]),
        (Rule::Provisioned { anew }, Loss::Gone) => {
            let when = if anew { Restart } else { New };
            of(&[(NotScheduled, when)], &[(Loss::Gone, when)])
        }
        (Rule::RunsAs { pods, is_remade, has_rights }, Loss::Gone) => {
            let mut out = Outcome { effects: Vec::new(), losses: Vec::new() };
            if pods && !is_remade {
                out.effects.push((FailsToStart, Restart));
                out.losses.push((Loss::Gone, Restart));
            }
            if has_rights {
                out.effects.push((LosesRights, Now));
            }
            Some(out).filter(|out| !out.effects.is_empty())
        }
        (Rule::RunsAs { has_rights: true, .. }, Loss::Rights) => of(&[(LosesRights, Now)], &[]),
        (Rule::RunsAs { pods: true, .. }, Loss::Pulls) => {
            of(&[(FailsToStart, Restart)], &[(Loss::Gone, Restart)])
        }
        (Rule::Hands, Loss::Gone) => of(&[(NoEffectWhileRunning, Restart)], &[(Loss::Pulls, Restart)]),
        (Rule::Rights, Loss::Gone | Loss::Rights) => of(&[(LosesRights, Now)], &[(Loss::Rights, Now)]),
        (Rule::RunsOn, Loss::Gone) => of(&[(NotScheduled, Now)], &[(Loss::Gone, Now)]),
        (Rule::Copies, Loss::Gone) => of(&[(NotReady, Now)], &[(Loss::Gone, Now)]),
        (Rule::Owned { is_workload }, Loss::Gone) => {
            of(&[(if is_workload { FailsToStart } else { LosesData }, Now)], &[(Loss::Gone, Now)])
        }
        (Rule::Made { serves: true }, Loss::Gone) => of(&[(LosesCalls, Now)], &[(Loss::Gone, Now)]),
        (Rule::Made { serves: true }, Loss::Partly) => partly(LosesCalls),
        (Rule::Made { serves: false }, Loss::Gone) => {
            of(&[(NoEffectWhileRunning, New)], &[(Loss::Gone, New)])
        }
        (Rule::Waits, Loss::Gone) => of(&[(NoEffectWhileRunning, Restart)], &[]),
        (Rule::Defined, Loss::Gone) => of(&[(LosesData, Now)], &[(Loss::Gone, Now)]),
        _ => None,
    }
}
