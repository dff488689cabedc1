//! An export is read back in each format, and adds up to the figures. Nothing that looks like one is ever half of one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use model::{Day, UnixSeconds};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::process::{Process, chartsy, start, stdout, text};
use crate::support::{KEY, mid_merchant};

/// A row's cells by their columns, as text.
type Row = BTreeMap<String, String>;

const FORMATS: [&str; 3] = ["csv", "json", "parquet"];

async fn loaded(data: &Path, customers: u64) {
    let merchant = mid_merchant(customers).await;
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    stdout(&chartsy(data, &args, Some(KEY)));
}

fn export(data: &Path, to: &Path, format: &str) -> Output {
    chartsy(data, &["export", "--to", to.to_str().unwrap(), "--format", format], None)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("export.json")).unwrap()).unwrap()
}

fn csv_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn json_rows(path: &Path) -> Vec<Row> {
    let rows: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cell = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    rows.into_iter().map(|row| row.into_iter().map(|(name, value)| (name, cell(value))).collect()).collect()
}

fn parquet_rows(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let cell = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Date(day) => Day(*day).to_string(),
        Field::TimestampMillis(ms) => UnixSeconds(ms / 1000).to_string(),
        Field::Decimal(_) => field.to_string().parse::<Decimal>().unwrap().normalize().to_string(),
        other => other.to_string(),
    };
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    rows.map(|row| row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect()).collect()
}

/// Sums of a column by month and currency; of values that are not 0.
fn sums<'a>(
    rows: impl IntoIterator<Item = &'a Row>,
    day: &str,
    amount: &str,
) -> BTreeMap<(String, String), i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let key = (row[day][..7].to_owned(), row["currency"].clone());
        *sums.entry(key).or_default() += row[amount].parse::<i64>().unwrap();
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn of_metric<'a>(rows: &'a [Row], metric: &'a str) -> impl Iterator<Item = &'a Row> {
    rows.iter().filter(move |row| row["metric"] == metric && !row["value"].is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_format_has_the_same_rows_and_they_add_up_to_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    loaded(&data, 30).await;
    let to = |format: &str| folder.path().join(format);
    for format in FORMATS {
        stdout(&export(&data, &to(format), format));
        assert_eq!(manifest(&to(format))["is_complete"], true);
    }
    let files = manifest(&to("csv"))["files"].as_array().unwrap().clone();
    let mut tables: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for file in files {
        let table = file["name"].as_str().unwrap().strip_suffix(".csv").unwrap();
        let path = |format: &str| to(format).join(format!("{table}.{format}"));
        let rows = csv_rows(&path("csv"));
        assert_eq!(file["rows"], rows.len(), "{table}");
        // Nobody of these has an item that waits.
        assert!(!rows.is_empty() || table == "pending_items", "{table}");
        assert_eq!(json_rows(&path("json")), rows, "{table}");
        assert_eq!(parquet_rows(&path("parquet")), rows, "{table}");
        tables.insert(table.to_owned(), rows);
    }
    let metrics = &tables["metrics"];
    let figures = |metric| sums(of_metric(metrics, metric), "start_on", "value");
    assert_eq!(sums(&tables["mrr_by_month"], "start_on", "mrr_minor"), figures("mrr"));
    assert_eq!(sums(&tables["movements"], "on", "delta_minor"), figures("net_new_mrr"));
    let (movements, causes) = (&tables["movements"], &tables["movement_causes"]);
    let changes = movements.iter().filter(|row| ["expansion", "contraction"].contains(&row["type"].as_str()));
    assert_eq!(sums(causes, "on", "delta_minor"), sums(changes, "on", "delta_minor"));
    for row in movements {
        assert_eq!(row["type"] == "churn", !row["is_involuntary"].is_empty(), "{row:?}");
        assert_eq!(row["type"] == "churn", !row["churn_reason"].is_empty(), "{row:?}");
    }

    let balance = &tables["balance_transactions"];
    let moved = balance.iter().filter(|row| !["payout", "transfer"].contains(&row["category"].as_str()));
    assert_eq!(sums(moved, "created_at", "net_minor"), figures("net_cash"));
    assert_eq!(sums(balance, "created_at", "fee_minor"), figures("fees"));
    for status in ["active", "churned"] {
        assert!(tables["customers"].iter().any(|row| row["status"] == status), "{status}");
    }

    let printed = ["metrics", "mrr", "--from", "2026-01-01", "--to", "2026-10-31", "--format", "csv"];
    let printed = stdout(&chartsy(&data, &printed, None));
    let printed: Vec<Row> =
        csv::Reader::from_reader(printed.as_bytes()).deserialize().map(Result::unwrap).collect();
    let in_range =
        of_metric(metrics, "mrr").filter(|row| ("2026-01".."2026-11").contains(&row["start_on"].as_str()));
    assert_eq!(sums(in_range, "start_on", "value"), sums(&printed, "start_on", "mrr_minor"));

    let ids = |table: &str, column: &str| -> BTreeSet<String> {
        tables[table].iter().map(|row| row[column].clone()).filter(|id| !id.is_empty()).collect()
    };
    assert!(ids("subscription_items", "price_id").is_subset(&ids("prices", "id")));
    assert!(ids("prices", "product").is_subset(&ids("products", "id")));
    assert!(ids("payment_intents", "customer").is_subset(&ids("customers", "id")));

    let now: i64 = tables["subscriptions"].iter().map(|row| row["mrr_minor"].parse::<i64>().unwrap()).sum();
    let last = tables["mrr_by_month"].iter().map(|row| row["end_on"].clone()).max().unwrap();
    let last = tables["mrr_by_month"].iter().filter(|row| row["end_on"] == last);
    assert_eq!(now, last.map(|row| row["mrr_minor"].parse::<i64>().unwrap()).sum::<i64>());
}

/// What is sold in dollars and euros and by tiers, what is taken off it, what it is paid with and why it will end, and what
/// waits to be billed and paid.
const GOODS: &str = r#"{ "settings": { "now": "@2026-03-20" }, "objects": {
    "products": [{ "id": "prod_1", "name": "Pro", "active": true }],
    "prices": [
        { "id": "price_1", "product": "prod_1", "nickname": "Pro monthly", "unit_amount": 1000, "currency": "usd",
          "recurring": { "interval": "month", "interval_count": 3, "usage_type": "licensed" },
          "currency_options": { "eur": { "unit_amount": 900, "unit_amount_decimal": "900" } } },
        { "id": "price_2", "product": "prod_1", "currency": "usd", "unit_amount": null, "billing_scheme": "tiered",
          "tiers_mode": "volume", "recurring": { "interval": "year", "interval_count": 1, "usage_type": "metered" },
          "tiers": [{ "up_to": 10, "unit_amount": 500, "unit_amount_decimal": "500" },
                    { "up_to": null, "unit_amount_decimal": "0.25", "flat_amount": 4000 }] }
    ],
    "coupons": [{ "id": "SPRING", "name": "Spring", "percent_off": 12.5, "duration": "repeating",
        "duration_in_months": 3, "valid": true, "times_redeemed": 2, "created": "@2026-01-05" }],
    "customers": [{ "id": "cus_1", "created": "@2026-01-01" }],
    "subscriptions": [{ "id": "sub_1", "customer": "cus_1", "created": "@2026-01-01", "items": [{ "price": "price_1" }],
        "default_payment_method": { "id": "pm_1", "object": "payment_method", "type": "card",
            "card": { "brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2026 } },
        "cancellation_details": { "reason": "cancellation_requested", "feedback": "too_expensive", "comment": null } }],
    "invoices": [{ "id": "in_1", "customer": "cus_1", "sub": "sub_1", "created": "@2026-01-01", "lines": [
        { "price": "price_1", "amount": 3000, "sub": "sub_1", "period": { "start": "@2026-01-01", "end": "@2026-04-01" } }] }],
    "invoiceitems": [{ "id": "ii_1", "customer": "cus_1", "created": "@2026-03-01", "date": "@2026-03-01", "sub": "sub_1",
        "price": "price_1", "amount": 700, "currency": "usd", "proration": true, "description": "Rest of March",
        "period": { "start": "@2026-03-01", "end": "@2026-04-01" } }],
    "payment_intents": [{ "id": "pi_1", "customer": "cus_1", "created": "@2026-03-02", "amount": 4900, "amount_received": 0,
        "currency": "usd", "status": "requires_payment_method" }]
} }"#;

#[test]
fn what_is_sold_and_what_waits_is_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("account.json"));
    fs::write(&file, GOODS).unwrap();
    let args = ["sandbox", "--listen", "127.0.0.1:0", "--key", KEY, "--objects", file.to_str().unwrap()];
    let served = Process::start(&args);
    let base = format!("http://{}", served.addr.split_whitespace().next().unwrap());
    stdout(&chartsy(&data, &["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &base], Some(KEY)));
    for format in FORMATS {
        let to = folder.path().join(format);
        stdout(&export(&data, &to, format));
        let path = |table: &str| to.join(format!("{table}.{format}"));
        let read = |table: &str, columns: &[&str]| -> Vec<String> {
            let rows = match format {
                "csv" => csv_rows(&path(table)),
                "json" => json_rows(&path(table)),
                _ => parquet_rows(&path(table)),
            };
            rows.iter()
                .map(|row| columns.iter().map(|name| row[*name].as_str()).collect::<Vec<_>>().join(" "))
                .collect()
        };
        let told = ["id", "cancellation_reason", "cancellation_feedback"];
        assert_eq!(read("subscriptions", &told), ["sub_1 cancellation_requested too_expensive"], "{format}");
        let card = ["customer", "brand", "last4", "expires_on", "is_expired", "currency", "mrr_minor"];
        // By what waits to be billed: 7.00 for 31 of the 90 days of three months.
        assert_eq!(read("cards", &card), ["cus_1 visa 4242 2026-02-28 true usd 677"], "{format}");
        assert_eq!(read("products", &["id", "name", "is_active", "is_deleted"]), ["prod_1 Pro true false"]);
        let prices =
            ["id", "product", "scheme", "unit_amount_minor", "interval", "interval_count", "is_metered"];
        assert_eq!(
            read("prices", &prices),
            ["price_1 prod_1 per_unit 1000 month 3 false", "price_2 prod_1 volume  year 1 true"],
            "{format}"
        );
        assert_eq!(
            read("price_amounts", &["price", "currency", "up_to", "unit_amount_minor", "flat_amount_minor"]),
            ["price_1 usd  1000 ", "price_1 eur  900 ", "price_2 usd 10 500 ", "price_2 usd  0.25 4000"],
            "{format}"
        );
        let coupon =
            ["id", "percent_off", "amount_off_minor", "duration", "duration_in_months", "created_at"];
        assert_eq!(read("coupons", &coupon), ["SPRING 12.5  repeating 3 2026-01-05T00:00:00Z"], "{format}");
        let item =
            ["id", "customer", "subscription", "price_id", "amount_minor", "period_end", "is_proration"];
        assert_eq!(
            read("pending_items", &item),
            ["ii_1 cus_1 sub_1 price_1 700 2026-04-01T00:00:00Z true"],
            "{format}"
        );
        let intent = ["id", "customer", "status", "amount_minor", "amount_received_minor", "canceled_at"];
        assert_eq!(
            read("payment_intents", &intent),
            ["pi_1 cus_1 requires_payment_method 4900 0 "],
            "{format}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_folder_of_an_export_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("to"));
    loaded(&data, 3).await;
    fs::create_dir(&to).unwrap();
    fs::write(to.join("mine.txt"), "mine").unwrap();
    let refused = export(&data, &to, "csv");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("files that are not from an export"), "{}", text(&refused.stderr));
    assert_eq!(names(&to), ["mine.txt"]);

    fs::remove_file(to.join("mine.txt")).unwrap();
    stdout(&export(&data, &to, "csv"));
    fs::write(to.join("mine.txt"), "mine").unwrap();
    stdout(&export(&data, &to, "json"));
    let names = names(&to);
    assert!(
        names.contains(&"mine.txt".to_owned()) && names.contains(&"customers.json".to_owned()),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.ends_with(".csv") || name.starts_with('.')), "{names:?}");
}

/// Sends a signal to an export once it has begun to write; how it ended.
fn interrupted(data: &Path, to: &Path, signal: &str) -> Output {
    let child = start(data, &["export", "--to", to.to_str().unwrap()], None);
    while !to.join(".chartsy-export").exists() {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_stopped_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("to"));
    loaded(&data, 10).await;

    let stopped = interrupted(&data, &to, "-TERM");
    assert_eq!(stopped.status.code(), Some(1), "{}", text(&stopped.stderr));
    assert!(text(&stopped.stderr).contains("interrupted"), "{}", text(&stopped.stderr));
    assert!(!to.exists());

    assert_eq!(interrupted(&data, &to, "-KILL").status.code(), None);
    assert_eq!(names(&to), [".chartsy-export"]);
    stdout(&export(&data, &to, "csv"));
    assert!(!names(&to).contains(&".chartsy-export".to_owned()));

    let before = fs::read(to.join("export.json")).unwrap();
    assert_eq!(interrupted(&data, &to, "-INT").status.code(), Some(1));
    assert_eq!(fs::read(to.join("export.json")).unwrap(), before);
}

/// Exports with files that cannot grow beyond `blocks` of 512 bytes; a write beyond fails as on a full disk.
fn export_within(blocks: u32, data: &Path, to: &Path, format: &str) -> Output {
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_chartsy"), "export", "--format", format, "--to"]);
    command.arg(to).env("CHARTSY_DATA", data).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_named_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("to"));
    loaded(&data, 60).await;
    for format in FORMATS {
        // The least with which the data folder can be read: 32 KiB are what its databases share between processes.
        let failed = export_within(66, &data, &to, format);
        let said = text(&failed.stderr);
        assert_eq!(failed.status.code(), Some(1), "{format}: {said}");
        assert!(said.contains("takes no more") && !said.contains("panicked"), "{format}: {said}");
        assert!(!to.exists(), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_is_in_no_file_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("to"));
    loaded(&data, 5).await;
    stdout(&export(&data, &to, "csv"));
    let before = csv_rows(&to.join("customers.csv"));
    let someone = before.iter().find(|row| !row["email"].is_empty()).unwrap();
    stdout(&chartsy(&data, &["erase", "customer", &someone["id"]], None));
    stdout(&export(&data, &to, "csv"));
    for name in names(&to) {
        let text = fs::read_to_string(to.join(&name)).unwrap();
        assert!(!text.contains(&someone["email"]) && !text.contains(&someone["name"]), "{name}");
    }
    assert_eq!(csv_rows(&to.join("customers.csv")).len(), before.len());
}
