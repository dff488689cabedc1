//! Currencies and amounts in their smallest unit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code in lower case, as providers send it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a currency: use a three-letter code such as usd")]
pub struct CurrencyError(String);

/// Currencies without a smaller unit, as card payments count them.
const ZERO_DECIMAL: [&[u8; 3]; 16] = [
    b"bif", b"clp", b"djf", b"gnf", b"jpy", b"kmf", b"krw", b"mga", b"pyg", b"rwf", b"ugx", b"vnd", b"vuv",
    b"xaf", b"xof", b"xpf",
];
const THREE_DECIMAL: [&[u8; 3]; 5] = [b"bhd", b"jod", b"kwd", b"omr", b"tnd"];

impl Currency {
    pub const USD: Self = Self(*b"usd");
    pub const EUR: Self = Self(*b"eur");

    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    pub fn code(self) -> [u8; 3] {
        self.0
    }

    /// How many decimals the smallest unit is behind the main one: 2 for cents, 0 for yen, 3 for fils.
    pub fn exponent(self) -> u32 {
        if ZERO_DECIMAL.contains(&&self.0) {
            0
        } else if THREE_DECIMAL.contains(&&self.0) {
            3
        } else {
            2
        }
    }

    /// Every currency whose smallest unit is not a hundredth, with its exponent, as the JSON that the pages read.
    pub fn exponents_json() -> String {
        let zero = ZERO_DECIMAL.iter().map(|code| (Self(**code), 0));
        let three = THREE_DECIMAL.iter().map(|code| (Self(**code), 3));
        let mut exponents: Vec<(Self, u32)> = zero.chain(three).collect();
        exponents.sort_unstable();
        let lines: Vec<String> =
            exponents.iter().map(|(code, exponent)| format!("  \"{code}\": {exponent}")).collect();
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| CurrencyError(code.to_owned()))?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(CurrencyError(code.to_owned()));
        }
        Ok(Self(bytes.map(|b| b.to_ascii_lowercase())))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount in the currency's smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: Currency,
}

/// The plain form for terminals and logs of totals: `12.34 USD`. Pages format in the reader's locale.
impl Money {
    /// Thousandths of the main unit, to put amounts of several currencies in order where nothing can be converted.
    pub fn in_thousandths(self) -> i64 {
        let factor = 10_i64.pow(3_u32.saturating_sub(self.currency.exponent()));
        self.amount_minor.saturating_mul(factor)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let amount = self.amount_minor.unsigned_abs();
        let code = self.currency.as_str().to_ascii_uppercase();
        if exponent == 0 {
            return write!(f, "{sign}{amount} {code}");
        }
        write!(f, "{sign}{}.{:0width$} {code}", amount / unit, amount % unit, width = exponent as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_the_decimals_of_its_currency() {
        let money =
            |amount_minor, code: &str| Money { amount_minor, currency: code.parse().unwrap() }.to_string();
        assert_eq!(money(4900, "usd"), "49.00 USD");
        assert_eq!(money(-5, "EUR"), "-0.05 EUR");
        assert_eq!(money(1200, "jpy"), "1200 JPY");
        assert_eq!(money(1230, "kwd"), "1.230 KWD");
    }

    #[test]
    fn the_pages_scale_amounts_as_the_server_does() {
        let pages = include_str!("../../../ui/src/format/exponents.json");
        assert_eq!(pages, Currency::exponents_json(), "run `cargo xtask gen currencies`");
        for (code, exponent) in
            serde_json::from_str::<std::collections::BTreeMap<Currency, u32>>(pages).unwrap()
        {
            assert_eq!(code.exponent(), exponent, "{code}");
        }
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for bad in ["", "us", "dollar", "u$d", "é1"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad}");
        }
    }
}
