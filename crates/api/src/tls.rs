//! TLS by the server itself, for installations without a proxy.

mod certificates;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub use certificates::{CertificateError, Certificates};

/// What is offered, the best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// How long a visitor may take to agree on a key.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Visitors who are at it at once. Further ones wait.
const MOST_HANDSHAKES: usize = 2048;

/// Accepts connections and agrees on their keys: with many visitors at once, so that a slow one holds up nobody.
pub struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl TlsListener {
    /// # Errors
    /// When no version of TLS can be offered.
    pub fn new(tcp: TcpListener, certificates: Arc<Certificates>) -> Result<Self, CertificateError> {
        let config =
            rustls::ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let mut config = config?.with_no_client_auth().with_cert_resolver(certificates);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self { tcp, acceptor: Arc::new(config).into(), handshakes: JoinSet::new() })
    }
}

/// Which algorithms are offered.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            tokio::select! {
                (stream, address) = axum::serve::Listener::accept(&mut self.tcp),
                    if self.handshakes.len() < MOST_HANDSHAKES =>
                {
                    self.handshakes.spawn(handshake(self.acceptor.clone(), stream, address));
                }
                Some(ended) = self.handshakes.join_next() => {
                    if let Ok(Some(accepted)) = ended {
                        return accepted;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
) -> Option<(TlsStream<TcpStream>, SocketAddr)> {
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some((stream, address)),
        // Scanners, and browsers that don't trust the certificate: nothing is wrong with the server.
        Ok(Err(error)) => {
            tracing::debug!(%error, "no TLS connection");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_that_is_offered_has_forward_secrecy_and_an_authenticated_cipher_of_128_bits_or_more() {
        let offered = provider();
        let suites: Vec<String> =
            offered.cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect();
        assert!(suites.len() > 3, "{suites:?}");
        for suite in &suites {
            // All of TLS 1.3 agree on a key for one connection alone; of TLS 1.2, those with ECDHE.
            assert!(suite.starts_with("TLS13_") || suite.starts_with("TLS_ECDHE_"), "{suite}");
            let is_authenticated =
                ["AES_128_GCM", "AES_256_GCM", "CHACHA20_POLY1305"].iter().any(|one| suite.contains(one));
            assert!(is_authenticated, "{suite}");
        }
    }
}
