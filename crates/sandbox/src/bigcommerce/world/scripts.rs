//! How an order goes: what is in it, what is taken off and added, how it is paid and sent, and what is refunded.

mod table;

use super::payment::Pay;
use super::refund::Refunding;
use super::{DAY_S, HOUR_S};
pub use table::{MID, MIGRATED, SMALL};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basket {
    One,
    Several,
    Bundle,
    Digital,
    /// Something to send and something to download.
    Mixed,
    /// Goods and a gift certificate.
    Certificate,
    CertificateOnly,
    /// Entered by hand, without a product.
    Custom,
}

/// Kinds of coupon, in the order of their numbers in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coupon {
    PerItem,
    Percent,
    PerTotal,
    Shipping,
    FreeShipping,
    Promotion,
}

impl Coupon {
    pub fn code(self) -> &'static str {
        match self {
            Self::PerItem => "2OFFEACH",
            Self::Percent => "SPRING15",
            Self::PerTotal => "FIVER",
            Self::Shipping => "HALFSHIP",
            Self::FreeShipping => "FREESHIP",
            Self::Promotion => "THANKYOU",
        }
    }

    /// Its amount, as text: percent or US dollars.
    pub fn amount(self) -> &'static str {
        match self {
            Self::PerItem => "2.0000",
            Self::Percent => "15.0000",
            Self::PerTotal => "5.0000",
            Self::Shipping => "3.0000",
            Self::FreeShipping => "0.0000",
            Self::Promotion => "10.0000",
        }
    }
}

/// What is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    None,
    /// A promotion of the whole order.
    OrderDiscount,
    /// A promotion of the first line.
    LineDiscount,
    Coupon(Coupon),
    CouponAndDiscount,
    /// A coupon that leaves nothing of the goods to pay, with free shipping.
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    Handling,
    Wrapping,
    Fee,
    TwoAddresses,
    StoreCredit,
    PaidWithCertificate,
    /// Prices are shown in a currency that is not paid in.
    OtherDisplay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Storefront,
    Manual,
    /// Taken over from the shop's earlier system, with its old date.
    Migrated,
    /// Written by an app that bills subscriptions elsewhere.
    SubscriptionApp,
    Marketplace,
}

impl Origin {
    pub fn order_source(self) -> &'static str {
        match self {
            Self::Storefront => "www",
            Self::Manual => "manual",
            Self::Migrated | Self::SubscriptionApp => "external",
            Self::Marketplace => "amazon",
        }
    }

    pub fn external_source(self) -> Option<&'static str> {
        match self {
            Self::Migrated => Some("M-MIG"),
            Self::SubscriptionApp => Some("Refill Club"),
            _ => None,
        }
    }
}

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Status(u8),
    Pay(Pay),
    /// Staff write something down.
    Note,
    Refund(Refunding),
    Archive,
}

/// How an order is paid and sent, up to where it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    Completed,
    Shipped,
    PartlyShipped,
    AwaitingShipment,
    AwaitingFulfillment,
    Downloaded,
    Collected,
    AwaitingPickup,
    Abandoned,
    Pending,
    AwaitingPayment,
    TransferArrives,
    Declined,
    PaidAtSecondTry,
    CancelledUnpaid,
    CancelledPaid,
    Verified,
    InVerification,
    Disputed,
    TestPaid,
    Free,
    /// Over before the shop was here.
    Over,
}

/// Steps with the seconds after the order; the first is its status then.
type Steps = &'static [(i64, Step)];

impl Course {
    pub fn steps(self) -> Steps {
        use Pay::{Announce, Arrive, Authorize, Capture, Fail, Purchase, Test, Void};
        use Step::{Note, Pay as Paid, Status};
        const SHIPPED: Steps = &[
            (0, Status(0)),
            (19, Paid(Purchase)),
            (20, Status(11)),
            (DAY_S, Status(9)),
            (2 * DAY_S + 5, Status(2)),
        ];
        match self {
            Self::Shipped => SHIPPED,
            Self::Completed => &[
                (0, Status(0)),
                (19, Paid(Purchase)),
                (20, Status(11)),
                (DAY_S, Status(9)),
                (2 * DAY_S, Status(2)),
                (3 * DAY_S, Note),
                (9 * DAY_S, Status(10)),
            ],
            Self::PartlyShipped => &[
                (0, Status(0)),
                (31, Paid(Authorize)),
                (32, Status(11)),
                (DAY_S, Paid(Capture)),
                (DAY_S + 60, Status(3)),
            ],
            Self::AwaitingShipment => {
                &[(0, Status(0)), (25, Paid(Purchase)), (26, Status(11)), (DAY_S, Status(9))]
            }
            Self::AwaitingFulfillment => &[(0, Status(0)), (25, Paid(Purchase)), (26, Status(11))],
            Self::Downloaded => &[(0, Status(0)), (15, Paid(Purchase)), (16, Status(10))],
            Self::Collected => &[
                (0, Status(0)),
                (22, Paid(Authorize)),
                (23, Status(11)),
                (4 * HOUR_S, Paid(Capture)),
                (4 * HOUR_S + 1, Status(8)),
                (2 * DAY_S, Status(10)),
            ],
            Self::AwaitingPickup => {
                &[(0, Status(0)), (22, Paid(Authorize)), (23, Status(11)), (HOUR_S, Status(8))]
            }
            Self::Abandoned => &[(0, Status(0))],
            Self::Pending => &[(0, Status(0)), (40, Paid(Announce)), (41, Status(1))],
            Self::AwaitingPayment => &[(0, Status(7)), (1, Paid(Announce))],
            Self::TransferArrives => &[
                (0, Status(7)),
                (1, Paid(Announce)),
                (3 * DAY_S, Paid(Arrive)),
                (3 * DAY_S + 1, Status(11)),
                (5 * DAY_S, Status(2)),
                (14 * DAY_S, Status(10)),
            ],
            Self::Declined => &[(0, Status(0)), (12, Paid(Fail)), (13, Status(6))],
            Self::PaidAtSecondTry => &[
                (0, Status(0)),
                (12, Paid(Fail)),
                (90, Paid(Purchase)),
                (91, Status(11)),
                (2 * DAY_S, Status(2)),
            ],
            Self::CancelledUnpaid => &[
                (0, Status(0)),
                (30, Paid(Authorize)),
                (31, Status(11)),
                (2 * HOUR_S, Paid(Void)),
                (2 * HOUR_S + 1, Status(5)),
            ],
            Self::CancelledPaid => {
                &[(0, Status(0)), (30, Paid(Purchase)), (31, Status(11)), (DAY_S, Status(5))]
            }
            Self::Verified => &[
                (0, Status(0)),
                (30, Paid(Authorize)),
                (31, Status(12)),
                (6 * HOUR_S, Paid(Capture)),
                (6 * HOUR_S + 1, Status(11)),
                (3 * DAY_S, Status(2)),
            ],
            Self::InVerification => &[(0, Status(0)), (30, Paid(Authorize)), (31, Status(12))],
            Self::Disputed => &[
                (0, Status(0)),
                (19, Paid(Purchase)),
                (20, Status(11)),
                (2 * DAY_S, Status(2)),
                (20 * DAY_S, Status(13)),
            ],
            Self::TestPaid => &[(0, Status(0)), (9, Paid(Test)), (10, Status(11)), (DAY_S, Status(10))],
            Self::Free => &[(0, Status(0)), (9, Paid(Purchase)), (10, Status(11)), (2 * DAY_S, Status(2))],
            Self::Over => &[(0, Status(10))],
        }
    }

    pub fn payment_method(self) -> &'static str {
        match self {
            Self::Pending | Self::AwaitingPayment | Self::TransferArrives => "Bank Deposit",
            Self::TestPaid => "Test Payment Gateway",
            Self::Over => "Manual",
            _ => "Authorize.net",
        }
    }

    pub fn is_collected(self) -> bool {
        matches!(self, Self::Collected | Self::AwaitingPickup)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Script {
    pub name: &'static str,
    pub basket: Basket,
    pub cut: Cut,
    pub extras: &'static [Extra],
    pub origin: Origin,
    pub course: Course,
    /// With the seconds after the order.
    pub refunds: &'static [(i64, Refunding)],
    pub is_archived: bool,
}

/// When an order is archived that is.
const ARCHIVED_AFTER_S: i64 = 30 * DAY_S;

impl Script {
    pub fn has(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    /// Everything that happens, with the seconds after the order.
    pub fn steps(&self) -> Vec<(i64, Step)> {
        let refunds = self.refunds.iter().map(|(after, refunding)| (*after, Step::Refund(*refunding)));
        let archive = self.is_archived.then_some((ARCHIVED_AFTER_S, Step::Archive));
        self.course.steps().iter().copied().chain(refunds).chain(archive).collect()
    }
}
