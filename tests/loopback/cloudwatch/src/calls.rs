//! A call to the services at one address, from its request to its answer.

use std::io;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response, StatusCode};
use loopback_aws::{AnswerBody, Exception, Signer};
use serde_json::Value;

use super::fault::Fault;
use super::service::Service;
use super::sts;

/// The prefix of `X-Amz-Target`.
const TARGET: &str = "Logs_20140328.";

/// All services that listen at one address.
pub(crate) type Services = Arc<[Arc<Service>]>;

/// Answers one call; an error closes the connection.
pub(crate) async fn answer(
    services: Services,
    request: Request<Incoming>,
) -> io::Result<Response<AnswerBody>> {
    let (head, body) = request.into_parts();
    let signer = Signer::of(&head.headers);
    let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if let Some(signer) = signer.as_ref().filter(|signer| signer.service == "sts") {
        let parameters = sts::parameters(&bytes);
        if let Some(own) = services.iter().find(|service| service.knows(signer)) {
            let action = parameters.get("Action").and_then(Value::as_str);
            let body = Value::Object(parameters.clone());
            own.arrive(action.unwrap_or_default(), body, &signer.access_key);
        }
        let (status, xml) = sts::answer(signer, &services, &parameters);
        return Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "text/xml")
            .body(AnswerBody::whole(Bytes::from(xml)))
            .map_err(io::Error::other);
    }
    let (name, mut body) = match loopback_eks::call(&head) {
        Some((operation, parameters)) => (operation.name().to_owned(), parameters),
        None => {
            let target = head.headers.get("x-amz-target");
            let target = target.and_then(|target| target.to_str().ok());
            let name = target.map(|target| target.strip_prefix(TARGET).unwrap_or(target));
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            (name.unwrap_or_default().to_owned(), body)
        }
    };
    let Some(signer) = signer else {
        return response(Err(Exception::new(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )));
    };
    let Some(service) = reached_by(&signer, &services) else {
        return response(Err(Exception::unknown_credentials()));
    };
    let fault = service.arrive(&name, body.clone(), &signer.access_key);
    if !body.is_object() {
        return response(Err(Exception::new(
            "SerializationException",
            "The body is no JSON object.",
        )));
    }
    match &fault {
        Some(Fault::Hang) => std::future::pending::<()>().await,
        Some(Fault::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Slow(time)) => tokio::time::sleep(*time).await,
        _ => {}
    }
    let turns_back = matches!(fault, Some(Fault::FurtherPage | Fault::SamePage));
    if let (true, Some(members)) = (turns_back, body.as_object_mut()) {
        members.remove("nextToken");
    }
    let answered = service.answer(&name, &body, fault.as_ref());
    match fault {
        Some(Fault::AnswerLost) => Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::JunkBody) => Ok(Response::new(AnswerBody::whole(
            "<html>502 Bad Gateway</html>".into(),
        ))),
        Some(Fault::EmptyAnswer) => Ok(Response::new(AnswerBody::whole("{}".into()))),
        Some(Fault::FurtherPage) => {
            let token = format!("page-{}", service.state().calls().len());
            response(answered.map(|body| with_member(body, "nextToken", token)))
        }
        Some(Fault::SamePage) => {
            response(answered.map(|body| with_member(body, "nextToken", "page".to_owned())))
        }
        Some(Fault::StaleStatus) => response(answered.map(|mut body| {
            body["status"] = Value::from("Running");
            body["results"] = Value::Array(Vec::new());
            body
        })),
        Some(Fault::Padded(bytes)) => {
            response(answered.map(|body| with_member(body, "padding", " ".repeat(bytes))))
        }
        Some(Fault::TruncatedBody) => {
            response(answered).map(|response| response.map(AnswerBody::truncated))
        }
        _ => response(answered),
    }
}

/// The service that the signer reaches. A service that is alone answers for every Region.
fn reached_by<'s>(signer: &Signer, services: &'s [Arc<Service>]) -> Option<&'s Arc<Service>> {
    services.iter().find(|service| {
        let is_its_region = service.settings.region == signer.region;
        service.knows(signer) && (services.len() == 1 || is_its_region)
    })
}

/// The same answer with one member more.
fn with_member(mut body: Value, name: &str, value: String) -> Value {
    body[name] = Value::from(value);
    body
}

fn response(answered: Result<Value, Exception>) -> io::Result<Response<AnswerBody>> {
    let (status, error, body) = match answered {
        Ok(body) => (StatusCode::OK, "", body),
        Err(exception) => (exception.status, exception.name, exception.body()),
    };
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/x-amz-json-1.1")
        // REST-JSON names an error here, and AWS JSON in the body.
        .header("x-amzn-errortype", error)
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
        .body(AnswerBody::whole(Bytes::from(body.to_string())))
        .map_err(io::Error::other)
}
