//! What the values of a breakdown are called, for those that no catalog names.

use super::Dimension;

/// In the order in which they are shown.
type Labels = &'static [(&'static str, &'static str)];

const CAUSES: Labels = &[
    ("plan", "Change of plan"),
    ("price", "Change of price"),
    ("quantity", "Change of quantity"),
    ("interval", "Change of billing interval"),
    ("discount", "Discount"),
    ("item", "Item added or removed"),
    ("second_subscription", "Another subscription"),
];
const CHURN_REASONS: Labels = &[
    ("cancellation_requested", "Cancellation requested"),
    ("payment_failed", "Payment failed"),
    ("payment_disputed", "Payment disputed"),
    ("unpaid", "Left unpaid"),
    ("other", "Another reason"),
    ("unknown", "No reason given"),
];
const FEEDBACK: Labels = &[
    ("too_expensive", "Too expensive"),
    ("missing_features", "Missing features"),
    ("switched_service", "Switched to another service"),
    ("unused", "Not used enough"),
    ("customer_service", "Customer service"),
    ("too_complex", "Too complex"),
    ("low_quality", "Low quality"),
    ("other", "Another reason"),
    ("unknown", "No reason given"),
];
const DECLINE_CODES: Labels = &[
    ("authentication_required", "Authentication required"),
    ("call_issuer", "Call the card issuer"),
    ("card_declined", "Card declined"),
    ("card_not_supported", "Card not supported for this payment"),
    ("card_velocity_exceeded", "Card limit exceeded"),
    ("currency_not_supported", "Currency not supported by the card"),
    ("debit_not_authorized", "Debit not authorized"),
    ("do_not_honor", "Do not honor"),
    ("elevated_risk_level", "Blocked: elevated risk"),
    ("expired_card", "Expired card"),
    ("fraudulent", "Suspected fraud"),
    ("generic_decline", "Declined without a reason"),
    ("highest_risk_level", "Blocked: highest risk"),
    ("incorrect_cvc", "Incorrect security code"),
    ("incorrect_number", "Incorrect card number"),
    ("incorrect_zip", "Incorrect postal code"),
    ("insufficient_funds", "Insufficient funds"),
    ("invalid_account", "Invalid account"),
    ("invalid_amount", "Invalid amount"),
    ("invalid_cvc", "Invalid security code"),
    ("invalid_expiry_month", "Invalid expiry month"),
    ("invalid_expiry_year", "Invalid expiry year"),
    ("issuer_not_available", "Card issuer not available"),
    ("lost_card", "Lost card"),
    ("no_account", "Account not found"),
    ("not_permitted", "Payment not permitted"),
    ("pickup_card", "Card cannot be used"),
    ("processing_error", "Processing error"),
    ("restricted_card", "Restricted card"),
    ("revocation_of_authorization", "Authorization revoked"),
    ("revocation_of_all_authorizations", "All authorizations revoked"),
    ("rule", "Blocked by a rule"),
    ("stolen_card", "Stolen card"),
    ("stop_payment_order", "Payment stopped by the payer"),
    ("transaction_not_allowed", "Transaction not allowed"),
    ("try_again_later", "Try again later"),
    ("withdrawal_count_limit_exceeded", "Withdrawal limit exceeded"),
    ("other", "All others"),
    ("unknown", "No reason given"),
];
pub(super) const AGES: Labels = &[
    ("0-7", "Up to 7 days"),
    ("8-30", "8 to 30 days"),
    ("31-60", "31 to 60 days"),
    ("61-90", "61 to 90 days"),
    ("over-90", "More than 90 days"),
];

fn labels(by: Dimension) -> Labels {
    match by {
        Dimension::Cause => CAUSES,
        Dimension::ChurnReason => CHURN_REASONS,
        Dimension::Feedback => FEEDBACK,
        Dimension::DeclineCode => DECLINE_CODES,
        Dimension::Age => AGES,
        Dimension::Plan
        | Dimension::Product
        | Dimension::Interval
        | Dimension::Currency
        | Dimension::Country => &[],
    }
}

/// Every value that a dimension can have, where nobody can send another one.
pub(super) fn closed(by: Dimension) -> Option<impl Iterator<Item = &'static str>> {
    let is_closed = matches!(by, Dimension::Cause | Dimension::ChurnReason | Dimension::Age);
    is_closed.then(|| labels(by).iter().map(|(key, _)| *key))
}

/// A value as people read it; one that is not known here as it was sent.
pub(super) fn label(by: Dimension, key: &str) -> String {
    let known = labels(by).iter().find(|(known, _)| *known == key);
    known.map_or(key, |(_, label)| *label).to_owned()
}

/// Where a value stands among the others: those that are not known here come last.
pub(super) fn rank(by: Dimension, key: &str) -> usize {
    let labels = labels(by);
    labels.iter().position(|(known, _)| *known == key).unwrap_or(labels.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::ChangeCause;

    #[test]
    fn every_cause_has_a_label() {
        for cause in ChangeCause::ALL {
            assert_ne!(label(Dimension::Cause, cause.as_str()), cause.as_str());
        }
    }

    #[test]
    fn a_value_that_is_not_known_is_shown_as_it_was_sent() {
        assert_eq!(label(Dimension::DeclineCode, "bank_on_fire"), "bank_on_fire");
        assert_eq!(label(Dimension::Feedback, "unknown"), "No reason given");
    }
}
