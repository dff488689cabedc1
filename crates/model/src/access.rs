//! Who may do what in a workspace.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do in a workspace. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See figures, settings and the state of imports: nothing that names a customer.
    ReadMetrics,
    /// See customers, their invoices and payments.
    ReadCustomers,
    /// Show pages of figures to people without an account, by links.
    Share,
    /// Change connections, settings, rates and tokens, invite members and read the audit log.
    Manage,
    /// Hand the workspace over to somebody else, or delete it.
    Own,
}

/// A member's role in one workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything. There is always at least one.
    Owner,
    /// May do everything but delete the workspace, hand it over and change who owns it.
    Admin,
    /// Sees every figure and customer, and the bills of an installation that charges for its service.
    BillingAdmin,
    /// Sees every figure and customer, and shares pages of figures by links.
    Member,
    /// Sees every figure and customer.
    Viewer,
}

/// What an API token may do, in the workspace that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Figures without customers.
    ReadMetrics,
    /// Figures and customers.
    ReadCustomers,
    /// Everything that doesn't require a person.
    Manage,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::BillingAdmin, Self::Member, Self::Viewer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::BillingAdmin => "billing_admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// The highest of its permissions.
    pub fn permission(self) -> Permission {
        match self {
            Self::Owner => Permission::Own,
            Self::Admin => Permission::Manage,
            Self::Member => Permission::Share,
            Self::BillingAdmin | Self::Viewer => Permission::ReadCustomers,
        }
    }

    /// Whether a member with this role may give the `other` role to somebody, or take it away.
    pub fn may_assign(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other != Self::Owner,
            Self::BillingAdmin | Self::Member | Self::Viewer => false,
        }
    }
}

impl TokenScope {
    pub const ALL: [Self; 3] = [Self::ReadMetrics, Self::ReadCustomers, Self::Manage];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadMetrics => "read_metrics",
            Self::ReadCustomers => "read_customers",
            Self::Manage => "manage",
        }
    }

    /// The highest of its permissions.
    pub fn permission(self) -> Permission {
        match self {
            Self::ReadMetrics => Permission::ReadMetrics,
            Self::ReadCustomers => Permission::ReadCustomers,
            Self::Manage => Permission::Manage,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Permission {
    pub const ALL: [Self; 5] = [Self::ReadMetrics, Self::ReadCustomers, Self::Share, Self::Manage, Self::Own];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadMetrics => "read_metrics",
            Self::ReadCustomers => "read_customers",
            Self::Share => "share",
            Self::Manage => "manage",
            Self::Own => "own",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: use one of {}", .known.join(", "))]
pub struct AccessError {
    what: &'static str,
    known: Vec<&'static str>,
}

impl FromStr for Role {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let known = || AccessError { what: "role", known: Self::ALL.map(Self::as_str).to_vec() };
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(known)
    }
}

impl FromStr for TokenScope {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let known = || AccessError { what: "scope", known: Self::ALL.map(Self::as_str).to_vec() };
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_text_and_in_json() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        for scope in TokenScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
        }
        let unknown = "boss".parse::<Role>().unwrap_err().to_string();
        assert_eq!(unknown, "unknown role: use one of owner, admin, billing_admin, member, viewer");
    }

    #[test]
    fn only_an_owner_makes_or_unmakes_owners() {
        for role in Role::ALL {
            assert_eq!(role.may_assign(Role::Owner), role == Role::Owner, "{role:?}");
            assert_eq!(role.may_assign(Role::Viewer), role.permission() >= Permission::Manage, "{role:?}");
        }
    }

    #[test]
    fn members_and_whoever_manages_share_links_and_viewers_do_not() {
        let may = |role: Role| role.permission() >= Permission::Share;
        assert_eq!(Role::ALL.map(may), [true, true, false, true, false]);
        let may = |scope: TokenScope| scope.permission() >= Permission::Share;
        assert_eq!(TokenScope::ALL.map(may), [false, false, true]);
    }

    #[test]
    fn no_token_owns_a_workspace() {
        assert!(TokenScope::ALL.iter().all(|scope| scope.permission() < Permission::Own));
    }
}
