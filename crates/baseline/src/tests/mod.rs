//! Tests across modules: the shipped files, broken files, laws of points, published CVSS scores.

mod cvss_suite;
mod documents;
mod identity;
mod life;
mod master;
mod model_file;
mod points;
mod retention;
