//! How evidence is judged: what `sweep` and `investigate` have in common.

use super::evidence_plan::EvidencePlan;
use super::exit::Failure;
use super::memory_args::KnownPlan;
use super::upgrade_args::check_clusters;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::set::EvidenceSet;
use crate::report::Report;
use crate::source::Gathered;
use crate::verdict::acceptance::accept;
use crate::verdict::known_pods::KnownPods;
use crate::verdict::{Context, judge};

/// What the operator says that bears on verdicts, validated.
pub(super) struct Judgement {
    /// The version of the upgrade that is asked about, if one is.
    pub(super) target_version: Option<KubernetesVersion>,
    /// Who is known already.
    pub(super) known: KnownPlan,
}

impl Judgement {
    /// The report on what was gathered.
    pub(super) fn report(
        &self,
        evidence: &EvidencePlan,
        gathered: &Gathered<EvidenceSet>,
        previous: Option<&Report>,
        pods: &[KnownPods],
    ) -> Result<Report, Failure> {
        let mut report = judge(
            &gathered.collected,
            &gathered.coverages,
            &Context {
                token_lifetime: evidence.token_lifetime,
                target_version: self.target_version,
                previous,
                ignored_callers: &self.known.ignored_callers,
                known_pods: pods,
            },
        );
        accept(&mut report, &self.known.acceptances);
        check_clusters(&report)?;
        Ok(report)
    }
}
