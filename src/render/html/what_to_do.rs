//! What to do, and what an upgrade would break, as the template knows it.

use super::{account, shown};
use crate::render::RenderOptions;
use crate::render::actions::{self, Body, Restart};
use crate::render::command_block;
use crate::render::upgrade;
use crate::report::Report;

/// What an upgrade would break.
pub(super) struct Upgrade {
    pub(super) summary: String,
    pub(super) broken: Vec<Broken>,
    pub(super) remarks: Vec<String>,
}

pub(super) struct Broken {
    pub(super) account: String,
    pub(super) cluster: Option<String>,
    pub(super) clients: String,
    pub(super) fix: String,
}

/// Something to do: commands, or what fixes which service accounts.
pub(super) struct Step {
    pub(super) heading: &'static str,
    pub(super) purpose: &'static str,
    pub(super) commands: Vec<Commands>,
    pub(super) fixes: Vec<(String, String)>,
}

/// The commands of one cluster.
pub(super) struct Commands {
    /// The cluster, where there are several: each block has a name of its own.
    pub(super) cluster: Option<String>,
    /// What makes kubectl talk to it, and the commands.
    pub(super) lines: Vec<String>,
}

/// What an upgrade would break.
pub(super) fn upgrade_of(report: &Report) -> Option<Upgrade> {
    let upgrade = upgrade::Upgrade::of(report)?;
    let broken = upgrade.broken.iter();
    Some(Upgrade {
        broken: broken
            .map(|broken| Broken {
                account: account(broken.finding),
                cluster: report
                    .name_among_several(&broken.finding.cluster)
                    .map(shown),
                clients: shown(&broken.clients),
                fix: shown(&broken.fix),
            })
            .collect(),
        remarks: upgrade.remarks.iter().map(shown).collect(),
        summary: upgrade.summary,
    })
}

/// What to do, step by step.
pub(super) fn steps(report: &Report, options: &RenderOptions) -> Vec<Step> {
    let step = |step: actions::Step<'_>| {
        let (commands, fixes) = match &step.body {
            Body::Restarts(restarts) => (commands(restarts, report, options), Vec::new()),
            Body::Fixes(fixes) => (Vec::new(), fixes.iter().map(fix).collect()),
        };
        Step {
            heading: step.heading,
            purpose: step.purpose,
            commands,
            fixes,
        }
    };
    actions::steps(report).into_iter().map(step).collect()
}

fn commands(restarts: &[Restart<'_>], report: &Report, options: &RenderOptions) -> Vec<Commands> {
    let blocks = command_block::blocks(report, restarts, options.time_zone);
    blocks
        .into_iter()
        .map(|block| Commands {
            cluster: report.name_among_several(block.cluster).map(shown),
            lines: block.lines.iter().map(shown).collect(),
        })
        .collect()
}

fn fix(fix: &actions::Fix<'_>) -> (String, String) {
    let accounts: Vec<String> = fix
        .service_accounts
        .iter()
        .map(ToString::to_string)
        .collect();
    (shown(accounts.join(", ")), shown(fix.text))
}
