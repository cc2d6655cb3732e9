//! Whether a container runs the program that a user agent names.

use super::client::client_of;
use super::component::{component_of_image, components_of_binary};
use super::image::Image;

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
