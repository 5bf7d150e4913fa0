//! What the inputs have in common: devices, checks and which device has which, always the same.

/// How many findings on how many devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) devices: u64,
    pub(crate) findings: u64,
}

/// Different checks; how often each is met falls with its rank.
const CHECKS: u64 = 2_000;

impl Shape {
    /// A million findings on 20,000 devices, times a factor.
    pub(crate) fn scaled(scale: f64) -> Self {
        let of = |count: f64| ((count * scale) as u64).max(1);
        Self { devices: of(20_000.0), findings: of(1_000_000.0) }
    }

    /// The devices in order, each with its findings.
    pub(crate) fn devices(self) -> impl Iterator<Item = (Device, Vec<Finding>)> {
        (0..self.devices).map(move |number| {
            let from = self.findings * number / self.devices;
            let to = self.findings * (number + 1) / self.devices;
            (Device(number), findings(number, to - from))
        })
    }
}

/// A device, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device(u64);

impl Device {
    pub(crate) fn host(self) -> String {
        format!("pc{:06}", self.0)
    }

    pub(crate) fn name(self) -> String {
        format!("pc{:06}.sakura.example", self.0)
    }

    /// An address of the range for benchmarks.
    pub(crate) fn address(self) -> String {
        format!("198.{}.{}.{}", 18 + (self.0 >> 16) % 2, (self.0 >> 8) % 256, self.0 % 256)
    }

    pub(crate) fn mac(self) -> String {
        let [.., a, b, c] = self.0.to_be_bytes();
        format!("3c:52:82:{a:02x}:{b:02x}:{c:02x}")
    }

    pub(crate) fn serial(self) -> String {
        format!("SKR{:08X}", mixed(self.0) >> 32)
    }

    pub(crate) fn uuid(self) -> String {
        let (high, low) = (mixed(self.0 + (1 << 40)), mixed(self.0 + (2 << 40)));
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }
}

/// A check on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Rank of the check, from 0.
    pub(crate) check: u64,
    pub(crate) package: u64,
}

impl Finding {
    pub(crate) fn cve(self) -> String {
        format!("CVE-{}-{}", 2020 + self.check % 7, 10_000 + self.check)
    }

    pub(crate) fn score(self) -> u64 {
        mixed(self.check) % 5
    }

    pub(crate) fn vector(self) -> &'static str {
        match self.score() {
            0 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            1 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            2 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
            3 => "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
            _ => "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N",
        }
    }
}

/// The findings of a device: of each check at most one.
fn findings(device: u64, count: u64) -> Vec<Finding> {
    let mut taken = std::collections::BTreeSet::new();
    let finding = |number: u64| {
        let drawn = mixed(device * 100_003 + number) as f64 / u64::MAX as f64;
        // Rank r is met about as often as 1/r.
        let mut check = ((CHECKS as f64).powf(drawn) as u64 - 1) % CHECKS;
        while !taken.insert(check) && (taken.len() as u64) < CHECKS {
            check = (check + 1) % CHECKS;
        }
        Finding { check, package: mixed(check) % 400 }
    };
    (0..count).map(finding).collect()
}

/// Bits that look like chance and are always the same (SplitMix64).
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
