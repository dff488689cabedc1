//! What an API key may do, by Paddle's names ("Permissions").

use std::str::FromStr;

use crate::OptionsError;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermissionSet(u32);

impl PermissionSet {
    pub fn all() -> Self {
        Permission::ALL.into_iter().fold(Self(0), Self::with)
    }

    #[must_use]
    pub fn with(self, permission: Permission) -> Self {
        let reading = match permission {
            Permission::NotificationSettingWrite => 1 << Permission::NotificationSetting as u32,
            _ => 0,
        };
        Self(self.0 | 1 << permission as u32 | reading)
    }

    #[must_use]
    pub fn without(self, permission: Permission) -> Self {
        Self(self.0 & !(1 << permission as u32))
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & 1 << permission as u32 != 0
    }
}

impl FromStr for PermissionSet {
    type Err = OptionsError;

    /// `all`, a list such as `customer.read,transaction.read`, or what to leave out of all: `-adjustment.read`.
    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let only_leaves_out = !words.is_empty() && words.iter().all(|word| word.starts_with('-'));
        let mut set = if only_leaves_out { Self::all() } else { Self(0) };
        for word in words {
            set = match word.strip_prefix('-') {
                _ if word == "all" => Self::all(),
                Some(name) => set.without(parse_permission(name)?),
                None => set.with(parse_permission(word)?),
            };
        }
        Ok(set)
    }
}

fn parse_permission(name: &str) -> Result<Permission, OptionsError> {
    Permission::ALL.into_iter().find(|permission| permission.as_str() == name).ok_or_else(|| {
        let all: Vec<&str> = Permission::ALL.into_iter().map(Permission::as_str).collect();
        OptionsError::Permissions { name: name.to_owned(), problem: format!("there are {}", all.join(", ")) }
    })
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
