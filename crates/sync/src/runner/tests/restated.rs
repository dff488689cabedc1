//! Figures of past months do not change without being reported. It is 23 November.

use crate::testing::kind;
use metrics::restate::PreviousFigures;
use model::RestatementReason::{InvoiceVoided, SettingsChanged};
use model::{RestatementReason, Settings};
use store::Batch;

use super::*;

const OCTOBER_4: i64 = NOW - 50 * 86_400;

type Told = (String, String, i64, i64, RestatementReason);

/// The list, oldest first.
fn told(folder: &Folder) -> Vec<Told> {
    let list = folder.objects().restatements(None, 1_000).unwrap();
    let told = list.into_iter().rev().map(|one| {
        let one = one.restatement;
        (one.month_on.to_string(), one.customer.to_string(), one.old_minor, one.new_minor, one.reason)
    });
    told.collect()
}

fn figure(month_on: &str, customer: &str, old: i64, new: i64, reason: RestatementReason) -> Told {
    (month_on.to_owned(), customer.to_owned(), old, new, reason)
}

fn change_settings(folder: &Folder, runner: &Runner, change: impl Fn(&mut Settings)) {
    let catalog = folder.data.catalog().unwrap();
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    catalog.update_connection(workspace, id, |record| change(&mut record.settings)).unwrap();
    runner.settings_changed(id);
}

/// Loaded with three paid invoices each, the first of 24 September; then the first of one customer is voided.
async fn with_an_invoice_voided() -> (Provider, Folder) {
    let provider = Provider::start(Merchant::monthly(3, 3)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| {
        merchant.get_mut(kind::INVOICE, "in_1_00")["status"] = json!("void");
        merchant.note("invoice.voided", kind::INVOICE, "in_1_00", since + 5);
    });
    (provider, folder)
}

fn ledger_files(folder: &Folder) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(folder.on_disk()).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("ledger.db")).collect()
}

#[tokio::test]
async fn an_update_tells_what_it_changes_of_finished_months_and_a_load_and_a_rebuild_tell_nothing() {
    let (_provider, folder) = with_an_invoice_voided().await;
    assert_eq!(told(&folder), []);
    let runner = folder.runner();
    let shown = folder.ledger(&runner).await;
    folder.sync(&runner).await.unwrap();
    let expected = [figure("2025-09-01", "cus_1", 1000, 0, InvoiceVoided)];
    assert_eq!(told(&folder), expected);
    let invoice = folder.objects().restatements(None, 1).unwrap().remove(0).restatement.invoice;
    assert_eq!(invoice.unwrap().as_str(), "in_1_00");

    folder.sync(&runner).await.unwrap();
    runner.rebuild(&folder.record.workspace, &folder.record.id, |_, _| {}).await.unwrap();
    assert_eq!(told(&folder), expected);
    // Nothing has changed but what was reported.
    let now = folder.ledger(&runner).await;
    let both = PreviousFigures::new(&shown, UnixSeconds(NOW), shown.zone()).because(SettingsChanged);
    assert_eq!(both.restated_by(&now).count(), 1);
}

#[tokio::test]
async fn what_was_recorded_before_a_crash_is_not_recorded_again_after_it() {
    let (_provider, folder) = with_an_invoice_voided().await;
    let before: Vec<_> =
        ledger_files(&folder).into_iter().map(|path| (std::fs::read(&path).unwrap(), path)).collect();
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(told(&folder).len(), 1);
    // The list was written, the ledger was not.
    for path in ledger_files(&folder) {
        std::fs::remove_file(path).unwrap();
    }
    for (bytes, path) in before {
        std::fs::write(path, bytes).unwrap();
    }
    let ledger = folder.ledger(&folder.runner()).await;
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)));
    assert_eq!(told(&folder).len(), 1);
}

#[tokio::test]
async fn objects_that_a_crash_left_without_a_ledger_are_told_of_with_the_next() {
    let (_provider, folder) = with_an_invoice_voided().await;
    let objects = folder.files().objects_to_write().unwrap();
    let mut invoice = objects.get(kind::INVOICE, "in_1_00").unwrap().unwrap().object;
    invoice.body = invoice.body.replace(r#""status":"paid""#, r#""status":"void""#).into();
    let batch = Batch { objects: vec![invoice], seen_at: UnixSeconds(NOW + 9), ..Batch::default() };
    crate::writing::write(objects, batch).await.unwrap();
    assert_eq!(told(&folder), []);
    folder.ledger(&folder.runner()).await;
    assert_eq!(told(&folder), [figure("2025-09-01", "cus_1", 1000, 0, InvoiceVoided)]);
}

#[tokio::test]
async fn other_rules_tell_what_they_change_and_change_back() {
    let provider = Provider::start(Merchant::monthly(3, 3)).await;
    provider.merchant(|merchant| {
        merchant.cancel(1, NOW - 40);
        merchant.get_mut(kind::SUBSCRIPTION, "sub_1")["canceled_at"] = json!(OCTOBER_4);
    });
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    change_settings(&folder, &runner, |settings| settings.rules.churn_at = ChurnAt::Requested);
    folder.ledger(&runner).await;
    let to_requested = figure("2025-10-01", "cus_1", 1000, 0, SettingsChanged);
    assert_eq!(told(&folder), std::slice::from_ref(&to_requested));
    change_settings(&folder, &runner, |settings| settings.rules.churn_at = ChurnAt::Ended);
    folder.ledger(&runner).await;
    assert_eq!(told(&folder), [to_requested, figure("2025-10-01", "cus_1", 0, 1000, SettingsChanged)]);
}

/// Loaded, with somebody who came late on the last of September.
async fn with_a_late_evening() -> (Provider, Folder) {
    let provider = Provider::start(Merchant::monthly(3, 3)).await;
    let september_30_at_22 = NOW - 53 * 86_400 - 2 * 3_600;
    provider.merchant(|merchant| {
        merchant.sign_up(9, september_30_at_22);
        merchant.bill(9, 0, september_30_at_22, 1);
    });
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    (provider, folder)
}

#[tokio::test]
async fn another_zone_tells_what_it_moves_into_another_month() {
    let (_provider, folder) = with_a_late_evening().await;
    let runner = folder.runner();
    change_settings(&folder, &runner, |settings| settings.time_zone = Some("Asia/Tokyo".to_owned()));
    folder.sync(&runner).await.unwrap();
    let expected = [figure("2025-09-01", "cus_9", 1000, 0, SettingsChanged)];
    assert_eq!(told(&folder), expected);
    folder.sync(&runner).await.unwrap();
    assert_eq!(told(&folder), expected);
}

/// What names customers goes then, the ledger included.
#[tokio::test]
async fn so_it_does_where_personal_data_goes_with_it() {
    let expected = [figure("2025-09-01", "cus_9", 1000, 0, SettingsChanged)];
    let to_tokyo = |settings: &mut Settings| settings.time_zone = Some("Asia/Tokyo".to_owned());
    {
        let (_provider, folder) = with_a_late_evening().await;
        let runner = folder.runner();
        change_settings(&folder, &runner, |settings| {
            to_tokyo(settings);
            settings.gdpr = true;
        });
        folder.sync(&runner).await.unwrap();
        assert_eq!(told(&folder), expected, "GDPR mode");
    }
    let (_provider, folder) = with_a_late_evening().await;
    change_settings(&folder, &folder.runner(), to_tokyo);
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    folder.runner().erase_customer(workspace, id, &CustomerId::from("cus_1")).await.unwrap();
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(told(&folder), expected, "an erasure");
}
