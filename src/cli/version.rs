//! What `--version` prints: the version, the commit it was built from and the commit's date.

use std::sync::LazyLock;

use chrono::DateTime;

/// As rustc and gh print it: `0.2.0 (abc1234 2026-11-26)`. What is unknown is left out.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    version(
        env!("CARGO_PKG_VERSION"),
        env!("EKS_STALE_TOKENS_COMMIT"),
        env!("EKS_STALE_TOKENS_COMMIT_SECONDS"),
    )
});

/// The three together. `seconds` is Unix time; text that is none counts as unknown.
fn version(number: &str, commit: &str, seconds: &str) -> String {
    let date = seconds
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map(|time| time.format("%Y-%m-%d").to_string());
    let built_from: Vec<&str> = [Some(commit), date.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    if built_from.is_empty() {
        number.to_owned()
    } else {
        format!("{number} ({})", built_from.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_date_is_the_commits_in_utc() {
        let midnight = "1795737599"; // 2026-11-26 23:59:59
        assert_eq!(
            version("0.2.0", "abc1234", midnight),
            "0.2.0 (abc1234 2026-11-26)"
        );
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        assert_eq!(version("0.2.0", "", ""), "0.2.0");
        assert_eq!(version("0.2.0", "abc1234", ""), "0.2.0 (abc1234)");
        assert_eq!(version("0.2.0", "", "0"), "0.2.0 (1970-01-01)");
        for odd in ["yesterday", "1e9", "99999999999999999999"] {
            assert_eq!(version("0.2.0", "", odd), "0.2.0");
        }
    }
}
