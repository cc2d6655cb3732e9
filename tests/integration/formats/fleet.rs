//! Three hundred clusters on a screen: those that need nothing are counted, and nobody pastes the
//! commands of one cluster into another.

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::gap::{CountedGap, Gap, GapKind};
use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::Report;

use super::corpus::{recorded, text};

const CLUSTERS: usize = 300;
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];

fn cluster(number: usize) -> Cluster {
    Cluster {
        name: format!("prod-{number:03}").into(),
        region: Some(REGIONS[number % REGIONS.len()].to_owned()),
        account: Some(format!("{:012}", 111_111_111_111 * (1 + number as u64 % 2))),
    }
}

/// A fleet: the findings of the recordings in two clusters, a few clusters in the dark, and
/// nothing in the others.
fn fleet() -> Report {
    let mut report = recorded(&["recording", "timeline"]);
    let window = report.clusters[1].window;
    let found: Vec<Cluster> = report
        .clusters
        .iter()
        .map(|scan| scan.cluster.clone())
        .collect();
    let moved = |known: &Cluster| match *known == found[0] {
        true => cluster(7),
        false => cluster(200),
    };
    for finding in &mut report.findings {
        finding.cluster = moved(&finding.cluster);
    }
    let scan = report.clusters[0].clone();
    report.clusters = (0..CLUSTERS)
        .map(|number| {
            let mut scan = scan.clone();
            scan.cluster = cluster(number);
            scan.profile = (number % 2 == 1).then(|| "audit".to_owned());
            scan.window = window;
            scan.gaps.clear();
            scan.notes.clear();
            scan.rejected_callers.clear();
            scan.legacy_tokens.clear();
            if number % 60 == 11 {
                scan.gaps.push(CountedGap {
                    gap: Gap {
                        place: format!("/aws/eks/prod-{number:03}/cluster").into(),
                        kind: GapKind::NotQueried,
                        detail: format!("its audit logging is off; enable it: aws eks update-cluster-config --name prod-{number:03}").into(),
                    },
                    count: 1,
                });
            }
            scan
        })
        .collect();
    report
}

fn table(width: usize) -> String {
    let options = RenderOptions {
        width,
        colour: false,
        time_zone: chrono_tz::Tz::UTC,
    };
    let mut output = Vec::new();
    Format::Table
        .render(&fleet(), &options, &mut output)
        .expect("rendered");
    String::from_utf8(output).expect("UTF-8")
}

#[test]
fn the_first_finding_is_on_the_first_screen() {
    for width in [80, 120] {
        let table = table(width);
        let before: Vec<&str> = table
            .lines()
            .take_while(|line| !line.contains("  Rejected  "))
            .collect();
        assert!(before.len() <= 12, "{}", before.join("\n"));
        assert!(
            before[0].starts_with("300 clusters in 3 Regions and 2 accounts: "),
            "{}",
            before[0]
        );
        let head: Vec<&str> = before
            .iter()
            .flat_map(|line| line.split_whitespace())
            .collect();
        let head = head.join(" ");
        for words in [
            "2 with findings, 5 not seen",
            "could not see 5 of 300 clusters",
            "and 2 more: could not be queried: its audit logging is off",
        ] {
            assert!(head.contains(words), "{words}: {}", before.join("\n"));
        }
        // The command that ends each gap is there, too.
        assert_eq!(table.matches("update-cluster-config").count(), 5);
        let healthy = (0..CLUSTERS).filter(|number| *number != 7 && *number != 200);
        let healthy = healthy.filter(|number| number % 60 != 11);
        for number in healthy {
            assert!(
                !table.contains(cluster(number).name.unescaped()),
                "{number}: {table}"
            );
        }
    }
}

/// The commands of a cluster, from the line that switches to it: in one block with no others.
fn blocks(text: &str, ends: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let mut blocks: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        let is_command = line.contains("kubectl rollout")
            || line.contains("kubectl delete")
            || line.contains("update-kubeconfig");
        if ends(line) {
            blocks.push(Vec::new());
        } else if is_command {
            let last = blocks.last_mut().expect("a block");
            last.push(line.trim().to_owned());
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

#[test]
fn every_block_of_commands_switches_to_its_one_cluster_first() {
    let formats = [
        (
            "table",
            table(120),
            blocks(&table(120), |line| line.trim().is_empty()),
        ),
        {
            let markdown = text(Format::Markdown, &fleet());
            let found = blocks(&markdown, |line| line.starts_with("```"));
            ("markdown", markdown, found)
        },
        {
            let page = text(Format::Html, &fleet());
            let page = page
                .split("id=\"charts\"")
                .next()
                .unwrap_or(&page)
                .to_owned();
            let found = blocks(&page.replace("<pre", "\n<pre"), |line| {
                line.contains("<pre")
            });
            ("html", page, found)
        },
    ];
    for (format, text, blocks) in formats {
        let switching: Vec<&Vec<String>> = blocks
            .iter()
            .filter(|block| block.iter().any(|line| line.contains("update-kubeconfig")))
            .collect();
        assert!(switching.len() >= 2, "{format}: {blocks:?}");
        for block in switching {
            let switches = block
                .iter()
                .filter(|line| line.contains("update-kubeconfig"));
            assert_eq!(switches.count(), 1, "{format}: {block:?}");
            assert!(
                block[0].contains("update-kubeconfig"),
                "{format}: {block:?}"
            );
            assert!(block.len() > 1, "{format}: {block:?}");
        }
        for words in [
            "aws eks update-kubeconfig --region eu-west-1 --name prod-007 --profile audit",
            "aws eks update-kubeconfig --region us-east-1 --name prod-200",
            "context arn:aws:eks:us-east-1:111111111111:cluster/prod-200",
        ] {
            assert!(text.contains(words), "{format}: {words}");
        }
    }
}

#[test]
fn pages_count_clusters_too() {
    for format in [Format::Markdown, Format::Html] {
        let text = text(format, &fleet());
        let (before, _) = text.split_once("kube2iam").expect("a finding");
        assert!(before.contains("300 clusters in 3 Regions"), "{before}");
        assert!(!before.contains("prod-001"), "{before}");
    }
}

#[test]
fn what_is_noted_of_many_places_alike_is_noted_once() {
    let mut report = fleet();
    for scan in &mut report.clusters {
        scan.notes = vec![eks_stale_tokens::evidence::note::CountedNote {
            note: eks_stale_tokens::evidence::note::Note {
                place: scan.cluster.name.clone(),
                text: "there is nothing from before noon".into(),
            },
            count: 1,
        }];
    }
    let table = text(Format::Table, &report);
    assert_eq!(table.matches("from before noon").count(), 1, "{table}");
    assert!(table.contains("and 297 more: there is nothing"), "{table}");
}
