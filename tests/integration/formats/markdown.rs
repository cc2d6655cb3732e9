//! Markdown, read as GitHub reads it.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use eks_stale_tokens::render::Format;

use super::corpus::{harmless_twin, hostile, recorded, text};

fn github() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options
}

/// What of a document acts, or could be taken up by GitHub: everything but plain words and code.
fn acting<'a>(node: &'a AstNode<'a>) -> Vec<String> {
    node.descendants()
        .filter_map(|node| match &node.data.borrow().value {
            NodeValue::Link(link) => Some(format!("link {}", link.url)),
            NodeValue::Image(link) => Some(format!("image {}", link.url)),
            NodeValue::HtmlBlock(html) => Some(format!("html {}", html.literal)),
            NodeValue::HtmlInline(html) => Some(format!("html {html}")),
            NodeValue::Text(text) if text.contains(['@', '#', '<', '`', '[']) => {
                Some(format!("text {text}"))
            }
            NodeValue::TaskItem(_) | NodeValue::Strikethrough | NodeValue::Emph => {
                Some("markup".to_owned())
            }
            _ => None,
        })
        .collect()
}

/// The headings and, of each table, how many cells each of its rows has.
fn frame(markdown: &str) -> Vec<String> {
    let arena = Arena::new();
    parse_document(&arena, markdown, &github())
        .descendants()
        .filter_map(|node| match &node.data.borrow().value {
            NodeValue::Heading(heading) => Some(format!("heading {}", heading.level)),
            NodeValue::TableRow(_) => Some(format!("row of {}", node.children().count())),
            NodeValue::CodeBlock(block) => {
                Some(format!("block of {}", block.literal.lines().count()))
            }
            NodeValue::Item(_) => Some("item".to_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn nothing_in_a_hostile_report_links_shows_or_calls() {
    let markdown = text(Format::Markdown, &hostile());
    let arena = Arena::new();
    let document = parse_document(&arena, &markdown, &github());
    assert_eq!(acting(document), Vec::<String>::new());
    assert_eq!(
        frame(&markdown),
        frame(&text(Format::Markdown, &harmless_twin()))
    );
}

#[test]
fn the_check_sees_what_acts() {
    for markdown in [
        "see www.evil.example",
        "http://evil.example",
        "![a](b)",
        "a <b>b</b>",
        "@octocat",
        "- [ ] task",
    ] {
        let arena = Arena::new();
        let document = parse_document(&arena, markdown, &github());
        assert!(!acting(document).is_empty(), "{markdown}");
    }
}

#[test]
fn a_fleet_fits_into_an_issue() {
    let mut report = recorded(&["recording"]);
    let findings = report.findings.clone();
    for _ in 0..30 {
        report.findings.extend(findings.iter().cloned());
    }
    let markdown = text(Format::Markdown, &report);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.contains("findings: see `--format csv`") || markdown.contains(" more: see"));
}
