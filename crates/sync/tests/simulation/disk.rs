//! A disk that takes no more, and one that loses what it has.

use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use crate::chance::Chance;

/// Sent to whoever writes beyond the limit of a file, and deadly where nobody listens; heard, the write fails instead.
const XFSZ: i32 = 25;

/// While it lives, no file of this process grows beyond a size: writing there fails as on a full disk or over a quota.
pub struct SmallDisk(Rlimit);

impl SmallDisk {
    /// The process learns to live with it, for good.
    pub fn prepare() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _context = runtime.enter();
        drop(signal(SignalKind::from_raw(XFSZ)).unwrap());
    }

    pub fn of(bytes: u64) -> Self {
        let before = getrlimit(Resource::Fsize);
        setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), maximum: before.maximum }).unwrap();
        Self(before)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        setrlimit(Resource::Fsize, self.0).unwrap();
    }
}

/// The size of the largest file in a folder, in bytes.
pub fn largest(folder: &Path) -> u64 {
    files(folder).iter().map(|path| path.metadata().unwrap().len()).max().unwrap_or(0)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Cuts a file off or writes over a part of it; says which. `None` where there is nothing to damage.
pub fn damage(file: &Path, chance: &mut Chance) -> Option<String> {
    let mut bytes = std::fs::read(file).ok().filter(|bytes| !bytes.is_empty())?;
    let place = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
    if chance.is(30) {
        bytes.truncate(place);
        std::fs::write(file, &bytes).unwrap();
        return Some(format!("cut off at {place}"));
    }
    let end = (place + 1 + usize::try_from(chance.below(4_000)).unwrap()).min(bytes.len());
    let over = *chance.one_of(&[0x00, 0xff, 0x41]);
    bytes[place..end].fill(over);
    std::fs::write(file, &bytes).unwrap();
    Some(format!("{place}..{end} are {over:#04x}"))
}

/// Copies a folder as it is at the moment.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Loses the end of a file, if there is one; how many bytes of it.
pub fn cut(file: &Path, chance: &mut Chance) -> u64 {
    let Ok(bytes) = std::fs::read(file) else { return 0 };
    let lost = chance.below(bytes.len() as u64 + 1);
    std::fs::write(file, &bytes[..bytes.len() - usize::try_from(lost).unwrap()]).unwrap();
    lost
}
