//! The documentation against the program and the repository: commands, flags, links.

mod commands;
mod links;

use std::path::{Path, PathBuf};

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Anchorizer, Arena, Options, parse_document};

/// A page of the documentation, as GitHub reads it.
struct Page {
    path: PathBuf,
    /// Where links go.
    links: Vec<String>,
    /// What a link to a heading of this page ends in.
    anchors: Vec<String>,
    /// Text in backticks within a line.
    spans: Vec<String>,
    /// Fenced blocks, each with its language.
    blocks: Vec<(String, String)>,
}

/// Every page that a reader may come to.
fn pages() -> Vec<Page> {
    let mut paths: Vec<PathBuf> = [".", "docs", "deploy", "fuzz", "fixtures"]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    paths.iter().map(|path| page(path)).collect()
}

fn page(path: &Path) -> Page {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut page = Page {
        path: path.to_owned(),
        links: Vec::new(),
        anchors: Vec::new(),
        spans: Vec::new(),
        blocks: Vec::new(),
    };
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    let arena = Arena::new();
    let mut anchorizer = Anchorizer::new();
    for node in parse_document(&arena, &text, &options).descendants() {
        match &node.data.borrow().value {
            NodeValue::Link(link) | NodeValue::Image(link) => page.links.push(link.url.clone()),
            NodeValue::Heading(_) => page.anchors.push(anchorizer.anchorize(&words(node))),
            NodeValue::Code(code) => page.spans.push(code.literal.clone()),
            NodeValue::CodeBlock(block) => {
                page.blocks
                    .push((block.info.clone(), block.literal.clone()));
            }
            _ => {}
        }
    }
    page
}

/// The plain words of a heading.
fn words<'a>(node: &'a AstNode<'a>) -> String {
    node.descendants()
        .filter_map(|node| match &node.data.borrow().value {
            NodeValue::Text(text) => Some(text.to_string()),
            NodeValue::Code(code) => Some(code.literal.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_pages_are_found() {
    let pages = pages();
    for expected in ["./README.md", "docs/verdicts.md", "deploy/README.md"] {
        let found = pages.iter().any(|page| page.path == Path::new(expected));
        assert!(found, "{expected}");
    }
    let commands: usize = pages.iter().map(|page| page.blocks.len()).sum();
    assert!(commands > 10, "{commands} blocks");
}
