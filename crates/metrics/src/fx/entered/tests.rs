use super::*;
use crate::fx::OLDEST_DAYS;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn entry(code: &str, base: &str, first: &str, last: &str, rate: &str) -> EnteredRate {
    EnteredRate::parse(code, base, first, (!last.is_empty()).then_some(last), rate).unwrap()
}

/// A euro is 1.25 dollars from Friday the 2nd on.
fn published() -> Rates {
    Rates::from_csv("Date,USD,JPY\n2026-01-02,1.25,160\n2026-01-05,1.25,160\n").unwrap()
}

fn with(entries: &[EnteredRate]) -> Rates {
    published().with_entered(entries.iter().copied().collect())
}

fn rate(rates: &Rates, on: &str, code: &str) -> Option<(String, String)> {
    let found = rates.rate(day(on), currency(code));
    found.map(|(rate, on)| (rate.normalize().to_string(), on.to_string()))
}

fn told(rate: &str, on: &str) -> Option<(String, String)> {
    Some((rate.to_owned(), on.to_owned()))
}

#[test]
fn what_was_entered_comes_before_pegs_and_those_before_what_was_published() {
    let rates =
        with(&[entry("usd", "eur", "2026-01-02", "", "1.3"), entry("aed", "eur", "2026-01-02", "", "5")]);
    assert_eq!(rate(&rates, "2026-01-02", "usd"), told("1.3", "2026-01-02"));
    assert_eq!(rate(&rates, "2026-01-02", "aed"), told("5", "2026-01-02"));
    assert_eq!(rate(&rates, "2026-01-04", "usd"), told("1.3", "2026-01-02"), "on the weekend after, too");
    assert_eq!(rate(&rates, "2026-01-05", "usd"), told("1.25", "2026-01-05"), "the bank has a newer one");
    assert_eq!(rate(&rates, "2026-01-05", "aed"), told("4.590625", "2026-01-05"), "by its peg again");
    let removed = rates.with_entered(Entered::default());
    assert_eq!(rate(&removed, "2026-01-02", "usd"), told("1.25", "2026-01-02"), "removal restores");
    assert_eq!(rate(&removed, "2026-01-02", "aed"), told("4.590625", "2026-01-02"));
}

#[test]
fn two_currencies_of_one_base_need_no_euro() {
    // The newest published rates are of January 5.
    let rates = with(&[entry("kwd", "usd", "2026-03-01", "2026-03-31", "0.307")]);
    let convert = |minor: i64, from: &str, to: &str, on: &str| {
        let converted = rates.convert(minor, currency(from), currency(to), day(on))?;
        Some((converted.amount_minor, converted.rate_on.to_string()))
    };
    let of_march = |minor: i64| Some((minor, "2026-03-10".to_owned()));
    assert_eq!(convert(10_000, "usd", "kwd", "2026-03-10"), of_march(30_700), "as it was entered");
    assert_eq!(convert(30_700, "kwd", "usd", "2026-03-10"), of_march(10_000));
    assert_eq!(convert(36_725, "aed", "usd", "2026-03-10"), of_march(10_000), "a peg");
    assert_eq!(convert(36_725, "aed", "sar", "2026-03-10"), of_march(37_500), "two pegs to one currency");
    assert_eq!(convert(36_725, "aed", "kwd", "2026-03-10"), of_march(30_700));
    assert_eq!(convert(10_000, "usd", "eur", "2026-03-10"), None, "a euro has no rate that is new enough");
    assert_eq!(convert(10_000, "usd", "kwd", "2026-02-10"), None);
    let (on, usd) = (day("2026-03-10"), Currency::USD);
    assert!(!rates.can_convert_to(currency("kwd"), on, &[Currency::EUR]));
    assert!(rates.can_convert_to(currency("kwd"), on, &[usd]));
    assert!(rates.targets(on, &[usd]).contains(&currency("aed")));
}

#[test]
fn a_currency_that_nobody_publishes_has_what_was_entered_and_for_ten_days_more() {
    let rates = with(&[entry("kwd", "eur", "2026-02-01", "2026-02-10", "0.36")]);
    assert_eq!(rate(&rates, "2026-01-31", "kwd"), None);
    assert_eq!(rate(&rates, "2026-02-05", "kwd"), told("0.36", "2026-02-05"));
    assert_eq!(rate(&rates, "2026-02-20", "kwd"), told("0.36", "2026-02-10"));
    assert_eq!(rate(&rates, "2026-02-21", "kwd"), None);
    assert!(rates.can_convert_to(currency("kwd"), day("2026-02-20"), &[]));
    assert!(!rates.can_convert_to(currency("kwd"), day("2026-02-21"), &[]));
    assert!(rates.targets(day("2026-02-05"), &[]).contains(&currency("kwd")));
    assert_eq!(OLDEST_DAYS, 10);
}

#[test]
fn a_rate_in_another_base_moves_with_that_base() {
    let rates = with(&[entry("kwd", "usd", "2026-01-02", "2026-12-31", "0.307")]);
    assert_eq!(
        rate(&rates, "2026-01-03", "kwd"),
        told("0.38375", "2026-01-02"),
        "as old as the dollar's rate"
    );
    assert_eq!(rate(&rates, "2026-01-16", "kwd"), None, "and none when the dollar has none");
    let dollars = rates.convert(307_000, currency("kwd"), Currency::USD, day("2026-01-04")).unwrap();
    assert_eq!(dollars.amount_minor, 100_000, "in its base it is what was entered, to the cent");
}

#[test]
fn of_several_for_a_day_the_last_one_counts_and_cuts_the_others() {
    let rates = with(&[
        entry("kwd", "eur", "2026-01-01", "2026-01-31", "0.30"),
        entry("kwd", "eur", "2026-01-10", "2026-01-12", "0.31"),
        entry("kwd", "eur", "2026-01-12", "2026-01-14", "0.32"),
        entry("kwd", "eur", "2026-02-01", "", "0.33"),
        entry("kwd", "eur", "2026-01-30", "2026-02-02", "0.34"),
    ]);
    for (on, expected) in [
        ("2026-01-09", "0.3"),
        ("2026-01-10", "0.31"),
        ("2026-01-11", "0.31"),
        ("2026-01-12", "0.32"),
        ("2026-01-14", "0.32"),
        ("2026-01-15", "0.3"),
        ("2026-01-29", "0.3"),
        ("2026-01-30", "0.34"),
        ("2026-02-02", "0.34"),
    ] {
        assert_eq!(rate(&rates, on, "kwd"), told(expected, on), "{on}");
    }
}

#[test]
fn what_cannot_be_a_rate_is_refused_with_the_reason() {
    let refused = |code: &str, base: &str, first: &str, last: Option<&str>, rate: &str| {
        EnteredRate::parse(code, base, first, last, rate).unwrap_err().to_string()
    };
    let from = "2026-01-01";
    assert!(refused("abc", "eur", from, None, "1").starts_with("'abc' is not a currency"));
    assert!(refused("dinar", "eur", from, None, "1").starts_with("'dinar' is not a currency"));
    assert!(refused("kwd", "KWD", from, None, "1").starts_with("KWD in KWD is always 1"));
    assert!(refused("eur", "usd", from, None, "0.9").contains("how many USD one euro is"));
    for impossible in ["2026-02-29", "01/02/2026", "", "2026-1-1"] {
        assert!(refused("kwd", "eur", impossible, None, "1").contains("is not a date"), "{impossible}");
    }
    assert!(refused("kwd", "eur", "1998-12-31", None, "1").contains("out of range"));
    assert!(refused("kwd", "eur", from, Some("2100-01-01"), "1").contains("out of range"));
    assert_eq!(refused("kwd", "eur", from, Some("2025-12-31"), "1"), "2026-01-01 is after 2025-12-31");
    for no_rate in ["0", "-1", "1,5", "1e3", "", "many", "0.0", "1234567890123456789"] {
        assert!(refused("kwd", "eur", from, None, no_rate).contains("is not a rate"), "{no_rate}");
    }
    for absurd in ["0.0000000009", "1000000001"] {
        assert!(refused("kwd", "eur", from, None, absurd).contains("cannot be a rate"), "{absurd}");
    }
}

#[test]
fn what_does_not_fit_to_the_other_rates_is_refused() {
    let refused = |kept: &[EnteredRate], new: EnteredRate| {
        let rates = with(&[kept, &[new]].concat());
        rates.check_entries(&[new]).map_err(|(index, error)| (index, error.to_string()))
    };
    let year = |code, base, rate| entry(code, base, "2026-01-02", "2026-12-31", rate);
    assert_eq!(refused(&[], year("kwd", "usd", "0.307")), Ok(()));
    let inverted = refused(&[], year("jpy", "eur", "0.00625")).unwrap_err().1;
    assert!(inverted.contains("published rate of 160") && inverted.contains("other way round"), "{inverted}");
    assert_eq!(refused(&[], year("jpy", "eur", "16")), Ok(()), "ten times off and no more");
    assert!(refused(&[], year("jpy", "eur", "15.9")).is_err());
    assert_eq!(refused(&[], year("lbp", "usd", "89500")), Ok(()), "a peg is no measure of a market");
    let circle = refused(&[], year("usd", "aed", "0.2723")).unwrap_err().1;
    assert_eq!(circle, "AED itself has a rate in USD: enter the rate in another base, such as EUR");
    assert!(refused(&[year("kwd", "ars", "0.001")], year("ars", "kwd", "1000")).is_err());
    let without = refused(&[], year("kwd", "ars", "0.0003")).unwrap_err().1;
    assert_eq!(without, "there is no exchange rate for ARS: use another base, such as EUR or USD");
    assert_eq!(refused(&[year("ars", "usd", "1400")], year("kwd", "ars", "0.0002")), Ok(()));
}

#[test]
fn a_circle_that_was_kept_all_the_same_ends() {
    let rates = with(&[
        entry("kwd", "ars", "2026-01-02", "", "0.001"),
        entry("ars", "kwd", "2026-01-02", "", "1000"),
    ]);
    assert_eq!(rate(&rates, "2026-01-02", "kwd"), None);
}

#[test]
fn files_of_spreadsheets_are_read() {
    let expected = [
        (2, entry("kwd", "usd", "2026-01-01", "2026-01-31", "0.307")),
        (3, entry("ars", "eur", "2026-01-02", "", "1650.5")),
    ];
    for text in [
        "currency,base,from,to,rate\nKWD,USD,2026-01-01,2026-01-31,0.307\nARS,EUR,2026-01-02,,1650.5\n",
        "\u{feff}Currency;Base;From;To;Rate\r\nKWD;USD;2026-01-01;2026-01-31;0,307\r\nARS;EUR;2026-01-02;;1650,5\r\n;;;;\r\n",
        "rate\tdate\tto\tbase\tcurrency\n0.307\t2026-01-01\t2026-01-31\tUSD\tkwd\n1650.5\t2026-01-02\t\tEUR\tars",
    ] {
        assert_eq!(read_csv(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_names_the_line() {
    let refused = |text: &str| read_csv(text).unwrap_err().to_string();
    assert!(refused("").starts_with("the first line must name"));
    assert!(refused("KWD,USD,2026-01-01,0.3\n").starts_with("the first line must name"));
    assert_eq!(refused("currency,base,from,rate\r\n"), "the file contains no rates");
    let bad = "currency,base,from,rate\nKWD,USD,2026-01-01,0.3\n\nKWD,USD,2026-02-30,0.3\n";
    assert!(refused(bad).starts_with("line 4: '2026-02-30' is not a date"), "{}", refused(bad));
    let short = "currency,base,from,rate\nKWD,USD,2026-01-01\n";
    assert!(refused(short).starts_with("line 2 can't be read"));
    let comma = "currency,base,from,rate\nKWD,USD,2026-01-01,-0.3\n";
    assert!(refused(comma).starts_with("line 2: '-0.3' is not a rate"));
}
