//! The wire: HTTP on the loopback interface, one thread with a runtime of its own.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::oneshot;

use super::answer_body::AnswerBody;
use super::exception::Exception;
use super::fault::Fault;
use super::rest;
use super::service::Service;
use super::signer::Signer;
use super::sts;

/// The prefix of `X-Amz-Target`.
const TARGET: &str = "Logs_20140328.";

/// All services that listen at one address.
type Services = Arc<[Arc<Service>]>;

/// A listening server, which stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(services: Vec<Arc<Service>>) -> Self {
        let services: Services = services.into();
        Self::answering(move |request| answer(Arc::clone(&services), request))
    }

    /// A server that answers every request so; an error closes the connection.
    pub(crate) fn answering<F>(
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = io::Result<Response<AnswerBody>>> + Send + 'static,
    {
        let listener =
            TcpListener::bind("127.0.0.1:0").expect("the loopback interface has a free port");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made non-blocking");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("loopback".to_owned())
            .spawn(move || run(listener, stopped, answer))
            .expect("a thread can be started");
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed already, and the tests see its lost connections.
            let _ = thread.join();
        }
    }
}

/// Accepts connections until the other end of `stopped` is dropped.
fn run<F>(
    listener: TcpListener,
    stopped: oneshot::Receiver<Infallible>,
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) where
    F: Future<Output = io::Result<Response<AnswerBody>>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async move {
        let listener =
            tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
        let accepting = async {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = service_fn(answer.clone());
                tokio::spawn(async move {
                    // A broken connection is the client's business, or a fault that was ordered.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        };
        tokio::select! {
            () = accepting => {}
            _ = stopped => {}
        }
    });
}

/// Answers one call; an error closes the connection.
async fn answer(
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
    let (name, mut body) = match rest::call(&head) {
        Some((name, parameters)) => (name.to_owned(), parameters),
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
    let Some(service) = signer.service(&services) else {
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
