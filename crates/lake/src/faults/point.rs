//! Fail points: the process ends at a named place as by `kill -9`, or is held up there.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const VARIABLE: &str = "YAGURA_FAIL_POINT";
const GATE: &str = "YAGURA_FAIL_GATE";

/// The place where the process ends, and at which passing of it.
#[derive(Debug, PartialEq, Eq)]
struct Armed {
    name: String,
    count: u64,
}

impl Armed {
    /// Reads `name:count`; the name `*` is any place, a missing count is 1.
    fn parse(text: &str) -> Self {
        let (name, count) = match text.rsplit_once(':') {
            Some((name, count)) => (name, count.parse().unwrap_or(1)),
            None => (text, 1),
        };
        Self { name: name.to_owned(), count }
    }

    fn names(&self, place: &str) -> bool {
        self.name == "*" || self.name == place
    }
}

static PASSED: AtomicU64 = AtomicU64::new(0);

/// How often an armed place was passed so far: `*:0` counts all and ends nowhere.
pub fn passed() -> u64 {
    PASSED.load(Ordering::SeqCst)
}

/// Ends the process if this place is armed and it is the time.
pub(crate) fn pass(place: &'static str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| std::env::var(VARIABLE).ok().map(|text| Armed::parse(&text)));
    if let Some(armed) = armed
        && armed.names(place)
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == armed.count
    {
        match std::env::var_os(GATE) {
            Some(gate) => wait_at(Path::new(&gate)),
            None => std::process::abort(),
        }
    }
}

/// Says that the place is reached, and waits until the gate is opened.
fn wait_at(gate: &Path) {
    // Without it nobody opens, and the test fails by waiting.
    drop(std::fs::write(gate.with_extension("reached"), ""));
    while !gate.exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(test)]
mod tests {
    use super::Armed;

    #[test]
    fn a_place_is_named_with_its_turn() {
        let check = |text: &str, name: &str, count| {
            assert_eq!(Armed::parse(text), Armed { name: name.to_owned(), count });
        };
        check("manifest.put:3", "manifest.put", 3);
        check("manifest.put", "manifest.put", 1);
        check("*:12", "*", 12);
        assert!(Armed::parse("*:12").names("store.sync.begin"));
        assert!(!Armed::parse("manifest.put").names("store.sync.begin"));
    }
}
