use super::*;

const VIEW: &str = "range=quarter&currency=usd&plan=price_1&plan=price_2";

fn today() -> Moment {
    Moment { today: "2026-11-23".parse().unwrap(), first_on: None }
}

fn nothing_hidden() -> Curtain {
    Curtain { scale: None, hides_counts: false }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Whether a link that shares a page as `view` shows it lets this be asked of a metric.
fn asks(page: &str, view: &str, metric: &str, query: &str) -> bool {
    let shared = SharedView::read(page, view).unwrap();
    let asked = FigureRequest::read(Metric::find(metric), &pairs(query));
    asked.is_some_and(|asked| shared.asks(&asked, &nothing_hidden(), &[today()]))
}

const OWN: &str = "from=2026-10-01&to=2026-11-23&interval=week&currency=usd&plan=price_1&plan=price_2";

#[test]
fn a_page_asks_its_own_question_and_no_other() {
    let own = |metric: &str, query: &str| asks("mrr", VIEW, metric, query);
    assert!(own("mrr", OWN) && own("arr", OWN));
    assert!(own("mrr", &format!("{OWN}&by=plan")));
    assert!(own("mrr", "plan=price_2&plan=price_1&currency=usd&to=2026-11-23&from=2026-11-23&interval=day"));
    for other in [
        OWN.replace("2026-10-01", "2026-09-01"),
        OWN.replace("2026-11-23", "2026-11-22"),
        OWN.replace("week", "day"),
        OWN.replace("usd", "eur"),
        OWN.replace("&plan=price_2", ""),
        OWN.replace("price_2", "price_3"),
        OWN.replace("currency=usd&", ""),
        format!("{OWN}&country=DE"),
        format!("{OWN}&by=country"),
        format!("{OWN}&within=7"),
        format!("{OWN}&limit=5"),
        OWN.replace("from=2026-10-01&", "range=last_12_months&"),
        String::new(),
    ] {
        assert!(!own("mrr", &other), "{other}");
    }
    assert!(!own("ltv", OWN) && !own("refund_rate", OWN));
    assert!(!own("arr", &format!("{OWN}&by=plan")));
}

#[test]
fn a_breakdown_is_the_one_of_the_address() {
    let by = |by: &str| format!("from=2026-10-01&to=2026-11-23&interval=week&currency=usd&by={by}");
    let view = "range=quarter&currency=usd&by=country";
    assert!(asks("metrics/arr", view, "arr", &by("country")));
    assert!(!asks("metrics/arr", view, "arr", &by("plan")));
    assert!(!asks("metrics/arr", view, "mrr", &by("country")));
    assert!(asks("mrr", view, "mrr", &by("country")));
    assert!(!asks("mrr", view, "mrr", &by("product")));
}

#[test]
fn each_page_has_its_own_breakdowns() {
    let year = "from=2025-12-01&to=2026-11-23&interval=month&currency=usd";
    let own = [
        ("plans", "mrr", "product"),
        ("plans", "customer_churn_rate", "plan"),
        ("trials", "trials_converted", "plan"),
        ("payments", "failed_attempts", "decline_code"),
        ("payments", "at_risk_mrr", "age"),
        ("geography", "mrr", "country"),
    ];
    for (page, metric, by) in own {
        let asks = |page: &str| asks(page, "currency=usd", metric, &format!("{year}&by={by}"));
        assert!(asks(page), "{page} {metric} {by}");
        assert!(!asks("overview"), "{page} {metric} {by}");
    }
    assert!(!asks("geography", "currency=usd", "active_customers", year));
    assert!(asks("geography", "currency=usd&map=customers", "mrr", &format!("{year}&by=country")));
}

#[test]
fn cohorts_are_followed_as_the_page_does() {
    let shared = SharedView::read("retention", "what=mrr&currency=usd").unwrap();
    let asks = |query: &str| {
        let asked = FigureRequest::read(None, &pairs(query));
        asked.is_some_and(|asked| shared.asks(&asked, &nothing_hidden(), &[today()]))
    };
    let own = "from=2025-12-01&to=2026-11-23&interval=month&what=mrr&currency=usd";
    assert!(asks(own));
    for other in
        [own.replace("what=mrr", "what=customers"), own.replace("&what=mrr", ""), format!("{own}&by=plan")]
    {
        assert!(!asks(&other), "{other}");
    }
}

#[test]
fn the_overview_is_of_today_whatever_range_its_address_has() {
    let asks = |metric: &str, query: &str| asks("overview", "range=24m&currency=usd", metric, query);
    assert!(asks("mrr", "from=2026-10-01&to=2026-11-23&interval=day&currency=usd"));
    assert!(asks("scheduled_churn", "from=2026-11-23&to=2027-02-20&interval=day&currency=usd"));
    assert!(!asks("mrr", "from=2024-12-01&to=2026-11-23&interval=month&currency=usd"));
}

#[test]
fn what_hides_counts_has_no_metric_of_them() {
    let shared = SharedView::read("churn", "currency=usd").unwrap();
    let asked = |metric: &str| {
        let query = "from=2025-12-01&to=2026-11-23&interval=month&currency=usd";
        FigureRequest::read(Metric::find(metric), &pairs(query)).unwrap()
    };
    let hidden = Curtain { scale: None, hides_counts: true };
    assert!(shared.asks(&asked("churned_customers"), &nothing_hidden(), &[today()]));
    assert!(!shared.asks(&asked("churned_customers"), &hidden, &[today()]));
    assert!(shared.asks(&asked("customer_churn_rate"), &hidden, &[today()]));
}

#[test]
fn what_cannot_be_shared_is_refused_with_what_to_do() {
    for (page, view, told) in [
        ("customers", "currency=usd", "this page can't be shared"),
        ("metrics/nothing", "currency=usd", "this page can't be shared"),
        ("mrr", "range=12m", "currency: say which, or 'native'"),
        ("mrr", "currency=usd&range=forever", "range: use a range of the pages"),
        ("mrr", "currency=usd&from=2026-01-01", "from and to: use two days, the first one first"),
        ("mrr", "currency=usd&q=ada", "q: this is not part of what a page shows"),
        ("mrr", "currency=usd&by=feedback", "by: this page has no such breakdown"),
    ] {
        assert_eq!(SharedView::read(page, view).unwrap_err(), told, "{page}?{view}");
    }
    let hidden =
        |page: &str, view: &str| SharedView::read(page, view).unwrap().check_hidden(true, true).is_err();
    assert!(hidden("mrr", "currency=native"));
    assert!(hidden("retention", "currency=usd"));
    assert!(hidden("retention", "currency=usd&what=revenue"));
    assert!(hidden("metrics/active_customers", "currency=usd"));
    assert!(!hidden("retention", "currency=usd&what=mrr") && !hidden("mrr", "currency=usd"));
}
