//! The clients behind a finding, and what to do about it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::audit::client::client_of;
use crate::audit::component::{Match, component_of, component_of_image};
use crate::audit::image::Image;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::report::exact_duration::hours;
use crate::report::finding::{ClientFinding, HolderFinding, Remedy};
use crate::report::judged_by::JudgedBy;
use crate::report::restart::Restart;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;

use super::thresholds::Thresholds;

/// The clients behind the holders, by each holder's most frequent user agent: the others may be
/// anything that a caller made up.
pub fn clients(service_account: &ServiceAccount, holders: &[HolderFinding]) -> Vec<ClientFinding> {
    let mut clients: Vec<(ClientFinding, u64)> = Vec::new();
    // By label, as callers may make up very many.
    let mut places: BTreeMap<UntrustedText, Vec<usize>> = BTreeMap::new();
    for holder in holders {
        let client = client(service_account, holder);
        let alike = places.entry(client.label.clone()).or_default();
        match alike.iter().find(|place| clients[**place].0 == client) {
            Some(known) => {
                let requests = &mut clients[*known].1;
                *requests = requests.saturating_add(holder.requests);
            }
            None => {
                alike.push(clients.len());
                clients.push((client, holder.requests));
            }
        }
    }
    clients.sort_by(|(one, one_requests), (other, other_requests)| {
        (other_requests, &one.label).cmp(&(one_requests, &other.label))
    });
    clients.into_iter().map(|(client, _)| client).collect()
}

fn client(service_account: &ServiceAccount, holder: &HolderFinding) -> ClientFinding {
    let user_agent = holder
        .user_agents
        .first()
        .map_or("", UntrustedText::unescaped);
    let pod = holder.pod.as_ref().map(UntrustedText::unescaped);
    let client = client_of(user_agent);
    let image = holder.pod_status.as_ref().and_then(|it| it.image.as_ref());
    let image = image.map(|it| Image::of(it.unescaped()));
    let component = image.as_ref().and_then(component_of_image).or_else(|| {
        let component = component_of(user_agent, &service_account.name, pod);
        // An image says what runs there; no name says it better.
        component.filter(|it| image.is_none() || !it.inferred())
    });
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
    let label = match image {
        Some(image) => format!("{label}; image {}", image.label()),
        None => label,
    };
    ClientFinding {
        label: label.into(),
        advice: component
            .as_ref()
            .map_or_else(|| client.advice(), Match::advice),
    }
}

/// What to do about a finding; nothing for a harmless one. Where a restart buys 90 days it comes
/// first, and then what fixes the client; where it buys one day, the fix comes first.
///
/// A restart is proposed for every workload whose pods are dead or dying, but not where it would
/// shorten the life of a token that is not capped to a day. A pod started at `now` holds a token
/// that is accepted for as long as the cluster gives.
pub fn remedies(
    verdict: Verdict,
    namespace: &str,
    holders: &[HolderFinding],
    clients: &[ClientFinding],
    judged_by: &JudgedBy,
    now: DateTime<Utc>,
) -> Vec<Remedy> {
    if verdict.is_harmless() {
        return Vec::new();
    }
    let gained = judged_by.lifetime;
    let new_date = now
        .checked_add_signed(gained.duration())
        .unwrap_or(DateTime::<Utc>::MAX_UTC);
    let (kept, restarted): (Vec<&HolderFinding>, Vec<&HolderFinding>) = holders
        .iter()
        .filter(|holder| holder.verdict.restart_helps())
        .partition(|holder| holder.outlives_new_tokens(gained));
    let mut restarts = Vec::new();
    for holder in restarted {
        let remedy = restart(namespace, holder, now, new_date);
        if !restarts.contains(&remedy) {
            restarts.push(remedy);
        }
    }
    restarts.extend(planned_restart(&kept, gained));
    if !holders.iter().any(|holder| holder.verdict.is_decided()) {
        return vec![Remedy::Advice {
            text: too_soon(holders).into(),
        }];
    }
    let fixes = clients.iter().map(|client| Remedy::Advice {
        text: client.advice.clone(),
    });
    match gained.is_capped() {
        true => fixes.chain(restarts).collect(),
        false => restarts.into_iter().chain(fixes).collect(),
    }
}

/// When an undecided finding is decided: once a token is used at the age from which it is frozen.
fn too_soon(holders: &[HolderFinding]) -> String {
    let frozen_age =
        |holder: &HolderFinding| Thresholds::of(holder.lifetime.duration()).frozen_age();
    let age = holders.iter().map(frozen_age).min().unwrap_or_default();
    format!(
        "too soon to tell: sweep again once its token is {} old",
        hours(age)
    )
}

/// A token that lives longer than a new one is not thrown away.
fn planned_restart(holders: &[&HolderFinding], gained: TokenLifetime) -> Option<Remedy> {
    let first = holders.iter().map(|holder| holder.rejected_from).min()?;
    Some(Remedy::Advice {
        text: format!(
            "do not restart it yet: its token is accepted until {}, a new one only for {}; \
             update the client first, or plan the restart",
            first.format("%Y-%m-%d %H:%M UTC"),
            gained.in_words()
        )
        .into(),
    })
}

fn restart(
    namespace: &str,
    holder: &HolderFinding,
    now: DateTime<Utc>,
    new_date: DateTime<Utc>,
) -> Remedy {
    match holder.restart(namespace, now) {
        Restart::Command {
            command,
            workload_is_known,
            ..
        } => Remedy::Restart {
            command,
            workload_is_known,
            new_date,
        },
        Restart::Advice(text) => Remedy::Advice { text: text.into() },
    }
}

#[cfg(test)]
mod tests;
