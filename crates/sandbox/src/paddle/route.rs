//! What a method and a path ask for, and the permission that takes.

use axum::http::{Method, StatusCode};

use super::lists::{Listing, by_name};
use super::metrics;
use super::permissions::Permission;

pub enum Route<'a> {
    List(&'static Listing),
    /// Addresses and businesses are lists of one customer.
    ListOfCustomer(&'static Listing, &'a str),
    History(&'static Listing, &'a str),
    Retrieve(&'static Listing, &'a str),
    CreditBalances(&'a str),
    Metrics(&'static str),
    EventTypes,
    ListSettings(&'static Listing),
    RetrieveSetting(&'a str),
    CreateSetting,
    UpdateSetting(&'a str),
    DeleteSetting(&'a str),
    ListNotifications(&'static Listing),
    RetrieveNotification(&'a str),
}

impl<'a> Route<'a> {
    pub fn find(method: &Method, segments: &[&'a str]) -> Option<Self> {
        let is_of_customer = |name: &str| matches!(name, "addresses" | "businesses");
        if method == Method::GET {
            return Some(match segments {
                ["customers", id, "credit-balances"] => Self::CreditBalances(id),
                ["customers", id, name] if is_of_customer(name) => Self::ListOfCustomer(by_name(name)?, id),
                ["customers", _, name, id] if is_of_customer(name) => Self::Retrieve(by_name(name)?, id),
                ["subscriptions", id, "history"] => Self::History(by_name("history")?, id),
                ["metrics", name] => Self::Metrics(metrics::NAMES.into_iter().find(|known| known == name)?),
                ["event-types"] => Self::EventTypes,
                ["notification-settings"] => Self::ListSettings(by_name("notification-settings")?),
                ["notification-settings", id] => Self::RetrieveSetting(id),
                ["notifications"] => Self::ListNotifications(by_name("notifications")?),
                ["notifications", id] => Self::RetrieveNotification(id),
                // There are only lists of these.
                ["history" | "addresses" | "businesses", ..] | ["events" | "adjustments", _] => return None,
                [name] => Self::List(by_name(name)?),
                [name, id] => Self::Retrieve(by_name(name)?, id),
                _ => return None,
            });
        }
        match (method, segments) {
            (&Method::POST, ["notification-settings"]) => Some(Self::CreateSetting),
            (&Method::PATCH, ["notification-settings", id]) => Some(Self::UpdateSetting(id)),
            (&Method::DELETE, ["notification-settings", id]) => Some(Self::DeleteSetting(id)),
            _ => None,
        }
    }

    /// Where it succeeds.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::CreateSetting => StatusCode::CREATED,
            Self::DeleteSetting(_) => StatusCode::NO_CONTENT,
            _ => StatusCode::OK,
        }
    }

    pub fn permission(&self) -> Permission {
        match self {
            Self::List(listing)
            | Self::ListOfCustomer(listing, _)
            | Self::History(listing, _)
            | Self::Retrieve(listing, _)
            | Self::ListSettings(listing)
            | Self::ListNotifications(listing) => listing.permission,
            Self::CreditBalances(_) => Permission::Customer,
            Self::Metrics(_) => Permission::Metrics,
            Self::EventTypes | Self::RetrieveNotification(_) => Permission::Notification,
            Self::RetrieveSetting(_) => Permission::NotificationSetting,
            Self::CreateSetting | Self::UpdateSetting(_) | Self::DeleteSetting(_) => {
                Permission::NotificationSettingWrite
            }
        }
    }
}
