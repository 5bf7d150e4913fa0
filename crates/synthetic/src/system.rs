//! Information systems and data sets.

use crate::{
    chance::Chance,
    government::{Government, Topic},
    identity,
};

/// A true information system.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Its number in the government.
    pub number: u64,
    /// Whose it is.
    pub organisation: u32,
    /// Its number there.
    pub index: u64,
    pub(crate) chance: Chance,
}

/// A true data set.
#[derive(Debug, Clone, Copy)]
pub struct DataSet {
    /// Its number in the government.
    pub number: u64,
    /// Whose it is.
    pub organisation: u32,
    /// Its number there.
    pub index: u64,
    pub(crate) chance: Chance,
}

const SYSTEMS: &[(&str, &str)] = &[
    ("申請受付システム", "shinsei"),
    ("統計集計システム", "toukei"),
    ("文書管理システム", "bunsho"),
    ("人事給与システム", "jinji"),
    ("会計システム", "kaikei"),
    ("公開ウェブサイト", "www"),
    ("電子調達システム", "chotatsu"),
    ("地図情報システム", "chizu"),
    ("研修システム", "kenshu"),
    ("照会回答システム", "shokai"),
];

const DATA_SETS: &[(&str, &str)] = &[
    ("申請者名簿", "applicants"),
    ("調査票", "surveys"),
    ("公開統計表", "statistics"),
    ("決裁文書", "decisions"),
    ("給与台帳", "payroll"),
    ("契約書", "contracts"),
];

/// The word a level of a rating has, of the highest first.
pub(crate) const LEVELS: [&str; 3] = ["3", "2", "1"];

impl Government {
    /// The system of a number.
    pub fn system(&self, number: u64) -> System {
        let organisation = self.shares_of_systems().owner(number);
        let index = number.saturating_sub(self.systems_of(organisation).start);
        System { number, organisation, index, chance: self.chance(Topic::System, number) }
    }

    /// The data set of a number.
    pub fn data_set(&self, number: u64) -> DataSet {
        let organisation = self.shares_of_data_sets().owner(number);
        let index = number.saturating_sub(self.data_sets_of(organisation).start);
        DataSet { number, organisation, index, chance: self.chance(Topic::DataSet, number) }
    }

    /// The number of a system in its organisation's register.
    pub(crate) fn system_number(&self, organisation: u32, index: u64) -> String {
        format!("S-{}-{:04}", self.organisation_code(organisation).to_uppercase(), index + 1)
    }

    /// The domain a system answers at.
    pub(crate) fn domain(&self, system: &System) -> String {
        let code = self.organisation_code(system.organisation);
        format!("{}{}.{code}.example", system.names().1, system.index + 1)
    }

    /// The cloud account a system runs in: the first of an organisation in that of its instances.
    pub(crate) fn cloud_account(&self, system: &System) -> Option<String> {
        match system.index {
            0 => Some(self.cloud_account_of(system.organisation)),
            _ => system.chance.at(0).happens(400).then(|| identity::account(system.chance)),
        }
    }
}

impl System {
    fn names(&self) -> (&'static str, &'static str) {
        self.chance.at(1).pick(SYSTEMS)
    }

    /// Name.
    pub fn name(&self) -> String {
        format!("{}{}", self.names().0, self.index + 1)
    }

    /// From where it can be reached.
    pub(crate) fn exposure(&self) -> &'static str {
        match self.chance.at(3).below(100) {
            0..35 => "internet",
            35..55 => "other_organisation",
            _ => "internal",
        }
    }

    /// 機密性, 完全性, 可用性.
    pub(crate) fn ratings(&self) -> [&'static str; 3] {
        ratings(self.chance.at(4))
    }

    /// Whether it is designated as important.
    pub(crate) fn is_important(&self) -> bool {
        self.chance.at(5).happens(120)
    }

    /// Which division answers for it, of so many.
    pub(crate) fn division(&self, of: u64) -> u64 {
        self.chance.at(6).below(of)
    }

    /// Days before the start on which it was last assessed.
    pub(crate) fn assessed_before(&self) -> i64 {
        self.chance.at(7).below(900) as i64
    }
}

impl DataSet {
    fn names(&self) -> (&'static str, &'static str) {
        self.chance.at(1).pick(DATA_SETS)
    }

    /// Name.
    pub fn name(&self) -> String {
        format!("{}{}", self.names().0, self.index + 1)
    }

    /// Where it is kept.
    pub(crate) fn store(&self) -> String {
        format!("{}-{}", self.names().1, self.index + 1)
    }

    /// 機密性, 完全性, 可用性.
    pub(crate) fn ratings(&self) -> [&'static str; 3] {
        ratings(self.chance.at(4))
    }
}

/// 機密性 of three levels, 完全性 and 可用性 of two.
fn ratings(chance: Chance) -> [&'static str; 3] {
    let [high, middle, low] = LEVELS;
    let confidentiality = match chance.at(0).below(100) {
        0..8 => high,
        8..70 => middle,
        _ => low,
    };
    let two = |side: u64| if chance.at(side).happens(500) { middle } else { low };
    [confidentiality, two(1), two(2)]
}
