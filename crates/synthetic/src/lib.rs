//! A synthetic government: a seed in; organisations, devices, users, systems, data sets and the
//! reports about them out, as parsed events or as bytes in real formats; and the truth beside them.
//!
//! Everything is computed from the seed by number ([`chance`]): device 999,999 is found without
//! those before it, nothing is carried from one to the next, and the same seed gives the same bytes
//! on every machine. What a report says may be wrong or misleading, as it is in life ([`Case`]);
//! what it is about is always known ([`truth`]).
//!
//! [`Plan`] says how large, [`Government`] answers: [`Government::reports`] lists the reports in
//! the order in which they arrive, [`Government::send`] gives one to a
//! [`Sink`](yagura_model::sink::Sink), [`mod@write`] makes bytes of it, [`Government::truths`] says what
//! its assets are.

mod case;
pub mod catalogue;
pub mod chance;
mod device;
mod events;
mod finding;
mod government;
mod identity;
mod organisation;
mod person;
mod plan;
mod platform;
mod report;
mod source;
mod system;
pub mod truth;
pub mod write;

pub use case::Case;
pub use device::Device;
pub use finding::{Finding, Interval, Ruling};
pub use government::Government;
pub use identity::Identity;
pub use person::User;
pub use plan::{Plan, Rates, Sizes};
pub use platform::{Family, Platform};
pub use report::Report;
pub use source::{ReportFormat, SourceKind};
pub use system::{DataSet, System};
pub use truth::{Thing, Truth};
