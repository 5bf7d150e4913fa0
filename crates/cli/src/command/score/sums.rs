//! The sums of a score: made now, or stored before.

use yagura_engine::{
    baseline::master::Master,
    baseline::model::Model,
    lake::{Lost, Snapshot, scores::StoredScore},
    life::StateCounts,
    score::{By, Names, Recalled, Total, name_assets},
};
use yagura_model::{Timestamp, id::Commit};

use super::{Group, Score};
use crate::{
    arguments::scoring::{Asked, Swept},
    failure::Failure,
    session::Session,
    words::{self, Heading},
};

/// See the module.
#[derive(Debug)]
pub(super) struct Sums {
    /// Name and version of the model.
    pub(super) model: String,
    /// Name and version of the rules of master records.
    pub(super) master: String,
    pub(super) at: Timestamp,
    pub(super) commit: Commit,
    pub(super) known_at: Option<Timestamp>,
    pub(super) lost: Lost,
    /// The lines wanted, worst first, with their names.
    pub(super) lines: Vec<Total>,
    /// How many there are in all.
    pub(super) all: usize,
    pub(super) whole: Total,
    /// How many assets there are in which state; of an organisation a stored score does not say.
    pub(super) states: Option<StateCounts>,
    /// If they are of a stored score, which.
    pub(super) stored: Option<StoredScore>,
    /// How many commits it does not know.
    pub(super) later: i64,
    /// The model whose words are used.
    pub(super) of: Model,
}

impl Sums {
    /// What it begins with.
    pub(super) fn heading(&self) -> Heading<'_> {
        let assets = usize::try_from(self.whole.assets).unwrap_or(usize::MAX);
        let (model, named) = (&self.of, self.model.as_str());
        Heading { model, named, at: self.at, known_at: self.known_at, assets, lost: self.lost }
    }
}

impl Score {
    /// The sums of a score that is made now.
    pub(super) fn made(&self, session: &Session) -> Result<Sums, Failure> {
        let Swept { sweep, names, model: of, snapshot } =
            session.block_on(self.scoring.sweep(session))??;
        let by = self.by.by();
        let mut lines = sweep.totals(by);
        if let (Group::Org, Some(org)) = (self.by, &self.scoring.org) {
            lines.retain(|total| names.tree().is_within(&total.key, org));
        }
        let all = lines.len();
        lines.truncate(self.top.unwrap_or(all));
        let named = session.block_on(sweep.name(&snapshot, by, &mut lines))?;
        named.map_err(|error| session.lake_failure(&error))?;
        let stored = match self.store {
            true => {
                let lake = session.lake()?;
                let stored = sweep.store(&lake, &snapshot, session.clock.now());
                Some(session.block_on(stored)?.map_err(|error| session.lake_failure(&error))?)
            }
            false => None,
        };
        self.call(session, &names, &of, &mut lines);
        Ok(Sums {
            whole: sweep.whole(),
            states: Some(sweep.states),
            model: sweep.model,
            master: sweep.master,
            at: sweep.at,
            commit: sweep.commit,
            known_at: snapshot.known_at(),
            lost: snapshot.lost(),
            lines,
            all,
            stored,
            later: 0,
            of,
        })
    }

    /// The sums of the newest stored score.
    pub(super) fn recalled(&self, session: &Session) -> Result<Sums, Failure> {
        let org = self.scoring.org.as_ref();
        if org.is_some() && matches!(self.by, Group::System | Group::Check | Group::Remedy) {
            let text = session.texts.say("error-stored-within");
            return Err(Failure::Told { text, detail: None });
        }
        let asked = session.block_on(self.scoring.ask(session))??;
        let Asked { snapshot, lake, times, .. } = &asked;
        let by = self.by.by();
        let newest = Recalled::newest(lake, snapshot, times.at(), by, org);
        let newest = session.block_on(newest)?.map_err(|error| session.lake_failure(&error))?;
        let Some(Recalled { score, tree, whole, states, mut lines }) = newest else {
            let text = session.texts.say("error-no-stored-score");
            return Err(Failure::Told { text, detail: None });
        };
        if let Some(org) = org.filter(|org| whole.assets == 0 && !tree.knows(org)) {
            return Err(words::unknown_organisation(session, org));
        }
        let all = lines.len();
        lines.truncate(self.top.unwrap_or(all));
        if by == By::Asset {
            let master = Master::shipped();
            let named = name_assets(snapshot, master, score.at, &mut lines);
            let named = session.block_on(named)?;
            named.map_err(|error| session.lake_failure(&error))?;
        }
        let of = asked.model().clone();
        self.call(session, &Names::of_tree(tree), &of, &mut lines);
        Ok(Sums {
            model: score.model.clone(),
            master: score.master.clone(),
            at: score.at,
            commit: score.commit,
            known_at: snapshot.known_at(),
            lost: score.lost,
            lines,
            all,
            whole,
            states,
            later: committed_since(snapshot, &score),
            stored: Some(score),
            of,
        })
    }

    /// Gives lines the names people use.
    fn call(&self, session: &Session, names: &Names, model: &Model, lines: &mut [Total]) {
        let texts = &session.texts;
        for line in lines {
            let key = line.key.as_str();
            line.name = match self.by {
                Group::Org => words::organisation(texts, names, key),
                Group::System if line.name.is_empty() || line.name == key => {
                    names.system(key).unwrap_or(key).to_owned()
                }
                Group::Class => texts.say(&format!("class-{key}")),
                Group::Domain => texts.say(&format!("domain-{key}")),
                Group::Check | Group::Remedy if line.name.is_empty() => {
                    words::remedy(texts, model, key)
                }
                Group::System | Group::Asset | Group::Check | Group::Remedy => continue,
            };
        }
    }
}

fn committed_since(snapshot: &Snapshot, score: &StoredScore) -> i64 {
    snapshot.commit().0 - score.commit.0
}
