//! Development tasks: check, test, demo, bench.

fn main() {}
