//! The link that opens a query in the AWS console.

use chrono::{DateTime, SecondsFormat, Utc};

/// The link that opens Logs Insights with this query, window and log group.
///
/// The console keeps its state behind the `#`, in a form of its own: `~` before each value, `'`
/// before a text, `*` and two hexadecimal digits for a character that is not plain.
pub fn link(
    region: &str,
    log_group: &str,
    query: &str,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> String {
    let host = match region {
        _ if region.starts_with("cn-") => "console.amazonaws.cn",
        _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    let time = |time: DateTime<Utc>| text(&time.to_rfc3339_opts(SecondsFormat::Millis, true));
    format!(
        "https://{region}.{host}/cloudwatch/home?region={region}#logsV2:logs-insights$3FqueryDetail$3D~(end~{}~start~{}~timeType~'ABSOLUTE~tz~'UTC~editorString~{}~source~(~{}))",
        time(until),
        time(since),
        text(query),
        text(log_group)
    )
}

fn text(text: &str) -> String {
    let mut encoded = String::from("'");
    for character in text.chars() {
        match character {
            '-' | '_' | '.' => encoded.push(character),
            _ if character.is_ascii_alphanumeric() => encoded.push(character),
            '$' => encoded.push('!'),
            _ if u32::from(character) < 0x100 => {
                encoded.push_str(&format!("*{:02x}", u32::from(character)));
            }
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    encoded.push_str(&format!("**{unit:04x}"));
                }
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_says_everything() {
        let time = |text: &str| text.parse().expect("a time");
        let link = link(
            "eu-west-1",
            "/aws/eks/prod-1/cluster",
            "fields @message\n| limit 5 # 100 €$",
            time("2026-11-23T06:10:00Z"),
            time("2026-11-24T06:10:00.5Z"),
        );
        insta::assert_snapshot!(link, @"https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights$3FqueryDetail$3D~(end~'2026-11-24T06*3a10*3a00.500Z~start~'2026-11-23T06*3a10*3a00.000Z~timeType~'ABSOLUTE~tz~'UTC~editorString~'fields*20*40message*0a*7c*20limit*205*20*23*20100*20**20ac!~source~(~'*2faws*2feks*2fprod-1*2fcluster))");
    }
}
