//! The readers against real reports and conformance data, which stand beside the repository and
//! never in it.
//!
//! `EXPECTED.csv` names reports with the number of records counted by another hand,
//! `SUITES.csv` what recordings and conformance data must give. The folder is named by
//! `YAGURA_SAMPLES`, else it is `../shared/samples` beside the repository.

mod expected;
mod outcome;
mod samples;
mod suites;
