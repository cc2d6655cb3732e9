//! Who signed a call, and for which Region. Signatures themselves are not verified.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// What the `Authorization` header tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The access key.
    pub access_key: String,
    /// The Region that the call was signed for.
    pub region: String,
    /// The service that the signature is for, as its scope names it.
    pub service: String,
}

impl Signer {
    /// The signer of a call; nobody when the header is missing or no AWS signature.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
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
}
