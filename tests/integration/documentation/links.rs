//! Every relative link leads to a file, and to a heading in it where it names one.

use std::path::Path;

use super::{page, pages};

#[test]
fn relative_links_lead_somewhere() {
    let mut followed = 0;
    for from in pages() {
        for link in &from.links {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = from.path.parent().expect("a file is in a folder");
            let target = if file.is_empty() {
                from.path.clone()
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{}: {link}", from.path.display());
            if !anchor.is_empty() {
                let anchors = page(&target).anchors;
                assert!(
                    anchors.iter().any(|known| known == anchor),
                    "{}: {link}; the headings are {anchors:?}",
                    from.path.display()
                );
            }
        }
    }
    assert!(followed > 20, "{followed} links");
}

/// What is written as a path into the repository is there: `deploy/iam/policy.json`.
#[test]
fn paths_in_backticks_exist() {
    const FOLDERS: [&str; 9] = [
        "src/",
        "tests/",
        "docs/",
        "deploy/",
        "fuzz/",
        "benches/",
        "queries/",
        "fixtures/",
        ".ci/",
    ];
    let mut followed = 0;
    for from in pages() {
        // What is not there any more is what a changelog tells.
        if from.path.ends_with("CHANGELOG.md") {
            continue;
        }
        let lines = from.blocks.iter().flat_map(|(_, block)| block.lines());
        let texts = from.spans.iter().map(String::as_str).chain(lines);
        let words = texts.flat_map(str::split_whitespace);
        for word in words.map(|word| word.trim_start_matches("file://")) {
            let placeholder = word.contains(['*', '<', '{', '…']) || word.contains("NAME");
            let placeholder = placeholder || word.contains("VERSION");
            let ours = FOLDERS.iter().any(|folder| word.starts_with(folder));
            if !ours || placeholder {
                continue;
            }
            followed += 1;
            let word = word.trim_end_matches([':', ',', ';', '.']);
            assert!(Path::new(word).exists(), "{}: {word}", from.path.display());
        }
    }
    assert!(followed > 10, "{followed} paths");
}
