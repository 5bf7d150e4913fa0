//! The machine a run was on.

use serde_json::{Value, json};

/// What of the machine decides about speed.
pub(crate) fn machine() -> Value {
    let cores = std::thread::available_parallelism().map(usize::from).ok();
    let memory = said("/proc/meminfo", "MemTotal").and_then(|said| {
        let kib = said.split_whitespace().next()?;
        kib.parse::<u64>().ok()
    });
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    json!({
        "cores": cores,
        "memory_bytes": memory.map(|kib| kib * 1024),
        "kernel": kernel.as_deref().map(str::trim),
        "cpu": said("/proc/cpuinfo", "model name"),
    })
}

/// What stands behind a name and a colon in a file of the kernel.
fn said(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (before, after) = line.split_once(':')?;
        (before.trim() == name).then(|| after.trim().to_owned())
    })
}
