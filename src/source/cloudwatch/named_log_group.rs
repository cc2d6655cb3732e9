//! A log group that an operator names, because its name is not the one that EKS gives.

use std::str::FromStr;

/// A log group by its name or its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLogGroup {
    /// The name.
    pub name: String,
    /// The Region, where the operator gives an ARN.
    pub region: Option<String>,
    /// The account, where the operator gives an ARN.
    pub account: Option<String>,
}

/// Text that names no log group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither the name nor the ARN of a log group")]
pub struct NotALogGroup(String);

impl FromStr for NamedLogGroup {
    type Err = NotALogGroup;

    fn from_str(text: &str) -> Result<Self, NotALogGroup> {
        let refused = || NotALogGroup(text.to_owned());
        let (name, region, account) = match text.strip_prefix("arn:") {
            None => (text, None, None),
            Some(arn) => {
                // arn:aws:logs:REGION:ACCOUNT:log-group:NAME, which lists end in `:*`
                let parts: Vec<&str> = arn.splitn(6, ':').collect();
                let [_, "logs", region, account, "log-group", name] = parts[..] else {
                    return Err(refused());
                };
                let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                let name = name.strip_suffix(":*").unwrap_or(name);
                (name, stated(region), stated(account))
            }
        };
        if !is_name(name) {
            return Err(refused());
        }
        Ok(Self {
            name: name.to_owned(),
            region,
            account,
        })
    }
}

/// Whether a log group can have this name (CloudWatch Logs API reference, CreateLogGroup).
fn is_name(text: &str) -> bool {
    let is_allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '#');
    (1..=512).contains(&text.len()) && text.chars().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_read() {
        let named = |region: Option<&str>, account: Option<&str>| NamedLogGroup {
            name: "/central/eks".to_owned(),
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
        };
        let whole = named(Some("eu-west-1"), Some("111122223333"));
        for (text, expected) in [
            ("/central/eks", named(None, None)),
            (
                "arn:aws:logs:eu-west-1:111122223333:log-group:/central/eks",
                whole.clone(),
            ),
            (
                "arn:aws-cn:logs:eu-west-1:111122223333:log-group:/central/eks:*",
                whole,
            ),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "a b",
            "a\nb",
            "central/*",
            "arn:aws:eks:eu-west-1:111122223333:cluster/a",
            "arn:aws:logs:eu-west-1:111122223333:log-group:",
            "é",
        ] {
            assert!(text.parse::<NamedLogGroup>().is_err(), "{text:?}");
        }
    }
}
