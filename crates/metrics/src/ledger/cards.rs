//! The card that a subscription is paid with, as far as objects that are kept tell of it.

use model::billing::{CustomerHistory, PaymentMeans, PaymentMethod, Subscription};

/// Of the subscription's own default payment method, or else of the customer's: what it says itself, or else what the
/// last charge that was made with it says.
pub(super) fn means(subscription: &Subscription, history: &CustomerHistory) -> PaymentMeans {
    let of_customer = history.customer.as_ref().and_then(|customer| customer.payment_method.as_ref());
    let Some(method) = subscription.payment_method.as_ref().or(of_customer) else {
        return PaymentMeans::Unknown;
    };
    if method.means != PaymentMeans::Unknown {
        return method.means.clone();
    }
    let is_known = |used: &&PaymentMethod| used.id == method.id && used.means != PaymentMeans::Unknown;
    let used = history
        .charges
        .iter()
        .filter_map(|charge| Some((charge.created_at, charge.payment_method.as_ref().filter(is_known)?)));
    used.max_by_key(|(at, _)| *at).map(|(_, used)| used.means.clone()).unwrap_or_default()
}
