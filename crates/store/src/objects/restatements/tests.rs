use model::{Currency, RestatementReason};

use super::*;
use crate::Batch;

fn temp() -> (tempfile::TempDir, Objects) {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    (dir, objects)
}

fn figure(customer: &str, month: &str, old_minor: i64, new_minor: i64) -> Restatement {
    Restatement {
        month_on: month.parse().unwrap(),
        customer: customer.into(),
        currency: Currency::USD,
        old_minor,
        new_minor,
        reason: RestatementReason::InvoiceVoided,
        invoice: Some("in_1".into()),
    }
}

fn record(objects: &Objects, at: i64, restatements: Vec<Restatement>) -> usize {
    let batch = Batch { restatements, seen_at: UnixSeconds(at), ..Batch::default() };
    objects.commit_blocking(batch).unwrap().restated
}

fn all(objects: &Objects) -> Vec<Restatement> {
    objects.restatements(None, 100).unwrap().into_iter().map(|one| one.restatement).collect()
}

#[test]
fn what_was_recorded_comes_back_newest_first_and_outlives_the_handle() {
    let (dir, objects) = temp();
    let settings = Restatement {
        reason: RestatementReason::SettingsChanged,
        invoice: None,
        ..figure("cus_2", "2026-03-01", 5, 0)
    };
    let first = figure("cus_1", "2026-04-01", 3000, 1000);
    assert_eq!(record(&objects, 7, vec![first.clone()]), 1);
    assert_eq!(record(&objects, 9, vec![settings.clone()]), 1);
    drop(objects);
    let objects = Objects::open_read_only(dir.path()).unwrap();
    let found = objects.restatements(None, 100).unwrap();
    assert_eq!(found.iter().map(|one| one.recorded_at.0).collect::<Vec<_>>(), [9, 7]);
    assert_eq!(all(&objects), [settings, first]);
}

#[test]
fn what_is_recorded_again_after_a_crash_is_there_once() {
    let (_dir, objects) = temp();
    let some = vec![figure("cus_1", "2026-04-01", 3000, 1000), figure("cus_1", "2026-05-01", 3000, 0)];
    assert_eq!(record(&objects, 1, some.clone()), 2);
    assert_eq!(record(&objects, 2, some.clone()), 0);
    assert_eq!(all(&objects).len(), 2);
}

#[test]
fn a_figure_goes_on_from_what_the_list_last_said() {
    let (_dir, objects) = temp();
    record(&objects, 1, vec![figure("cus_1", "2026-04-01", 3000, 1000)]);
    // Recorded, but not shown before the next change came: that one still starts from what was shown.
    record(&objects, 2, vec![figure("cus_1", "2026-04-01", 3000, 500)]);
    record(&objects, 3, vec![figure("cus_1", "2026-04-01", 500, 3000)]);
    let steps: Vec<_> = all(&objects).iter().map(|one| (one.old_minor, one.new_minor)).collect();
    assert_eq!(steps, [(500, 3000), (1000, 500), (3000, 1000)]);
}

#[test]
fn figures_of_other_customers_months_and_currencies_are_others() {
    let (_dir, objects) = temp();
    let one = figure("cus_1", "2026-04-01", 3000, 1000);
    let euros = Restatement { currency: Currency::EUR, ..one.clone() };
    let others =
        [figure("cus_2", "2026-04-01", 3000, 1000), figure("cus_1", "2026-05-01", 3000, 1000), euros];
    record(&objects, 1, vec![one]);
    assert_eq!(record(&objects, 2, others.to_vec()), 3);
}

#[test]
fn a_page_goes_on_where_the_one_before_ended() {
    let (_dir, objects) = temp();
    let months = (1..=9).map(|month| figure("cus_1", &format!("2025-0{month}-01"), 0, month));
    record(&objects, 1, months.collect());
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = objects.restatements(before, 4).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        pages.push(page.iter().map(|one| one.restatement.new_minor).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec![9, 8, 7, 6], vec![5, 4, 3, 2], vec![1]]);
}

#[test]
fn the_newest_of_each_figure_is_what_the_list_says() {
    let (_dir, objects) = temp();
    let figures = [
        figure("cus_1", "2026-04-01", 3000, 1000),
        figure("cus_1", "2026-05-01", 3000, 0),
        figure("cus_1", "2026-04-01", 1000, 2000),
        figure("cus_2", "2026-04-01", 500, 0),
    ];
    for (at, figure) in (1..).zip(figures.clone()) {
        record(&objects, at, vec![figure]);
    }
    let newest = |after: Option<&Restatement>, limit| -> Vec<_> {
        let found = objects.newest_restatements(after, limit).unwrap();
        found.into_iter().map(|one| (one.number, one.restatement)).collect()
    };
    let [_, may, april, other] = figures;
    let first = newest(None, 2);
    assert_eq!(first, [(3, april), (2, may)]);
    assert_eq!(newest(Some(&first[1].1), 2), [(4, other)]);
}
