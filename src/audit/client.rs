//! The client library behind a user agent, and whether it re-reads its token.
//!
//! A user agent is only a hint: the sender can write anything. Most libraries report their own
//! version in it, which shows whether that version re-reads its token file. client-go reports the
//! version of the *program* instead, which says nothing about the library. Even a library that
//! refreshes does not help a program that keeps the token it read first.
//!
//! A further library is one more line in [`LIBRARIES`].

mod libraries;

pub use libraries::{LIBRARIES, Library};

use super::version::Version;
use crate::audit::advice::Advice;
use libraries::UserAgentPattern::{
    self, ClientGo, Program as Named, Transport, Unversioned, Versioned,
};

/// Kubernetes' own programs are released together with client-go: version 1.N.P of one carries
/// version 0.N.P of the other (<https://github.com/kubernetes/client-go#versioning>).
const KUBERNETES: [&str; 6] = [
    "kubectl",
    "kubelet",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubeadm",
];

const NO_USER_AGENT: &str = "no user agent was sent, as by JavaScript clients before 2.0.0, older \
                             C# clients and kube-rs: update the client library";

const NO_KNOWN_LIBRARY: &str = "no known client library: make the program re-read its token file \
                                at least once a minute";

/// Whether the client, by the version in its user agent, re-reads its token file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RereadsToken {
    /// This version of the library does; the program may still keep the token that it read first.
    Yes,
    /// This version of the library does not.
    No,
    /// The user agent does not show it.
    Unknown,
}

/// The program that a user agent names. Raw text of the log: escape it before it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// The program's name, for client-go the name of the binary.
    pub name: &'a str,
    /// Its version as sent; None where it says nothing, as `v0.0.0` does.
    pub version: Option<&'a str>,
}

/// What a user agent reveals about a client. Texts borrowed from it are raw: escape before showing.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The whole user agent; empty if none was sent.
    pub user_agent: &'a str,
    /// The client library, if recognised.
    pub client_library: Option<&'static Library>,
    /// The library was inferred from the HTTP library below it; other programs use that too.
    pub inferred: bool,
    /// The version of the library, where the user agent has it.
    pub version: Option<&'a str>,
    /// The program, where the user agent has it.
    pub program: Option<Program<'a>>,
    /// Whether that version reads its token file again.
    pub refreshes: RereadsToken,
}

/// Recognises the client that sent `user_agent`; empty stands for none sent.
pub fn client_of(user_agent: &str) -> Client<'_> {
    let unknown = Client {
        user_agent,
        client_library: None,
        inferred: false,
        version: None,
        program: None,
        refreshes: RereadsToken::Unknown,
    };
    for library in LIBRARIES {
        for pattern in library.patterns {
            if let Some(found) = pattern.find(user_agent) {
                return Client {
                    client_library: Some(library),
                    refreshes: refreshes(library, &found),
                    inferred: matches!(pattern, Transport(_)),
                    version: found.version,
                    program: found.program,
                    ..unknown
                };
            }
        }
    }
    unknown
}

impl Client<'_> {
    /// A short text for a column: `client-go, kube2iam v0.10.7`,
    /// `Python client 11.0.0 (refreshes from 12.0.0)`, `Fluent-Bit`. Holds raw text of the log;
    /// for an unknown client it is the whole user agent.
    pub fn label(&self) -> String {
        let Some(library) = self.client_library else {
            return match self.user_agent {
                "" => "no user agent".to_owned(),
                raw => raw.to_owned(),
            };
        };
        let mut label = String::new();
        if self.inferred {
            label.push_str("probably ");
        }
        label.push_str(library.name);
        if let Some(version) = self.version {
            label.push_str(&format!(" {version}"));
        }
        if let Some(program) = self.program {
            let is_itself = |pattern: &UserAgentPattern| matches!(pattern, UserAgentPattern::Program(name) if *name == program.name);
            if program.name != library.name && !library.patterns.iter().any(is_itself) {
                label.push_str(&format!(", {}", program.name));
            }
            if let Some(version) = program.version {
                label.push_str(&format!(" {version}"));
            }
        } else if self.refreshes != RereadsToken::Yes && !library.refreshes_from.is_empty() {
            label.push_str(&format!(" (refreshes from {})", minimum(library)));
        }
        label
    }

    /// What to do about a frozen token of this client, in one sentence without a full stop. Holds
    /// no text of the log.
    pub fn advice(&self) -> Advice {
        let Some(library) = self.client_library else {
            return match self.user_agent {
                "" => NO_USER_AGENT,
                _ => NO_KNOWN_LIBRARY,
            }
            .into();
        };
        let name = match library.name {
            name if name.ends_with("client") => format!("the {name}"),
            name => name.to_owned(),
        };
        let probably = if self.inferred { "probably " } else { "" };
        let what = match self.refreshes {
            _ if library.refreshes_from.is_empty() => return library.note.into(),
            RereadsToken::Yes => {
                "the library is fixed, so the program itself keeps its first token: \
                 report it to its maintainers"
                    .to_owned()
            }
            _ => format!(
                "{probably}built with {name}, which re-reads its token from {} on: update the \
                 program to a release that has it, or ask its maintainers for one",
                minimum(library)
            ),
        };
        let note = match library.note {
            "" => String::new(),
            note => format!("; {note}"),
        };
        Advice::with_source(format!("{what}{note}"), library.source)
    }
}

fn minimum(library: &Library) -> String {
    library.refreshes_from.join(" or ")
}

/// What a pattern found.
#[derive(Default)]
struct Found<'a> {
    version: Option<&'a str>,
    program: Option<Program<'a>>,
}

impl UserAgentPattern {
    fn find<'a>(&self, user_agent: &'a str) -> Option<Found<'a>> {
        if let ClientGo = self {
            return client_go(user_agent).map(|program| Found {
                program: Some(program),
                version: None,
            });
        }
        words(user_agent).find_map(|text| self.at(text))
    }

    /// Whether `text` begins with the pattern.
    fn at<'a>(&self, text: &'a str) -> Option<Found<'a>> {
        match *self {
            ClientGo => None,
            Versioned(before, after) => between(text, before, after).map(|version| Found {
                version: told(version),
                program: None,
            }),
            Unversioned(before, after) => between(text, before, after).map(|_| Found::default()),
            Transport(before) => text.starts_with(before).then(Found::default),
            Named(name) => {
                let (own, rest) = text.split_at_checked(name.len())?;
                let version = word(rest).strip_prefix('/');
                (own == name && (word(rest).is_empty() || version.is_some())).then(|| Found {
                    version: None,
                    program: Some(Program {
                        name: own,
                        version: version.and_then(told),
                    }),
                })
            }
        }
    }
}

/// The rests of `text` that begin where a word begins.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut previous = ' ';
    text.char_indices().filter_map(move |(index, c)| {
        let starts = previous.is_whitespace() && !c.is_whitespace();
        previous = c;
        starts.then(|| &text[index..])
    })
}

/// `text` up to the first blank.
fn word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or("")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    word(text.strip_prefix(before)?).strip_suffix(after)
}

/// A version, if it says anything.
fn told(version: &str) -> Option<&str> {
    Version::parse(version).map(|_| version)
}

/// Reads `<binary>/<version> (<os>/<arch>) <repository>/<commit>`. The repository is `kubernetes`
/// by default, and programs put their own there; client-go may add further parts after it.
fn client_go(user_agent: &str) -> Option<Program<'_>> {
    let (program, rest) = user_agent.split_once(" (")?;
    let (platform, source) = rest.split_once(") ")?;
    let (os, arch) = platform.split_once('/')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let (name, version) = program.rsplit_once('/')?;
    let shaped = plain(os) && plain(arch) && word(source).contains('/') && !name.is_empty();
    shaped.then(|| Program {
        name,
        version: told(version),
    })
}

fn refreshes(library: &Library, found: &Found<'_>) -> RereadsToken {
    let judged = match (found.version, found.program) {
        (Some(version), _) => at_least_one(library, version),
        // An older one cannot be told: client-go had another numbering then.
        (None, Some(program)) if KUBERNETES.contains(&program.name) => program
            .version
            .and_then(Version::parse)
            .filter(|v| v.major() == 1)
            .and_then(|v| at_least_one(library, &client_go_of(v)))
            .filter(|fixed| *fixed),
        _ => None,
    };
    match judged {
        Some(true) => RereadsToken::Yes,
        Some(false) => RereadsToken::No,
        None => RereadsToken::Unknown,
    }
}

/// The version of client-go that the version of a Kubernetes program carries.
fn client_go_of(kubernetes: Version) -> String {
    let (_, minor, patch) = kubernetes.triple();
    format!("0.{minor}.{patch}")
}

fn at_least_one(library: &Library, version: &str) -> Option<bool> {
    let version = Version::parse(version)?;
    let minimums = || {
        library
            .refreshes_from
            .iter()
            .copied()
            .filter_map(Version::parse)
    };
    let last = minimums().next_back()?;
    let own_line = minimums().find(|minimum| minimum.major() == version.major());
    version.at_least(&own_line.unwrap_or(last))
}

#[cfg(test)]
mod tests;
