//! The commands in every format, taken out as a person would paste them.

use std::sync::LazyLock;

use eks_stale_tokens::render::Format;
use eks_stale_tokens::report::Report;
use serde_json::Value;

use crate::formats::corpus::bytes;

/// The beginning of a command.
static COMMAND: LazyLock<regex::Regex> = LazyLock::new(|| {
    let commands =
        r"\b(kubectl [a-z]{3,} |aws eks update-kubeconfig |eks-stale-tokens investigate )";
    regex::Regex::new(commands).expect("a pattern")
});

/// A command as it stands in a format.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) text: String,
    /// Whether it stands in a comment.
    pub(super) is_comment: bool,
    /// Whether it is among those that are to be run now.
    pub(super) is_now: bool,
    /// The last cluster that a line of its block names, by comment or by `update-kubeconfig`.
    pub(super) cluster: Option<String>,
}

/// The commands of some lines. A block ends where a line is empty.
pub(super) fn commands(text: &str, mut is_now: impl FnMut(&str) -> bool) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut cluster = None;
    for line in text.lines() {
        let now = is_now(line);
        let line = line.trim();
        if line.is_empty() || line.starts_with("```") {
            cluster = None;
        }
        let names_cluster = |line: &str| -> Option<String> {
            if let Some((_, rest)) = line.split_once("update-kubeconfig ") {
                let (_, name) = rest.split_once("--name ")?;
                return Some(name.split(' ').next()?.to_owned());
            }
            let (before, comment) = line.split_once("# ")?;
            let is_heading = before.trim().is_empty() || !before.contains("kubectl");
            let name = comment.split(": context").next()?;
            (is_heading && !name.contains(' ')).then(|| name.to_owned())
        };
        cluster = names_cluster(line).or(cluster);
        // A client is called `kubectl v1.19.16`, which is no command.
        if let Some(at) = COMMAND.find(line).map(|it| it.start()) {
            let text = line[at..].split('`').next().unwrap_or_default();
            commands.push(Command {
                text: text.trim().to_owned(),
                is_comment: line[..at].contains('#'),
                is_now: now,
                cluster: cluster.clone(),
            });
        }
    }
    commands
}

/// The commands of a screen: those under the heading `Now` or `Run now` are to be run now.
pub(super) fn on_screen(text: &str) -> Vec<Command> {
    let mut is_now = false;
    commands(text, |line| {
        // A heading stands two columns in.
        let heading = line.get(..12).unwrap_or(line);
        if !heading.trim().is_empty() && heading.starts_with("  ") {
            is_now = ["Now", "Run now"].contains(&heading.trim());
        }
        is_now
    })
}

pub(super) fn in_markdown(text: &str) -> Vec<Command> {
    let mut is_now = false;
    commands(text, |line| {
        if let Some(heading) = line.strip_prefix("### ") {
            is_now = heading.starts_with("Now");
        }
        is_now
    })
}

pub(super) fn in_page(text: &str) -> Vec<Command> {
    let mut is_now = false;
    // Each element that can hold a command, and each heading, on lines of its own.
    let text = text
        .replace("<pre", "\n\n<pre")
        .replace("</pre>", "\n\n")
        .replace("<h3>", "\n### ")
        .replace("<li>", "\n\n")
        .replace("</code>", "`\n");
    let tag = regex::Regex::new("<[^>]*>").expect("a pattern");
    let text = tag.replace_all(&text, "");
    commands(&text, |line| {
        if let Some(heading) = line.strip_prefix("### ") {
            is_now = heading.starts_with("Now");
        }
        is_now
    })
}

/// Every text in a JSON document.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn unfolded(calendar: &str) -> String {
    let text = calendar.replace("\r\n ", "").replace("\r\n", "\n");
    text.replace("\\n", "\n")
        .replace("\\,", ",")
        .replace("\\;", ";")
}

/// The commands of a report in a format.
pub(super) fn in_format(format: Format, report: &Report) -> Vec<Command> {
    let text = String::from_utf8(bytes(format, report)).expect("UTF-8");
    match format {
        Format::Table => on_screen(&text),
        Format::Markdown => in_markdown(&text),
        Format::Html => in_page(&text),
        Format::Json => {
            let mut found = Vec::new();
            texts(&serde_json::from_str(&text).expect("JSON"), &mut found);
            commands(&found.join("\n\n"), |_| false)
        }
        Format::Csv => {
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true)
                .from_reader(text.as_bytes());
            let rows = reader.records().map(|row| row.expect("a row"));
            let cells = rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>());
            let cells: Vec<String> = cells.map(|cell| cell.replace("; ", "\n\n")).collect();
            commands(&cells.join("\n\n"), |_| false)
        }
        Format::Ics => commands(&unfolded(&text), |_| false),
        Format::Prometheus => commands(&text, |_| false),
    }
}
