//! A provider's object as it was received, with the few facts that it is filed under.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::UnixSeconds;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $name:literal),+ $(,)?) => {
        /// The kinds of object that are kept. The code is what the database files them under: never reuse one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ObjectKind {
            $($(#[$doc])* $variant = $code),+
        }

        impl ObjectKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in Stripe's own data model, in the singular.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            pub fn code(self) -> u8 {
                self as u8
            }

            pub fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    Account = 1 "account",
    Customer = 2 "customer",
    Product = 3 "product",
    Price = 4 "price",
    Coupon = 5 "coupon",
    PromotionCode = 6 "promotion_code",
    Subscription = 7 "subscription",
    /// Only those that the subscription's embedded list left out.
    SubscriptionItem = 8 "subscription_item",
    Invoice = 9 "invoice",
    /// Only those that the invoice's embedded list left out.
    InvoiceLine = 10 "invoice_line",
    InvoiceItem = 11 "invoice_item",
    Charge = 12 "charge",
    Refund = 13 "refund",
    Dispute = 14 "dispute",
    CreditNote = 15 "credit_note",
    PaymentIntent = 16 "payment_intent",
    InvoicePayment = 17 "invoice_payment",
    BalanceTransaction = 18 "balance_transaction",
    Event = 19 "event",
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ObjectKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a kind of object"))
    }
}

/// The ids of the other objects that an object belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counterparts {
    pub customer: Option<String>,
    pub subscription: Option<String>,
    pub invoice: Option<String>,
    pub charge: Option<String>,
}

/// One object as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawObject {
    pub kind: ObjectKind,
    pub id: String,
    /// The provider's own time of creation; some kinds have none.
    pub created_at: Option<UnixSeconds>,
    pub counterparts: Counterparts,
    /// The provider says that it is gone. Kept as a tombstone.
    pub is_deleted: bool,
    /// JSON, byte for byte.
    pub body: Box<str>,
}
