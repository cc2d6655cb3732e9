//! The image of a container: `registry/repository:tag@digest`, and whether it holds the program
//! that a user agent names.
//!
//! Grammar: <https://github.com/distribution/reference/blob/main/reference.go>. Raw text of the
//! cluster: escape it before it is shown.

use super::client::client_of;
use super::component::{component_of_image, components_of_binary};

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

/// Whether a container of this name and image holds the program that a user agent names.
pub fn fits(user_agent: &str, container: &str, image: &str) -> bool {
    let Some(program) = client_of(user_agent).program else {
        return false;
    };
    let image = Image::of(image);
    let is_same = |name: &str| name.eq_ignore_ascii_case(program.name);
    if is_same(image.name()) || is_same(container) {
        return true;
    }
    let of_image = component_of_image(&image).map(|it| it.component.name);
    components_of_binary(program.name).any(|component| Some(component.name) == of_image)
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
        assert!(image.ends_in("fluxcd/flux") && image.ends_in("flux"));
        assert!(!image.ends_in("lux") && !image.ends_in("other/flux"));
    }

    #[test]
    fn a_container_fits_the_program_of_a_user_agent() {
        const KUBE2IAM: &str = "kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format";
        for (agent, container, image, expected) in [
            (KUBE2IAM, "main", "jtblin/kube2iam:0.10.7", true),
            (KUBE2IAM, "kube2iam", "mirror/x@sha256:00", true),
            (KUBE2IAM, "main", "istio/proxyv2:1.20", false),
            (
                "Fluent-Bit",
                "log",
                "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.23.4",
                true,
            ),
            (
                "aws-k8s-agent/v1.7.5 (linux/amd64) kubernetes/$Format",
                "x",
                "602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.7.5",
                true,
            ),
            ("", "kube2iam", "jtblin/kube2iam", false),
            ("OpenAPI-Generator/11.0.0/python", "app", "app", false),
        ] {
            assert_eq!(fits(agent, container, image), expected, "{agent} {image}");
        }
    }
}
