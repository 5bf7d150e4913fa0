//! Fail points: named places where a fault test stops the process.

/// A place where a fault test may stop the process as `kill -9` would.
///
/// Without the feature `faults` this is nothing. With it, the variable
/// `YAGURA_FAIL_POINT=name:count` stops the process when it comes to the named place the `count`th
/// time; the name `*` means any place. With `YAGURA_FAIL_GATE=path` it does not end there but makes
/// `path.reached` and waits until there is a file at `path`.
#[inline(always)]
pub fn fail_point(name: &'static str) {
    #[cfg(any(test, feature = "faults"))]
    crate::faults::pass(name);
    #[cfg(not(any(test, feature = "faults")))]
    {
        _ = name;
    }
}
