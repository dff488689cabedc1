//! Alerts as they are delivered: forms, each with all that it says.

use model::{ObjectKind, RawObject};

use super::{filing, kind};
use crate::{Event, ReadError};

/// The alerts to switch on: everything that says something about subscriptions and payments.
pub const ALERTS: &[&str] = &[
    "payment_dispute_closed",
    "payment_dispute_created",
    "payment_refunded",
    "payment_succeeded",
    "subscription_cancelled",
    "subscription_created",
    "subscription_payment_failed",
    "subscription_payment_refunded",
    "subscription_payment_succeeded",
    "subscription_updated",
];

/// What a delivery says happened. An alert of another kind is known by its name alone, and is not kept.
///
/// # Errors
/// When it does not say enough.
pub fn event(form: &str) -> Result<Event, ReadError> {
    let kind: ObjectKind = kind::ALERT;
    let filed = filing::delivered(form).map_err(|reason| ReadError::NotAnObject { kind, reason })?;
    let field = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(form.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let id = field("alert_id").filter(|id| !id.is_empty() && id.len() <= 255);
    let id = id.ok_or_else(|| ReadError::Missing { kind, id: String::new(), field: "alert_id" })?;
    Ok(Event {
        created_at: filed.as_ref().map(filing::happened_at).unwrap_or_default(),
        event_type: field("alert_name").unwrap_or_default(),
        kind: filed.as_ref().map(|_| kind),
        object_id: filed.map(|alert| alert.id),
        id,
    })
}

/// The alert itself: there is no better version of it to be requested.
pub fn created_object(form: &str) -> Option<RawObject> {
    filing::delivered(form).ok().flatten()
}

#[cfg(test)]
mod tests {
    use model::UnixSeconds;

    use super::*;

    #[test]
    fn an_alert_is_an_object_that_was_just_created() {
        let form = "alert_id=7&alert_name=subscription_created&subscription_id=2746&event_time=2026-02-10+09%3A00%3A05&p_signature=x";
        let read = event(form).unwrap();
        assert_eq!((read.id.as_str(), read.created_at), ("7", UnixSeconds(1_770_714_005)));
        assert_eq!((read.kind, read.object_id.as_deref()), (Some(kind::ALERT), Some("7")));
        assert_eq!(created_object(form).unwrap().id, "7");
        let payout = event("alert_id=8&alert_name=transfer_paid").unwrap();
        assert_eq!((payout.kind, payout.object_id), (None, None));
        assert!(event("alert_name=subscription_created").is_err());
        assert!(event("").is_err());
    }
}
