//! The use cases: intake, ingest, score, explain.
