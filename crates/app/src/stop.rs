//! Signals to stop: Ctrl-C, or SIGTERM from a service manager.

/// Listens from when it is made. Make it before anything reports that the server runs: until then a signal just kills the process.
#[derive(Debug)]
pub struct StopSignal {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    /// # Errors
    /// When the system does not let the process listen.
    #[cfg(unix)]
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for a signal. Nothing is lost if waiting is canceled and started again.
    #[cfg(unix)]
    pub async fn received(&mut self) -> std::io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }

    #[cfg(not(unix))]
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    pub async fn received(&mut self) -> std::io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
