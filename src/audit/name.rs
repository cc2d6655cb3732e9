//! Which strings are valid Kubernetes names.
//!
//! Names are the only text from a log that is ever put into a command. A valid name contains only
//! lower-case letters, digits, `-` and `.`, and starts with a letter or digit. So it is never an
//! option, a quote or a substitution, and commands made of valid names need no shell quoting.
//!
//! Rules: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>

/// The most characters of a DNS-1123 label.
pub const LABEL_MAX: usize = 63;

/// The most characters of a DNS-1123 subdomain.
pub const SUBDOMAIN_MAX: usize = 253;

/// Whether `name` is a DNS-1123 label, as the names of namespaces and services are: 1 to 63
/// characters of `a-z`, `0-9` and `-`, with a letter or digit at both ends.
pub fn is_label(name: &str) -> bool {
    name.len() <= LABEL_MAX && is_part(name)
}

/// Whether `name` is a DNS-1123 subdomain, as the names of pods, workloads and service accounts
/// are: labels joined by `.`, 1 to 253 characters in all. A part may be longer than 63, as
/// Kubernetes itself allows.
pub fn is_subdomain(name: &str) -> bool {
    name.len() <= SUBDOMAIN_MAX && name.split('.').all(is_part)
}

fn is_part(part: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_kubernetes_judges_them() {
        // (name, label, subdomain)
        let long63 = "a".repeat(63);
        let long64 = "a".repeat(64);
        let long253 = "a".repeat(253);
        let long254 = "a".repeat(254);
        let table = [
            ("kube-system", true, true),
            ("a", true, true),
            ("0", true, true),
            ("team.payments.deployer", false, true),
            (long63.as_str(), true, true),
            (long64.as_str(), false, true),
            (long253.as_str(), false, true),
            (long254.as_str(), false, false),
            ("", false, false),
            (".", false, false),
            ("a..b", false, false),
            ("a.", false, false),
            ("a.-b", false, false),
            ("-a", false, false),
            ("a-", false, false),
            ("--all", false, false),
            ("Upper", false, false),
            ("a_b", false, false),
            ("a b", false, false),
            ("a\nb", false, false),
            ("a\n", false, false),
            ("a\0", false, false),
            ("$(id)", false, false),
            ("a'b", false, false),
            ("a\"b", false, false),
            ("a/b", false, false),
            ("a;b", false, false),
            ("héllo", false, false),
            ("\u{ff41}", false, false),
        ];
        for (name, label, subdomain) in table {
            assert_eq!(is_label(name), label, "label {name:?}");
            assert_eq!(is_subdomain(name), subdomain, "subdomain {name:?}");
        }
    }
}
