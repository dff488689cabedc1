//! Customers of several connections that are one customer: by their email address, and by what a provider imported.

use std::sync::Arc;

use jiff::tz::TimeZone;
use metrics::columns::{Joining, Ledger, LedgerPart, LedgersTogether};
use metrics::fx::Rates;
use metrics::joining::{self, CountedOnce};
use metrics::query::{
    self, CustomerSort, CustomersQuery, Dimension, Filter, MovementKind, MrrPoint, Query, Reporting,
};
use metrics::registry::METRICS;
use metrics::view::{Reach, View};
use model::billing::ImportedFrom;
use model::{Currency, CustomerId, EmailKey, JoinRules, Secret, Settings};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question_by, rates, world};
use super::world::{Change, TestCustomer, World, at, query};

const BY_EMAIL: Joining =
    Joining { rules: JoinRules { join_by_email: true, join_imported: true }, email_key: None };

fn part(connection: &str, world: &World, zone: &str) -> LedgerPart {
    LedgerPart {
        connection: connection.into(),
        name: format!("Shop {connection}"),
        source: connection.to_owned(),
        hides_emails: false,
        ledger: Arc::new(world.ledger(zone)),
    }
}

fn joined(worlds: &[World], joining: &Joining) -> LedgersTogether {
    let parts = worlds.iter().zip(["old", "new", "third"]).map(|(world, name)| part(name, world, "UTC"));
    LedgersTogether::new(parts.collect(), &TimeZone::UTC, joining, None)
}

/// Customers of the same name as one customer of one account, with all subscriptions of both.
fn as_one(one: &World, other: &World) -> World {
    let renamed = |id: &str| format!("other_{id}");
    let change = |change: &Change| Change { subscription: renamed(&change.subscription), ..change.clone() };
    let mut all = one.clone();
    for theirs in &other.customers {
        let theirs = TestCustomer {
            changes: theirs.changes.iter().map(change).collect(),
            apart: theirs.apart.iter().map(|(what, own)| (*what, change(own))).collect(),
            involuntary: theirs.involuntary.iter().map(|id| renamed(id)).collect(),
            trials: theirs
                .trials
                .iter()
                .cloned()
                .map(|mut own| {
                    own.subscription = renamed(&own.subscription);
                    own
                })
                .collect(),
            cancels: theirs.cancels.iter().map(|(id, at)| (renamed(id), *at)).collect(),
            renewals: theirs.renewals.iter().map(|(id, at)| (renamed(id), *at)).collect(),
            statuses: theirs.statuses.iter().map(|(id, status)| (renamed(id), *status)).collect(),
            endings: theirs
                .endings
                .iter()
                .cloned()
                .map(|mut own| {
                    own.subscription = renamed(&own.subscription);
                    own
                })
                .collect(),
            means: theirs.means.iter().map(|(id, means)| (renamed(id), means.clone())).collect(),
            failed_invoices: theirs
                .failed_invoices
                .iter()
                .map(|(id, at, until)| (renamed(id), *at, *until))
                .collect(),
            ..theirs.clone()
        };
        match all.customers.iter_mut().find(|own| own.id == theirs.id) {
            None => all.customers.push(theirs),
            Some(own) => {
                own.country = own.country.take().or(theirs.country);
                own.changes.extend(theirs.changes);
                own.apart.extend(theirs.apart);
                own.money.extend(theirs.money);
                own.involuntary.extend(theirs.involuntary);
                own.trials.extend(theirs.trials);
                own.cancels.extend(theirs.cancels);
                own.renewals.extend(theirs.renewals);
                own.statuses.extend(theirs.statuses);
                own.endings.extend(theirs.endings);
                own.means.extend(theirs.means);
                own.failed_invoices.extend(theirs.failed_invoices);
            }
        }
    }
    all.balance.extend(other.balance.iter().cloned());
    all
}

fn said(ledger: &Ledger, rates: &Rates, query: &Query) -> Vec<(&'static str, String)> {
    let answer = |metric| match query::value(ledger, rates, metric, query) {
        Ok(answer) => serde_json::to_string(&answer).unwrap(),
        Err(error) => error.to_string(),
    };
    METRICS.iter().map(|metric| (metric.id, answer(metric))).collect()
}

fn points(ledger: &Ledger, query: &Query) -> Vec<(Currency, Vec<MrrPoint>)> {
    let series = query::mrr(ledger, &Rates::default(), query).unwrap().series;
    series.into_iter().map(|series| (series.currency, series.points)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Two accounts with the same people in them: prices of the same id are different ones, so nothing is asked about them.
    #[test]
    fn joined_customers_are_what_one_account_with_all_of_their_subscriptions_would_make_of_them(
        one in world(), other in world(),
        zone in select(ZONES.to_vec()),
        query in question_by(&[Dimension::Interval, Dimension::Currency, Dimension::Country]),
    ) {
        let filter = Filter { plans: Vec::new(), products: Vec::new(), ..query.filter.clone() };
        let (query, rates) = (Query { filter, ..query }, rates());
        let parts = vec![part("conn_1", &one, zone), part("conn_2", &other, zone)];
        let zone_of = TimeZone::get(zone).unwrap();
        let together = LedgersTogether::new(parts, &zone_of, &BY_EMAIL, None);
        let reference = as_one(&one, &other);
        prop_assert_eq!(together.ledger.customer_count(), reference.customers.len());
        prop_assert_eq!(said(&together.ledger, &rates, &query), said(&reference.ledger(zone), &rates, &query));
    }

    #[test]
    fn joining_by_email_moves_no_amount_and_movements_add_up(
        one in world(), other in world(), query in question_by(&[Dimension::Country]),
    ) {
        let query = Query { filter: Filter::default(), currency: Reporting::Native, by: None, ..query };
        let together = joined(&[one.clone(), other.clone()], &BY_EMAIL).ledger;
        let apart = joined(&[one, other], &Joining::default()).ledger;
        for ((currency, joined), (same, apart)) in points(&together, &query).iter().zip(&points(&apart, &query)) {
            prop_assert_eq!(currency, same);
            let mrr = |points: &[MrrPoint]| points.iter().map(|point| point.mrr_minor).collect::<Vec<_>>();
            prop_assert_eq!(mrr(joined), mrr(apart));
            for (point, apart) in joined.iter().zip(apart) {
                prop_assert!(point.customers <= apart.customers);
                prop_assert_eq!(point.subscriptions, apart.subscriptions);
            }
            for pair in joined.windows(2) {
                let moved = pair[1].new_minor + pair[1].expansion_minor + pair[1].contraction_minor
                    + pair[1].churn_minor + pair[1].reactivation_minor;
                prop_assert_eq!(pair[1].mrr_minor - pair[0].mrr_minor, moved);
            }
        }
    }

    #[test]
    fn what_is_shared_with_the_ledger_before_makes_no_difference(
        before in world(), after in world(), other in world(), query in question_by(&Dimension::RECURRING),
    ) {
        let other = part("new", &other, "UTC");
        let parts = |world: &World| vec![part("old", world, "UTC"), other.clone()];
        for first in [&BY_EMAIL, &Joining::default()] {
            let earlier = LedgersTogether::new(parts(&before), &TimeZone::UTC, first, None);
            let shared = LedgersTogether::new(parts(&after), &TimeZone::UTC, &BY_EMAIL, Some(&earlier));
            let anew = LedgersTogether::new(parts(&after), &TimeZone::UTC, &BY_EMAIL, None);
            prop_assert_eq!(said(&shared.ledger, &rates(), &query), said(&anew.ledger, &rates(), &query));
            prop_assert_eq!(shared.ledger.customer_ids(), anew.ledger.customer_ids());
        }
    }
}

fn person(email: &str, id: &str, values: &[(&str, i64)]) -> World {
    let mut world = World::default().with(id, "usd", values);
    world.customer(id).email = Some(email.to_owned());
    world
}

/// The movements of 2023, by type: new, expansion, contraction, churn, reactivation.
fn moved(ledger: &Ledger) -> [i64; 5] {
    let mut sums = [0; 5];
    for point in points(ledger, &query("2023-01-01", "2023-12-31")).iter().flat_map(|(_, points)| points) {
        let own = [
            point.new_minor,
            point.expansion_minor,
            point.contraction_minor,
            point.churn_minor,
            point.reactivation_minor,
        ];
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }
    sums
}

#[test]
fn a_move_on_one_day_is_neither_churn_nor_new() {
    let old =
        person("ada@example.com", "cus_1", &[("2023-02-01T08:00:00Z", 2_000), ("2023-06-10T09:00:00Z", 0)]);
    let new = person(" Ada@Example.COM ", "ctm_1", &[("2023-06-10T17:00:00Z", 2_000)]);
    let apart = joined(&[old.clone(), new.clone()], &Joining::default()).ledger;
    assert_eq!(moved(&apart), [4_000, 0, 0, -2_000, 0], "off by default");
    let one = joined(&[old.clone(), new], &BY_EMAIL).ledger;
    assert_eq!(moved(&one), [2_000, 0, 0, 0, 0]);
    assert_eq!(one.customer_count(), 1);

    let dearer = person("ada@example.com", "ctm_1", &[("2023-06-10T07:00:00Z", 2_500)]);
    assert_eq!(
        moved(&joined(&[old, dearer], &BY_EMAIL).ledger),
        [2_000, 500, 0, 0, 0],
        "and more is an expansion"
    );
}

#[test]
fn days_without_mrr_are_a_churn_and_a_reactivation_and_an_overlap_counts_both() {
    let old = person("ada@example.com", "cus_1", &[("2023-02-01", 2_000), ("2023-06-10", 0)]);
    let later = person("ada@example.com", "ctm_1", &[("2023-06-11", 2_000)]);
    assert_eq!(moved(&joined(&[old.clone(), later], &BY_EMAIL).ledger), [2_000, 0, 0, -2_000, 2_000]);
    let earlier = person("ada@example.com", "ctm_1", &[("2023-05-01", 3_000)]);
    assert_eq!(moved(&joined(&[old, earlier], &BY_EMAIL).ledger), [2_000, 3_000, -2_000, 0, 0]);
}

#[test]
fn an_address_joins_one_customer_of_each_account_and_nobody_where_it_is_open_who_is_meant() {
    let joins = |worlds: &[World]| {
        let together = joined(worlds, &BY_EMAIL);
        let all = together.joins.customers.iter().map(|customer| {
            together.accounts(customer).into_iter().map(|(_, id)| id.to_string()).collect::<Vec<_>>()
        });
        (all.collect::<Vec<_>>(), together.joins.ambiguous_emails)
    };
    let paying = [("2023-02-01", 100)];
    let ada = |id: &str, values: &[(&str, i64)]| person("ada@example.com", id, values);
    let both = |one: World, other: World| World {
        customers: one.customers.into_iter().chain(other.customers).collect(),
        ..World::default()
    };
    let three = [ada("a", &paying), ada("b", &paying), ada("c", &paying)];
    assert_eq!(joins(&three), (vec![["a", "b", "c"].map(str::to_owned).to_vec()], 0));

    let twice = both(ada("a1", &paying), ada("a2", &paying));
    assert_eq!(joins(std::slice::from_ref(&twice)), (vec![], 0), "an account is never joined with itself");
    assert_eq!(joins(&[twice.clone(), ada("b", &paying)]), (vec![], 1), "two to one");
    assert_eq!(
        joins(&[twice.clone(), both(ada("b1", &paying), ada("b2", &paying))]),
        (vec![], 1),
        "two to two"
    );
    let others = vec![["b", "c"].map(str::to_owned).to_vec()];
    assert_eq!(
        joins(&[twice, ada("b", &paying), ada("c", &paying)]),
        (others, 1),
        "the other accounts' are clear"
    );

    let guest = both(ada("a1", &paying), ada("guest", &[]));
    let clear = vec![["a1", "b"].map(str::to_owned).to_vec()];
    assert_eq!(joins(&[guest, ada("b", &paying)]), (clear, 0), "one of them alone ever had MRR");

    for none in ["", "   ", "unknown"] {
        let worlds = [person(none, "a", &paying), person(none, "b", &paying)];
        assert_eq!(joins(&worlds), (vec![], 0), "{none:?}");
    }
}

#[test]
fn an_address_that_is_not_stored_is_compared_by_its_hash() {
    let key = EmailKey::new(Secret::new("key"));
    let mut hidden = World::default().with("a", "usd", &[("2023-02-01", 100)]);
    let customer = hidden.customer("a");
    (customer.email, customer.email_hash) = (Some(String::new()), key.hash("ada@example.com"));
    let shown = person("ADA@example.com", "b", &[("2023-03-01", 100)]);
    let joining = Joining { email_key: Some(key), ..BY_EMAIL };
    let count = |worlds: &[World], joining: &Joining| joined(worlds, joining).joins.customers.len();
    assert_eq!(count(&[hidden.clone(), shown.clone()], &joining), 1);
    let other = Joining { email_key: Some(EmailKey::new(Secret::new("other"))), ..BY_EMAIL };
    assert_eq!(count(&[hidden.clone(), shown.clone()], &other), 0, "under another key it is another hash");

    let mut part_of_hidden = part("old", &hidden, "UTC");
    let erased = part_of_hidden.ledger.without_names(|_| true, None);
    (part_of_hidden.ledger, part_of_hidden.hides_emails) = (Arc::new(erased), true);
    let parts = vec![part_of_hidden, part("new", &shown, "UTC")];
    let joins = LedgersTogether::new(parts, &TimeZone::UTC, &joining, None).joins;
    assert_eq!((joins.customers.len(), joins.without_email), (0, 1), "an erasure takes the hash, too");

    let named = part("new", &shown, "UTC").ledger.without_names(|_| true, joining.email_key.as_ref());
    let entry = named.customer(&"b".into()).unwrap();
    assert_eq!((entry.email, entry.email_hash), (None, joining.email_key.unwrap().hash("ada@example.com")));
}

fn moved_over(old_values: &[(&str, i64)], new_values: &[(&str, i64)]) -> [World; 2] {
    let old = World::default().with("17", "usd", old_values);
    let mut new = World::default().with("ctm_1", "usd", new_values);
    let customer = new.customer("ctm_1");
    let from = |id: &str| ImportedFrom { source: "old".to_owned(), id: id.to_owned() };
    customer.imported_from = Some(from("17"));
    customer.imported.insert("sub_ctm_1".to_owned(), from("sub_17"));
    [old, new]
}

#[test]
fn what_a_provider_moved_counts_once_from_the_day_on_which_the_new_side_begins() {
    // The old side goes on to be renewed for a while, and even grows.
    let worlds = moved_over(&[("2023-02-01", 2_000), ("2023-07-05", 3_000)], &[("2023-06-10", 2_000)]);
    let together = joined(&worlds, &Joining::default());
    assert_eq!(moved(&together.ledger), [2_000, 0, 0, 0, 0]);
    let left_out = together.left_out(at("2023-12-31"));
    assert_eq!(
        left_out.values().map(|one| (one.amount_minor, one.subscriptions)).collect::<Vec<_>>(),
        [(3_000, 1)]
    );
    assert!(together.left_out(at("2023-06-01")).is_empty(), "nothing was moved yet");
    let moved_subscription = &together.ledger.moved_of(&"old:17".into())[0];
    assert_eq!((moved_subscription.id.as_str(), moved_subscription.at), ("sub_17", at("2023-06-10")));

    let rules = JoinRules { join_imported: false, join_by_email: false };
    let apart = joined(&worlds, &Joining { rules, email_key: None });
    assert_eq!(moved(&apart.ledger), [4_000, 1_000, 0, 0, 0], "without the rule, both count");

    // The account it came from is connected twice, or is another one.
    let [old, new] = worlds;
    let mut parts = vec![part("one", &old, "UTC"), part("two", &old, "UTC"), part("new", &new, "UTC")];
    parts[0].source = "old".to_owned();
    parts[1].source = "old".to_owned();
    let open = LedgersTogether::new(parts, &TimeZone::UTC, &Joining::default(), None);
    assert!(open.joins.customers.is_empty());
    let stranger = World::default().with("18", "usd", &[("2023-02-01", 2_000)]);
    assert!(joined(&[stranger, new], &Joining::default()).joins.customers.is_empty());
}

#[test]
fn a_joined_customer_is_found_by_each_of_its_ids_and_has_all_that_its_accounts_have() {
    let old = person("ada@example.com", "cus_1", &[("2023-02-01", 2_000)]);
    let new = person("ada@example.com", "ctm_1", &[("2023-05-01", 500)]);
    let ledger = joined(&[old, new], &BY_EMAIL).ledger;
    let ids = ["old:cus_1", "new:ctm_1"].map(CustomerId::from);
    for id in &ids {
        assert_eq!(ledger.customer(id).map(|customer| customer.id), Some(ids[0].clone()));
        assert_eq!(ledger.accounts_of(id), ids);
        let values = query::subscription_values(&ledger, id, at("2023-12-31"));
        assert_eq!(values.values().sum::<i64>(), 2_500);
    }
    let found = |search: &str| {
        let asked = CustomersQuery {
            search: Some(search.to_owned()),
            state: None,
            status: None,
            filter: Filter::default(),
            sort: CustomerSort::Mrr,
            is_descending: true,
            on: None,
            currency: Reporting::Native,
            now: at("2023-12-31"),
            cursor: None,
            limit: 5,
            with_sums: false,
        };
        query::customers(&ledger, &Rates::default(), &asked).unwrap().data.len()
    };
    assert_eq!((found("CTM_1"), found("cus_1"), found("ctm_2")), (1, 1, 0));
    assert_eq!(ledger.customer(&"new:cus_1".into()), None);
}

#[test]
fn a_preview_says_what_would_change() {
    let old = person("ada@example.com", "cus_1", &[("2023-02-01", 2_000), ("2023-06-10T09:00:00Z", 0)]);
    let new = person("ada@example.com", "ctm_1", &[("2023-06-10T17:00:00Z", 2_000)]);
    let bob = person("bob@example.com", "cus_2", &[("2023-03-01", 700)]);
    let old =
        World { customers: old.customers.into_iter().chain(bob.customers).collect(), ..World::default() };
    let worlds = [old, new];
    let before = joined(&worlds, &Joining::default());
    let view = View {
        ledger: Arc::clone(&before.ledger),
        rates: Arc::new(Rates::default()),
        settings: Settings::default(),
        default_currency: None,
        mrr_method: None,
        now: at("2023-12-31"),
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
    };
    let preview = joining::preview(&view, &joined(&worlds, &BY_EMAIL)).unwrap();
    assert_eq!((preview.customers_before, preview.customers_after), (3, 2));
    assert_eq!((preview.summary.joined_customers, preview.summary.account_customers), (1, 2));
    assert_eq!(preview.mrr_before, preview.mrr_after);
    let changed: Vec<_> = preview
        .movements
        .iter()
        .map(|one| (one.kind, one.before_minor, one.after_minor, one.before_customers, one.after_customers))
        .collect();
    assert_eq!(changed, [(MovementKind::New, 4_700, 2_700, 3, 2), (MovementKind::Churn, -2_000, 0, 1, 0)]);
    let example = &preview.examples[0];
    assert_eq!(example.email.as_deref(), Some("ada@example.com"));
    let accounts: Vec<_> = example.accounts.iter().map(|account| account.customer_id.as_str()).collect();
    assert_eq!((accounts, example.is_imported), (vec!["cus_1", "ctm_1"], false));

    let imported = moved_over(&[("2023-02-01", 2_000)], &[("2023-06-10", 2_000)]);
    let summary = joining::summary(&joined(&imported, &Joining::default()), &view);
    let once = CountedOnce { currency: Currency::USD, amount_minor: 2_000, subscriptions: 1 };
    assert_eq!((summary.imported_customers, summary.counted_once), (1, vec![once]));
}
