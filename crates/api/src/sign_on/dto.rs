//! Providers, connected accounts and rules, as pages see them.

use model::Role;
use serde::Serialize;
use store::{Catalog, Identity, IdentityProvider, SignOnRule, StoreError};
use utoipa::ToSchema;

/// How people can sign in at identity providers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignOnOffer {
    /// Those that have a button of their own.
    pub providers: Vec<SignOnProvider>,
    /// There are others, which are found by the domain of an email address.
    pub by_email: bool,
}

/// An identity provider that the operator has added.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignOnProvider {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityView {
    pub id: String,
    pub provider: SignOnProvider,
    /// Your address there.
    pub email: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignOnRuleView {
    pub id: String,
    pub provider: SignOnProvider,
    /// People whose email address has this domain sign in at the provider.
    pub domain: String,
    /// What they become at their first sign-in; `null` where nobody becomes a member.
    pub role: Option<Role>,
    /// Signing in at the provider counts as two-factor sign-in.
    pub is_two_factor: bool,
    /// Members with an address of the domain, other than owners, see nothing without signing in there.
    pub is_required: bool,
    pub created_at: i64,
}

impl From<IdentityProvider> for SignOnProvider {
    fn from(provider: IdentityProvider) -> Self {
        Self { id: provider.id, name: provider.name }
    }
}

impl SignOnOffer {
    /// # Errors
    /// Those of the catalog.
    pub fn read(catalog: &Catalog) -> Result<Self, StoreError> {
        let (listed, others): (Vec<_>, Vec<_>) =
            catalog.identity_providers()?.into_iter().partition(|one| one.is_listed);
        Ok(Self {
            providers: listed.into_iter().map(SignOnProvider::from).collect(),
            by_email: !others.is_empty(),
        })
    }
}

/// Names of providers.
#[derive(Debug)]
pub struct Names(Vec<IdentityProvider>);

impl Names {
    /// # Errors
    /// Those of the catalog.
    pub fn read(catalog: &Catalog) -> Result<Self, StoreError> {
        Ok(Self(catalog.identity_providers()?))
    }

    fn of(&self, id: String) -> SignOnProvider {
        let name = self.0.iter().find(|one| one.id == id).map_or_else(|| id.clone(), |one| one.name.clone());
        SignOnProvider { id, name }
    }
}

impl IdentityView {
    pub fn new(identity: Identity, names: &Names) -> Self {
        Self {
            id: identity.id,
            provider: names.of(identity.provider),
            email: identity.email,
            created_at: identity.created_at.0,
            last_used_at: identity.last_used_at.map(|at| at.0),
        }
    }
}

impl SignOnRuleView {
    pub fn new(rule: SignOnRule, names: &Names) -> Self {
        Self {
            id: rule.id,
            provider: names.of(rule.provider),
            domain: rule.domain,
            role: rule.terms.role,
            is_two_factor: rule.terms.is_two_factor,
            is_required: rule.terms.is_required,
            created_at: rule.created_at.0,
        }
    }
}
