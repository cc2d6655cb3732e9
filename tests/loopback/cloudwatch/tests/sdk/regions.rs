//! Several services at one address.

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use loopback_cloudwatch::{Builder, CloudWatch, LogGroup};

use super::client_of;

fn service(region: &str, access_key: &str, group: &str) -> Builder {
    CloudWatch::builder()
        .region(region)
        .access_key(access_key)
        .group(LogGroup::named(group))
}

#[tokio::test]
async fn region_and_access_key_choose_the_service() {
    let services = CloudWatch::start_together([
        service("eu-west-1", "AKIDONE", "/aws/eks/one/cluster"),
        service("us-east-1", "AKIDONE", "/aws/eks/two/cluster"),
        service("eu-west-1", "AKIDTWO", "/aws/eks/three/cluster"),
    ]);
    let mut found = Vec::new();
    let signers = [
        ("AKIDONE", "eu-west-1"),
        ("AKIDONE", "us-east-1"),
        ("AKIDTWO", "eu-west-1"),
    ];
    for (key, region) in signers {
        let client = client_of(&services[0], key, region);
        let groups = client
            .describe_log_groups()
            .send()
            .await
            .expect("it is known");
        let names = groups
            .log_groups()
            .iter()
            .filter_map(|group| group.log_group_name.clone());
        found.extend(names);
    }
    assert_eq!(
        found,
        [
            "/aws/eks/one/cluster",
            "/aws/eks/two/cluster",
            "/aws/eks/three/cluster"
        ]
    );
    for service in &services {
        assert_eq!(service.calls_of("DescribeLogGroups").len(), 1);
    }
    let stranger = client_of(&services[0], "AKIDTWO", "us-east-1");
    let refused = stranger
        .describe_log_groups()
        .send()
        .await
        .expect_err("nobody is there");
    assert_eq!(refused.code(), Some("UnrecognizedClientException"));
}
