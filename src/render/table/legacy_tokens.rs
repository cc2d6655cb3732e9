//! Tokens kept in secrets that are in use: they are no stale tokens, and listed apart.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::style::thousands;
use crate::render::Page;
use crate::render::moment::minute;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::legacy_token::LegacyTokenFinding;

const MARGINS: Margins = Margins {
    indent: 4,
    heading: 0,
};

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let items: Vec<String> = report
        .clusters
        .iter()
        .flat_map(|scan| &scan.legacy_tokens)
        .map(|token| words(token, page))
        .collect();
    if items.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(
        output,
        "  Not stale: tokens kept in secrets, which do not expire and should be replaced"
    )?;
    list::write("", &items, MARGINS, page, output)
}

fn words(token: &LegacyTokenFinding, page: &Page) -> String {
    let secret = token.secret.as_ref().map_or_else(String::new, |secret| {
        format!(" (secret {})", visible(secret))
    });
    let agents = match &token.user_agents[..] {
        [] => String::new(),
        [only] => format!(", by {}", visible(only)),
        [first, rest @ ..] => format!(", by {} and {} more", visible(first), rest.len()),
    };
    format!(
        "{}{secret}: {} {} from {}{agents}, the last {}",
        token.service_account,
        thousands(token.requests),
        if token.requests == 1 {
            "request"
        } else {
            "requests"
        },
        visible(&token.addresses.join(", ")),
        minute(token.last_seen, page.time_zone),
    )
}
