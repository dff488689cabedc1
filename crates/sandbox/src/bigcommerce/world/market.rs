//! Where is sold: countries with their currency and tax, and where the shop itself is.

use model::Currency;

use super::super::money::Taxed;
use crate::rounding::rounded;

/// A country that is sold to.
#[derive(Debug, PartialEq, Eq)]
pub struct Market {
    pub country: &'static str,
    pub iso2: &'static str,
    pub state: &'static str,
    pub city: &'static str,
    pub zip: &'static str,
    pub currency_code: &'static str,
    /// In hundredths of a percent.
    pub tax_bp: i64,
    /// Shoppers see prices with tax in them.
    pub is_tax_inclusive: bool,
}

const fn market(
    [country, iso2, state, city, zip]: [&'static str; 5],
    currency_code: &'static str,
    tax_bp: i64,
    is_tax_inclusive: bool,
) -> Market {
    Market { country, iso2, state, city, zip, currency_code, tax_bp, is_tax_inclusive }
}

pub static MARKETS: [Market; 8] = [
    market(["United States", "US", "Texas", "Austin", "78751"], "usd", 825, false),
    market(["Germany", "DE", "Berlin", "Berlin", "10115"], "eur", 1900, true),
    market(["France", "FR", "", "Lyon", "69002"], "eur", 2000, true),
    market(["United Kingdom", "GB", "", "Leeds", "LS1 4AP"], "gbp", 2000, true),
    market(["Japan", "JP", "Kyoto", "Kyoto", "600-8216"], "jpy", 1000, true),
    market(["Kuwait", "KW", "", "Kuwait City", "13001"], "kwd", 0, false),
    market(["Australia", "AU", "South Australia", "Adelaide", "5000"], "aud", 1000, true),
    market(["Canada", "CA", "Ontario", "Toronto", "M5V 2T6"], "cad", 1300, false),
];

/// A currency that is sold in, and what a US cent of the list price is in its smallest unit, as a fraction.
#[derive(Debug)]
pub struct Tender {
    pub id: i64,
    pub code: &'static str,
    pub token: &'static str,
    pub per_cent: (i64, i64),
}

pub static TENDERS: [Tender; 7] = [
    Tender { id: 1, code: "usd", token: "$", per_cent: (1, 1) },
    Tender { id: 2, code: "eur", token: "€", per_cent: (9, 10) },
    Tender { id: 3, code: "gbp", token: "£", per_cent: (4, 5) },
    Tender { id: 4, code: "jpy", token: "¥", per_cent: (3, 2) },
    Tender { id: 5, code: "kwd", token: "KD", per_cent: (3, 1) },
    Tender { id: 6, code: "aud", token: "A$", per_cent: (3, 2) },
    Tender { id: 7, code: "cad", token: "C$", per_cent: (27, 20) },
];

impl Tender {
    /// The one of that code; the first where there is none.
    pub fn of(currency: Currency) -> &'static Self {
        TENDERS.iter().find(|tender| tender.code == currency.as_str()).unwrap_or(&TENDERS[0])
    }

    /// What one of `from` is in this currency, with ten places.
    pub fn rate_from(&self, from: &Self) -> String {
        let scale = |tender: &Self| 10_i64.pow(self::currency(tender.code).exponent());
        let dividend = self.per_cent.0 * from.per_cent.1 * scale(from);
        let divisor = self.per_cent.1 * from.per_cent.0 * scale(self);
        let rate = rust_decimal::Decimal::from(dividend) / rust_decimal::Decimal::from(divisor);
        format!("{:.10}", rate.round_dp(10))
    }
}

/// Where a shop is.
#[derive(Debug, PartialEq, Eq)]
pub struct Home {
    pub zone: &'static str,
    pub market: usize,
}

/// The zone of small shops, and those of others by their seed: one has no full hours, one another day than most.
pub static HOMES: [Home; 5] = [
    Home { zone: "America/New_York", market: 0 },
    Home { zone: "Europe/Berlin", market: 1 },
    Home { zone: "America/Los_Angeles", market: 0 },
    Home { zone: "Australia/Adelaide", market: 6 },
    Home { zone: "Asia/Tokyo", market: 4 },
];

impl Home {
    pub fn market(&self) -> &'static Market {
        &MARKETS[self.market]
    }
}

pub fn currency(code: &str) -> Currency {
    code.parse().unwrap_or(Currency::USD)
}

/// Prices of a market in one currency.
#[derive(Debug, Clone, Copy)]
pub struct Pricing {
    pub market: &'static Market,
    pub currency: Currency,
}

impl Pricing {
    /// What a price in US cents is here.
    pub fn minor(self, cents: i64) -> i64 {
        let (dividend, divisor) = Tender::of(self.currency).per_cent;
        rounded(cents * dividend, divisor)
    }

    /// An amount as it is shown to shoppers, apart from its tax.
    pub fn shown(self, minor: i64) -> Taxed {
        if self.market.is_tax_inclusive {
            let ex_minor = rounded(minor * 10_000, 10_000 + self.market.tax_bp);
            Taxed { ex_minor, tax_minor: minor - ex_minor }
        } else {
            Taxed { ex_minor: minor, tax_minor: self.tax_on(minor) }
        }
    }

    /// A price in US cents as it is charged here.
    pub fn of(self, cents: i64) -> Taxed {
        self.shown(self.minor(cents))
    }

    pub fn tax_on(self, ex_minor: i64) -> i64 {
        rounded(ex_minor * self.market.tax_bp, 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_charged_as_its_country_shows_it() {
        let of = |market: usize| {
            let market = &MARKETS[market];
            Pricing { market, currency: currency(market.currency_code) }.of(2_000)
        };
        assert_eq!(of(0), Taxed { ex_minor: 2_000, tax_minor: 165 });
        assert_eq!(of(1), Taxed { ex_minor: 1_513, tax_minor: 287 });
        assert_eq!(of(4), Taxed { ex_minor: 2_727, tax_minor: 273 });
        assert_eq!(of(5), Taxed { ex_minor: 6_000, tax_minor: 0 });
    }

    #[test]
    fn rates_count_in_whole_units() {
        let [usd, yen, dinar] = [0, 3, 4].map(|place| &TENDERS[place]);
        assert_eq!(yen.rate_from(usd), "150.0000000000");
        assert_eq!(dinar.rate_from(usd), "0.3000000000");
        assert_eq!(usd.rate_from(usd), "1.0000000000");
    }
}
