//! Ids as types, so that a customer's is never handed where a subscription's is meant.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(id: impl Into<Arc<str>>) -> Self {
                Self(id.into())
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }
        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

id! {
    /// The tenant: one team and all that it has connected.
    WorkspaceId,
    /// A person who can sign in.
    UserId,
    /// One connected account of a provider. Also the name of its folder.
    ConnectionId,
    /// The provider's own id of the connected account.
    AccountId,
    CustomerId,
    SubscriptionId,
    SubscriptionItemId,
    PriceId,
    ProductId,
    CouponId,
    InvoiceId,
    InvoiceLineId,
    InvoiceItemId,
    ChargeId,
    RefundId,
    CreditNoteId,
    DisputeId,
    BalanceTransactionId,
}
