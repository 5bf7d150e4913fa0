//! The repository of facts: Delta tables, evidence packs, one visible state.
