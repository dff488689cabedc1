//! How a provider counts MRR, by what it publishes.

use crate::billing::SubscriptionStatus;

/// Of all methods the same: list prices times quantities, per month, less the discounts that last as long as the
/// subscription, without taxes and without usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MrrMethod {
    /// Subscriptions in these count.
    pub statuses: &'static [SubscriptionStatus],
    /// Whether a subscription counts until its end once it is set to end with its period.
    pub counts_until_end: bool,
    /// Where it is published: titles of pages.
    pub published_in: &'static str,
}
