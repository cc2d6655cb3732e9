//! The file that `--pods` names: what `kubectl get pods,replicasets,jobs -A -o json` printed,
//! compressed or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::list::ListReader;
use crate::cluster_state::ClusterState;
use crate::source::files::open::decoded;

/// The command that prints such a list.
pub const COMMAND: &str = "kubectl get pods,replicasets,jobs -A -o json";

/// How many bytes are read at a time.
const STEP: usize = 256 << 10;

/// Why a list of pods could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PodListError {
    /// It could not be read.
    #[error("cannot read the pods of {place}: {error}")]
    Unreadable {
        /// The file.
        place: String,
        /// What happened.
        error: io::Error,
    },
    /// It is something else.
    #[error("{place} is not a list of pods: {found}. Save one with: {COMMAND} > pods.json")]
    NotAList {
        /// The file.
        place: String,
        /// What it is.
        found: String,
    },
    /// It ends too early, or is damaged in the middle.
    #[error(
        "the list of pods in {place} is damaged after {objects} objects ({error}). A part of a \
         list would show pods as gone that are there; save it again with: {COMMAND} > pods.json"
    )]
    Damaged {
        /// The file.
        place: String,
        /// How many objects were read before.
        objects: u64,
        /// What is wrong, and where.
        error: serde_json::Error,
    },
}

/// What a list of pods came to.
#[derive(Debug)]
pub struct PodList {
    /// What it says.
    pub state: ClusterState,
    /// Objects in it that could not be understood.
    pub malformed: u64,
}

/// Reads the list of pods in a file, `-` for standard input.
pub fn read(path: &Path) -> Result<PodList, PodListError> {
    let place = match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => path.display().to_string(),
    };
    let unreadable = |error| PodListError::Unreadable {
        place: place.clone(),
        error,
    };
    let raw: Box<dyn Read + Send> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(File::open(path).map_err(unreadable)?),
    };
    let mut raw = BufReader::with_capacity(STEP, raw);
    let begins = raw.fill_buf().map_err(unreadable)?;
    if begins.starts_with(b"\xff\xfe") || begins.starts_with(b"\xfe\xff") {
        return Err(PodListError::NotAList {
            place,
            found: "it is text in UTF-16, as > of PowerShell writes it; \
                    use | Out-File -Encoding utf8 pods.json"
                .to_owned(),
        });
    }
    let (stream, _) = decoded(Box::new(raw)).map_err(unreadable)?;
    parse(&place, stream)
}

/// Reads the list of pods in a stream that is not compressed.
pub fn parse(place: &str, stream: impl Read) -> Result<PodList, PodListError> {
    let unreadable = |error| PodListError::Unreadable {
        place: place.to_owned(),
        error,
    };
    let not_a_list = |found: &str| PodListError::NotAList {
        place: place.to_owned(),
        found: found.to_owned(),
    };
    let mut stream = BufReader::with_capacity(STEP, stream);
    let begins = stream.fill_buf().map_err(unreadable)?;
    if begins.starts_with(b"\xef\xbb\xbf") {
        stream.consume(3);
    }
    let begins = stream.fill_buf().map_err(unreadable)?;
    match begins.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(not_a_list("it is empty")),
        Some(b'{') => {}
        Some(_) if begins.starts_with(b"NAME") => {
            return Err(not_a_list("it is kubectl's table; add -o json"));
        }
        Some(_) if begins.starts_with(b"apiVersion:") => {
            return Err(not_a_list("it is YAML; use -o json"));
        }
        Some(_) => return Err(not_a_list("it is not a JSON object")),
    }
    let mut reader = ListReader::new(ClusterState::default());
    if let Err(error) = reader.read(stream) {
        if let Some(kind) = error.io_error_kind() {
            return Err(unreadable(io::Error::new(kind, error)));
        }
        return Err(PodListError::Damaged {
            place: place.to_owned(),
            objects: reader.found.kept + reader.found.of_other_kinds,
            error,
        });
    }
    let found = reader.found.clone();
    if let Some(status) = &found.status {
        return Err(not_a_list(&format!(
            "it is an error of the API server ({status})"
        )));
    }
    if found.continues.is_some() {
        return Err(not_a_list(
            "it is one page of a longer list (it has a continue token)",
        ));
    }
    let state = reader.into_state();
    if state.is_empty() {
        return Err(not_a_list(match found.of_other_kinds {
            0 => "it holds no objects",
            _ => "it holds neither pods nor ReplicaSets nor Jobs",
        }));
    }
    Ok(PodList {
        state,
        malformed: found.malformed,
    })
}
