//! The identity providers that the operator has added.

use model::UnixSeconds;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::domain_of;
use crate::StoreError;
use crate::catalog::sealed::require_current;
use crate::catalog::{Catalog, SignInMethod, former_members};
use crate::error::Fault;
use crate::sealed::provider_of;

const PROVIDER: &str = "id, name, issuer, client_id, has_secret, is_listed, trusts_emails, created_at";

/// Where people sign in instead of here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    /// In addresses and rules; the operator chooses it.
    pub id: String,
    /// On buttons.
    pub name: String,
    /// As the provider writes it: its tokens have to name it to the letter.
    pub issuer: String,
    pub client_id: String,
    /// A client that can't keep a secret is told apart by PKCE alone.
    pub has_secret: bool,
    /// Whether the sign-in page shows it. Otherwise, people get there with their address.
    pub is_listed: bool,
    /// The operator vouches for the addresses that it names, where it doesn't say that it has verified them.
    pub trusts_emails: bool,
    pub created_at: UnixSeconds,
}

/// What the operator says of a provider.
#[derive(Debug, Clone)]
pub struct NewIdentityProvider {
    pub id: String,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub is_listed: bool,
    pub trusts_emails: bool,
}

impl IdentityProvider {
    /// What a provider's client secret is sealed for.
    pub fn context(id: &str) -> String {
        provider_of(id)
    }
}

impl Catalog {
    /// All of them, by name.
    ///
    /// # Errors
    /// Those of the file.
    pub fn identity_providers(&self) -> Result<Vec<IdentityProvider>, StoreError> {
        let sql = format!("SELECT {PROVIDER} FROM identity_providers ORDER BY name COLLATE NOCASE, id");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([], provider)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn identity_provider(&self, id: &str) -> Result<Option<IdentityProvider>, StoreError> {
        let sql = format!("SELECT {PROVIDER} FROM identity_providers WHERE id = ?1");
        self.read(|conn| Ok(conn.prepare_cached(&sql)?.query_row([id], provider).optional()?))
    }

    /// The client secret, sealed for [`IdentityProvider::context`].
    ///
    /// # Errors
    /// Those of the file.
    pub fn sealed_client_secret(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT sealed_secret FROM identity_providers WHERE id = ?1";
        self.read(|conn| {
            let found: Option<Option<Vec<u8>>> =
                conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
            Ok(found.flatten())
        })
    }

    /// The provider that may name an address like this one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn identity_provider_of(&self, email: &str) -> Result<Option<IdentityProvider>, StoreError> {
        let sql = format!(
            "SELECT {PROVIDER} FROM identity_providers
             WHERE id = (SELECT provider FROM sign_on_rules WHERE domain = ?1 ORDER BY rowid LIMIT 1)"
        );
        self.read(|conn| Ok(conn.prepare_cached(&sql)?.query_row([domain_of(email)], provider).optional()?))
    }

    /// Adds a provider, or changes the one with that id: whether it is new. Under another issuer, nobody's account is the same, so all
    /// of them are disconnected, and whoever signed in there is signed out.
    ///
    /// # Errors
    /// `KeyReplaced` when the secret is sealed under a key that is not the current one any more.
    pub fn set_identity_provider(
        &self,
        new: &NewIdentityProvider,
        sealed_secret: Option<&[u8]>,
        now: UnixSeconds,
    ) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            if let Some(sealed) = sealed_secret {
                require_current(tx, sealed)?;
            }
            let sql = "SELECT issuer FROM identity_providers WHERE id = ?1";
            let before: Option<String> =
                tx.prepare_cached(sql)?.query_row([&new.id], |row| row.get(0)).optional()?;
            if before.as_ref().is_some_and(|issuer| *issuer != new.issuer) {
                keep_marks_by(tx, &new.id)?;
                tx.prepare_cached("DELETE FROM identities WHERE provider = ?1")?.execute([&new.id])?;
                end_sessions_by(tx, &new.id)?;
            }
            let sql = "INSERT INTO identity_providers
                (id, name, issuer, client_id, has_secret, sealed_secret, is_listed, trusts_emails, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, issuer = excluded.issuer,
                    client_id = excluded.client_id, has_secret = excluded.has_secret,
                    sealed_secret = excluded.sealed_secret, is_listed = excluded.is_listed,
                    trusts_emails = excluded.trusts_emails";
            tx.prepare_cached(sql)?.execute(params![
                new.id,
                new.name,
                new.issuer,
                new.client_id,
                sealed_secret.is_some(),
                sealed_secret,
                new.is_listed,
                new.trusts_emails,
                now.0,
            ])?;
            Ok(before.is_none())
        })
    }

    /// Removes a provider with its rules. Whoever signed in there is signed out, and keeps the account. Whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_identity_provider(&self, id: &str) -> Result<bool, StoreError> {
        self.write_and_scrub(|tx| {
            end_sessions_by(tx, id)?;
            keep_marks_by(tx, id)?;
            let sql = "DELETE FROM identity_providers WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute([id])? > 0)
        })
    }
}

/// A provider that is added again does not bring back whoever was removed.
fn keep_marks_by(tx: &Transaction<'_>, provider: &str) -> Result<(), Fault> {
    let sql = "SELECT DISTINCT identities.user FROM identities
        JOIN former_members ON former_members.user = identities.user WHERE identities.provider = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let users = statement.query_map([provider], |row| row.get::<_, String>(0))?;
    let users = users.collect::<Result<Vec<_>, _>>()?;
    users.into_iter().try_for_each(|user| former_members::keep_marks(tx, &user.into()))
}

fn end_sessions_by(tx: &Transaction<'_>, provider: &str) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM sessions WHERE method = ?1")?
        .execute([SignInMethod::SignOn(provider.to_owned()).text()])?;
    Ok(())
}

/// From the columns of `PROVIDER`.
fn provider(row: &Row<'_>) -> rusqlite::Result<IdentityProvider> {
    Ok(IdentityProvider {
        id: row.get(0)?,
        name: row.get(1)?,
        issuer: row.get(2)?,
        client_id: row.get(3)?,
        has_secret: row.get(4)?,
        is_listed: row.get(5)?,
        trusts_emails: row.get(6)?,
        created_at: UnixSeconds(row.get(7)?),
    })
}
