//! A small government: what it writes is read as what it says, it is always the same, and its
//! figures are like those of a real one.

#[cfg(test)]
mod distribution;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod same;
#[cfg(test)]
mod truth;

#[cfg(test)]
use yagura_synthetic::{Government, Plan, Rates};

/// Three organisations, every case, a few scans.
#[cfg(test)]
fn small() -> Government {
    let rates = Rates {
        cloned: 60,
        docks: 60,
        behind_nat: 60,
        spares: 60,
        auto_scaled: 60,
        ..Rates::default()
    };
    let plan = Plan::new(7, 3, 600);
    Government::new(Plan { findings_per_device: 8, scans: 6, days: 60, rates, ..plan })
}
