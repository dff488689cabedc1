//! What an API key may do, by Paddle's names ("Permissions").

use crate::OptionsError;
use crate::options::{Permit, Permits};

/// One permission of a key. Those to write that the sandbox knows include reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    Address,
    Adjustment,
    Business,
    Customer,
    Discount,
    /// Also events.
    Notification,
    NotificationSetting,
    NotificationSettingWrite,
    Price,
    Product,
    Subscription,
    SubscriptionHistory,
    Transaction,
    Metrics,
}

impl Permission {
    pub const ALL: [Self; 14] = [
        Self::Address,
        Self::Adjustment,
        Self::Business,
        Self::Customer,
        Self::Discount,
        Self::Notification,
        Self::NotificationSetting,
        Self::NotificationSettingWrite,
        Self::Price,
        Self::Product,
        Self::Subscription,
        Self::SubscriptionHistory,
        Self::Transaction,
        Self::Metrics,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address.read",
            Self::Adjustment => "adjustment.read",
            Self::Business => "business.read",
            Self::Customer => "customer.read",
            Self::Discount => "discount.read",
            Self::Notification => "notification.read",
            Self::NotificationSetting => "notification_setting.read",
            Self::NotificationSettingWrite => "notification_setting.write",
            Self::Price => "price.read",
            Self::Product => "product.read",
            Self::Subscription => "subscription.read",
            Self::SubscriptionHistory => "subscription_history.read",
            Self::Transaction => "transaction.read",
            Self::Metrics => "metrics.read",
        }
    }
}

/// The permissions of a key.
pub type PermissionSet = Permits<Permission>;

impl Permit for Permission {
    const EVERY: &'static [Self] = &Self::ALL;

    fn place(self) -> u32 {
        self as u32
    }

    fn implied(self) -> Option<Self> {
        (self == Self::NotificationSettingWrite).then_some(Self::NotificationSetting)
    }

    fn named(name: &str) -> Result<Self, OptionsError> {
        Permission::ALL.into_iter().find(|permission| permission.as_str() == name).ok_or_else(|| {
            let all: Vec<&str> = Permission::ALL.into_iter().map(Permission::as_str).collect();
            OptionsError::Permissions {
                name: name.to_owned(),
                problem: format!("there are {}", all.join(", ")),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_list_or_all_but_some() {
        let few: PermissionSet = "customer.read,notification_setting.write".parse().unwrap();
        assert!(few.has(Permission::Customer) && few.has(Permission::NotificationSetting));
        assert!(!few.has(Permission::Transaction));
        let most: PermissionSet = "-adjustment.read".parse().unwrap();
        assert_eq!(most, PermissionSet::all().without(Permission::Adjustment));
        assert!("customers".parse::<PermissionSet>().unwrap_err().to_string().contains("customer.read"));
    }
}
