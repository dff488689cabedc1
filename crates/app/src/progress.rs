//! Progress of an import, on stderr: a bar on a terminal, plain lines in a log.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sync::{Phase, Progress};

/// The minimum interval between lines in a log.
const LINE_EVERY_MS: i64 = 5_000;

pub enum Display {
    Bar(ProgressBar),
    Lines { last_ms: i64, last: String, clock: model::Clock },
}

impl Display {
    pub fn new() -> Self {
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            return Self::Bar(bar);
        }
        Self::Lines { last_ms: i64::MIN, last: String::new(), clock: model::Clock::System }
    }

    pub fn show(&mut self, progress: &Progress) {
        match self {
            Self::Bar(bar) => {
                let total = estimated_total(progress);
                bar.set_length(total.unwrap_or(progress.objects_done).max(progress.objects_done));
                bar.set_position(progress.objects_done);
                bar.set_message(told(progress));
            }
            Self::Lines { last_ms, last, clock } => {
                let line = format!("{} {}", objects(progress), told(progress));
                let now_ms = clock.now_ms();
                if *last != line && now_ms.saturating_sub(*last_ms) >= LINE_EVERY_MS {
                    eprintln!("{line}");
                    (*last_ms, *last) = (now_ms, line);
                }
            }
        }
    }

    /// The last state stays on the screen.
    pub fn finish(self, progress: &Progress) {
        if let Self::Bar(bar) = &self {
            bar.finish_and_clear();
        }
        eprintln!("{} objects", progress.objects_done);
    }
}

fn objects(progress: &Progress) -> String {
    match estimated_total(progress) {
        Some(total) => format!("{}/{total} objects", progress.objects_done),
        None => format!("{} objects", progress.objects_done),
    }
}

/// Known only when it is known for every list that is read.
fn estimated_total(progress: &Progress) -> Option<u64> {
    use sync::KindState::{Absent, Forbidden};
    let read = progress.kinds.iter().filter(|kind| !matches!(kind.state, Absent | Forbidden));
    let totals: Option<Vec<u64>> =
        read.map(|kind| kind.estimated_total.map(|total| total.max(kind.done))).collect();
    totals.filter(|totals| !totals.is_empty()).map(|totals| totals.iter().sum())
}

fn told(progress: &Progress) -> String {
    let mut parts = vec![phase(progress.phase).to_owned()];
    if progress.objects_per_second > 0 {
        parts.push(format!("{}/s", progress.objects_per_second));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(format!("about {} left", duration(seconds)));
    }
    if let Some(day) = progress.reaches_back_on {
        parts.push(format!("back to {day}"));
    }
    // What stopped it is the command's error, which is reported when the command ends.
    if progress.phase != Phase::Failed {
        parts.extend(progress.message.clone());
    }
    parts.join(", ")
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Idle => "done",
        Phase::Connecting => "connecting",
        Phase::Erasing => "erasing personal data",
        Phase::Loading => "loading",
        Phase::Building => "building the ledger",
        Phase::Checking => "checking references",
        Phase::Updating => "updating",
        Phase::Failed => "stopped",
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{seconds} s"),
        91..=5400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// How many customers a command has done: a bar on a terminal, plain lines in a log.
pub struct Customers(ProgressBar);

impl Customers {
    pub fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {pos}/{len} customers") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }

    /// Takes how many are done, of how many.
    pub fn listener(&self) -> impl Fn(u64, u64) + Send + Sync + 'static {
        let (bar, clock) = (self.0.clone(), model::Clock::System);
        let last_ms = AtomicI64::new(clock.now_ms());
        move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
            let now_ms = clock.now_ms();
            if bar.is_hidden() && now_ms.saturating_sub(last_ms.load(Ordering::Relaxed)) >= LINE_EVERY_MS {
                last_ms.store(now_ms, Ordering::Relaxed);
                eprintln!("{done}/{total} customers");
            }
        }
    }

    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}
