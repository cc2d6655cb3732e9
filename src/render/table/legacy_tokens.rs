//! Tokens kept in secrets that are in use.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::names::with_cluster;
use crate::render::RenderOptions;
use crate::render::legacy_token::{self, HEADING};
use crate::report::Report;

const MARGINS: Margins = Margins {
    indent: 4,
    heading: 0,
};

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let items: Vec<String> = report
        .clusters
        .iter()
        .flat_map(|scan| scan.legacy_tokens.iter().map(move |token| (scan, token)))
        .map(|(scan, token)| {
            let account = with_cluster(&token.service_account, report, &scan.cluster);
            let words = legacy_token::words(token, options.time_zone);
            format!("{account}: {words}")
        })
        .collect();
    if items.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    let heading = Margins {
        indent: 2,
        ..MARGINS
    };
    list::write("", &[HEADING.to_owned()], heading, options, output)?;
    list::write("", &items, MARGINS, options, output)
}
