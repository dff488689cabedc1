//! Consistent copies of a data folder, even while a server is using it, and data folders from such copies.
//!
//! Files are copied in an order in which whatever changes between two of them is made up for by itself: the catalog
//! first, then each connection's inbox, then its objects. So objects are never older than what the catalog says is
//! here, and what they are newer by is fetched again. Projections are left out: they are built from the objects.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::UnixSeconds;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::data_dir::{
    self, CATALOG, CONNECTIONS, DataDir, FORMAT_FILE, MASTER_KEY_FILE, RATES, create_private_dir,
};
use crate::error::InFile;
use crate::{StoreError, inbox, objects};

const MANIFEST: &str = "backup.json";
/// Files of a connection, in the order in which they are copied.
const OF_CONNECTION: [&str; 2] = [inbox::FILE_NAME, objects::FILE_NAME];

/// The contents of a backup, written last: a folder without it is not a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub created_at: i64,
    /// The layout of the data folder that it was made of.
    pub format: i64,
    pub files: Vec<ManifestFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Below the folder, with `/` between its parts.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl DataDir {
    /// Copies the folder to `to`, which must not exist. `on_file` hears of each file before it is copied. Without
    /// `with_key` the key that seals the others stays out, and a restored folder asks for the providers' keys again.
    ///
    /// # Errors
    /// `AlreadyThere`; `AlreadyOpen` with the key while it is being replaced; those of the files. Nothing is left at `to` then.
    pub fn backup(
        &self,
        to: &Path,
        with_key: bool,
        now: UnixSeconds,
        mut on_file: impl FnMut(&str),
    ) -> Result<Manifest, StoreError> {
        // What is sealed and what opens it must belong together.
        let _unchanged = with_key.then(|| self.lock_keys()).transpose()?;
        whole_or_nothing(to, |draft| {
            let mut files = Vec::new();
            let mut copy = |name: String, is_database: bool| -> Result<(), StoreError> {
                let (from, into) = (self.path().join(&name), draft.join(&name));
                if !from.try_exists().in_file(&from)? {
                    return Ok(());
                }
                on_file(&name);
                if is_database {
                    copy_database(&from, &into)?
                } else {
                    copy_file(&from, &into)?
                }
                files.push(described(name, &into)?);
                Ok(())
            };
            copy(FORMAT_FILE.to_owned(), false)?;
            copy(CATALOG.to_owned(), true)?;
            for connection in self.connection_names()? {
                create_private_dir(&draft.join(CONNECTIONS).join(&connection))?;
                for file in OF_CONNECTION {
                    copy(format!("{CONNECTIONS}/{connection}/{file}"), true)?;
                }
            }
            copy(RATES.to_owned(), false)?;
            if with_key {
                copy(MASTER_KEY_FILE.to_owned(), false)?;
            }
            let manifest = Manifest { created_at: now.0, format: data_dir::FORMAT, files };
            let path = draft.join(MANIFEST);
            let text = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from).in_file(&path)?;
            fs::write(&path, text).in_file(&path)?;
            Ok(manifest)
        })
    }

    fn connection_names(&self) -> Result<Vec<String>, StoreError> {
        let dir = self.path().join(CONNECTIONS);
        if !dir.try_exists().in_file(&dir)? {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&dir).in_file(&dir)? {
            names.extend(entry.in_file(&dir)?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    /// Creates a data folder at `to`, which must not exist or be empty, from a backup.
    ///
    /// # Errors
    /// `NotABackup` when the backup lacks something or something in it was changed; `AlreadyThere`; those of the files.
    pub fn restore(
        from: &Path,
        to: &Path,
        mut on_file: impl FnMut(&str),
    ) -> Result<(Self, Manifest), StoreError> {
        let manifest = manifest(from)?;
        if manifest.format > data_dir::FORMAT {
            let (found, known) = (manifest.format, data_dir::FORMAT);
            return Err(StoreError::NewerFormat { path: from.to_owned(), found, known });
        }
        whole_or_nothing(to, |draft| {
            for file in &manifest.files {
                on_file(&file.path);
                let (source, into) = (from.join(&file.path), draft.join(&file.path));
                if let Some(parent) = into.parent() {
                    create_private_dir(parent)?;
                }
                copy_file(&source, &into)?;
                if described(file.path.clone(), &into)? != *file {
                    return Err(not_a_backup(from, format!("{} was changed", file.path)));
                }
            }
            Ok(())
        })?;
        let restored = Self::open_existing(to)?;
        // Whatever cannot be opened is better known now.
        restored.catalog()?;
        for connection in restored.connection_names()? {
            restored.connection_files(&connection.into()).objects_if_any()?;
        }
        Ok((restored, manifest))
    }
}

fn manifest(from: &Path) -> Result<Manifest, StoreError> {
    let path = from.join(MANIFEST);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(not_a_backup(from, format!("{MANIFEST} is missing")));
        }
        read => read.in_file(&path)?,
    };
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| not_a_backup(from, format!("{MANIFEST} can't be read")))?;
    let is_inside = |file: &ManifestFile| {
        let mut parts = Path::new(&file.path).components();
        parts.all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    match manifest.files.iter().find(|file| !is_inside(file)) {
        Some(outside) => Err(not_a_backup(from, format!("{} is not a path inside it", outside.path))),
        None => Ok(manifest),
    }
}

fn not_a_backup(path: &Path, reason: String) -> StoreError {
    StoreError::NotABackup { path: path.to_owned(), reason }
}

/// Lets `fill` make a folder beside `to` and puts it there once it is whole.
fn whole_or_nothing<T>(
    to: &Path,
    fill: impl FnOnce(&Path) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let is_free = match fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(error).in_file(to),
    };
    if !is_free {
        return Err(StoreError::AlreadyThere { path: to.to_owned() });
    }
    let mut draft = to.as_os_str().to_owned();
    draft.push(".partial");
    let draft = PathBuf::from(draft);
    let remove = |path: &Path| match fs::remove_dir_all(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.in_file(path),
    };
    // What an interrupted one has left.
    remove(&draft)?;
    create_private_dir(&draft)?;
    let filled = fill(&draft).and_then(|filled| {
        if to.try_exists().in_file(to)? {
            fs::remove_dir(to).in_file(to)?;
        }
        fs::rename(&draft, to).in_file(to)?;
        Ok(filled)
    });
    if filled.is_err() {
        remove(&draft)?;
    }
    filled
}

/// One state of the database, whoever writes to it meanwhile.
fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(from, flags).in_file(from)?;
    conn.busy_timeout(Duration::from_secs(60)).in_file(from)?;
    let target = to.to_str().ok_or_else(|| std::io::Error::other("the path is not text")).in_file(to)?;
    conn.execute("VACUUM INTO ?1", [target]).in_file(to)?;
    sync(to)
}

fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::copy(from, to).in_file(from)?;
    sync(to)
}

fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).in_file(path)
}

fn described(name: String, path: &Path) -> Result<ManifestFile, StoreError> {
    let mut file = File::open(path).in_file(path)?;
    let (mut digest, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0_u8; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).in_file(path)?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        bytes += read as u64;
    }
    let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(ManifestFile { path: name, bytes, sha256: hex })
}

#[cfg(test)]
mod tests;
