//! The data folder.

mod identity;
mod keys;
mod lock;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::ConnectionId;

use crate::error::InFile;
use crate::keyring::KeySource;
use crate::{Catalog, ConnectionFiles, StoreError};

pub(crate) use identity::FileIdentity;
pub use keys::{KeyState, Replaced, Rotation, Sealed};
pub use lock::ServerLock;
pub(crate) use lock::lock_file;

/// The layout that this version reads and writes.
pub(crate) const FORMAT: i64 = 1;
/// Where the master key is, unless the environment or a command has it.
pub const MASTER_KEY_FILE: &str = "master.key";
pub(crate) const RATES: &str = "rates.csv";
pub(crate) const CATALOG: &str = "chartsy.db";
pub(crate) const CONNECTIONS: &str = "connections";
pub(crate) const FORMAT_FILE: &str = "format";
/// The first line of the file `format`, before the number.
const FORMAT_WORDS: &str = "chartsy data folder, format ";

/// A data folder of the known format.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    key_source: Arc<KeySource>,
}

impl DataDir {
    /// Opens a data folder, or creates one (mode 0700) at a path that is missing or empty. A folder of a newer
    /// format, or with anything else in it, is left untouched.
    ///
    /// # Errors
    /// `NewerFormat`, `ForeignFolder`, or what the file system says.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let format = path.join(FORMAT_FILE);
        if !format.try_exists().in_file(&format)? {
            let made = refuse_foreign(path).and_then(|()| create(path, &format));
            // Another process may have made it just now, and begun to use it.
            if let Err(error) = made
                && !format.try_exists().in_file(&format)?
            {
                return Err(error);
            }
        }
        Self::check(path, &format)
    }

    /// Opens an existing data folder: for commands that only read.
    ///
    /// # Errors
    /// `Missing` when there is none, else as [`DataDir::open`].
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let format = path.join(FORMAT_FILE);
        if !format.try_exists().in_file(&format)? {
            refuse_foreign(path)?;
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Self::check(path, &format)
    }

    fn check(path: &Path, format: &Path) -> Result<Self, StoreError> {
        let text = String::from_utf8_lossy(&std::fs::read(format).in_file(format)?).into_owned();
        let found = text.trim_end().strip_prefix(FORMAT_WORDS).and_then(|number| number.parse::<i64>().ok());
        match found {
            Some(FORMAT) => {
                let key_source = Arc::new(KeySource::of(path.join(MASTER_KEY_FILE)));
                Ok(Self { path: path.to_owned(), key_source })
            }
            Some(found) => Err(StoreError::NewerFormat { path: path.to_owned(), found, known: FORMAT }),
            None => Err(foreign(path)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reserves the folder for one server as long as the lock lives.
    ///
    /// # Errors
    /// `AlreadyOpen` when another server has it.
    pub fn lock_server(&self) -> Result<ServerLock, StoreError> {
        ServerLock::take(&self.path)
    }

    /// # Errors
    /// When the file cannot be opened, or a newer version wrote it; `Damaged` when it is gone and data is not.
    pub fn catalog(&self) -> Result<Catalog, StoreError> {
        let path = self.path.join(CATALOG);
        let is_new = std::fs::metadata(&path).map_or(true, |file| file.len() == 0);
        if is_new && has_entries(&self.path.join(CONNECTIONS)) {
            let detail = "it is missing, although there are connections".to_owned();
            return Err(StoreError::Damaged { path, detail });
        }
        Catalog::open(&path)
    }

    /// Checks that the folder is writable, by writing to it.
    ///
    /// # Errors
    /// What prevents it.
    pub fn try_writing(&self) -> Result<(), StoreError> {
        let path = self.path.join(".try");
        let written = std::fs::File::create(&path).and_then(|mut file| {
            file.write_all(&[0; 4096])?;
            file.sync_all()
        });
        // Somebody else may try at the same time.
        let removed = match std::fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        written.and(removed).in_file(&path)
    }

    /// The files of a connection; there may be none yet.
    pub fn connection_files(&self, connection: &ConnectionId) -> ConnectionFiles {
        ConnectionFiles::in_folder(self.path.join(CONNECTIONS).join(connection.as_str()))
    }

    /// Stored reference rates that are newer than the built-in ones; `None` if there are none.
    ///
    /// # Errors
    /// What the disk says.
    pub fn rates(&self) -> Result<Option<String>, StoreError> {
        let path = self.path.join(RATES);
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some).in_file(&path),
        }
    }

    /// Stores them, all or none of them.
    ///
    /// # Errors
    /// What the disk says.
    pub fn keep_rates(&self, text: &str) -> Result<(), StoreError> {
        let (path, draft) = (self.path.join(RATES), self.path.join("rates.csv.tmp"));
        std::fs::write(&draft, text).in_file(&draft)?;
        std::fs::rename(&draft, &path).in_file(&path)
    }
}

/// Somebody else's folder, or ours without its format file.
fn foreign(path: &Path) -> StoreError {
    if path.join(CATALOG).exists() {
        let words = format!("{FORMAT_WORDS}{FORMAT}");
        return StoreError::FormatLost { path: path.join(FORMAT_FILE), words };
    }
    StoreError::ForeignFolder { path: path.to_owned() }
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// A folder without `format` may hold nothing but what an interrupted start or a file system leaves.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let entries = match std::fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.in_file(path)?,
    };
    for entry in entries {
        let name = entry.in_file(path)?.file_name();
        let is_draft = name.to_str().is_some_and(|name| name.starts_with("format.tmp"));
        if !is_draft && name != "lost+found" {
            return Err(foreign(path));
        }
    }
    Ok(())
}

fn create(path: &Path, format: &Path) -> Result<(), StoreError> {
    create_private_dir(path)?;
    keep_private(path)?;
    // One of its own for each process: two may begin at once.
    let draft = path.join(format!("format.tmp{}", std::process::id()));
    let mut file = std::fs::File::create(&draft).in_file(path)?;
    file.write_all(format!("{FORMAT_WORDS}{FORMAT}\n").as_bytes()).in_file(path)?;
    file.sync_all().in_file(path)?;
    std::fs::rename(&draft, format).in_file(path)
}

/// An empty folder that was there already may be open to others.
#[cfg(unix)]
fn keep_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).in_file(path)
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Makes a folder, with those above it, that only its owner may look into.
pub(crate) fn create_private_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).in_file(path)
}

/// Deletes a database with what is beside it, as far as it is there.
pub(crate) fn remove_database(path: &Path) -> Result<(), StoreError> {
    remove_if_any(path)?;
    remove_log(path)
}

/// Deletes the write-ahead log of a database and its index, if they are there.
pub(crate) fn remove_log(path: &Path) -> Result<(), StoreError> {
    for ending in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        remove_if_any(Path::new(&name))?;
    }
    Ok(())
}

fn remove_if_any(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.in_file(path),
    }
}

#[cfg(test)]
mod tests;
