//! Organisations: ministries named after flowers and trees, their bureaus and divisions, and the
//! one day on which some of them are reorganised.

use std::borrow::Cow;

use yagura_model::organisation::OrganisationSeen;

use crate::government::Government;

/// Code, Japanese and English name.
type Names = (&'static str, &'static str, &'static str);

const MINISTRIES: &[Names] = &[
    ("sakura", "さくら", "Sakura"),
    ("ume", "うめ", "Ume"),
    ("matsu", "まつ", "Matsu"),
    ("take", "たけ", "Take"),
    ("momiji", "もみじ", "Momiji"),
    ("fuji", "ふじ", "Fuji"),
    ("kiku", "きく", "Kiku"),
    ("botan", "ぼたん", "Botan"),
    ("ayame", "あやめ", "Ayame"),
    ("hagi", "はぎ", "Hagi"),
    ("kiri", "きり", "Kiri"),
    ("yanagi", "やなぎ", "Yanagi"),
    ("sugi", "すぎ", "Sugi"),
    ("hinoki", "ひのき", "Hinoki"),
    ("keyaki", "けやき", "Keyaki"),
    ("kaede", "かえで", "Kaede"),
    ("tsubaki", "つばき", "Tsubaki"),
    ("sumire", "すみれ", "Sumire"),
    ("yuri", "ゆり", "Yuri"),
    ("nadeshiko", "なでしこ", "Nadeshiko"),
    ("asagao", "あさがお", "Asagao"),
    ("himawari", "ひまわり", "Himawari"),
    ("suisen", "すいせん", "Suisen"),
    ("tsutsuji", "つつじ", "Tsutsuji"),
    ("ajisai", "あじさい", "Ajisai"),
    ("renge", "れんげ", "Renge"),
    ("tanpopo", "たんぽぽ", "Tanpopo"),
    ("nanohana", "なのはな", "Nanohana"),
    ("kinmokusei", "きんもくせい", "Kinmokusei"),
    ("icho", "いちょう", "Icho"),
];

const BUREAUS: &[Names] = &[
    ("somu", "総務局", "General Affairs Bureau"),
    ("seisaku", "政策局", "Policy Bureau"),
    ("jigyo", "事業局", "Operations Bureau"),
    ("kokusai", "国際局", "International Bureau"),
    ("gijutsu", "技術局", "Engineering Bureau"),
    ("kansa", "監査局", "Inspection Bureau"),
];

const DIVISIONS: &[Names] = &[
    ("kikaku", "企画課", "Planning Division"),
    ("jinji", "人事課", "Personnel Division"),
    ("kaikei", "会計課", "Accounts Division"),
];

/// What became of a division of the first bureau on the day of the reorganisation.
const MOVED: Names = ("kikaku2", "第二企画課", "Second Planning Division");
const RENAMED: Names = ("jinji", "人材課", "Human Resources Division");

/// A code for organisations of this many devices or more has bureaus.
const LARGE: u64 = 200;

impl Government {
    /// The code of an organisation, one level.
    pub fn organisation_code(&self, organisation: u32) -> String {
        let (code, ..) = ministry(organisation);
        match organisation as usize / MINISTRIES.len() {
            0 => code.to_owned(),
            round => format!("{code}{}", round + 1),
        }
    }

    /// Its Japanese and English names.
    pub fn organisation_names(&self, organisation: u32) -> (String, String) {
        let (_, ja, en) = ministry(organisation);
        match organisation as usize / MINISTRIES.len() {
            0 => (format!("{ja}省"), format!("Ministry of {en}")),
            round => (format!("{ja}第{}市", round + 1), format!("City of {en} {}", round + 1)),
        }
    }

    /// How many bureaus it has; a small one has divisions only.
    fn bureaus(&self, organisation: u32) -> usize {
        let devices = self.devices_of(organisation);
        if devices.end - devices.start < LARGE {
            return 0;
        }
        2 + self.chance(Topic::Organisation, u64::from(organisation)).below(5) as usize
    }

    /// How many divisions it has.
    pub(crate) fn divisions(&self, organisation: u32) -> u64 {
        (self.bureaus(organisation).max(1) * DIVISIONS.len()) as u64
    }

    /// Whether it is reorganised.
    fn is_reorganised(&self, organisation: u32) -> bool {
        organisation.is_multiple_of(3) && self.bureaus(organisation) > 1
    }

    /// The code of a division at a time, in seconds from the start.
    pub(crate) fn division_code(&self, organisation: u32, division: u64, seconds: i64) -> String {
        let code = self.organisation_code(organisation);
        let (bureau, place) = parts(division);
        let (own, ..) = name(DIVISIONS, place);
        if self.bureaus(organisation) == 0 {
            return format!("{code}/{own}");
        }
        let changed = self.is_reorganised(organisation)
            && bureau == 0
            && seconds >= self.plan().seconds(self.plan().reorganised_at());
        let (bureau, own) = match place {
            0 if changed => (1, MOVED.0),
            2 if changed => (1, own),
            _ => (bureau, own),
        };
        format!("{code}/{}/{own}", name(BUREAUS, bureau).0)
    }

    /// The tree of an organisation as its register tells it at a time, in seconds from the start:
    /// from the day of the reorganisation on what ended and what began stand in it.
    pub(crate) fn units(&self, organisation: u32, seconds: i64) -> Vec<OrganisationSeen<'static>> {
        let plan = self.plan();
        let since = Some(plan.at(-2_000 * crate::plan::DAY));
        let changed_at = plan.reorganised_at();
        let over = seconds >= plan.seconds(changed_at) && self.is_reorganised(organisation);
        let code = self.organisation_code(organisation);
        let (ja, en) = self.organisation_names(organisation);
        let unit = |code: String, names: Names, parent: &str| OrganisationSeen {
            code: Cow::Owned(code),
            name_ja: Cow::Borrowed(names.1),
            name_en: Cow::Borrowed(names.2),
            parent: Some(Cow::Owned(parent.to_owned())),
            from: since,
            to: None,
        };
        let mut units = vec![OrganisationSeen {
            code: Cow::Owned(code.clone()),
            name_ja: Cow::Owned(ja),
            name_en: Cow::Owned(en),
            parent: None,
            from: since,
            to: None,
        }];
        if self.bureaus(organisation) == 0 {
            for own in DIVISIONS {
                units.push(unit(format!("{code}/{}", own.0), *own, &code));
            }
            return units;
        }
        for number in 0..self.bureaus(organisation) {
            let names = name(BUREAUS, number);
            let bureau = format!("{code}/{}", names.0);
            units.push(unit(bureau.clone(), names, &code));
            for (place, own) in DIVISIONS.iter().enumerate() {
                let mut seen = unit(format!("{bureau}/{}", own.0), *own, &bureau);
                match place {
                    0 | 2 if over && number == 0 => seen.to = Some(changed_at),
                    1 if over && number == 0 => {
                        seen.name_ja = Cow::Borrowed(RENAMED.1);
                        seen.name_en = Cow::Borrowed(RENAMED.2);
                    }
                    _ => {}
                }
                units.push(seen);
            }
            if over && number == 1 {
                let mut seen = unit(format!("{bureau}/{}", MOVED.0), MOVED, &bureau);
                seen.from = Some(changed_at);
                units.push(seen);
            }
        }
        units
    }
}

use crate::government::Topic;

fn ministry(organisation: u32) -> Names {
    name(MINISTRIES, organisation as usize % MINISTRIES.len())
}

fn name(of: &[Names], number: usize) -> Names {
    of.get(number).copied().unwrap_or_default()
}

/// The bureau of a division, and its place there.
fn parts(division: u64) -> (usize, usize) {
    let division = division as usize;
    (division / DIVISIONS.len(), division % DIVISIONS.len())
}
