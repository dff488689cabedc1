//! What a token may do, by BigCommerce's names of OAuth scopes.

use crate::OptionsError;
use crate::options::{Permit, Permits};

/// Something that a token may read. Scopes to modify, which include reading, are not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Orders,
    Transactions,
    Customers,
    Products,
    Information,
    ChannelSettings,
    Marketing,
}

impl Scope {
    pub const ALL: [Self; 7] = [
        Self::Orders,
        Self::Transactions,
        Self::Customers,
        Self::Products,
        Self::Information,
        Self::ChannelSettings,
        Self::Marketing,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "store_v2_orders_read_only",
            Self::Transactions => "store_v2_transactions_read_only",
            Self::Customers => "store_v2_customers_read_only",
            Self::Products => "store_v2_products_read_only",
            Self::Information => "store_v2_information_read_only",
            Self::ChannelSettings => "store_channel_settings_read_only",
            Self::Marketing => "store_v2_marketing_read_only",
        }
    }
}

/// The scopes of a token.
pub type ScopeSet = Permits<Scope>;

impl Permit for Scope {
    const EVERY: &'static [Self] = &Self::ALL;

    fn place(self) -> u32 {
        self as u32
    }

    fn named(name: &str) -> Result<Self, OptionsError> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| {
            let all: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
            OptionsError::Permissions {
                name: name.to_owned(),
                problem: format!("there are {}", all.join(", ")),
            }
        })
    }
}

/// The names of a set with blanks between them, as an answer to an installation has them.
pub fn names(scopes: ScopeSet) -> String {
    let granted = Scope::ALL.into_iter().filter(|scope| scopes.has(*scope));
    granted.map(Scope::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_list_or_all_but_some() {
        let few: ScopeSet = "store_v2_orders_read_only,store_v2_information_read_only".parse().unwrap();
        assert!(few.has(Scope::Orders) && !few.has(Scope::Customers));
        assert_eq!(names(few), "store_v2_orders_read_only store_v2_information_read_only");
        let most: ScopeSet = "-store_v2_customers_read_only".parse().unwrap();
        assert_eq!(most, ScopeSet::all().without(Scope::Customers));
        assert!("orders".parse::<ScopeSet>().unwrap_err().to_string().contains("store_v2_orders_read_only"));
    }
}
