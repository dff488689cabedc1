use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

const SMALL: &str =
    "Date,USD,JPY,KWD,\n2025-01-03,1.25,160,N/A\n2025-01-02,1.12,158.5,0.32\n2024-12-31,1.04,,0.3\n";

#[test]
fn the_embedded_history_reads_and_agrees_with_what_was_published() {
    let rates = Rates::unpack(EMBEDDED).unwrap();
    assert_eq!(rates.rate(day("2026-10-30"), currency("usd")).unwrap().0, decimal("1.1172"));
    assert_eq!(
        rates.rate(day("2008-01-02"), currency("usd")).unwrap(),
        (decimal("1.4688"), day("2008-01-02"))
    );
    assert!(rates.latest_on() >= Some(day("2026-10-30")));
    assert!(rates.published.currencies.len() >= 30);
    assert!(rates.published.currencies.values().all(|history| history.days.is_sorted_by(|a, b| a < b)));
}

#[test]
fn a_day_without_a_rate_uses_the_latest_before_it() {
    let rates = Rates::from_csv(SMALL).unwrap();
    assert_eq!(rates.rate(day("2025-01-01"), currency("usd")), Some((decimal("1.04"), day("2024-12-31"))));
    assert_eq!(rates.rate(day("2025-01-05"), currency("kwd")), Some((decimal("0.32"), day("2025-01-02"))));
    assert_eq!(rates.rate(day("2025-01-01"), currency("jpy")), None, "nothing was published before");
    assert_eq!(rates.rate(day("2025-01-01"), currency("ars")), None, "never published");
    assert_eq!(rates.rate(day("1900-01-01"), Currency::EUR), Some((Decimal::ONE, day("1900-01-01"))));
}

#[test]
fn a_rate_counts_for_ten_days_and_no_longer() {
    let rates = Rates::from_csv(SMALL).unwrap();
    assert_eq!(rates.rate(day("2025-01-13"), currency("usd")), Some((decimal("1.25"), day("2025-01-03"))));
    assert_eq!(rates.rate(day("2025-01-14"), currency("usd")), None);
    assert_eq!(rates.rate(day("2025-01-12"), currency("kwd")), Some((decimal("0.32"), day("2025-01-02"))));
    assert_eq!(rates.rate(day("2025-01-13"), currency("kwd")), None, "each currency by its own days");
    assert_eq!(rates.convert(100, currency("usd"), currency("kwd"), day("2025-01-13")), None);
    assert!(rates.convert(100, currency("usd"), Currency::EUR, day("2025-01-13")).is_some());
    assert_eq!(
        rates.convert(100, currency("kwd"), currency("kwd"), day("2030-01-01")).unwrap().amount_minor,
        100
    );
    assert_eq!(rates.rate(Day(i32::MIN), currency("usd")), None);
    assert_eq!(rates.rate(Day(i32::MAX), currency("usd")), None);
}

#[test]
fn weekends_and_holidays_use_the_banking_day_before() {
    let rates = Rates::embedded();
    let rate_on = |on: &str| rates.rate(day(on), currency("usd")).unwrap().1;
    assert_eq!(rate_on("2026-10-25"), day("2026-10-23"), "a Sunday");
    assert_eq!(
        rate_on("2026-04-06"),
        day("2026-04-02"),
        "Easter Monday: the longest gap that the bank leaves"
    );
    assert_eq!(rate_on("2024-12-26"), day("2024-12-24"), "Christmas");
}

#[test]
fn a_target_has_a_rate_for_today() {
    let rates = Rates::embedded();
    let today = day("2026-10-31");
    for offered in ["usd", "eur", "gbp", "jpy", "aed", "xof", "nad", "npr"] {
        assert!(rates.can_convert_to(currency(offered), today, &[]), "{offered}");
    }
    for ended_or_never_quoted in ["rub", "kwd", "ars", "lbp"] {
        assert!(
            !rates.can_convert_to(currency(ended_or_never_quoted), today, &[]),
            "{ended_or_never_quoted}"
        );
    }
    let targets = rates.targets(today, &[]);
    assert!(targets.is_sorted() && targets.len() > 50, "{targets:?}");
    assert!(targets.iter().all(|target| rates.can_convert_to(*target, today, &[])));
    assert!(rates.has(currency("rub")) && !rates.has(currency("kwd")));
    let out_of_date = rates.targets(day("2027-10-31"), &[]);
    assert!(out_of_date.contains(&currency("xof")) && !out_of_date.contains(&currency("aed")));
    assert!(Rates::default().can_convert_to(Currency::EUR, today, &[]));
}

/// A euro is 1.25 dollars, 0.8 pounds, 20 rand, 100 Indian rupees, 10 Hong Kong and 1.5 Singapore dollars, and 1.9558
/// leva, on every day that a peg of the table begins or ends.
fn around_pegs(on: &[&str]) -> Rates {
    let line = |on: &&str| format!("{on},1.25,0.8,20,100,10,1.5,1.9558,7.53\n");
    let lines: String = on.iter().map(line).collect();
    Rates::from_csv(&format!("Date,USD,GBP,ZAR,INR,HKD,SGD,BGN,HRK\n{lines}")).unwrap()
}

#[test]
fn pegs_hold_on_their_days_and_on_no_other() {
    let days =
        ["2001-07-09", "2017-12-31", "2019-10-16", "2022-12-31", "2025-03-31", "2025-06-30", "2026-01-02"];
    let rates = around_pegs(&days);
    // What one euro buys: the anchor's rate times the peg.
    for (on, code, per_euro) in [
        ("2026-01-02", "aed", Some("4.590625")),
        ("2026-01-02", "sar", Some("4.6875")),
        ("2026-01-02", "qar", Some("4.55")),
        ("2001-07-08", "qar", None),
        ("2001-07-09", "qar", Some("4.55")),
        ("2026-01-02", "bhd", Some("0.47")),
        ("2026-01-02", "jod", Some("0.88625")),
        ("2026-01-02", "djf", Some("222.15125")),
        ("2026-01-02", "xcd", Some("3.375")),
        ("2026-01-02", "bbd", Some("2.5")),
        ("2026-01-02", "pab", Some("1.25")),
        ("2019-10-16", "lbp", Some("1884.375")),
        ("2019-10-17", "lbp", None),
        ("2025-06-30", "ang", Some("2.2375")),
        ("2025-07-01", "ang", None),
        ("2025-03-30", "xcg", None),
        ("2025-03-31", "xcg", Some("2.2375")),
        ("2026-01-02", "xof", Some("655.957")),
        ("1998-12-31", "xof", None),
        ("1999-01-01", "xof", Some("655.957")),
        ("2026-01-02", "kmf", Some("491.96775")),
        ("2026-01-02", "bam", Some("1.95583")),
        ("2026-01-02", "cve", Some("110.265")),
        ("2017-12-31", "std", Some("24500")),
        ("2018-01-01", "std", None),
        ("2017-12-31", "stn", None),
        ("2018-01-01", "stn", Some("24.5")),
        ("2022-12-31", "hrk", Some("7.53")),
        ("2023-01-01", "hrk", Some("7.5345")),
        ("2026-01-02", "bgn", Some("1.95583")),
        ("2026-01-02", "gip", Some("0.8")),
        ("2026-01-02", "nad", Some("20")),
        ("2026-01-02", "npr", Some("160")),
        ("2026-01-02", "btn", Some("100")),
        ("2026-01-02", "mop", Some("10.3")),
        ("2026-01-02", "bnd", Some("1.5")),
    ] {
        let found = rates.rate(day(on), currency(code)).map(|(rate, _)| rate.normalize());
        assert_eq!(found, per_euro.map(decimal), "{code} on {on}");
    }
}

#[test]
fn a_peg_is_as_old_as_the_rate_of_its_anchor() {
    let rates = around_pegs(&["2026-01-02"]);
    let rate_on = |on: &str, code: &str| rates.rate(day(on), currency(code)).map(|(_, on)| on);
    assert_eq!(rate_on("2026-01-12", "aed"), Some(day("2026-01-02")));
    assert_eq!(rate_on("2026-01-13", "aed"), None, "the dollar's own rate is too old");
    assert_eq!(
        rate_on("2026-01-13", "xof"),
        Some(day("2026-01-13")),
        "fixed to the euro: nothing to grow old"
    );
}

#[test]
fn what_is_pegged_converts_to_the_cent_without_the_rate_of_its_anchor_showing() {
    let rates = around_pegs(&["2026-01-02"]);
    let convert = |amount, from, to| {
        rates.convert(amount, currency(from), currency(to), day("2026-01-04")).unwrap().amount_minor
    };
    assert_eq!(convert(36_725, "aed", "usd"), 10_000);
    assert_eq!(convert(1_000, "omr", "usd"), 260, "1 rial is 2.6008 dollars");
    assert_eq!(convert(10_000_000, "omr", "usd"), 2_600_800);
    assert_eq!(convert(100, "kyd", "usd"), 120);
    assert_eq!(convert(1_200, "usd", "kyd"), 1_000);
    assert_eq!(convert(1_000, "xpf", "eur"), 838, "francs without cents");
    assert_eq!(convert(838, "eur", "xpf"), 1_000);
    assert_eq!(convert(125, "xpf", "eur"), 105, "1.0475 euros, rounded");
    assert_eq!(convert(655_957, "xof", "eur"), 100_000);
    assert_eq!(convert(103, "mop", "hkd"), 100);
    assert_eq!(round_minor(decimal("2.4999999999999999999999999")), Some(3), "the dust of a division");
    assert_eq!(round_minor(decimal("2.499999999")), Some(2));
}

#[test]
fn amounts_are_scaled_by_both_exponents_and_rounded_half_away_from_zero() {
    let rates = Rates::from_csv(SMALL).unwrap();
    let on = day("2025-01-02");
    let convert =
        |amount, from, to| rates.convert(amount, currency(from), currency(to), on).unwrap().amount_minor;
    assert_eq!(convert(1400, "usd", "eur"), 1250);
    assert_eq!(convert(14, "usd", "eur"), 13, "12.5 is rounded away from zero");
    assert_eq!(convert(-14, "usd", "eur"), -13);
    assert_eq!(convert(1000, "eur", "jpy"), 1585, "cents to whole yen");
    assert_eq!(convert(1585, "jpy", "eur"), 1000);
    assert_eq!(convert(100, "eur", "kwd"), 320, "cents to fils");
    assert_eq!(convert(320, "kwd", "jpy"), 159, "158.5, away from zero");
    assert_eq!(convert(i64::MAX, "usd", "usd"), i64::MAX);
    assert_eq!(rates.convert(i64::MAX, currency("kwd"), currency("jpy"), on).unwrap().rate_on, on);
    assert_eq!(rates.convert(i64::MAX, Currency::EUR, currency("jpy"), on), None, "beyond 64 bits");
}

#[test]
fn the_older_of_two_rates_is_the_one_that_is_named() {
    let rates = Rates::from_csv(SMALL).unwrap();
    let converted = rates.convert(100, currency("usd"), currency("kwd"), day("2025-01-05")).unwrap();
    assert_eq!(converted.rate_on, day("2025-01-02"));
}

#[test]
fn newer_text_is_laid_over_what_was_there() {
    let rates = Rates::from_csv(SMALL).unwrap();
    let newer = Rates::from_csv("Date,USD,ARS\n2025-01-06,1.3,900\n2025-01-03,1.26,N/A\n").unwrap();
    let merged = rates.merged(&newer);
    assert_eq!(merged.rate(day("2025-01-06"), currency("usd")).unwrap().0, decimal("1.3"));
    assert_eq!(merged.rate(day("2025-01-03"), currency("usd")).unwrap().0, decimal("1.26"));
    assert_eq!(merged.rate(day("2025-01-02"), currency("usd")).unwrap().0, decimal("1.12"));
    assert_eq!(merged.rate(day("2025-01-06"), currency("ars")).unwrap().0, decimal("900"));
    assert_eq!(merged.latest_on(), Some(day("2025-01-06")));
}

#[test]
fn what_the_banks_data_service_answers_is_read_too() {
    let answer = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,TITLE_COMPL\n\
        EXR.D.JPY.EUR.SP00.A,D,JPY,EUR,SP00,A,2026-11-25,181.22,A,\"Japanese yen/Euro, 2:15 pm (C.E.T.)\"\n\
        EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2026-11-24,1.1301,A,\"US dollar/Euro\"\n\
        EXR.D.USD.EUR.SP00.A,D,USD,EUR,SP00,A,2026-11-25,NaN,H,\"US dollar/Euro\"\n";
    let rates = Rates::from_csv(answer).unwrap();
    assert_eq!(rates.rate(day("2026-11-25"), currency("jpy")), Some((decimal("181.22"), day("2026-11-25"))));
    assert_eq!(rates.rate(day("2026-11-25"), currency("usd")), Some((decimal("1.1301"), day("2026-11-24"))));
    let bad = answer.replace("181.22", "many");
    assert_eq!(Rates::from_csv(&bad).unwrap_err(), FxError::BadLine { line: 2, text: "many".to_owned() });
    assert_eq!(Rates::from_csv("OBS_VALUE,CURRENCY\n1,USD\n").unwrap_err(), FxError::NoHeader);
}

#[test]
fn what_is_kept_of_newer_rates_reads_as_it_was() {
    let rates = Rates::from_csv(SMALL).unwrap();
    let kept = Rates::from_csv(&rates.to_csv_after(day("2024-12-31"))).unwrap();
    assert_eq!(kept.rate(day("2025-01-04"), currency("usd")), rates.rate(day("2025-01-04"), currency("usd")));
    assert_eq!(kept.rate(day("2025-01-02"), currency("kwd")), rates.rate(day("2025-01-02"), currency("kwd")));
    assert_eq!(kept.rate(day("2024-12-31"), currency("usd")), None, "those are inside the binary");
}

#[test]
fn what_is_not_a_table_of_rates_is_refused_with_the_line() {
    assert_eq!(Rates::from_csv("<html>").unwrap_err(), FxError::NoHeader);
    assert_eq!(Rates::from_csv("Date,US Dollar\n").unwrap_err(), FxError::NoHeader);
    for bad in ["0", "-1", "1.2.3", "abc", "1e5", ".", "9999999999999999999"] {
        let error = Rates::from_csv(&format!("Date,USD\n2025-01-02,{bad}\n")).unwrap_err();
        assert_eq!(error, FxError::BadLine { line: 2, text: bad.to_owned() });
    }
    assert!(Rates::from_csv("Date,USD\n2025-02-30,1\n").is_err());
    assert!(Rates::unpack(b"not compressed").is_err());
}

proptest! {
    #[test]
    fn the_rate_of_a_day_is_that_of_the_last_quote_up_to_ten_days_before(
        quotes in proptest::collection::btree_map(15_000..15_400_i32, 1..1_000_000_i64, 1..40),
        asked in 14_990..15_410_i32,
    ) {
        let mut text = String::from("Date,USD\n");
        for (day, rate) in &quotes {
            text.push_str(&format!("{},{}\n", Day(*day), Decimal::new(*rate, 4)));
        }
        let rates = Rates::from_csv(&text).unwrap();
        let expected = quotes.range(asked - OLDEST_DAYS..=asked).next_back();
        let expected = expected.map(|(day, rate)| (Decimal::new(*rate, 4), Day(*day)));
        prop_assert_eq!(rates.rate(Day(asked), Currency::USD), expected);
    }

    #[test]
    fn converting_there_and_back_loses_at_most_what_rounding_can(
        amount in -10_000_000_000_i64..10_000_000_000,
        rate in 1_000..100_000_i64,
    ) {
        let text = format!("Date,USD\n2025-01-02,{}\n", Decimal::new(rate, 4));
        let rates = Rates::from_csv(&text).unwrap();
        let on = day("2025-01-02");
        let there = rates.convert(amount, Currency::EUR, Currency::USD, on).unwrap().amount_minor;
        let back = rates.convert(there, Currency::USD, Currency::EUR, on).unwrap().amount_minor;
        // Half a cent of dollars is this many cents of euros, and half a cent more is rounded at the end.
        let bound = 5_000 / rate + 1;
        prop_assert!((back - amount).abs() <= bound, "{} {} {}", amount, there, back);
        let opposite = rates.convert(-amount, Currency::EUR, Currency::USD, on).unwrap().amount_minor;
        prop_assert_eq!(opposite, -there);
    }
}
