//! Who signed a call, and for which Region. Signatures themselves are not verified.

use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use super::service::Service;

/// What the `Authorization` header tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) access_key: String,
    region: String,
    /// The service that the signature is for, as its scope names it.
    pub(crate) service: String,
}

impl Signer {
    /// The signer of a call; nobody when the header is missing or no AWS signature.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (_, scope) = header.split_once("Credential=")?;
        let mut parts = scope.split(',').next()?.split('/');
        let (access_key, _date, region) = (parts.next()?, parts.next()?, parts.next()?);
        let service = parts.next()?;
        Some(Self {
            access_key: access_key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }

    /// The Region that the call was signed for.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// The service that the signer reaches. A service that is alone answers for every Region.
    pub(crate) fn service<'s>(&self, services: &'s [Arc<Service>]) -> Option<&'s Arc<Service>> {
        services.iter().find(|service| {
            let settings = &service.settings;
            let known = settings.access_key.as_ref();
            known.is_none_or(|known| *known == self.access_key)
                && (services.len() == 1 || settings.region == self.region)
        })
    }
}
