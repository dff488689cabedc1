//! Locks that the operating system takes back when their process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::StoreError;
use crate::error::InFile;

/// That this process is the one server on a data folder.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl ServerLock {
    pub(crate) fn take(data: &Path) -> Result<Self, StoreError> {
        let what = || format!("the data folder {}", data.display());
        lock_file(&data.join("server.lock"), what).map(|file| Self { _file: file })
    }
}

/// How often a lock is tried for that seems to be held, and how long each pause is.
const TRIES: usize = 25;
const PAUSE: Duration = Duration::from_millis(20);

/// Locks a file until it is dropped; makes it when there is none.
///
/// A process that is being started has the files of the one that starts it, with their locks, until its own program runs.
/// So a lock that was given back may still be held for some milliseconds: it is tried for again before it counts as held.
///
/// # Errors
/// `AlreadyOpen` when it is locked.
pub(crate) fn lock_file(path: &Path, what: impl FnOnce() -> String) -> Result<File, StoreError> {
    lock_with_pauses(path, what, || thread::sleep(PAUSE))
}

fn lock_with_pauses(
    path: &Path,
    what: impl FnOnce() -> String,
    mut pause: impl FnMut(),
) -> Result<File, StoreError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).in_file(path)?;
    for attempt in 1..=TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if attempt < TRIES => pause(),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(error).in_file(path),
        }
    }
    Err(StoreError::AlreadyOpen { what: what() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_to_lock(path: &Path, pause: impl FnMut()) -> Result<File, StoreError> {
        lock_with_pauses(path, || "it".to_owned(), pause)
    }

    #[test]
    fn a_lock_that_somebody_holds_for_a_moment_is_waited_for_and_one_that_stays_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        // As a process that is being started has it.
        let mut inherited = Some(try_to_lock(&path, || unreachable!()).unwrap().try_clone().unwrap());
        let mut pauses = 0;
        let locked = try_to_lock(&path, || {
            pauses += 1;
            inherited.take_if(|_| pauses == 3);
        });
        let held = locked.unwrap();
        assert_eq!(pauses, 3);
        let mut pauses = 0;
        let refused = try_to_lock(&path, || pauses += 1);
        assert!(matches!(refused, Err(StoreError::AlreadyOpen { .. })));
        assert_eq!(pauses, TRIES - 1, "it is given up soon");
        drop(held);
        try_to_lock(&path, || unreachable!()).unwrap();
    }
}
