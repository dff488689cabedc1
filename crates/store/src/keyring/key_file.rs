//! The file with the master key: one line, or several while a rotation is going on.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::new_key;
use crate::StoreError;
use crate::error::InFile;
use crate::folder_sync::sync_folder;

/// Far more than any number of keys.
const MAX_BYTES: u64 = 16 * 1024;

/// What the file says; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, StoreError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.in_file(path)?,
    };
    let mut bytes = Zeroizing::new(Vec::new());
    io::Read::read_to_end(&mut io::Read::take(file, MAX_BYTES), &mut bytes).in_file(path)?;
    // What is not text is not a key either.
    Ok(Some(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())))
}

/// Makes the file with a new key, unless there is one: of two processes one wins, and neither leaves half a key.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    let draft = draft_of(path);
    let text = Zeroizing::new(new_key()?.to_string() + "\n");
    let written = write_private(&draft, text.as_bytes()).and_then(|()| std::fs::hard_link(&draft, path));
    let removed = std::fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error).in_file(path),
        _ => removed.in_file(&draft),
    }?;
    sync_folder_of(path)
}

/// Writes these keys in place of those in the file, all or none of them. The file itself may be somewhere else, and the path a
/// link to it.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
    let path = std::fs::canonicalize(path).in_file(path)?;
    let draft = draft_of(&path);
    let text = Zeroizing::new(text.trim().to_owned() + "\n");
    let written = write_private(&draft, text.as_bytes()).and_then(|()| std::fs::rename(&draft, &path));
    if written.is_err() {
        // What went wrong is known already.
        let _ = std::fs::remove_file(&draft);
    }
    written.in_file(&path)?;
    sync_folder_of(&path)
}

/// Puts what is not a key out of the way; returns where.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let aside = path.with_extension("key.unusable");
    std::fs::rename(path, &aside).in_file(path)?;
    Ok(aside)
}

fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    path.parent().map_or(Ok(()), sync_folder)
}

fn draft_of(path: &Path) -> PathBuf {
    path.with_extension(format!("key.{}.tmp", std::process::id()))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One that an interrupted write left may have other permissions.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
