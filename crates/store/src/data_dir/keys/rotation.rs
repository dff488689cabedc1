//! Another master key in the place of the current one, or of one that is lost.

use model::{ConnectionId, Secret, UnixSeconds};
use zeroize::Zeroizing;

use super::KeyState;
use crate::data_dir::DataDir;
use crate::keyring::{KeyId, KeySource, NO_KEY, new_key};
use crate::{Catalog, Keyring, StoreError};

/// What a rotation did.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotation {
    Done {
        to: KeyId,
        /// An earlier one was interrupted, and this one finished it.
        is_resumed: bool,
        /// By sort.
        resealed: Vec<(&'static str, usize)>,
    },
    /// Only whoever looks after its source can put another key there.
    ByHand { current: KeyId },
}

/// What became of a folder whose master key was lost.
#[derive(Debug)]
pub struct Replaced {
    pub to: KeyId,
    /// Those that need their key again.
    pub connections: Vec<ConnectionId>,
}

impl DataDir {
    /// Puts a new master key (`wanted`, or else one of chance) in the place of the current one and re-encrypts everything, while
    /// a server may be using the folder. After an interruption at any point everything can be read, and the next one finishes it.
    ///
    /// # Errors
    /// `MasterKey` when `wanted` is not a key, or comes while another rotation is unfinished or where chartsy can't keep it;
    /// `MasterKeyLost`; `AlreadyOpen` during another rotation or a backup with the key; those of the files.
    pub fn rotate_key(&self, catalog: &Catalog, wanted: Option<&Secret>) -> Result<Rotation, StoreError> {
        let _alone = self.lock_keys()?;
        let keyring = self.keyring(catalog)?;
        let Some(file) = self.key_source.file() else {
            return self.rotate_to_first(catalog, &keyring, wanted);
        };
        let kept = self.key_source.text(true)?.unwrap_or_default();
        let is_resumed = kept.lines().filter(|line| !line.trim().is_empty()).count() > 1;
        let new = match (wanted, is_resumed) {
            (Some(_), true) => {
                let reason =
                    "an earlier rotation is unfinished: run 'chartsy keys rotate' without a key first";
                return Err(StoreError::MasterKey { reason: reason.to_owned() });
            }
            (None, true) => first_line(&kept),
            (Some(wanted), false) => Zeroizing::new(checked(wanted)?.to_owned()),
            (None, false) => new_key()?,
        };
        if !is_resumed {
            KeySource::replace(file, &Zeroizing::new(format!("{}\n{}", *new, *kept)))?;
        }
        #[cfg(test)]
        interruption::point(interruption::Point::KeysKnown)?;
        let to = first_of(&new).ok_or_else(|| self.missing(None))?;
        let ring = self.key_source.keyring(true)?.and_then(|ring| ring.sealing_with(to));
        let resealed = catalog.reseal(&ring.ok_or_else(|| self.missing(None))?)?;
        #[cfg(test)]
        interruption::point(interruption::Point::Resealed)?;
        KeySource::replace(file, &new)?;
        Ok(Rotation::Done { to, is_resumed, resealed })
    }

    /// Where others look after the keys: to the first that they give, as soon as there is one beside the current.
    fn rotate_to_first(
        &self,
        catalog: &Catalog,
        keyring: &Keyring,
        wanted: Option<&Secret>,
    ) -> Result<Rotation, StoreError> {
        if wanted.is_some() {
            let reason =
                format!("a new one can't be written to {}: put it there yourself", self.key_source());
            return Err(StoreError::MasterKey { reason });
        }
        let ring = self.key_source.keyring(true)?.unwrap_or_else(|| keyring.clone());
        let Some(to) = ring.ids().next().filter(|_| ring.ids().count() > 1) else {
            return Ok(Rotation::ByHand { current: keyring.current() });
        };
        let ring = ring.sealing_with(to).ok_or_else(|| self.missing(None))?;
        let resealed = catalog.reseal(&ring)?;
        Ok(Rotation::Done { to, is_resumed: to == keyring.current(), resealed })
    }

    /// Begins with another master key where the one that everything is sealed under is lost: what can't be decrypted is
    /// dropped, everything else is kept.
    ///
    /// # Errors
    /// `MasterKey` when the key is not lost, or no other one is where it is expected; those of the files.
    pub fn replace_lost_key(&self, catalog: &Catalog, now: UnixSeconds) -> Result<Replaced, StoreError> {
        let _alone = self.lock_keys()?;
        let KeyState::Lost { .. } = self.key_state(catalog)? else {
            let reason = "it is not lost: it decrypts what is stored".to_owned();
            return Err(StoreError::MasterKey { reason });
        };
        if let Some(file) = self.key_source.file() {
            if self.key_source.keyring(true).is_err() {
                KeySource::set_aside(file)?;
            }
            self.key_source.create()?;
        }
        let keyring = self.key_source.keyring(true)?.ok_or_else(|| self.missing(None))?;
        let connections = catalog.drop_lost(&keyring, now)?;
        Ok(Replaced { to: keyring.current(), connections })
    }
}

fn checked(key: &Secret) -> Result<&str, StoreError> {
    let is_one = key.expose().trim().lines().count() == 1 && Keyring::from_text(key.expose()).is_some();
    let unusable = || StoreError::MasterKey { reason: format!("the new one {NO_KEY}") };
    if is_one { Ok(key.expose().trim()) } else { Err(unusable()) }
}

fn first_line(text: &str) -> Zeroizing<String> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    Zeroizing::new(first.unwrap_or_default().to_owned())
}

fn first_of(text: &str) -> Option<KeyId> {
    Keyring::from_text(text).map(|keyring| keyring.current())
}

/// Where a test ends a rotation, as a kill would.
#[cfg(test)]
pub(crate) mod interruption {
    use std::cell::Cell;

    use crate::StoreError;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Point {
        KeysKnown,
        Resealed,
    }

    thread_local! {
        pub static AT: Cell<Option<Point>> = const { Cell::new(None) };
    }

    pub fn point(here: Point) -> Result<(), StoreError> {
        if AT.get() == Some(here) { Err(StoreError::Random("killed".to_owned())) } else { Ok(()) }
    }
}
