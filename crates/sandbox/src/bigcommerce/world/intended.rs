//! What the shop meant: the parts of each order and refund, written down as they are chosen and never read from what is
//! written for the API, and their sums by day.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{Currency, Day, UnixSeconds};
use serde::Serialize;

/// The parts of an order without tax, the tax, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedOrder {
    pub order_id: i64,
    /// The script that it plays.
    pub script: &'static str,
    pub created_at: UnixSeconds,
    pub currency: Currency,
    /// `customer:<id>`, also for orders as a guest of somebody who has an account by now; `guest:<e-mail>` for others.
    pub buyer: String,
    pub status_id: u8,
    pub is_archived: bool,
    /// By its status and as it is not archived.
    pub counts: bool,
    pub gross_sales_minor: i64,
    pub discounts_minor: i64,
    pub shipping_minor: i64,
    pub handling_minor: i64,
    pub wrapping_minor: i64,
    pub fees_minor: i64,
    pub taxes_minor: i64,
    pub gift_certificates_minor: i64,
    pub total_minor: i64,
    pub units: i64,
}

/// The parts of a refund without tax, the tax, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedRefund {
    pub refund_id: i64,
    pub order_id: i64,
    pub created_at: UnixSeconds,
    pub currency: Currency,
    /// Money went back, or will: not every payment was declined.
    pub has_happened: bool,
    /// It has happened, and its order counts.
    pub counts: bool,
    /// Goods, wrapping and amounts of the order as a whole.
    pub returns_minor: i64,
    /// Handling too.
    pub shipping_minor: i64,
    pub fees_minor: i64,
    pub taxes_minor: i64,
    pub total_minor: i64,
}

/// A day of the shop in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedDay {
    pub day: Day,
    pub currency: Currency,
    #[serde(flatten)]
    pub sums: DaySums,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DaySums {
    pub gross_sales_minor: i64,
    pub discounts_minor: i64,
    pub returns_minor: i64,
    pub net_sales_minor: i64,
    pub shipping_minor: i64,
    pub taxes_minor: i64,
    pub other_minor: i64,
    pub gift_certificates_minor: i64,
    pub total_sales_minor: i64,
    pub orders: i64,
    pub units: i64,
}

/// Sums by day of the zone and currency; days without orders and refunds that count are left out.
pub fn days(orders: &[ExpectedOrder], refunds: &[ExpectedRefund], zone: &TimeZone) -> Vec<ExpectedDay> {
    let mut days: BTreeMap<(Day, Currency), DaySums> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.counts) {
        let sums = days.entry((order.created_at.day(zone), order.currency)).or_default();
        sums.gross_sales_minor += order.gross_sales_minor;
        sums.discounts_minor += order.discounts_minor;
        sums.shipping_minor += order.shipping_minor + order.handling_minor;
        sums.taxes_minor += order.taxes_minor;
        sums.other_minor += order.wrapping_minor + order.fees_minor;
        sums.gift_certificates_minor += order.gift_certificates_minor;
        sums.total_sales_minor += order.total_minor;
        sums.orders += 1;
        sums.units += order.units;
    }
    for refund in refunds.iter().filter(|refund| refund.counts) {
        let sums = days.entry((refund.created_at.day(zone), refund.currency)).or_default();
        sums.returns_minor += refund.returns_minor;
        sums.shipping_minor -= refund.shipping_minor;
        sums.taxes_minor -= refund.taxes_minor;
        sums.other_minor -= refund.fees_minor;
        sums.total_sales_minor -= refund.total_minor;
    }
    for sums in days.values_mut() {
        sums.net_sales_minor = sums.gross_sales_minor - sums.discounts_minor - sums.returns_minor;
    }
    days.into_iter().map(|((day, currency), sums)| ExpectedDay { day, currency, sums }).collect()
}
