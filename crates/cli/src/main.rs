//! The `yagura` program: one verb, one file.

fn main() {}
