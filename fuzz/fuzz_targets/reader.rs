//! Bytes into the reader that `YAGURA_FUZZ_FORMAT` names: a value or an error, and no law broken.
//!
//! One target serves every reader of the registry, so a new one needs nothing here, and it is
//! built once. `cargo xtask fuzz` runs it for each with a corpus of its own. What it finds becomes
//! a row of the reader's tests.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use yagura_formats::{format::Format, registry};
use yagura_testkit::laws;

static FORMAT: LazyLock<&'static dyn Format> = LazyLock::new(|| {
    let name = std::env::var("YAGURA_FUZZ_FORMAT").expect("`YAGURA_FUZZ_FORMAT` names a format");
    registry::by_name(&name).unwrap_or_else(|| panic!("no format is called `{name}`"))
});

fuzz_target!(|bytes: &[u8]| {
    laws::read(*FORMAT, bytes).ok();
});
