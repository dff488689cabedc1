//! The server's certificate and its private key, from files that may be replaced while it runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("{} can't be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} holds no certificate in PEM format", path.display())]
    NoCertificate { path: PathBuf },
    #[error("{} holds no private key in PEM format, or one with a passphrase", path.display())]
    NoKey { path: PathBuf },
    #[error("the certificate and the private key can't be used together: {0}")]
    Unusable(#[from] rustls::Error),
}

/// A certificate with its chain, and its private key.
#[derive(Debug)]
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
    /// Of the files that were last looked at, whatever came of them.
    seen: Mutex<[u8; 32]>,
}

/// What is in the files.
struct Files {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Certificates {
    /// # Errors
    /// When the files hold no certificate with its key.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let files = Files::read(certificate, key)?;
        Ok(Self {
            current: RwLock::new(Arc::new(files.certified(certificate, key)?)),
            seen: Mutex::new(files.digest()),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Takes what is in the files from now on; returns whether that is anything else than before. Connections that exist
    /// stay as they are.
    ///
    /// # Errors
    /// When they hold no certificate with its key: then the one before stays. Said once for each change of the files.
    pub fn reload_if_changed(&self) -> Result<bool, CertificateError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let files = match Files::read(&self.certificate, &self.key) {
            Ok(files) => files,
            // Between two names, as when it is renewed: that is an error only if it lasts.
            Err(error) if *seen == UNREADABLE => {
                tracing::trace!(%error, "the certificate still can't be read");
                return Ok(false);
            }
            Err(error) => {
                *seen = UNREADABLE;
                return Err(error);
            }
        };
        if files.digest() == *seen {
            return Ok(false);
        }
        *seen = files.digest();
        let certified = Arc::new(files.certified(&self.certificate, &self.key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = certified;
        Ok(true)
    }

    /// Looks at the files every so often until it is cancelled.
    pub async fn keep_current(self: Arc<Self>, every: Duration, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(every) => {}
            }
            let looking = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || looking.reload_if_changed()).await {
                Ok(Ok(true)) => tracing::info!("the new TLS certificate is now in use"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the new TLS certificate can't be used; the previous one stays in use");
                }
                Err(error) => tracing::warn!(%error, "the TLS certificate could not be checked"),
            }
        }
    }
}

/// In place of a digest.
const UNREADABLE: [u8; 32] = [0; 32];

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let read = |path: &Path| {
            std::fs::read(path)
                .map_err(|source| CertificateError::Unreadable { path: path.to_owned(), source })
        };
        Ok(Self { certificate: read(certificate)?, key: Zeroizing::new(read(key)?) })
    }

    fn digest(&self) -> [u8; 32] {
        // Each on its own first, so that nothing moves from one to the other unnoticed.
        let [certificate, key] = [&self.certificate, &*self.key].map(Sha256::digest);
        Sha256::new().chain_update(certificate).chain_update(key).finalize().into()
    }

    fn certified(&self, certificate: &Path, key: &Path) -> Result<CertifiedKey, CertificateError> {
        let no_certificate = || CertificateError::NoCertificate { path: certificate.to_owned() };
        let chain = CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(no_certificate)?;
        let private = PrivateKeyDer::from_pem_slice(&self.key);
        let private = private.map_err(|_| CertificateError::NoKey { path: key.to_owned() })?;
        let provider = rustls::crypto::ring::default_provider();
        Ok(CertifiedKey::from_der(chain, private, &provider)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pair {
        certificate: String,
        key: String,
    }

    fn pair() -> Pair {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Pair { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
    }

    /// The certificate that a visitor gets.
    fn shown(certificates: &Certificates) -> CertificateDer<'static> {
        certificates.current.read().unwrap().cert[0].clone()
    }

    fn der(pair: &Pair) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()
    }

    #[test]
    fn new_files_take_the_place_of_the_old_ones_and_bad_ones_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let (certificate, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let write = |pair: &Pair| {
            std::fs::write(&certificate, &pair.certificate).unwrap();
            std::fs::write(&key, &pair.key).unwrap();
        };
        let (first, second) = (pair(), pair());
        assert!(matches!(Certificates::load(&certificate, &key), Err(CertificateError::Unreadable { .. })));
        write(&first);
        let certificates = Certificates::load(&certificate, &key).unwrap();
        assert_eq!(shown(&certificates), der(&first));
        assert!(!certificates.reload_if_changed().unwrap());

        // A renewal replaces one after the other.
        std::fs::write(&certificate, &second.certificate).unwrap();
        assert!(matches!(certificates.reload_if_changed(), Err(CertificateError::Unusable(_))));
        assert!(!certificates.reload_if_changed().unwrap(), "said once");
        assert_eq!(shown(&certificates), der(&first));
        std::fs::write(&key, &second.key).unwrap();
        assert!(certificates.reload_if_changed().unwrap());
        assert_eq!(shown(&certificates), der(&second));

        std::fs::write(&certificate, "no certificate").unwrap();
        assert!(matches!(certificates.reload_if_changed(), Err(CertificateError::NoCertificate { .. })));
        std::fs::remove_file(&certificate).unwrap();
        assert!(matches!(certificates.reload_if_changed(), Err(CertificateError::Unreadable { .. })));
        assert!(!certificates.reload_if_changed().unwrap(), "said once");
        write(&Pair { certificate: second.certificate.clone(), key: "no key".to_owned() });
        assert!(matches!(certificates.reload_if_changed(), Err(CertificateError::NoKey { .. })));
        assert_eq!(shown(&certificates), der(&second), "the last good one stays");
        write(&first);
        assert!(certificates.reload_if_changed().unwrap());
        assert_eq!(shown(&certificates), der(&first));
    }
}
