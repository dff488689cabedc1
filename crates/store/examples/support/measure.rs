//! What a step costs (Linux).

use std::path::Path;
use std::time::Instant;

/// Wall and CPU time of one step.
pub struct Measure {
    wall: Instant,
    cpu_ticks: u64,
}

impl Measure {
    pub fn start() -> Self {
        Self { wall: Instant::now(), cpu_ticks: cpu_ticks() }
    }

    /// Prints it, and returns its milliseconds of CPU time.
    pub fn end(self, what: &str, objects: usize) -> u64 {
        let wall_ms = self.wall.elapsed().as_millis() as u64;
        let cpu_ms = (cpu_ticks() - self.cpu_ticks) * 10;
        let per_cpu_second = objects as u64 * 1000 / cpu_ms.max(1);
        println!("{what:24} {objects:>9} in {wall_ms:>6} ms, {cpu_ms:>6} ms of CPU: {per_cpu_second}/CPU s");
        cpu_ms
    }
}

/// User and system time of this process, in hundredths of a second (Linux).
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

pub fn proc_line(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned()
}

/// What this process has had written to disks (Linux).
pub fn disk_bytes() -> u64 {
    proc_line("/proc/self/io", "write_bytes:").parse().unwrap_or(0)
}

pub fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}
