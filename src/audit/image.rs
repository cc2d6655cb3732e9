//! The image of a container: `registry/repository:tag@digest`.
//!
//! Grammar: <https://github.com/distribution/reference/blob/main/reference.go>. Raw text of the
//! cluster: escape it before it is shown.

/// How many digits of a digest tell one image from another for a person, as `docker images` shows.
const DIGEST_SHOWN: usize = 12;

/// An image as a pod names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// Registry and path, without tag and digest.
    pub repository: &'a str,
    /// The tag.
    pub tag: Option<&'a str>,
    /// The digest, `sha256:…`.
    pub digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// Reads an image's name. Any text will do.
    pub fn of(text: &'a str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to the port of the registry.
        let path = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match rest[path..].split_once(':') {
            Some((name, tag)) => (&rest[..path + name.len()], Some(tag)),
            None => (rest, None),
        };
        Self {
            repository,
            tag,
            digest,
        }
    }

    /// The last part of the path: mirrors keep it.
    pub fn name(&self) -> &'a str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the path ends in these parts.
    pub fn ends_in(&self, path: &str) -> bool {
        self.repository
            .strip_suffix(path)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// The image for a person, its digest cut short.
    pub fn label(&self) -> String {
        let mut label = self.repository.to_owned();
        if let Some(tag) = self.tag {
            label.push(':');
            label.push_str(tag);
        }
        if let Some(digest) = self.digest {
            let end = digest.find(':').map_or(0, |colon| colon + 1) + DIGEST_SHOWN;
            label.push('@');
            label.push_str(digest.get(..end).unwrap_or(digest));
        }
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_taken_apart() {
        for (text, repository, tag, digest, label) in [
            ("kube2iam", "kube2iam", None, None, "kube2iam"),
            (
                "jtblin/kube2iam:0.10.7",
                "jtblin/kube2iam",
                Some("0.10.7"),
                None,
                "jtblin/kube2iam:0.10.7",
            ),
            (
                "localhost:5000/a/b",
                "localhost:5000/a/b",
                None,
                None,
                "localhost:5000/a/b",
            ),
            (
                "r.io:5000/a:v1@sha256:0123456789abcdef",
                "r.io:5000/a",
                Some("v1"),
                Some("sha256:0123456789abcdef"),
                "r.io:5000/a:v1@sha256:0123456789ab",
            ),
            ("a@sha256:é", "a", None, Some("sha256:é"), "a@sha256:é"),
            ("/a:1", "/a", Some("1"), None, "/a:1"),
            ("a:/b", "a:/b", None, None, "a:/b"),
            ("", "", None, None, ""),
        ] {
            let image = Image::of(text);
            assert_eq!(
                image,
                Image {
                    repository,
                    tag,
                    digest
                }
            );
            assert_eq!(image.label(), label);
        }
        let image = Image::of("mirror.example/library/fluxcd/flux:1.25");
        assert_eq!(image.name(), "flux");
        assert!(image.ends_in("fluxcd/flux") && image.ends_in("flux"));
        assert!(!image.ends_in("lux") && !image.ends_in("other/flux"));
    }
}
