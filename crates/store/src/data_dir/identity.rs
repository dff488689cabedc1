//! Whether a path still names the file that it named before.

use std::io;
use std::path::Path;

/// A file, whatever it is called. Where the system does not tell, all are taken for the same: it does not let a file that is
/// open be replaced either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity(Option<(u64, u64)>);

impl FileIdentity {
    #[cfg(unix)]
    pub fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let facts = std::fs::metadata(path)?;
        Ok(Self(Some((facts.dev(), facts.ino()))))
    }

    #[cfg(not(unix))]
    pub fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|_| Self(None))
    }
}
