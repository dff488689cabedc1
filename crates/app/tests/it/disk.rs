//! A disk that takes no more, at one place after another of a load; and one that loses what it has.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::process::{chartsy, ledger, stdout, text};
use crate::support::{KEY, meant, mid_merchant};

/// Runs a command on a folder that is mounted read-only for it. `None` where this machine lets nobody mount anything.
fn read_only(data: &Path, args: &[&str]) -> Option<Output> {
    let mounted =
        r#"mount --bind "$CHARTSY_DATA" "$CHARTSY_DATA" && mount -o remount,ro,bind "$CHARTSY_DATA""#;
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        command.arg(env!("CARGO_BIN_EXE_chartsy")).args(args).env("CHARTSY_DATA", data).output().ok()
    };
    run(mounted).filter(|tried| tried.status.success())?;
    run(&format!(r#"{mounted} && exec "$0" "$@""#))
}

/// Connects with files that cannot grow beyond `blocks` of 512 bytes; a write beyond fails as on a full disk.
fn connect_within(blocks: u32, data: &Path, base: &str) -> Output {
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_chartsy")]);
    command.args(["connect", sandbox::SOURCE, "--key-stdin", "--api-base", base]).env("CHARTSY_DATA", data);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may be gone before it reads.
    let _ = child.stdin.take().unwrap().write_all(KEY.as_bytes());
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_at_any_place_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(40).await;
    let mut failures = 0;
    for blocks in [100, 300, 600, 1_000, 1_500, 2_000, 3_000, 4_000] {
        let output = connect_within(blocks, &data, &merchant.api_base);
        if output.status.success() {
            continue;
        }
        failures += 1;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("check whether it is full") && !said.contains("panicked"), "{said}");
    }
    assert!(failures >= 4, "{failures} failures");
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    stdout(&chartsy(&data, &args, Some(KEY)));
    assert_eq!(ledger(&data), meant(&merchant));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_is_found_explained_and_mended_by_loading_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(40).await;
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    let id = stdout(&chartsy(&data, &args, Some(KEY))).trim().to_owned();
    let path = data.join("connections").join(&id).join("objects.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0x41);
    std::fs::write(&path, bytes).unwrap();

    let checked = chartsy(&data, &["doctor", "--offline"], None);
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stdout);
    let to_do = format!("chartsy sync --reload --connection {id}");
    assert!(said.contains(&to_do), "{said}");

    let args: Vec<&str> = to_do.split(' ').skip(1).collect();
    let mended = chartsy(&data, &args, None);
    assert!(mended.status.success(), "{}", text(&mended.stderr));
    assert_eq!(ledger(&data), meant(&merchant));
    stdout(&chartsy(&data, &["doctor", "--offline"], None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(10).await;
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base];
    stdout(&chartsy(&data, &args, Some(KEY)));
    for args in [&["status"][..], &["sync"], &["rebuild"], &["serve", "--listen", "127.0.0.1:0"]] {
        let Some(output) = read_only(&data, args) else {
            eprintln!("not tried: nothing can be mounted here");
            return;
        };
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains("its disk is not mounted read-only"), "{args:?}: {said}");
    }
    let checked = read_only(&data, &["doctor", "--offline"]).unwrap();
    assert!(text(&checked.stdout).contains("make it writable"), "{}", text(&checked.stdout));
    stdout(&chartsy(&data, &["sync"], None));
    assert_eq!(ledger(&data), meant(&merchant));
}
