//! How changes are classified, and which day and period they belong to.

use metrics::fx::Rates;
use metrics::query::{
    self, Dimension, Filter, MovementFilter, MovementKind, MovementOrder, MovementsQuery, MrrPoint, Query,
    Reporting,
};
use model::{Currency, CustomerId, Interval, UnixSeconds};

use super::generated::rates;
use super::world::{World, at, query, steady_dollar};

/// A customer's movements as `kind:change`, in order.
fn told(world: &World, zone: &str) -> Vec<String> {
    let timeline = query::customer_timeline(&world.ledger(zone), &"a".into(), UnixSeconds::MAX).unwrap();
    timeline.movements.iter().map(|one| format!("{}:{}", one.kind, one.delta_minor)).collect()
}

fn points(world: &World, query: &Query) -> Vec<MrrPoint> {
    let answer = query::mrr(&world.ledger("UTC"), &Rates::default(), query).unwrap();
    answer.series.into_iter().next().unwrap().points
}

#[test]
fn a_day_is_new_reactivation_churn_expansion_or_contraction() {
    for (values, expected) in [
        (&[("2024-01-01", 1_000)][..], &["new:1000"][..]),
        (&[("2024-01-01", 1_000), ("2024-02-01", 1_500)], &["new:1000", "expansion:500"]),
        (&[("2024-01-01", 1_000), ("2024-02-01", 400)], &["new:1000", "contraction:-600"]),
        (&[("2024-01-01", 1_000), ("2024-02-01", 0)], &["new:1000", "churn:-1000"]),
        (
            &[("2024-01-01", 1_000), ("2024-02-01", 0), ("2024-03-01", 700), ("2024-04-01", 0)],
            &["new:1000", "churn:-1000", "reactivation:700", "churn:-700"],
        ),
    ] {
        assert_eq!(told(&World::default().with("a", "usd", values), "UTC"), expected);
    }
}

#[test]
fn all_timelines_are_those_of_each_customer_in_order_of_ids() {
    let world = World::default().with("b", "usd", &[("2024-01-01", 1_000), ("2024-02-01", 0)]).with(
        "a",
        "eur",
        &[("2024-01-01", 500)],
    );
    let (ledger, now) = (world.ledger("UTC"), at("2024-03-01"));
    let all = query::customer_records(&ledger, now).map(|one| (one.entry.id, one.timeline));
    let each = ["a", "b"].map(|id| {
        let id = CustomerId::from(id);
        let timeline = query::customer_timeline(&ledger, &id, now).unwrap();
        (id, timeline)
    });
    assert_eq!(all.collect::<Vec<_>>(), each);
}

#[test]
fn a_switch_within_a_day_is_one_movement() {
    let world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-01", 1_000), ("2024-02-01T08:00:00Z", 0)])
        .with_price("a", "sub_2", "price_usd_1", &[("2024-02-01T19:00:00Z", 1_300)]);
    assert_eq!(told(&world, "UTC"), ["new:1000", "expansion:300"]);
    // Where midnight lies between the two, it is two movements.
    assert_eq!(told(&world, "Asia/Tokyo"), ["new:1000", "churn:-1000", "reactivation:1300"]);
}

#[test]
fn what_came_and_went_within_a_day_never_was() {
    let world = World::default().with(
        "a",
        "usd",
        &[("2024-01-01T08:00:00Z", 1_000), ("2024-01-01T09:00:00Z", 0), ("2024-05-01", 500)],
    );
    assert_eq!(told(&world, "UTC"), ["new:500"]);
}

#[test]
fn currencies_are_classified_by_themselves() {
    let world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-01", 1_000), ("2024-03-01", 0)])
        .with_price("a", "sub_2", "price_eur_0", &[("2024-03-01", 900)]);
    assert_eq!(told(&world, "UTC"), ["new:1000", "churn:-1000", "new:900"]);
}

#[test]
fn an_hour_that_comes_twice_belongs_to_one_day() {
    // Clocks go back at 03:00 on 2024-10-27 in Berlin: the day has 25 hours.
    let world = World::default().with(
        "a",
        "usd",
        &[("2024-10-26T22:00:00Z", 1_000), ("2024-10-27T22:59:59Z", 2_000), ("2024-10-27T23:00:00Z", 3_000)],
    );
    assert_eq!(told(&world, "Europe/Berlin"), ["new:2000", "expansion:1000"]);
}

#[test]
fn a_filtered_ledger_is_classified_as_if_it_were_all_there_is() {
    let world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-01", 1_000)])
        .with_price("a", "sub_1", "price_usd_2", &[("2024-02-01", 300), ("2024-03-01", 0)]);
    let all = points(&world, &query("2024-01-01", "2024-03-31"));
    assert_eq!((all[1].expansion_minor, all[2].contraction_minor), (300, -300));
    let filter = Filter { products: vec!["extra".to_owned()], ..Filter::default() };
    let extra = points(&world, &Query { filter, ..query("2024-01-01", "2024-03-31") });
    assert_eq!((extra[1].new_minor, extra[2].churn_minor), (300, -300));
    let mut by_product = query("2024-01-01", "2024-03-31");
    by_product.by = Some(Dimension::Product);
    let answer = query::mrr(&world.ledger("UTC"), &Rates::default(), &by_product).unwrap();
    let group = answer.series.iter().find(|series| series.group.as_ref().unwrap().key == "extra").unwrap();
    assert_eq!(group.points, extra);
    assert_eq!(group.group.as_ref().unwrap().label, "EXTRA");
}

#[test]
fn of_too_many_plans_those_with_the_most_mrr_are_kept() {
    let mut world = World::default();
    for number in 1_000..1_400 {
        let (customer, price) = (format!("cus_{number}"), format!("price_usd_{number}"));
        let once_popular = [("2024-01-01", 500), ("2024-01-02", 700), ("2024-02-01", 0)];
        let negotiated = [("2024-01-01", 100)];
        let values: &[(&str, i64)] = if number < 1_300 { &once_popular } else { &negotiated };
        world = world.with_price(&customer, "sub", &price, values);
    }
    let by_plan = Query { by: Some(Dimension::Plan), ..query("2024-03-01", "2024-03-31") };
    let answer = query::mrr(&world.ledger("UTC"), &Rates::default(), &by_plan).unwrap();
    let with_mrr = answer.series.iter().filter(|series| series.points[0].mrr_minor > 0);
    assert_eq!(with_mrr.clone().count(), 100);
    assert!(with_mrr.clone().all(|series| series.group.as_ref().unwrap().key != "other"));
}

#[test]
fn a_customer_that_moved_twice_in_a_period_is_counted_once_a_kind() {
    let world = World::default().with(
        "a",
        "usd",
        &[("2024-01-01", 1_000), ("2024-02-01", 1_100), ("2024-02-05", 1_200), ("2024-02-09", 900)],
    );
    let point = &points(&world, &query("2024-02-01", "2024-02-29"))[0];
    assert_eq!((point.expansion_minor, point.contraction_minor), (200, -300));
    assert_eq!((point.expansion_customers, point.contraction_customers, point.new_customers), (1, 1, 0));
}

#[test]
fn periods_are_cut_to_the_range_and_the_running_one_ends_now() {
    let world = World::default().with("a", "usd", &[("2024-01-20", 1_000), ("2024-03-20T12:00:00Z", 5_000)]);
    let mut asked = query("2024-01-25", "2024-12-31");
    asked.now = at("2024-03-20T11:59:59Z");
    let months = points(&world, &asked);
    assert_eq!(months.len(), 3, "what starts after now is left out");
    assert_eq!(
        (months[0].new_minor, months[0].mrr_minor),
        (0, 1_000),
        "what was before the range is not new in it"
    );
    assert_eq!(months[2].mrr_minor, 1_000, "a second later it is more");
    assert_eq!(months[2].end_on.to_string(), "2024-03-20");
    assert_eq!(months.iter().map(|month| month.is_partial).collect::<Vec<_>>(), [true, false, true]);
    asked.now = at("2024-03-20T12:00:00Z");
    assert_eq!(points(&world, &asked)[2].mrr_minor, 5_000);
    asked.interval = Interval::Year;
    assert_eq!(points(&world, &asked).len(), 1);
}

#[test]
fn impossible_ranges_are_refused() {
    let ledger = World::default().ledger("UTC");
    let ask = |query: &Query| query::mrr(&ledger, &Rates::default(), query);
    assert!(ask(&query("2024-02-01", "2024-01-31")).is_err());
    let mut long = query("1900-01-01", "2029-01-01");
    assert!(ask(&long).is_err());
    long = query("2000-01-01", "2029-01-01");
    long.interval = Interval::Day;
    assert!(ask(&long).is_err());
}

#[test]
fn involuntary_churn_is_told_from_voluntary() {
    let mut world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-01", 1_000), ("2024-02-01", 0)])
        .with_price("a", "sub_2", "price_usd_0", &[("2024-01-01", 1_000), ("2024-02-03", 0)])
        .with_price("b", "sub_3", "price_usd_0", &[("2024-01-01", 1_000), ("2024-02-02", 0)]);
    world.customer("a").involuntary.push("sub_2".to_owned());
    let asked = MovementsQuery {
        query: query("2024-02-01", "2024-02-29"),
        only: MovementFilter::default(),
        kinds: vec![MovementKind::Churn],
        order: MovementOrder::default(),
        cursor: None,
        limit: 10,
    };
    let page = query::movements(&world.ledger("UTC"), &Rates::default(), &asked).unwrap();
    let told: Vec<_> = page.data.iter().map(|one| (one.customer_id.as_str(), one.is_involuntary)).collect();
    assert_eq!(told, [("a", Some(true)), ("b", Some(false))]);
}

/// Every page of a list, as `customer:change`.
fn sorted(world: &World, currency: Reporting, order: &str) -> Vec<String> {
    let mut asked = MovementsQuery {
        query: Query { currency, ..query("2024-01-01", "2024-03-31") },
        kinds: Vec::new(),
        only: MovementFilter::default(),
        order: order.parse().unwrap(),
        cursor: None,
        limit: 2,
    };
    let mut all = Vec::new();
    loop {
        let page = query::movements(&world.ledger("UTC"), &steady_dollar(), &asked).unwrap();
        all.extend(page.data.iter().map(|one| format!("{}:{}", one.customer_id, one.delta_minor)));
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            assert_eq!(all.len(), page.total);
            return all;
        }
    }
}

#[test]
fn movements_are_sorted_by_what_they_are_worth() {
    // 1,000 dollars are 800 euros, and yen have no rate.
    let world = World::default()
        .with("a", "usd", &[("2024-01-10", 1_000), ("2024-02-10", 1_500), ("2024-03-10", 0)])
        .with("b", "eur", &[("2024-01-20", 900), ("2024-02-10", 600)])
        .with("c", "jpy", &[("2024-01-05", 9_000)]);
    for currency in [Reporting::Native, Reporting::In(Currency::EUR)] {
        let list = |order| sorted(&world, currency, order);
        assert_eq!(list("-date"), ["a:-1500", "a:500", "b:-300", "b:900", "a:1000", "c:9000"]);
        assert_eq!(list("date"), ["c:9000", "a:1000", "b:900", "a:500", "b:-300", "a:-1500"]);
    }
    // Natively, yen compare by the newest rate that is known at all.
    let list = |order| sorted(&world, Reporting::Native, order);
    assert_eq!(list("-change"), ["c:9000", "b:900", "a:1000", "a:500", "b:-300", "a:-1500"]);
    assert_eq!(list("change"), ["a:-1500", "b:-300", "a:500", "a:1000", "b:900", "c:9000"]);
    let list = |order| sorted(&world, Reporting::In(Currency::EUR), order);
    assert_eq!(list("-change"), ["b:900", "a:1000", "a:500", "c:9000", "b:-300", "a:-1500"]);
    assert_eq!(list("change"), ["a:-1500", "b:-300", "c:9000", "a:500", "a:1000", "b:900"]);
    let after = sorted(&world, Reporting::In(Currency::EUR), "-mrr_after");
    assert_eq!(after, ["a:500", "b:900", "a:1000", "b:-300", "a:-1500", "c:9000"]);
    assert!("size".parse::<MovementOrder>().is_err());
}

#[test]
fn the_movements_of_all_pages_are_added_up_by_type_and_currency() {
    let world = World::default()
        .with("a", "usd", &[("2024-01-10", 1_000), ("2024-02-10", 1_500), ("2024-03-10", 0)])
        .with("b", "usd", &[("2024-01-20", 700)])
        .with("c", "eur", &[("2024-01-05", 300)]);
    let asked = MovementsQuery {
        query: query("2024-01-01", "2024-03-31"),
        kinds: Vec::new(),
        only: MovementFilter::default(),
        order: MovementOrder::default(),
        cursor: None,
        limit: 1,
    };
    let page = query::movements(&world.ledger("UTC"), &Rates::default(), &asked).unwrap();
    let sums = page.sums.iter().map(|sum| (sum.kind, sum.currency.to_string(), sum.delta_minor, sum.count));
    assert_eq!(
        sums.collect::<Vec<_>>(),
        [
            (MovementKind::New, "eur".to_owned(), 300, 1),
            (MovementKind::New, "usd".to_owned(), 1_700, 2),
            (MovementKind::Expansion, "usd".to_owned(), 500, 1),
            (MovementKind::Churn, "usd".to_owned(), -1_500, 1),
        ]
    );
}

#[test]
fn sums_are_converted_row_by_row() {
    let world = World::default()
        .with("a", "usd", &[("2024-01-10", 1_001), ("2024-02-10", 1_504), ("2024-03-10", 0)])
        .with("b", "usd", &[("2024-01-20", 703)])
        .with("c", "eur", &[("2024-01-05", 300)])
        .with("d", "jpy", &[("2024-01-05", 777)]);
    let ledger = world.ledger("UTC");
    let sums = |currency| {
        let asked = MovementsQuery {
            query: Query { currency, ..query("2024-01-01", "2024-03-31") },
            kinds: Vec::new(),
            only: MovementFilter::default(),
            order: MovementOrder::default(),
            cursor: None,
            limit: 100,
        };
        query::movements(&ledger, &rates(), &asked).unwrap()
    };
    let page = sums(Reporting::In(Currency::EUR));
    assert!(page.sums.iter().any(|sum| sum.converted_minor.is_some_and(|minor| minor != sum.delta_minor)));
    for sum in &page.sums {
        let own = page.data.iter().filter(|row| (row.kind, row.currency) == (sum.kind, sum.currency));
        let rows: Vec<i64> = own.filter_map(|row| row.converted_minor).collect();
        // What has no rate on any day is worth nothing that could be told.
        let expected = (!rows.is_empty()).then(|| rows.iter().sum());
        assert_eq!(sum.converted_minor, expected, "{sum:?}");
    }
    assert!(sums(Reporting::Native).sums.iter().all(|sum| sum.converted_minor.is_none()));
}
