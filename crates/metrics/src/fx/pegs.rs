//! Official pegs: what a currency is worth by law or by its central bank's standing offer, in a currency that the
//! European Central Bank quotes.
//!
//! Only pegs at one exact rate are here. Bands, baskets and crawling pegs are not, nor is a rate that was official but
//! at which nobody could change money any more. A peg that is older than the rates we have names its own first day.

use std::sync::LazyLock;

use model::{Currency, Day};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// One currency at one rate, from a day on.
#[derive(Debug)]
pub(super) struct Peg {
    pub(super) anchor: Currency,
    /// Units of the currency for one unit of the anchor.
    pub(super) rate: Decimal,
    /// The first day at this rate.
    pub(super) first: Day,
    /// The last one; `None`: it still holds.
    pub(super) last: Option<Day>,
}

/// A line of the table: the currency, how it is fixed, its first and last day, and who says so.
type Line = (&'static str, Fixed, &'static str, &'static str, &'static str);

/// As the source states it, so that it is exact.
#[derive(Debug, Clone, Copy)]
enum Fixed {
    /// One unit of the anchor is so much of the currency.
    Units(&'static str, &'static str),
    /// One unit of the currency is so much of the anchor.
    Worth(&'static str, &'static str),
}

use Fixed::{Units, Worth};

/// In place of a last day.
const HOLDS: &str = "";

#[rustfmt::skip]
const TABLE: &[Line] = &[
    // The US dollar.
    ("aed", Units("3.6725", "usd"), "1997-11-01", HOLDS, "Central Bank of the UAE, exchange rate policy"),
    ("ang", Units("1.79", "usd"), "1971-12-23", "2025-06-30", "Centrale Bank van Curaçao en Sint Maarten; legal tender until 2025-06-30"),
    ("awg", Units("1.79", "usd"), "1986-01-01", HOLDS, "Centrale Bank van Aruba, State Ordinance on the value of the florin"),
    ("bbd", Units("2", "usd"), "1975-07-05", HOLDS, "Central Bank of Barbados"),
    ("bhd", Units("0.376", "usd"), "2001-12-25", HOLDS, "Central Bank of Bahrain, Decree 48 of 2001"),
    ("bmd", Units("1", "usd"), "1972-07-31", HOLDS, "Bermuda Monetary Authority"),
    ("bsd", Units("1", "usd"), "1973-02-12", HOLDS, "Central Bank of The Bahamas"),
    ("bzd", Units("2", "usd"), "1976-05-11", HOLDS, "Central Bank of Belize"),
    ("djf", Units("177.721", "usd"), "1973-02-13", HOLDS, "Banque Centrale de Djibouti, currency board"),
    ("jod", Units("0.709", "usd"), "1995-10-23", HOLDS, "Central Bank of Jordan, middle of 0.708 and 0.710"),
    ("kyd", Worth("1.2", "usd"), "1974-04-01", HOLDS, "Cayman Islands Monetary Authority"),
    // Banks stopped paying out dollars at this rate in the crisis of October 2019.
    ("lbp", Units("1507.5", "usd"), "1999-09-01", "2019-10-16", "Banque du Liban, middle of 1,501 and 1,514"),
    ("omr", Worth("2.6008", "usd"), "1986-01-26", HOLDS, "Central Bank of Oman"),
    ("pab", Units("1", "usd"), "1904-06-28", HOLDS, "Panama, Law 84 of 1904"),
    ("qar", Units("3.64", "usd"), "2001-07-09", HOLDS, "Qatar Central Bank, Amiri Decree 34 of 2001"),
    ("sar", Units("3.75", "usd"), "1986-06-01", HOLDS, "Saudi Central Bank"),
    ("svc", Units("8.75", "usd"), "2001-01-01", HOLDS, "El Salvador, Monetary Integration Law"),
    ("xcd", Units("2.7", "usd"), "1976-07-07", HOLDS, "Eastern Caribbean Central Bank"),
    ("xcg", Units("1.79", "usd"), "2025-03-31", HOLDS, "Centrale Bank van Curaçao en Sint Maarten"),
    // The euro.
    ("bam", Units("1.95583", "eur"), "1999-01-01", HOLDS, "Centralna banka Bosne i Hercegovine, currency board"),
    ("cve", Units("110.265", "eur"), "1999-01-01", HOLDS, "Banco de Cabo Verde, agreement with Portugal of 1998"),
    ("kmf", Units("491.96775", "eur"), "1999-01-01", HOLDS, "Banque Centrale des Comores; Council Decision 98/683/EC"),
    ("std", Units("24500", "eur"), "2010-01-01", "2017-12-31", "Banco Central de São Tomé e Príncipe, agreement with Portugal of 2009"),
    ("stn", Units("24.5", "eur"), "2018-01-01", HOLDS, "Banco Central de São Tomé e Príncipe, agreement with Portugal of 2009"),
    ("xaf", Units("655.957", "eur"), "1999-01-01", HOLDS, "BEAC; Council Decision 98/683/EC"),
    ("xof", Units("655.957", "eur"), "1999-01-01", HOLDS, "BCEAO; Council Decision 98/683/EC"),
    ("xpf", Worth("0.00838", "eur"), "1999-01-01", HOLDS, "IEOM, decree 98-1152 of 1998: 1,000 francs are 8.38 euros"),
    // Currencies that became the euro: the conversion rate stays law for whatever is still written in them. The lev was
    // pegged at the same rate before.
    ("bgn", Units("1.95583", "eur"), "1999-01-01", HOLDS, "Bulgarian National Bank, currency board; conversion rate since 2026"),
    ("eek", Units("15.6466", "eur"), "2011-01-01", HOLDS, "Council Regulation (EU) 671/2010"),
    ("hrk", Units("7.5345", "eur"), "2023-01-01", HOLDS, "Council Regulation (EU) 2022/1208"),
    ("ltl", Units("3.4528", "eur"), "2015-01-01", HOLDS, "Council Regulation (EU) 851/2014"),
    ("lvl", Units("0.702804", "eur"), "2014-01-01", HOLDS, "Council Regulation (EU) 870/2013"),
    ("skk", Units("30.126", "eur"), "2009-01-01", HOLDS, "Council Regulation (EC) 694/2008"),
    // The neighbor's money.
    ("bnd", Units("1", "sgd"), "1967-06-12", HOLDS, "Currency Interchangeability Agreement of Brunei and Singapore"),
    ("btn", Units("1", "inr"), "1974-04-16", HOLDS, "Royal Monetary Authority of Bhutan"),
    ("fkp", Units("1", "gbp"), "1971-02-15", HOLDS, "Falkland Islands Government, Currency Ordinance"),
    ("gip", Units("1", "gbp"), "1971-02-15", HOLDS, "Gibraltar, Currency Notes Act"),
    ("lsl", Units("1", "zar"), "1980-01-19", HOLDS, "Common Monetary Area; Central Bank of Lesotho"),
    ("mop", Units("1.03", "hkd"), "1989-04-01", HOLDS, "Autoridade Monetária de Macau"),
    ("nad", Units("1", "zar"), "1993-09-15", HOLDS, "Common Monetary Area; Bank of Namibia"),
    ("npr", Units("1.6", "inr"), "1993-02-12", HOLDS, "Nepal Rastra Bank"),
    ("shp", Units("1", "gbp"), "1976-01-01", HOLDS, "St Helena Government, Currency Ordinance"),
    ("szl", Units("1", "zar"), "1974-09-06", HOLDS, "Common Monetary Area; Central Bank of Eswatini"),
];

/// The peg of a currency on a day.
pub(super) fn on(day: Day, currency: Currency) -> Option<&'static Peg> {
    let pegs = PEGS.get(&currency)?;
    pegs.iter().find(|peg| peg.first <= day && peg.last.is_none_or(|last| day <= last))
}

/// What a currency is or was pegged to.
pub(super) fn anchors(currency: Currency) -> impl Iterator<Item = Currency> {
    PEGS.get(&currency).into_iter().flatten().map(|peg| peg.anchor)
}

pub(super) fn currencies() -> impl Iterator<Item = Currency> {
    PEGS.keys().copied()
}

static PEGS: LazyLock<FxHashMap<Currency, Vec<Peg>>> = LazyLock::new(|| {
    let mut pegs: FxHashMap<Currency, Vec<Peg>> = FxHashMap::default();
    // A test reads every line, so none is left out by a build that passed it.
    for (currency, peg) in TABLE.iter().filter_map(read) {
        pegs.entry(currency).or_default().push(peg);
    }
    pegs
});

fn read((currency, fixed, first, last, _): &Line) -> Option<(Currency, Peg)> {
    let (rate, anchor) = match fixed {
        Units(units, anchor) => (units.parse().ok()?, anchor),
        Worth(worth, anchor) => (Decimal::ONE.checked_div(worth.parse().ok()?)?, anchor),
    };
    let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
    let peg = Peg { anchor: anchor.parse().ok()?, rate, first: first.parse().ok()?, last };
    Some((currency.parse().ok()?, peg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_names_its_source_and_holds_for_some_days() {
        for line in TABLE {
            let (_, peg) = read(line).unwrap_or_else(|| panic!("{line:?}"));
            assert!(peg.rate > Decimal::ZERO, "{line:?}");
            assert!(peg.last.is_none_or(|last| peg.first <= last), "{line:?}");
            assert!(line.4.len() > 3, "{line:?} names no source");
        }
        assert_eq!(PEGS.values().map(Vec::len).sum::<usize>(), TABLE.len());
    }

    #[test]
    fn an_anchor_is_pegged_to_nothing_itself_and_no_day_has_two_pegs() {
        for (currency, pegs) in PEGS.iter() {
            for (index, peg) in pegs.iter().enumerate() {
                assert!(!PEGS.contains_key(&peg.anchor), "{currency} hangs on {} that hangs", peg.anchor);
                let overlaps = |other: &Peg| {
                    let ends = |peg: &Peg| peg.last.unwrap_or(Day(i32::MAX));
                    other.first <= ends(peg) && peg.first <= ends(other)
                };
                assert!(!pegs[index + 1..].iter().any(overlaps), "{currency} has two pegs on a day");
            }
        }
    }
}
