//! Between Stripe and the servers: takes each event to a server that answers, as a load balancer does, and remembers
//! which were acknowledged.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::web::Web;

/// Dropping it ends it.
#[derive(Debug)]
pub struct Webhooks {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    web: Web,
    turn: AtomicUsize,
    carried: AtomicU64,
    /// How often each event was acknowledged.
    acknowledged: Mutex<HashMap<String, u32>>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Webhooks {
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(address: SocketAddr, web: Web) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(Shared {
            web,
            turn: AtomicUsize::new(0),
            carried: AtomicU64::new(0),
            acknowledged: Mutex::default(),
        });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { address, shared, task })
    }

    pub fn url(&self) -> String {
        format!("http://{}/webhooks/stripe", self.address)
    }

    /// Events that came so far, each as often as it came.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::SeqCst)
    }

    /// The events that a server has taken upon itself.
    pub fn acknowledged(&self) -> HashMap<String, u32> {
        self.shared.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| carry(shared.clone(), request));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

async fn carry(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    shared.carried.fetch_add(1, Ordering::SeqCst);
    let servers = &shared.web.servers;
    let turn = shared.turn.fetch_add(1, Ordering::SeqCst);
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    // A server that is down is passed over; one that hangs is not.
    for server in (0..servers.len()).map(|next| servers[(turn + next) % servers.len()]) {
        let mut request = Request::post(format!("http://{server}/webhooks/stripe"));
        for name in ["stripe-signature", "content-type"] {
            if let Some(value) = head.headers.get(name) {
                request = request.header(name, value);
            }
        }
        let Ok(request) = request.body(Full::from(body.clone())) else { break };
        if let Some((status, ..)) = shared.web.send(request).await {
            if status.is_success()
                && let Ok(Named { id }) = serde_json::from_slice(&body)
            {
                let mut acknowledged = shared.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
                *acknowledged.entry(id).or_default() += 1;
            }
            *answer.status_mut() = status;
            break;
        }
    }
    Ok(answer)
}
