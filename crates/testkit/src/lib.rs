//! Fixtures, builders and checks that tests share.
