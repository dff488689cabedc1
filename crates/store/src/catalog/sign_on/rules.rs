//! The domains that the operator gives to a provider and a workspace, and what the workspace's owners make of them.

use model::{Role, UnixSeconds, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};

use super::domain_of;
use crate::StoreError;
use crate::catalog::members::role_of;
use crate::catalog::{Catalog, SignInMethod, User};
use crate::error::Fault;
use crate::ids::new_id;

const RULE: &str = "id, workspace, provider, domain, role, is_two_factor, is_required, created_at";

/// People whose address has the domain sign in at the provider, and the workspace's terms apply to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOnRule {
    pub id: String,
    pub workspace: WorkspaceId,
    pub provider: String,
    pub domain: String,
    pub terms: SignOnTerms,
    pub created_at: UnixSeconds,
}

/// What single sign-on means in a workspace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignOnTerms {
    /// What people become at their first sign-in; `None` where nobody becomes a member.
    pub role: Option<Role>,
    /// Whether signing in at the provider counts as two factors.
    pub is_two_factor: bool,
    /// Whether members with an address of the domain, other than owners, see nothing without signing in there.
    pub is_required: bool,
}

impl SignOnRule {
    /// Whether signing in at the provider with an account of that address proves two factors in the workspace: also where it is
    /// required, since nothing else can count there.
    fn counts_as_two_factors(&self, provider: &str, email: &str) -> bool {
        let counts = self.terms.is_two_factor || self.terms.is_required;
        counts && self.provider == provider && self.domain.eq_ignore_ascii_case(domain_of(email))
    }
}

#[derive(Debug, Clone)]
pub struct NewSignOnRule {
    pub workspace: WorkspaceId,
    pub provider: String,
    pub domain: String,
    pub terms: SignOnTerms,
}

impl Catalog {
    /// Whether a session that a user began by `method` proves two factors in a workspace, or in any where none is named. What each
    /// workspace shows to the session follows the same rule ([`Catalog::memberships`]).
    ///
    /// # Errors
    /// Those of the file.
    pub fn proves_two_factors(
        &self,
        user: &User,
        method: &SignInMethod,
        in_workspace: Option<&WorkspaceId>,
    ) -> Result<bool, StoreError> {
        Ok(match method {
            SignInMethod::Passkey => true,
            SignInMethod::Password => {
                self.two_factor(&user.id)?.is_some_and(|one| one.confirmed_at.is_some())
            }
            SignInMethod::SignOn(provider) => {
                let rules = self.sign_on_rules(in_workspace)?;
                rules.iter().any(|rule| rule.counts_as_two_factors(provider, &user.email))
            }
        })
    }

    /// Whether a session that a user began by `method` may change what protects the account: a password alone gets around no second
    /// factor by adding another one, or by removing it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn may_change_second_factors(&self, user: &User, method: &SignInMethod) -> Result<bool, StoreError> {
        let has_app = self.two_factor(&user.id)?.is_some_and(|one| one.confirmed_at.is_some());
        let has_any = has_app || !self.passkeys(&user.id)?.is_empty();
        Ok(!has_any || self.proves_two_factors(user, method, None)?)
    }

    /// All rules, or those of a workspace, by domain.
    ///
    /// # Errors
    /// Those of the file.
    pub fn sign_on_rules(&self, of: Option<&WorkspaceId>) -> Result<Vec<SignOnRule>, StoreError> {
        let sql = format!(
            "SELECT {RULE} FROM sign_on_rules WHERE ?1 IS NULL OR workspace = ?1 ORDER BY domain, workspace"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([of.map(WorkspaceId::as_str)], |row| Ok(rule(row)))?;
            found.map(|row| row?).collect()
        })
    }

    /// Gives a domain to a provider and a workspace, in the place of a rule of the workspace for it.
    ///
    /// # Errors
    /// `NotFound` when there is no such provider; `DomainTaken` when another provider has the domain in another workspace: then it
    /// would depend on the workspace who its people are.
    pub fn set_sign_on_rule(&self, new: &NewSignOnRule, now: UnixSeconds) -> Result<SignOnRule, StoreError> {
        let id = new_id("rule")?;
        self.write(|tx| {
            let of = new.workspace.as_str();
            let sql = "SELECT 1 FROM identity_providers WHERE id = ?1";
            if !tx.prepare_cached(sql)?.exists([&new.provider])? {
                let what = format!("identity provider {}", new.provider);
                return Err(StoreError::NotFound { what }.into());
            }
            let sql = "SELECT 1 FROM sign_on_rules WHERE domain = ?1 AND provider <> ?2 AND workspace <> ?3";
            if tx.prepare_cached(sql)?.exists([&new.domain, &new.provider, of])? {
                return Err(StoreError::DomainTaken.into());
            }
            let sql = "DELETE FROM sign_on_rules WHERE workspace = ?1 AND domain = ?2";
            tx.prepare_cached(sql)?.execute([of, &new.domain])?;
            let sql = format!(
                "INSERT INTO sign_on_rules ({RULE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING {RULE}"
            );
            let SignOnTerms { role, is_two_factor, is_required } = new.terms;
            let role = role.map(Role::as_str);
            let given = params![id, of, new.provider, new.domain, role, is_two_factor, is_required, now.0];
            tx.prepare_cached(&sql)?.query_row(given, |row| Ok(rule(row)))?
        })
    }

    /// Changes what single sign-on means in a workspace. The rule as it is then, if there is one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn set_sign_on_terms(
        &self,
        of: &WorkspaceId,
        id: &str,
        terms: SignOnTerms,
    ) -> Result<Option<SignOnRule>, StoreError> {
        self.write(|tx| {
            let sql = format!(
                "UPDATE sign_on_rules SET role = ?3, is_two_factor = ?4, is_required = ?5
                 WHERE workspace = ?1 AND id = ?2 RETURNING {RULE}"
            );
            let SignOnTerms { role, is_two_factor, is_required } = terms;
            let given = params![of.as_str(), id, role.map(Role::as_str), is_two_factor, is_required];
            tx.prepare_cached(&sql)?.query_row(given, |row| Ok(rule(row))).optional()?.transpose()
        })
    }

    /// Takes a domain from a workspace. Whoever became a member stays one. Whether there was such a rule.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_sign_on_rule(&self, of: &WorkspaceId, domain: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM sign_on_rules WHERE workspace = ?1 AND domain = ?2";
            Ok(tx.prepare_cached(sql)?.execute([of.as_str(), domain])? > 0)
        })
    }
}

/// From the columns of `RULE`.
fn rule(row: &Row<'_>) -> Result<SignOnRule, Fault> {
    let role: Option<String> = row.get(4)?;
    Ok(SignOnRule {
        id: row.get(0)?,
        workspace: row.get::<_, String>(1)?.into(),
        provider: row.get(2)?,
        domain: row.get(3)?,
        terms: SignOnTerms {
            role: role.as_deref().map(role_of).transpose()?,
            is_two_factor: row.get(5)?,
            is_required: row.get(6)?,
        },
        created_at: UnixSeconds(row.get(7)?),
    })
}
