//! The page: what it may do, and what it asks for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eks_stale_tokens::render::Format;
use sha2::{Digest as _, Sha256};

use super::corpus::{incomplete, recorded, text};

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).expect("it begins");
    rest.split_once(after).expect("it ends").0
}

#[test]
fn only_the_style_and_the_script_of_the_page_may_act() {
    let page = text(Format::Html, &recorded(&["timeline"]));
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    for (element, source) in [("style", "style-src"), ("script", "script-src")] {
        let content = between(&page, &format!("<{element}>"), &format!("</{element}>"));
        let digest = STANDARD.encode(Sha256::digest(content.as_bytes()));
        assert!(policy.contains(&format!("{source} 'sha256-{digest}'")));
        assert_eq!(page.matches(&format!("<{element}")).count(), 1);
    }
}

#[test]
fn the_page_asks_for_nothing() {
    for report in [recorded(&["timeline"]), incomplete()] {
        let page = text(Format::Html, &report);
        for asking in [
            " src=", " srcset=", "url(", "@import", "<link", "<iframe", " style=",
        ] {
            assert!(!page.contains(asking), "{asking}");
        }
        // Links lead nowhere but into the page, and so do the shapes that are used again.
        assert!(page.contains(" href=\"#finding-1\""));
        assert_eq!(
            page.matches(" href=\"").count(),
            page.matches(" href=\"#").count()
        );
    }
}

#[test]
fn every_token_has_a_lifeline() {
    let report = recorded(&["recording", "timeline"]);
    let tokens: usize = report.findings.iter().map(|finding| finding.tokens()).sum();
    let page = text(Format::Html, &report);
    assert_eq!(
        page.matches("<line class=\"used\" x1=").count(),
        tokens + 1,
        "and one legend"
    );
}

#[test]
fn a_report_on_nothing_is_a_page() {
    let mut report = recorded(&["timeline"]);
    report.findings.clear();
    let page = text(Format::Html, &report);
    assert!(page.contains("No service account is about to be rejected."));
    report.clusters.clear();
    assert!(text(Format::Html, &report).contains("</html>"));
}
