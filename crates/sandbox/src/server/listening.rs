//! A server that listens until it is stopped, and a clock that runs beside it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::wire::{Fuse, WireListener};

/// How often a running clock is looked at.
const TICK: Duration = Duration::from_millis(250);
/// How long answers under way may take when a sandbox stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Dropping it stops it.
pub struct Listening {
    pub addr: SocketAddr,
    cancel: CancellationToken,
    server: Option<JoinHandle<()>>,
}

impl Listening {
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(
        listen: SocketAddr,
        router: Router,
        cancel: CancellationToken,
    ) -> Result<Self, StartError> {
        let refused = |source| StartError::Listen { addr: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let server = tokio::spawn(serve(WireListener(listener), router, cancel.clone()));
        Ok(Self { addr, cancel, server: Some(server) })
    }

    /// What to give a client as its API base: `http://127.0.0.1:PORT`.
    pub fn api_base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops listening and waits until it has stopped.
    pub async fn stop(&mut self) {
        self.cancel.cancel();
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(STOP_TIMEOUT, &mut server).await.is_err()
        {
            server.abort();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

async fn serve(listener: WireListener, router: Router, cancel: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<Fuse>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(cancel.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::error!(%error, "the sandbox stopped listening");
    }
}

/// Keeps a merchant's clock running, `speed` of its seconds in one of ours: `pass` lets so many pass.
pub async fn live<P, F>(speed: u32, cancel: CancellationToken, pass: P)
where
    P: Fn(i64) -> F + Send,
    F: Future<Output = ()> + Send,
{
    let mut ticks = tokio::time::interval(TICK);
    let run = async {
        let mut last = ticks.tick().await;
        let mut owed_ms = 0;
        loop {
            let tick = ticks.tick().await;
            let passed_ms = i64::try_from((tick - last).as_millis()).unwrap_or(0);
            last = tick;
            owed_ms += passed_ms.saturating_mul(i64::from(speed));
            let seconds = owed_ms / 1000;
            owed_ms %= 1000;
            if seconds > 0 {
                pass(seconds).await;
            }
        }
    };
    let _: Option<()> = cancel.run_until_cancelled(run).await;
}
