//! The master key of a data folder: the right one, one that takes its place, and a lost one.
//!
//! The catalog says which key seals, by a check value that only that key opens. The source of the key (a file, the environment, a
//! command) only has to know it. A rotation makes the new key known first, then re-encrypts everything and moves the check in one
//! transaction, and deletes the old key last. So at each point in between, everything can be read with the keys that are known.

mod browsers;
mod rotation;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{EmailKey, Secret, WorkspaceId};
use zeroize::Zeroizing;

use super::{DataDir, lock_file};
use crate::catalog::{email_key_context, of_check};
use crate::keyring::{KeyCommand, KeyId, KeySource, MASTER_KEY_VARIABLE};
use crate::{Catalog, Keyring, SealedCount, StoreError};

pub use rotation::{Replaced, Rotation};

/// How often something is tried while the key is being replaced.
const ATTEMPTS: usize = 3;
const EMAIL_KEY_BYTES: usize = 32;

/// How the master key stands to what is sealed.
#[derive(Debug)]
pub enum KeyState {
    /// Nothing was ever sealed.
    Unused,
    /// It opens what is sealed.
    Right(Keyring),
    /// It is missing, or is another one.
    Lost {
        /// The key that everything is sealed under, where that is known.
        expected: Option<KeyId>,
        /// For people: which key is expected where.
        reason: String,
    },
}

impl DataDir {
    /// Takes the master key from a command instead of the file.
    ///
    /// # Errors
    /// `MasterKey` when the environment has a key, too.
    pub fn with_key_command(mut self, command: KeyCommand) -> Result<Self, StoreError> {
        if matches!(*self.key_source, KeySource::Variable) {
            let reason = format!("both {MASTER_KEY_VARIABLE} and a command are set: remove one of them");
            return Err(StoreError::MasterKey { reason });
        }
        self.key_source = KeySource::Command(command).into();
        Ok(self)
    }

    /// Where the master key comes from, for messages.
    pub fn key_source(&self) -> String {
        self.key_source.name()
    }

    /// Whether the master key comes from the folder's own file.
    pub fn has_key_file(&self) -> bool {
        self.key_source.file().is_some()
    }

    /// The master key, for sealing. Where nothing was ever sealed, it is created if need be, and noted as the one in use.
    ///
    /// # Errors
    /// `MasterKey` when there is none to be had, `MasterKeyLost` when it is another one.
    pub fn keyring(&self, catalog: &Catalog) -> Result<Keyring, StoreError> {
        match self.key_state(catalog)? {
            KeyState::Right(keyring) => {
                if catalog.master_key_check()?.is_none() {
                    catalog.begin_master_key(&keyring)?;
                }
                Ok(keyring)
            }
            KeyState::Unused => {
                self.key_source.create()?;
                let keyring = self.key_source.keyring(false)?;
                catalog.begin_master_key(&keyring.ok_or_else(|| self.missing(None))?)?;
                // Another process may have been faster.
                self.existing_keyring(catalog)
            }
            KeyState::Lost { reason, .. } => Err(StoreError::MasterKeyLost { reason }),
        }
    }

    /// The same for decrypting what exists: no key is created.
    ///
    /// # Errors
    /// As [`DataDir::keyring`].
    pub fn existing_keyring(&self, catalog: &Catalog) -> Result<Keyring, StoreError> {
        match self.key_state(catalog)? {
            KeyState::Right(keyring) => Ok(keyring),
            KeyState::Unused => Err(self.missing(None)),
            KeyState::Lost { reason, .. } => Err(StoreError::MasterKeyLost { reason }),
        }
    }

    /// Decrypts what `read` reads. Between reading it and knowing the key, the key may be replaced: then both are read again.
    ///
    /// # Errors
    /// `Sealed` when the key does not open it; as [`DataDir::existing_keyring`]; those of `read`.
    pub fn unsealed<T: Sealed>(
        &self,
        catalog: &Catalog,
        context: &str,
        read: impl Fn() -> Result<T, StoreError>,
    ) -> Result<T::Opened, StoreError> {
        let attempt = || {
            let sealed = read()?;
            if sealed.is_none() {
                return sealed.open_with(|_| Err(StoreError::Sealed));
            }
            let keyring = self.existing_keyring(catalog)?;
            sealed.open_with(|sealed| keyring.open(context, sealed))
        };
        repeated(attempt, is_outdated)
    }

    /// Encrypts a secret and lets `write` keep it. If the key is replaced in between, both are done again.
    ///
    /// # Errors
    /// As [`DataDir::keyring`]; those of `write`.
    pub fn seal<T>(
        &self,
        catalog: &Catalog,
        context: &str,
        secret: &Secret,
        write: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.sealing(catalog, |keyring| write(&keyring.seal(context, secret)?))
    }

    /// Lets `write` encrypt something and keep it. If the key is replaced in between, it is done again.
    ///
    /// # Errors
    /// As [`DataDir::keyring`]; those of `write`.
    pub fn sealing<T>(
        &self,
        catalog: &Catalog,
        write: impl Fn(&Keyring) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let attempt = || write(&self.keyring(catalog)?);
        repeated(attempt, |error| matches!(error, StoreError::KeyReplaced | StoreError::MasterKeyLost { .. }))
    }

    /// Lets `read` read something and decrypt it. If the key is replaced in between, it is done again.
    ///
    /// # Errors
    /// As [`DataDir::existing_keyring`]; those of `read`.
    pub fn opening<T>(
        &self,
        catalog: &Catalog,
        read: impl Fn(&Keyring) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        repeated(|| read(&self.existing_keyring(catalog)?), is_outdated)
    }

    /// The workspace's key to compare email addresses by that are not stored. The first use creates it.
    ///
    /// # Errors
    /// As [`DataDir::keyring`].
    pub fn email_key(&self, catalog: &Catalog, workspace: &WorkspaceId) -> Result<EmailKey, StoreError> {
        let context = email_key_context(workspace.as_str());
        let known = || self.unsealed(catalog, &context, || catalog.sealed_email_key(workspace));
        if let Some(secret) = known()? {
            return Ok(EmailKey::new(secret));
        }
        let mut bytes = Zeroizing::new([0_u8; EMAIL_KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| StoreError::Random(error.to_string()))?;
        let secret = Secret::new(STANDARD.encode(bytes.as_slice()));
        self.seal(catalog, &context, &secret, |sealed| catalog.begin_email_key(workspace, sealed))?;
        // Another process may have been faster.
        known()?.map(EmailKey::new).ok_or(StoreError::Sealed)
    }

    /// How the key stands to what is sealed. Changes nothing.
    ///
    /// # Errors
    /// `MasterKey` when a command or the environment gives no key; those of the files. A file with anything else in it is a lost
    /// key.
    pub fn key_state(&self, catalog: &Catalog) -> Result<KeyState, StoreError> {
        match self.state_of(catalog, false)? {
            // What was read of the source may be from before the key was replaced.
            KeyState::Lost { .. } => self.state_of(catalog, true),
            state => Ok(state),
        }
    }

    fn state_of(&self, catalog: &Catalog, is_fresh: bool) -> Result<KeyState, StoreError> {
        let found = self.key_source.keyring(is_fresh);
        let (keyring, unusable) = match found {
            Err(StoreError::MasterKey { reason }) if self.has_key_file() => (None, Some(reason)),
            found => (found?, None),
        };
        let check = catalog.master_key_check()?;
        let expected = check.as_deref().and_then(KeyId::named_by);
        let right = match (&check, keyring.clone()) {
            (Some(check), Some(keyring)) => of_check(keyring, check),
            (Some(_), None) => None,
            // Before there were check values.
            (None, keyring) => match catalog.opening_key(keyring.as_ref())? {
                Some(Some(opening)) => keyring.and_then(|keyring| keyring.sealing_with(opening)),
                Some(None) => None,
                None if unusable.is_none() => match keyring {
                    Some(keyring) => Some(keyring),
                    None => return Ok(KeyState::Unused),
                },
                None => None,
            },
        };
        Ok(right.map_or_else(
            || KeyState::Lost { expected, reason: self.reason(expected, keyring.as_ref(), unusable) },
            KeyState::Right,
        ))
    }

    pub(super) fn missing(&self, expected: Option<KeyId>) -> StoreError {
        StoreError::MasterKeyLost { reason: self.reason(expected, None, None) }
    }

    /// Which key is expected where, and what is there.
    fn reason(&self, expected: Option<KeyId>, found: Option<&Keyring>, unusable: Option<String>) -> String {
        let expected_one =
            expected.map_or_else(|| "another one".to_owned(), |expected| format!("master key {expected}"));
        let source = self.key_source.name();
        let wrong = match (unusable, found.and_then(|found| found.ids().next())) {
            (Some(unusable), _) => {
                format!("{unusable}; the stored secrets are encrypted with {expected_one}")
            }
            (None, Some(found)) => {
                format!(
                    "{source} has master key {found}, but the stored secrets are encrypted with {expected_one}"
                )
            }
            (None, None) => {
                let of = expected.map_or_else(String::new, |expected| format!(" (master key {expected})"));
                format!("{source}, which the stored secrets are encrypted with{of}, is missing")
            }
        };
        if self.is_in_file(expected) {
            let file = self.path().join(super::MASTER_KEY_FILE);
            return format!("{wrong}; {} has the right one", file.display());
        }
        wrong
    }

    /// Whether the folder's file has the key although it is expected elsewhere.
    fn is_in_file(&self, expected: Option<KeyId>) -> bool {
        let file = KeySource::File(self.path().join(super::MASTER_KEY_FILE));
        let keyring = if self.has_key_file() { None } else { file.keyring(false).ok().flatten() };
        keyring.zip(expected).is_some_and(|(keyring, expected)| keyring.ids().any(|id| id == expected))
    }

    /// What is sealed under which key, by sort.
    ///
    /// # Errors
    /// Those of the files.
    pub fn sealed_counts(&self, catalog: &Catalog) -> Result<Vec<SealedCount>, StoreError> {
        let keyring = match self.key_state(catalog) {
            Ok(KeyState::Right(keyring)) => Some(keyring),
            Ok(_) => self.key_source.keyring(false).unwrap_or_default(),
            Err(_) => None,
        };
        catalog.sealed_counts(keyring.as_ref())
    }

    /// Held by whoever changes the key's file, or copies it together with what it opens.
    pub(crate) fn lock_keys(&self) -> Result<std::fs::File, StoreError> {
        let what = || "the master key".to_owned();
        lock_file(&self.path().join("keys.lock"), what)
    }
}

/// One sealed secret that may be missing, or several.
pub trait Sealed {
    type Opened;
    /// Whether there is nothing to decrypt.
    fn is_none(&self) -> bool;
    /// # Errors
    /// Those of `open`.
    fn open_with(
        self,
        open: impl Fn(&[u8]) -> Result<Secret, StoreError>,
    ) -> Result<Self::Opened, StoreError>;
}

impl Sealed for Option<Vec<u8>> {
    type Opened = Option<Secret>;

    fn is_none(&self) -> bool {
        Option::is_none(self)
    }

    fn open_with(
        self,
        open: impl Fn(&[u8]) -> Result<Secret, StoreError>,
    ) -> Result<Self::Opened, StoreError> {
        self.map(|sealed| open(&sealed)).transpose()
    }
}

impl Sealed for Vec<Vec<u8>> {
    type Opened = Vec<Secret>;

    fn is_none(&self) -> bool {
        self.is_empty()
    }

    fn open_with(
        self,
        open: impl Fn(&[u8]) -> Result<Secret, StoreError>,
    ) -> Result<Self::Opened, StoreError> {
        self.iter().map(|sealed| open(sealed)).collect()
    }
}

/// The key at hand may be from before it was replaced.
fn is_outdated(error: &StoreError) -> bool {
    matches!(error, StoreError::Sealed | StoreError::MasterKeyLost { .. })
}

/// Again where the key may have been replaced in the middle of it.
fn repeated<T>(
    attempt: impl Fn() -> Result<T, StoreError>,
    is_outdated: impl Fn(&StoreError) -> bool,
) -> Result<T, StoreError> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if is_outdated(&error) => {}
            done => return done,
        }
    }
    attempt()
}

#[cfg(test)]
mod tests;
