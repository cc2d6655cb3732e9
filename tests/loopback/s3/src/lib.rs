//! S3 on the loopback interface: ListObjectsV2 in pages and GetObject with ranges, addressed by path.
//!
//! The answers follow the Amazon S3 API Reference. Signatures are not verified, but their Region is: a bucket
//! answers only in its own.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use loopback_aws::{AnswerBody, Server, Signer, decoded};

/// What happens to an object after it was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFault {
    /// It is deleted.
    Vanished,
    /// It is overwritten.
    Replaced,
    /// So many transfers of it break off after half of their bytes.
    Torn(u32),
    /// The first transfer of it breaks off, and before the next it is overwritten.
    TornAndReplaced,
    /// It may not be read.
    Denied,
    /// It is in S3 Glacier.
    Archived,
    /// Ranges are ignored, as some stand-ins do, and its first transfer breaks off.
    WithoutRanges,
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Request {
    /// The action, as a policy names it.
    pub action: &'static str,
    /// The key of an object, or the prefix of a listing.
    pub key: String,
    /// Its range.
    pub range: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    /// The objects of each bucket, by their keys.
    buckets: BTreeMap<String, BTreeMap<String, Bytes>>,
    faults: BTreeMap<String, ObjectFault>,
    /// The bucket that may not be listed.
    denied: Option<String>,
    /// Buckets that are not in eu-west-1.
    regions: BTreeMap<String, String>,
    page_size: usize,
    /// Every so many requests one is told to slow down.
    throttled: Option<usize>,
    requests: Vec<S3Request>,
}

/// A running S3, which stops when it is dropped.
#[derive(Debug)]
pub struct S3 {
    state: Arc<Mutex<State>>,
    server: Server,
}

type Answer = io::Result<Response<AnswerBody>>;

impl S3 {
    /// A service without buckets that behaves well.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            page_size: 1000,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request: Request<Incoming>| {
            let (head, _) = request.into_parts();
            let answer = lock(&shared).answer(&head);
            async move { answer }
        });
        Self { state, server }
    }

    /// Where it listens: the value for `AWS_ENDPOINT_URL_S3`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Puts an object into a bucket, which is made where there is none.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        let mut state = lock(&self.state);
        let bucket = state.buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), bytes.into());
    }

    /// Orders what happens to an object.
    pub fn fault(&self, key: &str, fault: ObjectFault) {
        lock(&self.state).faults.insert(key.to_owned(), fault);
    }

    /// Forbids to list a bucket; its objects can still be read.
    pub fn deny_listing(&self, bucket: &str) {
        lock(&self.state).denied = Some(bucket.to_owned());
    }

    /// Puts a bucket into a Region other than eu-west-1.
    pub fn put_into_region(&self, bucket: &str, region: &str) {
        let mut state = lock(&self.state);
        state.regions.insert(bucket.to_owned(), region.to_owned());
    }

    /// The most objects on one page of a listing, 1,000 by default.
    pub fn page_size(&self, size: usize) {
        lock(&self.state).page_size = size;
    }

    /// Tells every so many requests to slow down.
    pub fn throttle_every(&self, requests: usize) {
        lock(&self.state).throttled = Some(requests);
    }

    /// All requests in the order of their arrival, refused ones too.
    pub fn requests(&self) -> Vec<S3Request> {
        lock(&self.state).requests.clone()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no handler panics")
}

impl State {
    fn answer(&mut self, head: &Parts) -> Answer {
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let query: BTreeMap<String, String> = head
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let header = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
        let is_listing = key.is_empty() && query.get("list-type").is_some_and(|it| it == "2");
        let key = match is_listing {
            true => query.get("prefix").cloned().unwrap_or_default(),
            false => decoded(key),
        };
        self.requests.push(S3Request {
            action: if is_listing {
                "s3:ListBucket"
            } else {
                "s3:GetObject"
            },
            key: key.clone(),
            range: header("range"),
        });
        let Some(signer) = Signer::of(&head.headers) else {
            return refused(403, "AccessDenied", "Access Denied", None);
        };
        let count = self.requests.len();
        if self
            .throttled
            .is_some_and(|every| count.is_multiple_of(every))
        {
            return refused(503, "SlowDown", "Please reduce your request rate.", None);
        }
        if !self.buckets.contains_key(bucket) {
            return refused(
                404,
                "NoSuchBucket",
                "The specified bucket does not exist",
                None,
            );
        }
        let region = self
            .regions
            .get(bucket)
            .map_or("eu-west-1", |region| region);
        if signer.region != region {
            let message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
            return refused(301, "PermanentRedirect", message, Some(region));
        }
        if is_listing {
            if self.denied.as_deref() == Some(bucket) {
                let message = "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: s3:ListBucket";
                return refused(403, "AccessDenied", message, None);
            }
            return self.list(bucket, &key, query.get("continuation-token"));
        }
        self.get(bucket, &key, header("range"), header("if-match"))
    }

    fn list(&self, bucket: &str, prefix: &str, token: Option<&String>) -> Answer {
        let after = token.cloned().unwrap_or_default();
        let mut fitting = self.buckets[bucket]
            .iter()
            .filter(|(key, _)| key.starts_with(prefix) && (token.is_none() || **key > after));
        let mut body = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name><MaxKeys>1000</MaxKeys>"#
        );
        let mut last = None;
        for (key, bytes) in fitting.by_ref().take(self.page_size) {
            let etag = etag(bytes);
            let size = bytes.len();
            let key = key.replace('&', "&amp;").replace('<', "&lt;");
            body.push_str(&format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-24T06:00:00.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            ));
            last = Some(key);
        }
        let is_truncated = fitting.next().is_some();
        body.push_str(&format!("<IsTruncated>{is_truncated}</IsTruncated>"));
        if let Some(last) = last.filter(|_| is_truncated) {
            body.push_str(&format!(
                "<NextContinuationToken>{last}</NextContinuationToken>"
            ));
        }
        body.push_str("</ListBucketResult>");
        let response = Response::builder().header("content-type", "application/xml");
        response
            .body(AnswerBody::whole(body.into()))
            .map_err(io::Error::other)
    }

    fn get(
        &mut self,
        bucket: &str,
        key: &str,
        range: Option<String>,
        if_match: Option<String>,
    ) -> Answer {
        let objects = self.buckets.get_mut(bucket).expect("the bucket is known");
        let mut fault = self.faults.get_mut(key);
        let knows_ranges = fault != Some(&mut ObjectFault::WithoutRanges);
        match &fault {
            Some(ObjectFault::Vanished) => {
                objects.remove(key);
            }
            Some(ObjectFault::Replaced) => {
                objects.insert(key.to_owned(), Bytes::from_static(b"another version\n"));
            }
            Some(ObjectFault::Denied) => {
                return refused(403, "AccessDenied", "Access Denied", None);
            }
            Some(ObjectFault::Archived) => {
                let message = "The operation is not valid for the object's storage class";
                return refused(403, "InvalidObjectState", message, None);
            }
            _ => {}
        }
        let Some(bytes) = objects.get(key).cloned() else {
            return refused(404, "NoSuchKey", "The specified key does not exist.", None);
        };
        let etag = format!("\"{}\"", etag(&bytes));
        if if_match.is_some_and(|wanted| wanted != etag) {
            let message = "At least one of the pre-conditions you specified did not hold";
            return refused(412, "PreconditionFailed", message, None);
        }
        let tears = match &mut fault {
            Some(ObjectFault::Torn(times)) if *times > 0 => {
                *times -= 1;
                true
            }
            Some(fault @ ObjectFault::TornAndReplaced) => {
                **fault = ObjectFault::Replaced;
                true
            }
            Some(ObjectFault::WithoutRanges) => range.is_none(),
            _ => false,
        };
        let range = range.filter(|_| knows_ranges);
        let first = range.as_ref().map(|range| {
            let first = range
                .strip_prefix("bytes=")
                .and_then(|range| range.strip_suffix('-'));
            first
                .and_then(|first| first.parse().ok())
                .expect("a range from a byte on")
        });
        let mut response = Response::builder().header("etag", etag);
        if let Some(first) = first {
            let (last, length) = (bytes.len() - 1, bytes.len());
            response = response
                .status(206)
                .header("content-range", format!("bytes {first}-{last}/{length}"));
        }
        let body = AnswerBody::whole(bytes.slice(first.unwrap_or(0)..));
        let body = if tears { body.truncated() } else { body };
        response.body(body).map_err(io::Error::other)
    }
}

fn etag(bytes: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:032x}", hasher.finish())
}

fn refused(status: u16, code: &str, message: &str, region: Option<&str>) -> Answer {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>00000000</RequestId></Error>"#
    );
    let mut response = Response::builder()
        .status(status)
        .header("content-type", "application/xml");
    if let Some(region) = region {
        response = response.header("x-amz-bucket-region", region);
    }
    response
        .body(AnswerBody::whole(body.into()))
        .map_err(io::Error::other)
}
