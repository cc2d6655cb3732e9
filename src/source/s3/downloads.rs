//! Objects downloaded ahead of those who read them.
//!
//! One small object takes a round trip to S3, in which a processor could read a hundred of them.
//! So whenever one is opened, those behind it are on their way already. Each waits with at most
//! half a MiB of its bytes until its turn comes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::download::Body;
use super::object::Object;

/// How many objects are on their way ahead of the last one that was opened.
const AHEAD: usize = 32;

/// Some objects to read, in this order.
pub struct Downloads<'a> {
    /// Absent where something else than an object is to be read.
    objects: Vec<Option<&'a Object>>,
    started: Mutex<Started>,
}

#[derive(Default)]
struct Started {
    /// The first that was not started.
    next: usize,
    bodies: HashMap<usize, Body>,
}

impl<'a> Downloads<'a> {
    /// Downloads of these objects, none of which is started before one is opened.
    pub fn of(objects: Vec<Option<&'a Object>>) -> Self {
        Self {
            objects,
            started: Mutex::default(),
        }
    }

    /// The bytes of the object at this place; of none if there is no object.
    pub fn body(&self, at: usize) -> Option<Body> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let until = self.objects.len().min(at + AHEAD);
        while started.next < until {
            let next = started.next;
            started.next += 1;
            if let Some(object) = self.objects[next] {
                started.bodies.insert(next, Body::of(object));
            }
        }
        let body = started.bodies.remove(&at);
        body.or_else(|| self.objects.get(at)?.map(Body::of))
    }
}
