//! The objects under a prefix, page by page.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::Bucket;
use super::object::Object;
use crate::source::aws::answer_limit::AnswerLimit;
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::failure::Failure;
use crate::source::pages::{Endless, Pages};

/// The action, as a policy names it.
pub const LIST_BUCKET: &str = "s3:ListBucket";

/// How long a page is waited for, through throttling and retries.
const PAGE_WITHIN: Duration = Duration::from_secs(120);

/// What CloudWatch Logs writes into a bucket before an export, to see whether it may (Amazon
/// CloudWatch Logs User Guide, "Exporting log data to Amazon S3").
const WRITE_TEST: &str = "aws-logs-write-test";

impl Bucket {
    /// The objects whose keys begin so. If one has exactly this key, that one alone.
    pub(super) async fn list(self: &Arc<Self>, prefix: &str) -> Result<Vec<Object>, Failure> {
        let mut objects = Vec::new();
        let mut pages = Pages::default();
        loop {
            let deadline = Instant::now() + PAGE_WITHIN;
            let listing = call(
                &self.connection.rate_limiters.list_objects,
                LIST_BUCKET,
                deadline,
                || {
                    self.progress.count_request();
                    self.client
                        .list_objects_v2()
                        .bucket(&self.name)
                        .prefix(prefix)
                        .set_continuation_token(pages.token())
                        .customize()
                        .interceptor(AnswerLimit)
                        .send()
                },
            );
            let page = match listing.await {
                Ok(Some(page)) => page,
                Ok(None) => {
                    let failure = Failure::during(LIST_BUCKET, Cause::OutOfTime);
                    return Err(self.failure(failure));
                }
                Err(failure) => return Err(self.failure(failure)),
            };
            tracing::debug!(
                bucket = self.name,
                prefix,
                objects = page.contents().len(),
                "page listed"
            );
            for listed in page.contents.unwrap_or_default() {
                let Some(key) = listed.key else {
                    continue;
                };
                let is_named = !prefix.is_empty() && key == prefix && !key.ends_with('/');
                let object = Object {
                    bucket: Arc::clone(self),
                    size: listed
                        .size
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or(0),
                    etag: listed.e_tag.filter(|etag| !etag.is_empty()),
                    key,
                };
                if is_named {
                    return Ok(vec![object]);
                }
                // The console makes an empty object of a folder.
                let is_folder = object.key.ends_with('/') && object.size == 0;
                let name = object.key.rsplit('/').next().unwrap_or_default();
                if !is_folder && name != WRITE_TEST {
                    objects.push(object);
                }
            }
            // However many objects a bucket holds, no token comes twice.
            let next = page
                .next_continuation_token
                .filter(|_| page.is_truncated == Some(true));
            match pages.turn(next, usize::MAX) {
                Ok(true) => {}
                Err(Endless) => {
                    let failure = Failure::during(LIST_BUCKET, Cause::EndlessList);
                    return Err(self.failure(failure));
                }
                Ok(false) if page.is_truncated == Some(true) => {
                    let reason = "its list of objects is incomplete".to_owned();
                    let failure = Failure::during(LIST_BUCKET, Cause::Other { reason });
                    return Err(self.failure(failure));
                }
                Ok(false) => return Ok(objects),
            }
        }
    }
}
