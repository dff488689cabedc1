//! The daily sample finds what nothing told of, and puts it right.

use super::*;
use crate::audit::{self, Audit};
use crate::testing::SOURCE;

#[tokio::test]
async fn a_change_that_nothing_told_of_is_found_and_taken_in() {
    let provider = Provider::start(Merchant::monthly(12, 3)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    folder.sync(&folder.runner()).await.unwrap();
    let first = Audit::last(&folder.objects()).unwrap().unwrap();
    assert_eq!((first.customers, first.missed.len(), first.differing.len()), (12, 0, 0));
    assert_eq!(first.objects, 24, "a subscription and an invoice each");

    // Without an event: the provider's mistake, or ours.
    provider.merchant(|merchant| merchant.cancel(3, NOW - 5));
    let later = |seconds| Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + seconds)));
    folder.sync(&folder.runner_at(later(3_600))).await.unwrap();
    assert_eq!(Audit::last(&folder.objects()).unwrap().unwrap(), first, "once a day");
    folder.sync(&folder.runner_at(later(90_000))).await.unwrap();
    let second = Audit::last(&folder.objects()).unwrap().unwrap();
    let missed: Vec<&str> = second.missed.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(missed, ["sub_3"]);
    assert_eq!(folder.ledger(&folder.runner()).await.row_count(), 12 + 1, "it churned");
    let problems = crate::view::problems(&folder.objects(), &folder.files()).unwrap();
    assert!(
        problems.iter().any(|problem| problem.code == "audit_missed" && problem.count == 1),
        "{problems:?}"
    );
}

#[tokio::test]
async fn figures_that_are_not_what_the_objects_give_are_told_apart() {
    let provider = Provider::start(Merchant::monthly(4, 3)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let objects = folder.objects();
    let customers = objects.all_customer_ids().unwrap();
    let book = crate::history::price_book(SOURCE, &objects).unwrap().book;
    let differing = |shown: &Ledger| {
        let (rules, now) = (LedgerRules::default(), UnixSeconds(NOW));
        audit::differing(SOURCE, &objects, &customers, shown, &book, rules, now).unwrap()
    };
    assert_eq!(differing(&rebuilt(&folder)), Vec::<CustomerId>::new());
    let other_rules = Ledger::empty(jiff::tz::TimeZone::UTC);
    assert_eq!(differing(&other_rules), customers);
}
