//! `Stripe-Version`: which shape of its objects a client asks for.

use super::error::Refusal;

/// The shape that the merchants' objects are kept in, and what a client gets that asks for none.
pub const CURRENT: &str = "2026-07-29.dahlia";

/// A version such as `2026-07-29.dahlia` or, before they had names, `2024-06-20`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion(String);

impl ApiVersion {
    pub fn current() -> Self {
        Self(CURRENT.to_owned())
    }

    /// # Errors
    /// In Stripe's words, when it is not written as a version is.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (date, name) = text.split_once('.').unwrap_or((text, "x"));
        let is_date = date.len() == 10 && date.parse::<model::Day>().is_ok();
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_date && is_name {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::bad_request(format!("Invalid Stripe API version: {text}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Before `basil`: periods on the subscription, prices on the lines, the charge on the invoice.
    pub fn is_legacy(&self) -> bool {
        self.is_before("2025-03-31")
    }

    /// Before `clover`: a discount holds its coupon itself.
    pub fn has_coupon_in_discount(&self) -> bool {
        self.is_before("2025-09-30")
    }

    fn is_before(&self, date: &str) -> bool {
        self.0.get(..10).is_some_and(|own| own < date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_date() {
        let version = |text| ApiVersion::parse(text).unwrap();
        assert!(version("2024-06-20").is_legacy());
        assert!(version("2025-02-24.acacia").is_legacy());
        assert!(!version("2025-03-31.basil").is_legacy());
        assert!(version("2025-03-31.basil").has_coupon_in_discount());
        assert!(!version("2025-09-30.clover").has_coupon_in_discount());
        assert!(!ApiVersion::current().is_legacy());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for bad in ["", "latest", "2024", "2024-13-01", "2025-03-31.", "2025-03-31.Basil!"] {
            assert!(ApiVersion::parse(bad).is_err(), "{bad}");
        }
    }
}
