//! The key by which browsers are known again. What browsers keep can't be sealed again when the master key is replaced, so it is sealed
//! under a key of its own, which can.

use model::Secret;

use crate::data_dir::DataDir;
use crate::keyring::new_key;
use crate::sealed::server_key_of;
use crate::{Catalog, Keyring, StoreError};

const BROWSERS: &str = "browsers";

impl DataDir {
    /// Seals something for a browser to keep. Its key is created if need be.
    ///
    /// # Errors
    /// As [`DataDir::keyring`].
    pub fn seal_for_browser(
        &self,
        catalog: &Catalog,
        context: &str,
        secret: &Secret,
    ) -> Result<Vec<u8>, StoreError> {
        let keyring = match self.browser_keyring(catalog)? {
            Some(keyring) => keyring,
            None => {
                let key = Secret::new(new_key()?.as_str());
                self.seal(catalog, &server_key_of(BROWSERS), &key, |sealed| {
                    catalog.begin_server_key(BROWSERS, sealed)
                })?;
                // Another request may have been faster.
                self.browser_keyring(catalog)?.ok_or(StoreError::Sealed)?
            }
        };
        keyring.seal(context, secret)
    }

    /// Opens what a browser has kept. Earlier versions sealed it under the master key itself.
    ///
    /// # Errors
    /// `Sealed` when it belongs to another context or server; as [`DataDir::existing_keyring`].
    pub fn open_from_browser(
        &self,
        catalog: &Catalog,
        context: &str,
        sealed: &[u8],
    ) -> Result<Secret, StoreError> {
        let own = self.browser_keyring(catalog)?;
        if let Some(secret) = own.and_then(|keyring| keyring.open(context, sealed).ok()) {
            return Ok(secret);
        }
        self.existing_keyring(catalog)?.open(context, sealed)
    }

    fn browser_keyring(&self, catalog: &Catalog) -> Result<Option<Keyring>, StoreError> {
        let key = self.unsealed(catalog, &server_key_of(BROWSERS), || catalog.server_key(BROWSERS))?;
        key.map(|key| Keyring::from_text(key.expose()).ok_or(StoreError::Sealed)).transpose()
    }
}
