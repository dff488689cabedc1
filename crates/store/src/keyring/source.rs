//! Where master keys come from: a file, the environment, or a command.

use std::env::VarError;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KeyCommand, Keyring, key_file};
use crate::StoreError;

/// The environment variable that may hold the master key: 32 bytes in base64.
pub const MASTER_KEY_VARIABLE: &str = "CHARTSY_MASTER_KEY";
/// The variable with the key before, which still opens what it has sealed.
pub const OLD_MASTER_KEY_VARIABLE: &str = "CHARTSY_MASTER_KEY_OLD";

/// What a key is made of.
pub(crate) const NO_KEY: &str = "must be 32 bytes in base64 (openssl rand -base64 32)";

/// The one place that has the master key.
#[derive(Debug)]
pub(crate) enum KeySource {
    File(PathBuf),
    Variable,
    Command(KeyCommand),
}

impl KeySource {
    /// The environment if it has a key, or else the file.
    pub fn of(file: PathBuf) -> Self {
        if std::env::var_os(MASTER_KEY_VARIABLE).is_some() { Self::Variable } else { Self::File(file) }
    }

    /// For messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Variable => MASTER_KEY_VARIABLE.to_owned(),
            Self::Command(command) => format!("the command '{}'", command.program()),
        }
    }

    /// The file that chartsy itself may write, if that is where the key is.
    pub fn file(&self) -> Option<&Path> {
        if let Self::File(path) = self { Some(path) } else { None }
    }

    /// The keys, with the variable's for the key before; `None` when there is no file. `is_fresh`: a command's answer that is
    /// remembered is not enough.
    ///
    /// # Errors
    /// `MasterKey` when what is there is no key, or can't be had.
    pub fn keyring(&self, is_fresh: bool) -> Result<Option<Keyring>, StoreError> {
        let Some(text) = self.text(is_fresh)? else { return Ok(None) };
        let old = variable(OLD_MASTER_KEY_VARIABLE)?;
        if old.as_ref().is_some_and(|old| Keyring::from_text(old).is_none()) {
            return Err(StoreError::MasterKey { reason: format!("{OLD_MASTER_KEY_VARIABLE} {NO_KEY}") });
        }
        if Keyring::from_text(&text).is_none() {
            return Err(StoreError::MasterKey { reason: format!("{} {NO_KEY}", self.name()) });
        }
        let both = Zeroizing::new(format!("{}\n{}", *text, old.as_ref().map_or("", |old| old.as_str())));
        Ok(Keyring::from_text(&both))
    }

    /// The source's own keys as text.
    pub fn text(&self, is_fresh: bool) -> Result<Option<Zeroizing<String>>, StoreError> {
        match self {
            Self::File(path) => key_file::read(path),
            Self::Variable => variable(MASTER_KEY_VARIABLE),
            Self::Command(command) => {
                let answer = command.answer(is_fresh)?;
                Ok(Some(Zeroizing::new(answer.expose().to_owned())))
            }
        }
    }

    /// Makes the file, if that is where the key is and there is none.
    pub fn create(&self) -> Result<(), StoreError> {
        self.file().map_or(Ok(()), key_file::create)
    }

    /// Writes other keys into the file.
    pub fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
        key_file::replace(path, text)
    }

    /// Puts a file that holds no key out of the way.
    pub fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
        key_file::set_aside(path)
    }
}

fn variable(name: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(StoreError::MasterKey { reason: format!("{name} is not text") }),
    }
}
