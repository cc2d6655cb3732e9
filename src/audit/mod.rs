//! One audit event, by itself.
//!
//! - [`event`]: the JSON event, read strictly from its own top level
//! - [`annotation`]: the value of the stale-token annotation
//! - [`service_account`]: the subject of a token
//! - [`stage`]: which part of a request an event reports
//! - [`path_shape`]: a request URI without the names in it
//! - [`client`], [`component`], [`version`]: the client behind a user agent, and its fix
//! - [`advice`]: what to do about a client, and where that is known from
//! - [`image`], [`container`]: the image of a container, and whether it runs a program
//! - [`kubernetes_version`], [`control_plane`]: a cluster's version, and which sources of it are trusted
//! - [`owner`]: the workload behind a pod's name
//! - [`name`], [`nearest`]: what Kubernetes accepts as a name, and what a mistyped one may mean
//! - [`bounded_text`]: how much is kept of text that a caller chooses
//! - [`untrusted_text`]: text that reaches a reader only through an escape
//! - [`address`]: whether a request came from inside
//! - [`tool`]: programs that people run, and kubelets, by their user agents
//!
//! No I/O: no cluster, no clock, no file.

pub mod address;
pub mod advice;
pub mod annotation;
pub mod bounded_text;
pub mod client;
pub mod component;
pub mod container;
pub mod control_plane;
pub mod event;
pub mod image;
pub mod kubernetes_version;
pub mod name;
pub mod nearest;
pub mod owner;
pub mod path_shape;
pub mod service_account;
pub mod stage;
#[cfg(test)]
mod string_schema;
pub mod tool;
pub mod untrusted_text;
pub mod version;
