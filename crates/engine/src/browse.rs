//! Browse: what the lake keeps, one file a noun.

pub mod assets;
pub mod organisations;
pub mod reports;
#[cfg(test)]
mod tests;
