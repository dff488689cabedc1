//! What no figure is made of, and is exported all the same: coupons, and payment intents.

use model::{Currency, CustomerId, ObjectKind, RawObject, UnixSeconds};
use rust_decimal::Decimal;

use crate::ReadError;

/// Objects of one kind, and how one of them is read.
#[derive(Debug)]
pub struct Readable<T> {
    pub kind: ObjectKind,
    pub read: fn(&RawObject) -> Result<T, ReadError>,
}

/// What takes something off bills.
#[derive(Debug, Clone, PartialEq)]
pub struct Coupon {
    pub id: String,
    pub name: Option<String>,
    /// What customers enter, if a coupon has one code.
    pub code: Option<String>,
    pub percent_off: Option<Decimal>,
    /// Off a bill, in the smallest unit.
    pub amount_off: Option<(i64, Currency)>,
    pub duration: CouponDuration,
    /// Whether it can be redeemed.
    pub is_active: bool,
    pub times_redeemed: Option<i64>,
    pub created_at: Option<UnixSeconds>,
    pub expires_at: Option<UnixSeconds>,
}

/// For how long a coupon that was redeemed takes something off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponDuration {
    /// One bill.
    Once,
    Forever,
    Months(i64),
    Bills(i64),
    Unknown,
}

/// An attempt to be paid, which may take several charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    pub id: String,
    pub customer: Option<CustomerId>,
    /// In the provider's words.
    pub status: Option<String>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub amount_received_minor: i64,
    pub created_at: UnixSeconds,
    pub canceled_at: Option<UnixSeconds>,
}

impl CouponDuration {
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Once => Some("once"),
            Self::Forever => Some("forever"),
            Self::Months(_) | Self::Bills(_) => Some("repeating"),
            Self::Unknown => None,
        }
    }
}
