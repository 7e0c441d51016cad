//! What processes hold in memory, as Linux tells it, in KiB.

use std::fs;

/// Lets this process begin a new peak, and gives what it holds now.
pub(crate) fn forget_peak() -> u64 {
    fs::write("/proc/self/clear_refs", "5").expect("a new peak");
    of("self", "status", "VmRSS:")
}

/// The most that this process has held since then.
pub(crate) fn peak() -> u64 {
    of("self", "status", "VmHWM:")
}

/// What another process holds, the most it has held, and what it holds with each shared page
/// divided among its users; nothing of one that has ended.
pub(crate) fn of_process(id: u32) -> (u64, u64, u64) {
    let id = id.to_string();
    let read = |file, line| of(&id, file, line);
    (
        read("status", "VmRSS:"),
        read("status", "VmHWM:"),
        read("smaps_rollup", "Pss:"),
    )
}

fn of(process: &str, file: &str, line: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let found = text.lines().find_map(|it| it.strip_prefix(line));
    let number = found.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|it| it.parse().ok()).unwrap_or_default()
}
