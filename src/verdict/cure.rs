//! Beside a finding: the clients behind it, and what to do.

use chrono::{DateTime, Utc};

use crate::audit::client::client_of;
use crate::audit::component::{Match, component_of};
use crate::audit::owner::owner_of;
use crate::audit::service_account::ServiceAccount;
use crate::report::finding::{ClientFinding, HolderFinding, Remedy};
use crate::report::verdict::Verdict;

/// The clients behind the holders, by each holder's most frequent user agent: the others may be
/// anything that a caller made up.
pub fn clients(service_account: &ServiceAccount, holders: &[HolderFinding]) -> Vec<ClientFinding> {
    let mut clients: Vec<(ClientFinding, u64)> = Vec::new();
    for holder in holders {
        let client = client(service_account, holder);
        match clients.iter_mut().find(|(known, _)| *known == client) {
            Some((_, requests)) => *requests += holder.requests,
            None => clients.push((client, holder.requests)),
        }
    }
    clients.sort_by(|(one, one_requests), (other, other_requests)| {
        (other_requests, &one.label).cmp(&(one_requests, &other.label))
    });
    clients.into_iter().map(|(client, _)| client).collect()
}

fn client(service_account: &ServiceAccount, holder: &HolderFinding) -> ClientFinding {
    let user_agent = holder.user_agents.first().map_or("", String::as_str);
    let client = client_of(user_agent);
    let component = component_of(user_agent, &service_account.name, holder.pod.as_deref());
    let label = match (&component, client.client_library) {
        (Some(component), Some(library)) if !component.inferred() => {
            if library.name == component.component.name {
                component.label()
            } else {
                format!("{}, {}", library.name, component.label())
            }
        }
        (Some(component), _) => format!("{}, {}", client.label(), component.label()),
        (None, _) => client.label(),
    };
    ClientFinding {
        label,
        advice: component
            .as_ref()
            .map_or_else(|| client.advice(), Match::remedy),
    }
}

/// What to do about a finding: first what buys time, then what mends it. Nothing for a harmless
/// one.
///
/// A restart is proposed for every workload whose pods are dead or dying; a pod started at `now`
/// holds a token that is rejected from `new_date` on, if it freezes again.
pub fn remedies(
    verdict: Verdict,
    namespace: &str,
    holders: &[HolderFinding],
    clients: &[ClientFinding],
    new_date: DateTime<Utc>,
) -> Vec<Remedy> {
    if verdict.is_harmless() {
        return Vec::new();
    }
    let mut remedies = Vec::new();
    for holder in holders {
        if !holder.verdict.restart_helps() {
            continue;
        }
        let remedy = restart(namespace, holder, new_date);
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    if remedies.is_empty() {
        remedies.push(Remedy::Advice {
            text: "too soon to tell: look again in a day".to_owned(),
        });
        return remedies;
    }
    remedies.extend(clients.iter().map(|client| Remedy::Advice {
        text: client.advice.clone(),
    }));
    remedies
}

fn restart(namespace: &str, holder: &HolderFinding, new_date: DateTime<Utc>) -> Remedy {
    let owner = holder.pod.as_deref().map(owner_of);
    let command = owner
        .as_ref()
        .and_then(|owner| owner.restart_command(namespace));
    match command {
        Some(command) => Remedy::Restart { command, new_date },
        None => Remedy::Advice {
            text: owner
                .map_or(
                    "find out what runs under this address and restart it",
                    |owner| owner.advice(),
                )
                .to_owned(),
        },
    }
}
