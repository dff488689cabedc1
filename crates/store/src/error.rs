//! What can go wrong with the files, grouped by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

use model::{AccountId, ConnectionId, WorkspaceId};
use rusqlite::ffi;

/// Every message names the file, says what to do, and contains no secret or personal data: it may be shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk with {} is full: free some space, and work continues on its own", path.display())]
    DiskFull { path: PathBuf },
    #[error("the disk reports errors for {} ({detail}): check whether it is full, over its quota or broken", path.display())]
    DiskFailed { path: PathBuf, detail: String },
    #[error(
        "{} can't be opened or written: check that its disk is not mounted read-only, and that it belongs to the user that runs chartsy",
        path.display()
    )]
    ReadOnly { path: PathBuf },
    #[error("{} is damaged ({detail}): restore it from a backup, or run 'chartsy doctor' for details", path.display())]
    Damaged { path: PathBuf, detail: String },
    #[error("{what} is in use by another chartsy process: stop that process, or wait until it is done")]
    AlreadyOpen { what: String },
    #[error("{} is locked by another process: try again", path.display())]
    Busy { path: PathBuf },
    #[error(
        "{} was written by a newer version of chartsy (format {found}; this version supports up to {known}): use the newer version",
        path.display()
    )]
    NewerFormat { path: PathBuf, found: i64, known: i64 },
    #[error("{} contains files that don't belong to chartsy: choose an empty or a new folder", path.display())]
    ForeignFolder { path: PathBuf },
    #[error(
        "{} is missing or damaged: restore it from a backup, or write the line '{words}' into it",
        path.display()
    )]
    FormatLost { path: PathBuf, words: String },
    #[error("{} already exists; choose a new path", path.display())]
    AlreadyThere { path: PathBuf },
    #[error("{} is not a complete backup ({reason}); use another one", path.display())]
    NotABackup { path: PathBuf, reason: String },
    #[error("{} does not exist: check the path, or connect an account first", path.display())]
    Missing { path: PathBuf },
    #[error("{what} not found")]
    NotFound { what: String },
    #[error("account {account} is already connected as {connection}: use that connection")]
    AlreadyConnected { connection: ConnectionId, account: AccountId },
    #[error("this server already has an owner; sign in instead")]
    OwnerExists,
    #[error("this username is taken; choose another one")]
    NameTaken,
    #[error("this email address already has an account; sign in instead")]
    EmailTaken,
    #[error(
        "the last owner who can sign in can't leave or take another role; make another member an owner first"
    )]
    LastOwner,
    #[error(
        "this person can't sign in, and a workspace needs an owner who can; choose another member, or ask the person who runs this server to unlock the account"
    )]
    MemberLocked,
    #[error(
        "only an owner can give somebody the role of an owner or take it away; ask an owner of the workspace"
    )]
    RoleTooLow,
    #[error("this person is already a member of the workspace")]
    AlreadyMember,
    #[error("this invitation has expired, was used, or was withdrawn; ask for a new one")]
    InvitationEnded,
    #[error("this invitation is for another email address; sign in with the account that it was sent to")]
    InvitationForOther,
    #[error("too many invitations are open; withdraw some, or wait until they are accepted")]
    TooManyInvitations,
    #[error("this link has expired or was already used; ask for a new one")]
    LinkEnded,
    #[error("this account at the identity provider belongs to another account here; sign in with that one")]
    IdentityTaken,
    #[error("another identity provider has this domain in another workspace; remove that rule first")]
    DomainTaken,
    #[error(
        "a workspace of yours requires single sign-on of everyone with an address like yours; ask one of its owners if you need another address"
    )]
    AddressManaged,
    #[error("this passkey is already in use; choose another one")]
    PasskeyTaken,
    #[error("an account can have at most 50 passkeys; remove one that you don't use")]
    TooManyPasskeys,
    #[error(
        "this workspace can't have more than {most} connections; remove one, or ask the person who runs this server for more"
    )]
    ConnectionsFull { most: u32 },
    #[error(
        "this workspace can't have more than {most} members; an owner or admin can remove one, or ask the person who runs this server for more"
    )]
    MembersFull { most: u32 },
    #[error(
        "one person can't own more than {most} workspaces on this server; delete one or make somebody else its owner, or ask the person who runs this server for more"
    )]
    WorkspacesFull { most: u32 },
    #[error(
        "this account is the only owner who can sign in of {}; make another member an owner, or delete the workspace",
        names(workspaces)
    )]
    OnlyOwner { workspaces: Vec<(WorkspaceId, String)> },
    #[error("the session or token has ended; nothing was changed")]
    SignedOut,
    #[error("your role in the workspace has changed or ended; nothing was changed")]
    AccessEnded,
    /// A row would belong to nothing.
    #[error("the account, workspace or connection that this is about was just deleted; nothing was changed")]
    OwnerGone,
    #[error("this link is for another account; sign in to the account that asked for it")]
    LinkForOther,
    #[error("this is the only workspace of the server, which always has one; create another one first")]
    OnlyWorkspace,
    #[error(
        "the workspace still has connections ({connections}); delete them first, or try again if they were added just now"
    )]
    WorkspaceHasConnections { connections: String },
    #[error(
        "{waiting} messages are waiting to be sent, and no more are accepted: see 'chartsy status' for the reason"
    )]
    OutboxFull { waiting: i64 },
    #[error("{path} was opened for reading only", path = path.display())]
    OpenedForReading { path: PathBuf },
    #[error("the writer of {} has stopped: start chartsy again", path.display())]
    WriterStopped { path: PathBuf },
    #[error("the master key can't be used: {reason}")]
    MasterKey { reason: String },
    /// What is sealed can't be decrypted with the key at hand, or there is none.
    #[error("{reason}")]
    MasterKeyLost { reason: String },
    #[error("the master key has just been replaced: try again")]
    KeyReplaced,
    #[error(
        "the stored secret can't be decrypted with this master key: restore the old key, or enter the secret again"
    )]
    Sealed,
    #[error("the operating system provided no randomness: {0}")]
    Random(String),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Sql { path: PathBuf, source: rusqlite::Error },
}

impl StoreError {
    /// What to do about a master key that is not usable.
    pub const MASTER_KEY_HELP: &str = "Put the right master key where it is expected. If it is lost, run 'chartsy keys replace-lost', then enter the key of each connection again: everything imported is kept, and the figures can be read in the meantime.";

    /// Whether the same call can succeed later although nobody changes the data.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::DiskFull { .. }
                | Self::DiskFailed { .. }
                | Self::ReadOnly { .. }
                | Self::Busy { .. }
                | Self::AlreadyOpen { .. }
                | Self::KeyReplaced
        )
    }
}

fn names(workspaces: &[(WorkspaceId, String)]) -> String {
    let quoted: Vec<String> = workspaces.iter().map(|(_, name)| format!("“{name}”")).collect();
    quoted.join(", ")
}

/// An error before it is known which file it is about.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    /// What a file says cannot be true.
    Damaged(String),
    Told(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

/// Says which file an error is about.
pub(crate) trait InFile<T> {
    fn in_file(self, path: &Path) -> Result<T, StoreError>;
}

impl<T> InFile<T> for Result<T, Fault> {
    fn in_file(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|fault| match fault {
            Fault::Sql(error) => from_sql(error, path),
            Fault::Damaged(detail) => StoreError::Damaged { path: path.to_owned(), detail },
            Fault::Told(error) => error,
        })
    }
}

impl<T> InFile<T> for Result<T, rusqlite::Error> {
    fn in_file(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|error| from_sql(error, path))
    }
}

impl<T> InFile<T> for io::Result<T> {
    fn in_file(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| {
            let path = path.to_owned();
            match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull { path },
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                    StoreError::ReadOnly { path }
                }
                io::ErrorKind::NotFound => StoreError::Missing { path },
                _ => StoreError::Io { path, source },
            }
        })
    }
}

fn from_sql(source: rusqlite::Error, path: &Path) -> StoreError {
    use rusqlite::ErrorCode as Code;
    let path = path.to_owned();
    match source.sqlite_error().map(|error| error.extended_code) {
        // The index of the write-ahead log could not grow.
        Some(ffi::SQLITE_IOERR_SHMSIZE) => return StoreError::DiskFull { path },
        Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => return StoreError::OwnerGone,
        Some(ffi::SQLITE_IOERR_SHORT_READ) => {
            return StoreError::Damaged { path, detail: "it ends too early".to_owned() };
        }
        None if is_of_another_type(&source) => {
            return StoreError::Damaged { path, detail: source.to_string() };
        }
        _ => {}
    }
    match source.sqlite_error_code() {
        Some(Code::DiskFull) => StoreError::DiskFull { path },
        // A quota or a file size limit is reported this way too.
        Some(Code::SystemIoFailure) => {
            let code = source.sqlite_error().map_or(0, |error| error.extended_code);
            StoreError::DiskFailed { path, detail: format!("disk I/O error {code}") }
        }
        Some(Code::ReadOnly | Code::PermissionDenied) => StoreError::ReadOnly { path },
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => StoreError::Busy { path },
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
            StoreError::Damaged { path, detail: source.to_string() }
        }
        Some(Code::CannotOpen) if !path.exists() => StoreError::Missing { path },
        // Our statements are correct, so the tables or the format must have been changed.
        Some(Code::Unknown) => StoreError::Damaged { path, detail: source.to_string() },
        // The file is there, but not what has to be written beside it.
        Some(Code::CannotOpen) => StoreError::ReadOnly { path },
        _ => StoreError::Sql { path, source },
    }
}

/// Whether a value is none of those that were written: the tables are strict, so that is damage.
fn is_of_another_type(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    matches!(
        error,
        Error::InvalidColumnType(..)
            | Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, OpenFlags};

    use super::*;

    #[test]
    fn a_full_disk_and_a_read_only_one_are_told_apart() {
        let from_io = |errno| {
            let failed: io::Result<()> = Err(io::Error::from_raw_os_error(errno));
            failed.in_file(Path::new("/data/x")).unwrap_err()
        };
        assert!(matches!(from_io(28), StoreError::DiskFull { .. }), "ENOSPC");
        assert!(matches!(from_io(30), StoreError::ReadOnly { .. }), "EROFS");
        assert!(from_io(28).to_string().contains("free some space"));
    }

    #[test]
    fn so_are_they_by_sqlite() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE t (b BLOB); PRAGMA max_page_count = 4;").unwrap();
        let full = conn.execute("INSERT INTO t VALUES (zeroblob(100000))", []).in_file(&path).unwrap_err();
        assert!(matches!(full, StoreError::DiskFull { .. }) && full.is_retryable());

        let conn = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let refused = conn.execute("INSERT INTO t VALUES (1)", []).in_file(&path).unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly { .. }) && refused.is_retryable());
    }

    #[test]
    fn a_value_of_another_type_is_damage() {
        let conn = Connection::open_in_memory().unwrap();
        let path = Path::new("/data/x");
        for sql in ["SELECT NULL", "SELECT 'x'", "SELECT x'ff'"] {
            let read = conn.query_row(sql, [], |row| row.get::<_, i64>(0)).in_file(path);
            assert!(matches!(read, Err(StoreError::Damaged { .. })), "{sql}");
        }
        let read = conn.query_row("SELECT 1 << 40", [], |row| row.get::<_, u8>(0)).in_file(path);
        assert!(matches!(read, Err(StoreError::Damaged { .. })));
    }
}
