//! Everything that is ever requested. An auth code has no scopes: it may refund and cancel. So the client takes nothing but
//! these, and none of them changes anything. (`user/history` would, though it sounds like reading: it sends the buyer an
//! email.)

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Plans,
    /// Every subscription, with its buyer.
    Users,
    Payments,
    Modifiers,
    Products,
    Coupons,
    Alerts,
    /// Orders of a product.
    Transactions(u64),
}

impl Path {
    /// Below the version.
    pub(super) fn text(self) -> String {
        match self {
            Self::Plans => "subscription/plans".to_owned(),
            Self::Users => "subscription/users".to_owned(),
            Self::Payments => "subscription/payments".to_owned(),
            Self::Modifiers => "subscription/modifiers".to_owned(),
            Self::Products => "product/get_products".to_owned(),
            Self::Coupons => "product/list_coupons".to_owned(),
            Self::Alerts => "alert/webhooks".to_owned(),
            Self::Transactions(product) => format!("product/{product}/transactions"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of the documentation's pages "List plans", "List users", "List payments", "List modifiers", "List products", "List coupons",
    /// "Get webhook history" and "List transactions".
    const READING: &[&str] = &[
        "subscription/plans",
        "subscription/users",
        "subscription/payments",
        "subscription/modifiers",
        "product/get_products",
        "product/list_coupons",
        "alert/webhooks",
        "product/7/transactions",
    ];

    #[test]
    fn only_reading_paths_can_be_requested() {
        let all = [
            Path::Plans,
            Path::Users,
            Path::Payments,
            Path::Modifiers,
            Path::Products,
            Path::Coupons,
            Path::Alerts,
            Path::Transactions(7),
        ];
        for path in all {
            // Another path has to be added to the lists above, by somebody who has read what it does.
            match path {
                Path::Plans
                | Path::Users
                | Path::Payments
                | Path::Modifiers
                | Path::Products
                | Path::Coupons
                | Path::Alerts
                | Path::Transactions(_) => assert!(READING.contains(&path.text().as_str()), "{path:?}"),
            }
        }
        assert_eq!(all.len(), READING.len());
    }
}
