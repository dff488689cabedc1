//! An order as the shop has it.

use model::Currency;

use super::super::money::Taxed;
use super::catalog::Goods;
use super::market::Market;
use super::payment::Transaction;
use super::scripts::{Coupon, Origin};

/// Ids of orders are whole numbers from here, without gaps.
pub const FIRST_ORDER: i64 = 100;

/// The statuses that count as a sale.
pub fn is_sale(status_id: u8) -> bool {
    matches!(status_id, 2 | 3 | 4 | 8 | 9 | 10 | 11 | 12 | 13 | 14)
}

/// Names of the statuses, by their ids.
pub const STATUSES: [&str; 15] = [
    "Incomplete",
    "Pending",
    "Shipped",
    "Partially Shipped",
    "Refunded",
    "Cancelled",
    "Declined",
    "Awaiting Payment",
    "Awaiting Pickup",
    "Awaiting Shipment",
    "Completed",
    "Awaiting Fulfillment",
    "Manual Verification Required",
    "Disputed",
    "Partially Refunded",
];

/// What one line sells.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: i64,
    /// 0: entered by hand, or a gift certificate.
    pub product_id: i64,
    pub variant_id: i64,
    pub sku: String,
    pub name: String,
    pub option: Option<&'static str>,
    pub brand: &'static str,
    pub goods: Goods,
    pub quantity: i64,
    /// As shoppers see it, with or without tax.
    pub base_minor: i64,
    pub price: Taxed,
    pub total: Taxed,
    /// In ten-thousandths, as it has more places than the currency.
    pub cost_e4: i64,
    pub discount: Option<LineDiscount>,
    /// With its discounts taken off.
    pub net: Taxed,
    pub wrapping: Taxed,
    /// The line that it is a part of.
    pub parent_id: Option<i64>,
    /// Which address it goes to, for what is shipped.
    pub address: usize,
    pub refunded: i64,
}

/// A line's part in what was taken off.
#[derive(Debug, Clone)]
pub struct LineDiscount {
    pub id: String,
    pub code: Option<&'static str>,
    pub name: &'static str,
    pub is_of_product: bool,
    pub amount_minor: i64,
}

#[derive(Debug, Clone)]
pub struct Fee {
    pub id: i64,
    pub name: &'static str,
    pub cost: Taxed,
}

/// Where something is sent, or collected.
#[derive(Debug, Clone)]
pub struct Address {
    pub id: i64,
    pub base_shipping_minor: i64,
    pub shipping: Taxed,
    pub handling: Taxed,
    pub is_pickup: bool,
}

#[derive(Debug, Clone)]
pub struct UsedCoupon {
    pub id: i64,
    pub coupon: Coupon,
    pub discount_minor: i64,
}

/// What can still be refunded.
#[derive(Debug, Clone, Default)]
pub struct Left {
    pub lines: Vec<(i64, Taxed)>,
    pub wrapping: Vec<Taxed>,
    pub shipping: Vec<Taxed>,
    pub handling: Vec<Taxed>,
    pub fees: Vec<Taxed>,
}

#[derive(Debug, Clone)]
pub struct Order {
    pub id: i64,
    pub script: &'static str,
    /// Place among the buyers.
    pub buyer: usize,
    /// 0: a guest.
    pub customer_id: i64,
    /// As it was typed.
    pub email: String,
    pub market: &'static Market,
    pub currency: Currency,
    pub display_currency: Currency,
    pub has_multi_currency: bool,
    pub created_at: i64,
    pub modified_at: i64,
    pub shipped_at: Option<i64>,
    pub status_id: u8,
    pub payment_status: &'static str,
    pub payment_method: &'static str,
    pub origin: Origin,
    pub channel_id: i64,
    pub lines: Vec<Line>,
    pub addresses: Vec<Address>,
    pub fees: Vec<Fee>,
    pub coupons: Vec<UsedCoupon>,
    pub subtotal: Taxed,
    pub shipping: Taxed,
    pub handling: Taxed,
    pub wrapping: Taxed,
    pub discount_minor: i64,
    pub coupon_minor: i64,
    pub total: Taxed,
    pub store_credit_minor: i64,
    pub gift_certificate_minor: i64,
    pub is_archived: bool,
    pub notes: &'static str,
    pub transactions: Vec<Transaction>,
    pub left: Left,
}

impl Order {
    /// What is paid by card or by transfer.
    pub fn due_minor(&self) -> i64 {
        self.total.inc_minor() - self.store_credit_minor - self.gift_certificate_minor
    }

    pub fn units(&self) -> i64 {
        self.lines.iter().filter(|line| line.parent_id.is_none()).map(|line| line.quantity).sum()
    }
}
