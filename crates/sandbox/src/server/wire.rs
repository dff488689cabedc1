//! Connections that can be made to break: a reset or an early end is a matter of the socket, below HTTP.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Lit by a handler, it breaks the connection while the answer is written.
#[derive(Debug, Clone)]
pub struct Fuse(Arc<FuseState>);

#[derive(Debug)]
struct FuseState {
    /// How many bytes may still be written; `i64::MAX`: not lit.
    bytes_left: AtomicI64,
    is_reset: AtomicBool,
    /// Whose connection it is; `None`: nobody's, as it is not from the network.
    peer: Option<IpAddr>,
}

impl Fuse {
    pub fn new(peer: Option<IpAddr>) -> Self {
        let (bytes_left, is_reset) = (AtomicI64::new(i64::MAX), AtomicBool::new(false));
        Self(Arc::new(FuseState { bytes_left, is_reset, peer }))
    }

    pub fn peer(&self) -> Option<IpAddr> {
        self.0.peer
    }

    /// The number of bytes after which the peer gets a reset.
    pub fn reset_after(&self, bytes: u32) {
        self.0.is_reset.store(true, Ordering::Release);
        self.0.bytes_left.store(i64::from(bytes), Ordering::Release);
    }

    pub fn is_lit(&self) -> bool {
        self.0.bytes_left.load(Ordering::Acquire) != i64::MAX
    }

    /// The number of bytes after which the connection ends as if the answer were complete.
    pub fn end_after(&self, bytes: u32) {
        self.0.bytes_left.store(i64::from(bytes), Ordering::Release);
    }
}

/// A connection with its fuse.
pub struct Wire {
    stream: TcpStream,
    fuse: Fuse,
}

impl Wire {
    fn write_before_break(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.fuse.0.bytes_left.load(Ordering::Acquire);
        let allowed = usize::try_from(left).unwrap_or(0).min(buf.len());
        if allowed == 0 && !buf.is_empty() {
            if self.fuse.0.is_reset.load(Ordering::Acquire) {
                // Closing such a socket sends a reset instead of an orderly end.
                let _ = self.stream.set_zero_linger();
            }
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::ConnectionAborted)));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed]);
        if let (Poll::Ready(Ok(count)), true) = (&written, left != i64::MAX) {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            self.fuse.0.bytes_left.fetch_sub(count, Ordering::AcqRel);
        }
        written
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.write_before_break(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if !self.fuse.is_lit() {
            return Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
        self.write_before_break(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Accepts connections with fuses.
pub struct WireListener(pub TcpListener);

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, addr) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        (Wire { stream, fuse: Fuse::new(Some(addr.ip())) }, addr)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Fuse {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().fuse.clone()
    }
}
