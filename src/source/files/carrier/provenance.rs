//! Whose log a record says that it is of.
//!
//! Whoever runs a pod can print a perfect audit event, and a pipeline that collects every
//! container's output wraps it like the API server's. So a record that names its stream, log or
//! container is read only if that is the API server's audit log.

use std::path::Path;

use super::cell::cell;
use super::json_cursor::{Kind, members, unescaped};
use crate::source::files::cluster_names::cluster_name_in;

/// The longest text that can be a name, in bytes.
const LONGEST: usize = 1024;
/// The largest object beside an event that is searched for names, and how deep.
const LARGEST: usize = 16 << 10;
const DEEPEST: usize = 6;

/// What a record tells of where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The API server's audit log was named.
    pub audit_log: bool,
    /// Something else was named.
    pub other: bool,
    /// The cluster, where a log group names it.
    pub cluster: Option<String>,
    container: Option<bool>,
    pod: Option<bool>,
    namespace: Option<bool>,
}

impl Names {
    /// Whether a record with these names may be read.
    pub fn allow(&self) -> bool {
        let namespace = self.container.is_none() && self.pod.is_none();
        !self.other
            && self.container != Some(false)
            && self.pod != Some(false)
            && (namespace || self.namespace != Some(false))
    }

    /// Whether they name the API server's audit log or its container.
    pub fn name_the_source(&self) -> bool {
        self.audit_log || self.container == Some(true) || self.pod == Some(true)
    }

    /// Adds what is told further out.
    pub fn merge(&mut self, outer: &Self) {
        let both = |one: Option<bool>, other: Option<bool>| match (one, other) {
            (Some(one), Some(other)) => Some(one && other),
            (one, other) => one.or(other),
        };
        self.audit_log |= outer.audit_log;
        self.other |= outer.other;
        self.container = both(self.container, outer.container);
        self.pod = both(self.pod, outer.pod);
        self.namespace = both(self.namespace, outer.namespace);
        if self.cluster.is_none() {
            self.cluster.clone_from(&outer.cluster);
        }
    }

    /// Takes in a member that stands beside an event, in the record that carries it.
    pub fn see_member(&mut self, key: &[u8], value: &[u8]) {
        self.see_nested("", key, value, 0);
    }

    fn see_nested(&mut self, parent: &str, key: &[u8], value: &[u8], depth: usize) {
        if key.len() > LONGEST || value.len() > LARGEST || depth > DEEPEST {
            return;
        }
        match value.first() {
            Some(b'"') if value.len() <= LONGEST => {
                self.see(
                    parent,
                    &unescaped(key),
                    &unescaped(&value[1..value.len() - 1]),
                );
            }
            Some(b'{') => {
                let key = unescaped(key);
                for (inner, value) in members(value).0 {
                    self.see_nested(&key, inner, value, depth + 1);
                }
            }
            Some(b'[') => self.see_cells(value, depth),
            _ => {}
        }
    }

    /// Takes in an array whose elements are names with values.
    pub fn see_cells(&mut self, array: &[u8], depth: usize) {
        let mut cursor = super::json_cursor::Cursor::new(array);
        let mut more = cursor.begin_array().unwrap_or(false);
        while more {
            if cursor.kind() != Some(Kind::Object) {
                return;
            }
            let Some(element) = cursor.value() else {
                return;
            };
            if let Some((name, value)) = cell(element) {
                self.see_nested("", name, value, depth + 1);
            }
            more = cursor.goes_on().unwrap_or(false);
        }
    }

    /// Takes in a name under its key.
    pub fn see(&mut self, parent: &str, key: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        if let Some(name) = cluster_name_in(Path::new(value)) {
            self.cluster = Some(name);
        }
        // The last words of a dotted or nested key.
        let whole = format!("{parent}.{key}");
        let letters: String = whole
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        let letters = letters.strip_suffix("stringvalue").unwrap_or(&letters);
        let ends = |words: &[&str]| words.iter().any(|word| letters.ends_with(word));
        let is_path =
            value.starts_with('/') || value.contains("/var/log") || value.contains(".var.log.");
        if ends(&["logstream", "logstreamname"]) || letters == "stream" {
            if !matches!(value, "stdout" | "stderr") {
                self.see_log(value);
            }
        } else if ends(&["containername"]) || letters == "container" {
            let named = self.container.unwrap_or(true);
            self.container = Some(named && is_api_server(value));
        } else if ends(&["podname"]) || letters == "pod" || letters.ends_with("propertiespod") {
            let named = self.pod.unwrap_or(true);
            self.pod = Some(named && value.starts_with("kube-apiserver"));
        } else if ends(&["namespacename", "kubernetesnamespace", "k8snamespace"])
            || letters == "namespace"
        {
            self.namespace = Some(is_control_plane(value));
        } else if ends(&[
            "tag", "source", "filename", "filepath", "file", "logname", "path",
        ]) && is_path
        {
            self.see_log(value);
        }
    }

    /// Takes in what stands before a value in a line.
    pub fn see_prefix(&mut self, prefix: &[u8]) {
        let text = String::from_utf8_lossy(prefix);
        for word in text.split_whitespace() {
            let word = word.trim_matches(|edge: char| "[]()<>,:'".contains(edge));
            if let Some(name) = cluster_name_in(Path::new(word)) {
                self.cluster = Some(name);
            } else if let Some(pod) = word.strip_prefix("pod/") {
                let (pod, container) = pod.split_once('/').unwrap_or((pod, "kube-apiserver"));
                self.pod = Some(pod.starts_with("kube-apiserver"));
                self.container = Some(is_api_server(container));
            } else if word.contains("/var/log/") || word.contains(".var.log.") || is_stream(word) {
                self.see_log(word);
            }
        }
    }

    /// Takes in the name of a stream or a log.
    fn see_log(&mut self, name: &str) {
        let allowed = match of_container(name) {
            Some((namespace, container)) => is_control_plane(namespace) && is_api_server(container),
            None => is_audit_log(name),
        };
        self.audit_log |= allowed;
        self.other |= !allowed;
    }
}

/// The stream of one log of an EKS control plane ends in 32 hexadecimal digits.
fn is_stream(word: &str) -> bool {
    word.rsplit_once('-').is_some_and(|(name, id)| {
        !name.is_empty() && id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_audit_log(name: &str) -> bool {
    if is_stream(name) {
        return name
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with("kube-apiserver-audit-"));
    }
    name.contains("audit")
}

fn is_api_server(container: &str) -> bool {
    container == "kube-apiserver" || container.starts_with("kube-apiserver-audit")
}

/// Where the API server's own pods run: its static pods, and OpenShift's.
fn is_control_plane(namespace: &str) -> bool {
    namespace == "kube-system" || namespace == "openshift-kube-apiserver"
}

/// The namespace and the container in the path of a container's log, as the kubelet lays them
/// out: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log` and
/// `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`; a tag has dots for slashes.
fn of_container(path: &str) -> Option<(&str, &str)> {
    let after = |folder: &str| {
        ["/", "."].iter().find_map(|separator| {
            let folder = format!("{folder}{separator}");
            path.find(&folder)
                .map(|at| (&path[at + folder.len()..], *separator))
        })
    };
    if let Some((rest, separator)) = after("log/pods").or_else(|| after("log.pods")) {
        let (pod, rest) = rest.split_once(separator)?;
        let container = rest.split(separator).next()?;
        return Some((pod.split('_').next()?, container));
    }
    let (rest, _) = after("log/containers").or_else(|| after("log.containers"))?;
    let mut parts = rest.splitn(3, '_');
    let (_, namespace, container) = (parts.next()?, parts.next()?, parts.next()?);
    let container = container
        .rsplit_once('-')
        .map_or(container, |(name, _)| name);
    Some((namespace, container))
}

#[cfg(test)]
mod tests;
