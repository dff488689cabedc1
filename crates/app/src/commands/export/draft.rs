//! An export while it is written: in a folder of its own within the destination, until every table is whole.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::format::{Format, Rows};
use super::table::{Cell, Table};
use super::tables;
use crate::failure::Advice;

/// The folder within the destination. Moving files out of it works where the destination is a mounted disk, too.
const FOLDER: &str = ".chartsy-export";
const LOCK: &str = "lock";
/// Describes an export. A folder that has it may be written again.
pub const MANIFEST: &str = "export.json";

/// The contents of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub connection: String,
    pub format: String,
    pub created_at: String,
    /// Everything that the provider had at this time is in it.
    pub data_through: Option<String>,
    /// False while files are replaced: some may be of an earlier export then.
    pub is_complete: bool,
    pub files: Vec<ManifestFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    pub name: String,
    pub rows: u64,
}

/// Where an export goes to. Nobody else can write there meanwhile.
pub struct Destination {
    to: PathBuf,
    /// Whether it was created for this export, and goes again if that fails.
    is_new: bool,
    _lock: File,
}

/// The files of an export that is not there yet. Whatever becomes of it, they are gone afterwards.
pub struct Draft {
    // In this order: the files are closed before their folder goes.
    files: Vec<DraftFile>,
    format: Format,
    destination: Destination,
}

struct DraftFile {
    table: &'static Table,
    rows: Box<dyn Rows>,
    count: u64,
}

impl Destination {
    /// Prepares the folder. One that has other files than those of an export is refused.
    pub fn open(to: &Path) -> anyhow::Result<Self> {
        let is_new = !to.try_exists().with_context(|| to.display().to_string())?;
        if !is_new && !is_ours(to)? {
            let message = format!("{} has files that are not from an export", to.display());
            return Err(Advice::new(message, "choose an empty or a new folder with --to").into());
        }
        let draft = to.join(FOLDER);
        create_private(&draft).with_context(|| format!("{} can't be created", draft.display()))?;
        let lock = File::create(draft.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { to: to.to_owned(), is_new, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another export is being written to {}", to.display());
                Err(Advice::new(message, "wait for its end, or choose another folder with --to").into())
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn draft(&self, name: &str) -> PathBuf {
        self.to.join(FOLDER).join(name)
    }

    fn write_manifest(&self, manifest: &Manifest) -> anyhow::Result<()> {
        let (draft, path) = (self.draft(MANIFEST), self.to.join(MANIFEST));
        let mut text = serde_json::to_vec_pretty(manifest)?;
        text.push(b'\n');
        fs::write(&draft, text)?;
        File::open(&draft)?.sync_all()?;
        Ok(fs::rename(draft, path)?)
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        // Nothing in it is needed. What can't be removed now is removed by the next export.
        let _ = fs::remove_dir_all(self.to.join(FOLDER));
        if self.is_new {
            // Only succeeds if no export came to be in it.
            let _ = fs::remove_dir(&self.to);
        }
    }
}

impl Draft {
    pub fn create(destination: Destination, format: Format) -> anyhow::Result<Self> {
        let files = tables::ALL.into_iter().map(|table| {
            let path = destination.draft(&file_name(table, format));
            // What an export has left that was killed.
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            let rows = format.create(&path, table)?;
            Ok(DraftFile { table, rows, count: 0 })
        });
        let files = files.collect::<anyhow::Result<Vec<DraftFile>>>()?;
        Ok(Self { files, format, destination })
    }

    pub fn add(&mut self, table: &'static Table, row: &[Cell<'_>]) -> anyhow::Result<()> {
        debug_assert_eq!(table.columns.len(), row.len(), "{}", table.name);
        let file = self.files.iter_mut().find(|file| std::ptr::eq(file.table, table));
        let file = file.with_context(|| format!("no table is called {}", table.name))?;
        file.rows.add(row)?;
        file.count += 1;
        Ok(())
    }

    /// Completes every file and puts them all where they belong.
    pub fn publish(self, mut manifest: Manifest) -> anyhow::Result<Manifest> {
        let Self { files, format, destination } = self;
        for DraftFile { table, rows, count } in files {
            rows.finish()?;
            manifest.files.push(ManifestFile { name: file_name(table, format), rows: count });
        }
        manifest.is_complete = false;
        destination.write_manifest(&manifest)?;
        for file in &manifest.files {
            fs::rename(destination.draft(&file.name), destination.to.join(&file.name))?;
        }
        for other in Format::ALL.into_iter().filter(|other| *other != format) {
            for table in tables::ALL {
                remove_if_any(&destination.to.join(file_name(table, other)))?;
            }
        }
        manifest.is_complete = true;
        destination.write_manifest(&manifest)?;
        Ok(manifest)
    }
}

fn file_name(table: &Table, format: Format) -> String {
    format!("{}.{}", table.name, format.extension())
}

fn remove_if_any(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Whether a folder may be written to: it is empty, or it is from an export, perhaps one that was killed.
fn is_ours(to: &Path) -> anyhow::Result<bool> {
    let is_export =
        fs::read(to.join(MANIFEST)).is_ok_and(|text| serde_json::from_slice::<Manifest>(&text).is_ok());
    if is_export {
        return Ok(true);
    }
    let entries = fs::read_dir(to).with_context(|| format!("{} can't be read", to.display()))?;
    for entry in entries {
        if entry?.file_name() != FOLDER {
            return Ok(false);
        }
    }
    Ok(true)
}

/// For its owner only: names and email addresses are in it.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}
