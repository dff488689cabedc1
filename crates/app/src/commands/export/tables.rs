//! The tables of an export. Columns are called as the fields of the API are; amounts are in the smallest unit of their currency.

use super::table::{Column, Kind, Table};

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn integer(name: &'static str) -> Column {
    Column { name, kind: Kind::Integer }
}

const fn decimal(name: &'static str) -> Column {
    Column { name, kind: Kind::Decimal }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn day(name: &'static str) -> Column {
    Column { name, kind: Kind::Day }
}

const fn instant(name: &'static str) -> Column {
    Column { name, kind: Kind::Instant }
}

pub static CUSTOMERS: Table = Table {
    name: "customers",
    columns: &[
        text("id"),
        text("name"),
        text("email"),
        text("country"),
        instant("created_at"),
        flag("is_deleted"),
        text("status"),
    ],
};

pub static SUBSCRIPTIONS: Table = Table {
    name: "subscriptions",
    columns: &[
        text("id"),
        text("customer"),
        text("status"),
        text("currency"),
        integer("mrr_minor"),
        instant("started_at"),
        instant("trial_start"),
        instant("trial_end"),
        instant("current_period_end"),
        instant("cancel_at"),
        instant("canceled_at"),
        instant("ended_at"),
        text("cancellation_reason"),
        text("cancellation_feedback"),
    ],
};

pub static SUBSCRIPTION_ITEMS: Table = Table {
    name: "subscription_items",
    columns: &[text("id"), text("subscription"), text("price_id"), text("label"), decimal("quantity")],
};

pub static PRODUCTS: Table =
    Table { name: "products", columns: &[text("id"), text("name"), flag("is_active"), flag("is_deleted")] };

pub static PRICES: Table = Table {
    name: "prices",
    columns: &[
        text("id"),
        text("product"),
        text("nickname"),
        text("label"),
        text("currency"),
        text("scheme"),
        decimal("unit_amount_minor"),
        text("interval"),
        integer("interval_count"),
        flag("is_metered"),
        integer("divide_quantity_by"),
        flag("is_active"),
    ],
};

/// What a price costs: a row for each currency, and for each tier.
pub static PRICE_AMOUNTS: Table = Table {
    name: "price_amounts",
    columns: &[
        text("price"),
        text("currency"),
        text("scheme"),
        decimal("up_to"),
        decimal("unit_amount_minor"),
        decimal("flat_amount_minor"),
    ],
};

pub static COUPONS: Table = Table {
    name: "coupons",
    columns: &[
        text("id"),
        text("name"),
        text("code"),
        decimal("percent_off"),
        text("currency"),
        integer("amount_off_minor"),
        text("duration"),
        integer("duration_in_months"),
        integer("duration_in_bills"),
        flag("is_active"),
        integer("times_redeemed"),
        instant("created_at"),
        instant("expires_at"),
    ],
};

pub static MOVEMENTS: Table = Table {
    name: "movements",
    columns: &[
        text("customer"),
        day("on"),
        text("type"),
        text("currency"),
        integer("delta_minor"),
        integer("mrr_after_minor"),
        flag("is_involuntary"),
        text("churn_reason"),
        text("feedback"),
    ],
};

/// What expansions and contractions are due to: a row for each part of one.
pub static MOVEMENT_CAUSES: Table = Table {
    name: "movement_causes",
    columns: &[
        text("customer"),
        day("on"),
        text("type"),
        text("currency"),
        text("cause"),
        integer("delta_minor"),
    ],
};

/// A row for each day on which a customer's MRR became another.
pub static MRR_BY_DAY: Table = Table {
    name: "mrr_by_day",
    columns: &[text("customer"), day("on"), text("currency"), integer("mrr_minor")],
};

/// A row for each month at whose end a customer had MRR.
pub static MRR_BY_MONTH: Table = Table {
    name: "mrr_by_month",
    columns: &[text("customer"), day("start_on"), day("end_on"), text("currency"), integer("mrr_minor")],
};

pub static INVOICES: Table = Table {
    name: "invoices",
    columns: &[
        text("id"),
        text("number"),
        text("customer"),
        text("subscription"),
        text("status"),
        text("billing_reason"),
        text("currency"),
        integer("total_minor"),
        integer("tax_minor"),
        integer("shipping_minor"),
        integer("amount_due_minor"),
        integer("amount_paid_minor"),
        instant("created_at"),
        instant("finalized_at"),
        instant("paid_at"),
    ],
};

pub static INVOICE_LINES: Table = Table {
    name: "invoice_lines",
    columns: &[
        text("id"),
        text("invoice"),
        text("customer"),
        text("subscription"),
        text("description"),
        text("price_id"),
        text("label"),
        decimal("quantity"),
        text("currency"),
        integer("amount_minor"),
        integer("discount_minor"),
        integer("inclusive_tax_minor"),
        instant("period_start"),
        instant("period_end"),
        flag("is_proration"),
    ],
};

/// What waits for the next bill.
pub static PENDING_ITEMS: Table = Table {
    name: "pending_items",
    columns: &[
        text("id"),
        text("customer"),
        text("subscription"),
        text("description"),
        text("price_id"),
        text("label"),
        decimal("quantity"),
        text("currency"),
        integer("amount_minor"),
        integer("discount_minor"),
        instant("period_start"),
        instant("period_end"),
        flag("is_proration"),
    ],
};

pub static PAYMENT_INTENTS: Table = Table {
    name: "payment_intents",
    columns: &[
        text("id"),
        text("customer"),
        text("status"),
        text("currency"),
        integer("amount_minor"),
        integer("amount_received_minor"),
        instant("created_at"),
        instant("canceled_at"),
    ],
};

/// Cards with which subscriptions are paid: a row for each currency of what is paid.
pub static CARDS: Table = Table {
    name: "cards",
    columns: &[
        text("customer"),
        text("brand"),
        text("last4"),
        day("expires_on"),
        flag("is_expired"),
        text("currency"),
        integer("mrr_minor"),
    ],
};

pub static CHARGES: Table = Table {
    name: "charges",
    columns: &[
        text("id"),
        text("customer"),
        text("invoice"),
        text("status"),
        text("currency"),
        integer("amount_minor"),
        integer("amount_captured_minor"),
        integer("amount_refunded_minor"),
        instant("created_at"),
        text("failure_code"),
        flag("is_disputed"),
    ],
};

pub static REFUNDS: Table = Table {
    name: "refunds",
    columns: &[
        text("id"),
        text("customer"),
        text("charge"),
        flag("is_succeeded"),
        text("currency"),
        integer("amount_minor"),
        instant("created_at"),
    ],
};

pub static DISPUTES: Table = Table {
    name: "disputes",
    columns: &[
        text("id"),
        text("customer"),
        text("charge"),
        text("status"),
        text("currency"),
        integer("amount_minor"),
        integer("won_back_minor"),
        instant("created_at"),
    ],
};

pub static CREDIT_NOTES: Table = Table {
    name: "credit_notes",
    columns: &[
        text("id"),
        text("customer"),
        text("invoice"),
        flag("is_void"),
        text("currency"),
        integer("post_payment_minor"),
        integer("refunded_minor"),
        instant("created_at"),
    ],
};

/// They name no customer.
pub static BALANCE_TRANSACTIONS: Table = Table {
    name: "balance_transactions",
    columns: &[
        text("id"),
        text("source"),
        text("category"),
        text("currency"),
        integer("amount_minor"),
        integer("fee_minor"),
        integer("net_minor"),
        instant("created_at"),
    ],
};

/// Every metric by month, each currency by itself.
pub static METRICS: Table = Table {
    name: "metrics",
    columns: &[
        text("metric"),
        text("unit"),
        text("currency"),
        day("start_on"),
        day("end_on"),
        flag("is_partial"),
        decimal("value"),
    ],
};

pub static ALL: [&Table; 22] = [
    &CUSTOMERS,
    &SUBSCRIPTIONS,
    &SUBSCRIPTION_ITEMS,
    &PRODUCTS,
    &PRICES,
    &PRICE_AMOUNTS,
    &COUPONS,
    &MOVEMENTS,
    &MOVEMENT_CAUSES,
    &MRR_BY_DAY,
    &MRR_BY_MONTH,
    &INVOICES,
    &INVOICE_LINES,
    &PENDING_ITEMS,
    &PAYMENT_INTENTS,
    &CARDS,
    &CHARGES,
    &REFUNDS,
    &DISPUTES,
    &CREDIT_NOTES,
    &BALANCE_TRANSACTIONS,
    &METRICS,
];
