//! The wire: HTTP on the loopback interface, one thread with a runtime of its own.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::answer_body::AnswerBody;

/// A listening server, which stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server that answers every request so; an error closes the connection.
    pub fn start<F>(answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> Self
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

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
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
