//! What moved the balance.

use model::{BalanceCategory, BalanceTransaction, BalanceTransactionId};
use serde::Deserialize;

use super::{ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{self, Number, Ref, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Text,
    source: Ref,
    reporting_category: Text,
    #[serde(rename = "type")]
    transaction_type: Text,
    currency: Text,
    amount: Number,
    fee: Number,
    net: Number,
    created: Number,
}

/// The id of the charge, refund or dispute that a balance transaction was booked for.
pub fn booked_for(body: &str) -> Option<String> {
    let shape: Shape = loose::read(body).ok()?;
    shape.source.id().map(str::to_owned)
}

/// A balance transaction.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a time of creation, or one cannot be understood.
pub fn balance_transaction(body: &str) -> Result<BalanceTransaction, ReadError> {
    let shape: Shape = read(kind::BALANCE_TRANSACTION, body)?;
    let reading = Reading::begin(kind::BALANCE_TRANSACTION, &shape.id)?;
    let amount_minor = reading.amount(shape.amount, "amount")?;
    let fee_minor = reading.optional_amount(shape.fee, "fee")?.unwrap_or(0);
    let net_minor = reading.optional_amount(shape.net, "net")?;
    Ok(BalanceTransaction {
        id: BalanceTransactionId::from(reading.id),
        source: shape.source.id().map(str::to_owned),
        category: category(&shape),
        created_at: reading.instant(shape.created, "created")?,
        currency: reading.currency(&shape.currency)?,
        amount_minor,
        fee_minor,
        net_minor: net_minor.unwrap_or(amount_minor - fee_minor),
    })
}

/// By the reporting category, which is coarser than the type and stays the same where types are added.
fn category(shape: &Shape) -> BalanceCategory {
    let by_report = shape.reporting_category.as_str().and_then(of_report);
    let by_type = || match shape.transaction_type.as_str()? {
        "adjustment" if is_of_a_dispute(shape) => Some(of_dispute(shape.amount)),
        name => of_type(name),
    };
    by_report.or_else(by_type).unwrap_or(BalanceCategory::Other)
}

/// Stripe's documentation, "Reporting categories".
fn of_report(name: &str) -> Option<BalanceCategory> {
    Some(match name {
        "charge" => BalanceCategory::Charge,
        "partial_capture_reversal" => BalanceCategory::PartialCapture,
        "charge_failure" => BalanceCategory::FailedCharge,
        "refund" => BalanceCategory::Refund,
        "refund_failure" => BalanceCategory::FailedRefund,
        "dispute" => BalanceCategory::Dispute,
        "dispute_reversal" => BalanceCategory::WonDispute,
        "fee" | "network_cost" => BalanceCategory::ServiceFee,
        "tax" => BalanceCategory::Tax,
        "platform_earning" | "platform_earning_refund" => BalanceCategory::ApplicationFee,
        "contribution" | "climate_order_purchase" | "climate_order_refund" => BalanceCategory::Contribution,
        "connect_reserved_funds" | "risk_reserved_funds" => BalanceCategory::Reserve,
        "topup" | "topup_reversal" => BalanceCategory::TopUp,
        "other_adjustment" => BalanceCategory::Adjustment,
        "payout" | "payout_reversal" => BalanceCategory::Payout,
        "transfer" | "transfer_reversal" => BalanceCategory::Transfer,
        name if name.starts_with("financing_")
            || matches!(name, "advance" | "advance_funding" | "anticipation_repayment") =>
        {
            BalanceCategory::Financing
        }
        _ => return None,
    })
}

/// Stripe's documentation, "Balance transaction types". Objects from before there were reporting categories have no other.
fn of_type(name: &str) -> Option<BalanceCategory> {
    Some(match name {
        "charge" | "payment" => BalanceCategory::Charge,
        "payment_failure_refund" => BalanceCategory::FailedCharge,
        "refund" | "payment_refund" | "payment_reversal" => BalanceCategory::Refund,
        "refund_failure" => BalanceCategory::FailedRefund,
        "stripe_fee" | "stripe_fx_fee" | "network_cost" => BalanceCategory::ServiceFee,
        "tax_fee" => BalanceCategory::Tax,
        "application_fee" | "application_fee_refund" => BalanceCategory::ApplicationFee,
        "contribution" | "climate_order_purchase" | "climate_order_refund" => BalanceCategory::Contribution,
        "reserve_transaction" | "reserved_funds" | "reserve_hold" | "reserve_release" => {
            BalanceCategory::Reserve
        }
        "topup" | "topup_reversal" => BalanceCategory::TopUp,
        "adjustment" => BalanceCategory::Adjustment,
        "payout" | "payout_cancel" | "payout_failure" => BalanceCategory::Payout,
        "transfer" | "transfer_cancel" | "transfer_failure" | "transfer_refund" => BalanceCategory::Transfer,
        "advance" | "advance_funding" | "anticipation_repayment" => BalanceCategory::Financing,
        _ => return None,
    })
}

fn is_of_a_dispute(shape: &Shape) -> bool {
    shape.source.id().is_some_and(|source| source.starts_with("dp_") || source.starts_with("du_"))
}

fn of_dispute(amount: Number) -> BalanceCategory {
    let is_given_back = amount.whole().is_some_and(|amount| amount > 0);
    if is_given_back { BalanceCategory::WonDispute } else { BalanceCategory::Dispute }
}
