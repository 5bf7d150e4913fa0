//! People's accounts: staff number, directory id, account, mail; some change the ministry.

use crate::{
    case::Case,
    chance::Chance,
    government::{Government, Topic},
};

/// Of so many users in a row one is transferred.
const TRANSFERRED: u64 = 64;

/// Which of them.
const WHICH: u64 = 7;

/// A true user.
#[derive(Debug, Clone, Copy)]
pub struct User {
    /// Its number in the government.
    pub number: u64,
    /// The organisation at the start.
    pub home: u32,
    /// Its number there.
    pub index: u64,
    /// Whether the person changes the ministry.
    pub case: Case,
    /// When, in seconds from the start.
    pub(crate) event: i64,
    pub(crate) chance: Chance,
}

const FAMILIES: &[(&str, &str)] = &[
    ("見本", "mihon"),
    ("例示", "reiji"),
    ("雛形", "hinagata"),
    ("仮名", "kamei"),
    ("試験", "shiken"),
    ("架空", "kaku"),
    ("模範", "mohan"),
    ("無名", "mumei"),
];

const GIVEN: &[(&str, &str)] = &[
    ("一花", "ichika"),
    ("二葉", "futaba"),
    ("三郎", "saburo"),
    ("四季", "shiki"),
    ("五月", "satsuki"),
    ("六花", "rikka"),
    ("七海", "nanami"),
    ("八重", "yae"),
    ("九郎", "kuro"),
    ("十和", "towa"),
];

/// Posts.
pub(crate) const POSTS: &[&str] = &["係員", "係員", "係長", "課長補佐", "課長", "参事官"];

impl Government {
    /// The user of a number.
    pub fn user(&self, number: u64) -> User {
        let home = self.shares_of_users().owner(number);
        let index = number.saturating_sub(self.users_of(home).start);
        let chance = self.chance(Topic::User, number);
        let moves = self.organisations() > 1 && index % TRANSFERRED == WHICH;
        let span = self.plan().span();
        User {
            number,
            home,
            index,
            case: if moves { Case::Transferred } else { Case::Person },
            event: span / 4 + chance.at(3).below(span as u64 / 2) as i64,
            chance,
        }
    }

    /// Where a user works at a time, in seconds from the start.
    pub fn workplace(&self, user: &User, seconds: i64) -> u32 {
        let moved = user.case == Case::Transferred && seconds >= user.event;
        if moved { (user.home + 1) % self.organisations() } else { user.home }
    }

    /// The users of an organisation at a time: those who stayed, then those who came.
    pub(crate) fn users_at(
        &self,
        organisation: u32,
        seconds: i64,
    ) -> impl Iterator<Item = User> + '_ {
        let before = (organisation + self.organisations() - 1) % self.organisations();
        let from = self.users_of(before);
        let came = (from.start + WHICH..from.end).step_by(TRANSFERRED as usize);
        let came = came.filter(move |_| before != organisation);
        self.users_of(organisation)
            .chain(came)
            .map(|number| self.user(number))
            .filter(move |user| self.workplace(user, seconds) == organisation)
    }

    /// Security id in the directory of the ministry.
    pub(crate) fn sid(&self, user: &User, organisation: u32) -> String {
        let domain = self.chance(Topic::Organisation, u64::from(organisation));
        let part = |side: u64| domain.at(10 + side).bits() >> 32;
        // Each directory counts its users in its own order.
        let number = 1_000 + user.number * 2 + u64::from(organisation != user.home);
        format!("S-1-5-21-{}-{}-{}-{number}", part(0), part(1), part(2))
    }

    /// Account name in a ministry.
    pub(crate) fn account_name(&self, user: &User, organisation: u32) -> String {
        format!("u{:06}@{}.example", user.number + 1, self.organisation_code(organisation))
    }
}

impl User {
    fn names(&self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        (self.chance.at(0).pick(FAMILIES), self.chance.at(1).pick(GIVEN))
    }

    /// Name.
    pub fn name(&self) -> String {
        let ((family, _), (given, _)) = self.names();
        format!("{family} {given}")
    }

    /// Staff number, kept through a transfer.
    pub fn staff_number(&self) -> String {
        format!("{:08}", 10_000_000 + self.number)
    }

    /// The part of the mail address before the `@`.
    pub(crate) fn mailbox(&self) -> String {
        let ((_, family), (_, given)) = self.names();
        format!("{given}.{family}{}", self.number + 1)
    }

    /// Post.
    pub(crate) fn post(&self) -> &'static str {
        self.chance.at(2).pick(POSTS)
    }

    /// Whether the account has administrator rights.
    pub(crate) fn is_privileged(&self) -> bool {
        self.chance.at(4).happens(40)
    }

    /// Strongest second factor.
    pub(crate) fn factor(&self) -> &'static str {
        match self.chance.at(5).below(100) {
            0..45 => "phishing_resistant",
            45..80 => "otp",
            80..90 => "sms",
            _ => "none",
        }
    }
}
