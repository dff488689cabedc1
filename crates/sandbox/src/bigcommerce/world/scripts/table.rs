//! The scripts. Each is played again and again, in this order.

use super::super::DAY_S;
use super::super::refund::Refunding::{
    Adjusted, AllDeclined, Everything, FeeOnly, Handling, LineAndShipping, OneDeclined, OneUnit, OrderAmount,
    Overridden, OverriddenTaxBack, Shipping, StoreCredit, TaxOnly, Wrapping,
};
use super::{Basket, Coupon, Course, Cut, Extra, Origin, Script};

const PLAIN: Script = Script {
    name: "completed",
    basket: Basket::One,
    cut: Cut::None,
    extras: &[],
    origin: Origin::Storefront,
    course: Course::Completed,
    refunds: &[],
    is_archived: false,
};
const SEVERAL: Script = Script { basket: Basket::Several, ..PLAIN };

/// Taken over from an earlier system.
pub static MIGRATED: [Script; 2] = [
    Script { name: "migrated", origin: Origin::Migrated, course: Course::Over, ..PLAIN },
    Script {
        name: "migrated_with_discount",
        cut: Cut::OrderDiscount,
        origin: Origin::Migrated,
        course: Course::Over,
        ..SEVERAL
    },
];

pub static SMALL: [Script; 8] = [
    PLAIN,
    Script { name: "several", ..SEVERAL },
    Script { name: "coupon_percent", cut: Cut::Coupon(Coupon::Percent), ..SEVERAL },
    Script { name: "downloaded", basket: Basket::Digital, course: Course::Downloaded, ..PLAIN },
    Script { name: "one_unit_back", refunds: &[(6 * DAY_S, OneUnit)], ..SEVERAL },
    Script { name: "shipped", course: Course::Shipped, ..SEVERAL },
    Script { name: "abandoned", course: Course::Abandoned, ..PLAIN },
    Script { name: "everything_back", refunds: &[(11 * DAY_S, Everything)], ..PLAIN },
];

pub static MID: [Script; 54] = [
    PLAIN,
    Script { name: "several", ..SEVERAL },
    Script { name: "bundle", basket: Basket::Bundle, ..PLAIN },
    Script { name: "downloaded", basket: Basket::Digital, course: Course::Downloaded, ..PLAIN },
    Script { name: "sent_and_downloaded", basket: Basket::Mixed, course: Course::Shipped, ..PLAIN },
    Script { name: "gift_certificate_sold", basket: Basket::Certificate, ..PLAIN },
    Script {
        name: "gift_certificate_alone",
        basket: Basket::CertificateOnly,
        course: Course::Downloaded,
        ..PLAIN
    },
    Script {
        name: "entered_by_hand",
        basket: Basket::Custom,
        origin: Origin::Manual,
        course: Course::TransferArrives,
        ..PLAIN
    },
    Script { name: "order_discount", cut: Cut::OrderDiscount, ..SEVERAL },
    Script { name: "line_discount", cut: Cut::LineDiscount, ..SEVERAL },
    Script { name: "coupon_per_item", cut: Cut::Coupon(Coupon::PerItem), ..SEVERAL },
    Script { name: "coupon_percent", cut: Cut::Coupon(Coupon::Percent), ..SEVERAL },
    Script { name: "coupon_per_total", cut: Cut::Coupon(Coupon::PerTotal), ..SEVERAL },
    Script { name: "coupon_shipping", cut: Cut::Coupon(Coupon::Shipping), ..PLAIN },
    Script { name: "coupon_free_shipping", cut: Cut::Coupon(Coupon::FreeShipping), ..PLAIN },
    Script { name: "coupon_promotion", cut: Cut::Coupon(Coupon::Promotion), ..SEVERAL },
    Script { name: "coupon_and_discount", cut: Cut::CouponAndDiscount, ..SEVERAL },
    Script { name: "free", cut: Cut::Everything, course: Course::Free, ..PLAIN },
    Script { name: "wrapped_and_handled", extras: &[Extra::Wrapping, Extra::Handling], ..SEVERAL },
    Script { name: "with_a_fee", extras: &[Extra::Fee], ..PLAIN },
    Script { name: "two_addresses", extras: &[Extra::TwoAddresses, Extra::Handling], ..SEVERAL },
    Script { name: "store_credit", extras: &[Extra::StoreCredit], ..SEVERAL },
    Script { name: "paid_with_certificate", extras: &[Extra::PaidWithCertificate], ..SEVERAL },
    Script { name: "other_display", extras: &[Extra::OtherDisplay], ..PLAIN },
    Script { name: "subscription_app", origin: Origin::SubscriptionApp, course: Course::Shipped, ..PLAIN },
    Script { name: "marketplace", origin: Origin::Marketplace, course: Course::Shipped, ..PLAIN },
    Script { name: "shipped", course: Course::Shipped, ..PLAIN },
    Script { name: "partly_shipped", course: Course::PartlyShipped, ..SEVERAL },
    Script { name: "awaiting_shipment", course: Course::AwaitingShipment, ..PLAIN },
    Script { name: "awaiting_fulfillment", course: Course::AwaitingFulfillment, ..PLAIN },
    Script { name: "collected", course: Course::Collected, ..SEVERAL },
    Script { name: "awaiting_pickup", course: Course::AwaitingPickup, ..PLAIN },
    Script { name: "abandoned", course: Course::Abandoned, ..SEVERAL },
    Script { name: "pending", course: Course::Pending, ..PLAIN },
    Script { name: "awaiting_payment", course: Course::AwaitingPayment, ..PLAIN },
    Script { name: "declined", course: Course::Declined, ..SEVERAL },
    Script { name: "paid_at_second_try", course: Course::PaidAtSecondTry, ..PLAIN },
    Script { name: "cancelled_unpaid", course: Course::CancelledUnpaid, ..PLAIN },
    Script {
        name: "cancelled_paid",
        course: Course::CancelledPaid,
        refunds: &[(DAY_S + 60, Everything)],
        ..PLAIN
    },
    Script { name: "verified", course: Course::Verified, ..PLAIN },
    Script { name: "in_verification", course: Course::InVerification, ..PLAIN },
    Script { name: "disputed", course: Course::Disputed, ..PLAIN },
    Script { name: "test_payment", course: Course::TestPaid, ..PLAIN },
    Script { name: "archived", is_archived: true, refunds: &[(12 * DAY_S, OneUnit)], ..SEVERAL },
    Script {
        name: "everything_back",
        extras: &[Extra::Wrapping, Extra::Handling, Extra::Fee],
        refunds: &[(11 * DAY_S, Everything)],
        ..SEVERAL
    },
    Script {
        name: "in_pieces",
        cut: Cut::Coupon(Coupon::Percent),
        refunds: &[(5 * DAY_S, OneUnit), (8 * DAY_S, Shipping), (40 * DAY_S, Everything)],
        ..SEVERAL
    },
    Script { name: "line_and_shipping_back", refunds: &[(7 * DAY_S, LineAndShipping)], ..SEVERAL },
    Script {
        name: "extras_back",
        extras: &[Extra::Wrapping, Extra::Handling, Extra::Fee],
        refunds: &[(4 * DAY_S, Wrapping), (5 * DAY_S, Handling), (6 * DAY_S, FeeOnly)],
        ..SEVERAL
    },
    Script { name: "amount_back", refunds: &[(3 * DAY_S, OrderAmount), (33 * DAY_S, TaxOnly)], ..SEVERAL },
    Script { name: "overridden", cut: Cut::OrderDiscount, refunds: &[(9 * DAY_S, Overridden)], ..SEVERAL },
    Script { name: "overridden_tax_back", refunds: &[(9 * DAY_S, OverriddenTaxBack)], ..SEVERAL },
    Script { name: "refund_declined", refunds: &[(6 * DAY_S, AllDeclined)], ..SEVERAL },
    Script {
        name: "refund_declined_in_part",
        extras: &[Extra::StoreCredit],
        refunds: &[(6 * DAY_S, OneDeclined), (16 * DAY_S, Adjusted)],
        ..SEVERAL
    },
    Script { name: "back_to_store_credit", refunds: &[(20 * DAY_S, StoreCredit)], ..SEVERAL },
];
