//! What a method and a path ask for, and the scopes that take.

use axum::http::Method;

use super::scopes::Scope;

/// The two generations of the API, which answer in different shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V2,
    V3,
}

/// What belongs to an order in version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Lines,
    Coupons,
    ShippingAddresses,
    Taxes,
    Fees,
    Consignments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    Orders,
    OrderCount,
    OrderStatuses,
    Order(i64),
    PartOf(i64, Part),
    Store,
    Currencies,
    Time,
    Refunds,
    RefundsOf(i64),
    Refund(i64),
    Transactions(i64),
    Customers,
    Products,
    Product(i64),
    VariantsOf(i64),
    Variants,
    Trees,
    Categories,
    Brands,
    Channels,
    Hooks,
    Hook(i64),
    CreateHook,
    UpdateHook(i64),
    DeleteHook(i64),
    HooksAdmin,
    UpdateHooksAdmin,
}

impl Route {
    pub fn find(version: Version, method: &Method, segments: &[&str]) -> Option<Self> {
        match (version, method) {
            (Version::V2, &Method::GET) => Self::of_version_2(segments),
            (Version::V3, &Method::GET) => Self::of_version_3(segments),
            (Version::V3, _) => match (method, segments) {
                (&Method::POST, ["hooks"]) => Some(Self::CreateHook),
                (&Method::PUT, ["hooks", "admin"]) => Some(Self::UpdateHooksAdmin),
                (&Method::PUT, ["hooks", id]) => Some(Self::UpdateHook(id.parse().ok()?)),
                (&Method::DELETE, ["hooks", id]) => Some(Self::DeleteHook(id.parse().ok()?)),
                _ => None,
            },
            (Version::V2, _) => None,
        }
    }

    fn of_version_2(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["orders"] => Self::Orders,
            ["orders", "count"] => Self::OrderCount,
            ["order_statuses"] => Self::OrderStatuses,
            ["orders", id] => Self::Order(id.parse().ok()?),
            ["orders", id, part] => Self::PartOf(id.parse().ok()?, Part::named(part)?),
            ["store"] => Self::Store,
            ["currencies"] => Self::Currencies,
            ["time"] => Self::Time,
            _ => return None,
        })
    }

    fn of_version_3(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["orders", "payment_actions", "refunds"] => Self::Refunds,
            ["orders", "payment_actions", "refunds", id] => Self::Refund(id.parse().ok()?),
            ["orders", id, "payment_actions", "refunds"] => Self::RefundsOf(id.parse().ok()?),
            ["orders", id, "transactions"] => Self::Transactions(id.parse().ok()?),
            ["customers"] => Self::Customers,
            ["catalog", "products"] => Self::Products,
            ["catalog", "products", id] => Self::Product(id.parse().ok()?),
            ["catalog", "products", id, "variants"] => Self::VariantsOf(id.parse().ok()?),
            ["catalog", "variants"] => Self::Variants,
            ["catalog", "trees"] => Self::Trees,
            ["catalog", "trees", "categories"] => Self::Categories,
            ["catalog", "brands"] => Self::Brands,
            ["channels"] => Self::Channels,
            ["hooks"] => Self::Hooks,
            ["hooks", "admin"] => Self::HooksAdmin,
            ["hooks", id] => Self::Hook(id.parse().ok()?),
            _ => return None,
        })
    }

    /// Any of these is enough; none are needed for webhooks.
    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            Self::Orders | Self::OrderCount | Self::OrderStatuses | Self::Order(_) | Self::PartOf(..) => {
                &[Scope::Orders]
            }
            Self::Store | Self::Currencies => &[Scope::Information],
            Self::Refunds | Self::RefundsOf(_) | Self::Refund(_) => &[Scope::Transactions, Scope::Orders],
            Self::Transactions(_) => &[Scope::Transactions],
            Self::Customers => &[Scope::Customers],
            Self::Products
            | Self::Product(_)
            | Self::VariantsOf(_)
            | Self::Variants
            | Self::Trees
            | Self::Categories
            | Self::Brands => &[Scope::Products],
            Self::Channels => &[Scope::ChannelSettings],
            Self::Time
            | Self::Hooks
            | Self::Hook(_)
            | Self::CreateHook
            | Self::UpdateHook(_)
            | Self::DeleteHook(_)
            | Self::HooksAdmin
            | Self::UpdateHooksAdmin => &[],
        }
    }
}

impl Part {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "products" => Self::Lines,
            "coupons" => Self::Coupons,
            "shipping_addresses" | "shippingaddresses" => Self::ShippingAddresses,
            "taxes" => Self::Taxes,
            "fees" => Self::Fees,
            "consignments" => Self::Consignments,
            _ => return None,
        })
    }
}
