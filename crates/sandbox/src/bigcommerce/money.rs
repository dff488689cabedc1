//! Amounts as BigCommerce writes them: decimals with four places in text, and plain numbers in version 3 of its API.

use model::Currency;
use serde_json::Value;

use crate::rounding::rounded;

/// What is charged without tax, and the tax on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taxed {
    pub ex_minor: i64,
    pub tax_minor: i64,
}

impl Taxed {
    pub fn inc_minor(self) -> i64 {
        self.ex_minor + self.tax_minor
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { ex_minor: self.ex_minor + other.ex_minor, tax_minor: self.tax_minor + other.tax_minor }
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self { ex_minor: self.ex_minor - other.ex_minor, tax_minor: self.tax_minor - other.tax_minor }
    }

    /// `part` of `whole`, which is above zero; each amount is rounded by itself.
    #[must_use]
    pub fn share(self, part: i64, whole: i64) -> Self {
        Self {
            ex_minor: rounded(self.ex_minor * part, whole),
            tax_minor: rounded(self.tax_minor * part, whole),
        }
    }
}

/// Decimals with four places, whatever the currency has.
pub fn decimal(minor: i64, currency: Currency) -> String {
    let places = currency.exponent();
    let unit = 10_i64.pow(places);
    let fraction = (minor.abs() % unit) * 10_i64.pow(4_u32.saturating_sub(places));
    format!("{}{}.{fraction:04}", if minor < 0 { "-" } else { "" }, minor.abs() / unit)
}

/// A number with as many places as the currency has.
pub fn number(minor: i64, currency: Currency) -> Value {
    let places = currency.exponent();
    if places == 0 {
        return Value::from(minor);
    }
    let unit = 10_i64.pow(places);
    let (whole, fraction) = (minor.abs() / unit, minor.abs() % unit);
    let sign = if minor < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction:0width$}", width = places as usize);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn decimals_have_four_places_in_every_currency() {
        assert_eq!(decimal(1_234, currency("usd")), "12.3400");
        assert_eq!(decimal(-5, currency("usd")), "-0.0500");
        assert_eq!(decimal(1_234, currency("jpy")), "1234.0000");
        assert_eq!(decimal(1_234, currency("kwd")), "1.2340");
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(number(1_010, currency("usd")).to_string(), "10.1");
        assert_eq!(number(-7, currency("eur")).to_string(), "-0.07");
        assert_eq!(number(1_999, currency("kwd")).to_string(), "1.999");
        assert_eq!(number(500, currency("jpy")).to_string(), "500");
    }
}
