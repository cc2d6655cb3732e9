//! Objects in S3 as inputs.

use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::cluster_names::{Clusters, cluster_name_in};
use super::inputs::{Excluded, Input, InputError, Inputs, Place};
use crate::evidence::note::Note;
use crate::source::request_filter::RequestFilter;
use crate::source::s3::key_date::lies_outside;
use crate::source::s3::location::Location;
use crate::source::s3::object::Object;

/// Words for objects that are not read.
const SKIPPED: &str = "objects dated outside the window by their keys, which were not read";

impl Inputs {
    /// Adds the objects that were listed under a location, without those that match `excluded`,
    /// those whose keys prove that they lie outside the window, and those that were added before.
    /// Clusters are named as by [`Inputs::find`], by the key.
    pub fn add_objects(
        &mut self,
        location: &Location,
        listed: Vec<Object>,
        cluster_name: Option<&str>,
        excluded: &Excluded,
        window: RequestFilter,
    ) -> Result<(), InputError> {
        self.asked.push(location.to_string());
        let from = window.look_back.or(window.since);
        let mut clusters = Clusters::new(cluster_name);
        let patterns = excluded.keys();
        let (mut fitting, mut skipped) = (0, 0);
        for object in listed {
            let is_named = object.key == location.prefix;
            let below = object.key.get(location.directory().len()..);
            if !is_named && is_excluded(&patterns, below.unwrap_or_default()) {
                continue;
            }
            fitting += 1;
            if !is_named && lies_outside(&object.key, from, window.until) {
                skipped += 1;
                if cluster_name_in(Path::new(&object.key)).is_some() {
                    let cluster = clusters.of(Path::new(&object.key));
                    self.skipped_clusters.insert(cluster);
                }
                continue;
            }
            let place = object.place();
            if !self.known_objects.insert(place.clone()) {
                continue;
            }
            self.found.push(Input {
                place,
                asked: self.asked.len() - 1,
                names_cluster: cluster_name_in(Path::new(&object.key)).is_some(),
                cluster: clusters.of(Path::new(&object.key)),
                size: object.size,
                file_id: None,
                at: Place::Object(object),
            });
        }
        if fitting == 0 {
            return Err(InputError::NoObjects {
                location: location.clone(),
            });
        }
        if skipped > 0 {
            let note = Note {
                place: location.to_string().into(),
                text: SKIPPED.into(),
            };
            let cluster = clusters.of(Path::new(&location.prefix));
            if skipped == fitting {
                let words = "all of its objects are dated outside the window by their keys";
                let cluster = Arc::clone(&cluster);
                self.all_skipped
                    .push((cluster, location.to_string(), words));
            }
            self.notes.push((cluster, note, skipped));
        }
        Ok(())
    }
}

impl Excluded {
    /// The patterns for keys.
    fn keys(&self) -> Gitignore {
        let mut patterns = GitignoreBuilder::new("");
        for pattern in self.patterns() {
            // They were compiled once before.
            let _ = patterns.add_line(None, pattern);
        }
        patterns.build().unwrap_or_else(|_| Gitignore::empty())
    }
}

fn is_excluded(patterns: &Gitignore, key: &str) -> bool {
    // A key may begin with slashes or hold several at once; a path has no empty parts.
    let parts: Vec<&str> = key.split('/').filter(|part| !part.is_empty()).collect();
    let path = parts.join("/");
    !path.is_empty()
        && patterns
            .matched_path_or_any_parents(path, false)
            .is_ignore()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_left_out_by_the_same_patterns_as_paths() {
        for (pattern, key, expected) in [
            ("old", "b/old/audit.log", true),
            ("b/", "b/audit.log", true),
            ("/b/old/**", "b/old/audit.log", true),
            ("b/*/audit.log", "b/old/audit.log", true),
            ("*.gz", "//a//b.gz", true),
            ("old", "b/older/audit.log", false),
            ("/old", "b/old/audit.log", false),
        ] {
            let excluded = Excluded::matching(vec![pattern.to_owned()]).expect("a pattern");
            assert_eq!(
                is_excluded(&excluded.keys(), key),
                expected,
                "{pattern} {key}"
            );
        }
    }
}
