//! `yagura asset`: the assets, and all that is kept of one.

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use jiff::Timestamp;
use yagura_engine::{
    baseline::{identity::Rules, model::Model},
    browse::assets::{self, AssetRecord, Brief, Listed, Which},
    explain::{find_assets, near_assets},
    lake::{LakeError, Snapshot},
    score::Names,
};
use yagura_model::{
    domain::{AssetClass, Domain},
    organisation::OrganisationCode,
};

use super::Verb;
use crate::{
    arguments::{
        moment::Moment,
        results::{ResultArguments, Sheet},
    },
    failure::Failure,
    session::{Session, Status},
    words,
};

mod list;
mod show;
mod values;

#[cfg(test)]
pub(crate) use values::{VALUES, id};

/// Findings people are shown of one asset unless they ask for more.
const FINDINGS: usize = 10;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "asset", subcommand_required = true)]
pub(crate) struct Asset {
    #[command(subcommand)]
    verb: AssetVerb,
}

#[derive(Debug, Subcommand)]
enum AssetVerb {
    List(List),
    Show(Show),
}

#[derive(Debug, Args)]
struct List {
    #[arg(long, value_name = "ORG", value_parser = OrganisationCode::new)]
    org: Option<OrganisationCode>,

    #[arg(long, value_name = "DOMAIN", value_parser = domains(), hide_possible_values = true)]
    domain: Option<String>,

    #[arg(long, value_name = "CLASS", value_parser = classes(), hide_possible_values = true)]
    class: Option<String>,

    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,

    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[arg(long)]
    held: bool,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,

    #[command(flatten)]
    results: ResultArguments,
}

#[derive(Debug, Args)]
struct Show {
    #[arg(value_name = "ASSET")]
    name: String,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
}

fn domains() -> PossibleValuesParser {
    PossibleValuesParser::new(Domain::ALL.iter().map(|domain| domain.as_str()))
}

fn classes() -> PossibleValuesParser {
    PossibleValuesParser::new(AssetClass::ALL.iter().map(|class| class.as_str()))
}

impl Verb for Asset {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            AssetVerb::List(list) => list.run(session),
            AssetVerb::Show(show) => show.run(session),
        }
    }
}

/// What is shown of assets, with the names of their organisations.
#[derive(Debug)]
struct Found<T> {
    what: T,
    names: Names,
    at: Timestamp,
}

impl List {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let at = session.at(self.as_of)?.unwrap_or_else(|| session.clock.now());
        let which = Which {
            organisation: self.org,
            // The command line takes no other texts.
            domain: self.domain.and_then(|text| text.parse().ok()),
            class: self.class.and_then(|text| text.parse().ok()),
            system: self.system,
            search: self.search,
            held: self.held,
        };
        let lake = session.lake()?;
        let reading = async {
            let snapshot = lake.snapshot().await?;
            let names = Names::of_organisations(&snapshot, at).await?;
            let what = assets::list(&snapshot, Model::shipped(), &which, at).await?;
            Ok::<_, LakeError>(Found::<Vec<Listed>> { what, names, at })
        };
        let found = session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &which.organisation
            && found.what.is_empty()
            && !found.names.codes().any(|code| yagura_engine::score::is_within(code, org))
        {
            return Err(words::unknown_organisation(session, org));
        }
        let shown = found.what.get(..self.top.unwrap_or(usize::MAX)).unwrap_or(&found.what);
        if session.global.json {
            for asset in shown {
                session.console.json_line(asset)?;
            }
            return Ok(Status::Done);
        }
        let sheet = Sheet {
            name: "assets",
            columns: list::COLUMNS,
            rows: &shown.iter().map(list::row).collect::<Vec<_>>(),
        };
        if !self.results.write(session, &sheet)? {
            list::show(session, &found, shown)?;
        }
        Ok(Status::Done)
    }
}

/// What a person may have meant by a name.
enum Meant {
    One(Box<AssetRecord>),
    Several(Vec<Brief>),
    /// Nothing; what is called nearly so.
    None(Vec<String>),
    /// Something that nobody had seen by then.
    NotYet,
}

impl Show {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let at = session.at(self.as_of)?.unwrap_or_else(|| session.clock.now());
        let lake = session.lake()?;
        let reading = async {
            let snapshot = lake.snapshot().await?;
            let names = Names::of_organisations(&snapshot, at).await?;
            let what = meant(&snapshot, self.name.trim(), at).await?;
            Ok::<_, LakeError>(Found { what, names, at })
        };
        let Found { what, names, at } =
            session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
        let name = [("name", self.name.trim().into())];
        let told = |text: String, detail: Option<String>| Err(Failure::Told { text, detail });
        let texts = &session.texts;
        let record = match what {
            Meant::One(record) => record,
            Meant::Several(several) => {
                let lines: Vec<String> =
                    several.iter().take(20).map(|one| line(session, &names, one)).collect();
                return told(texts.say_with("explain-ambiguous", &name), Some(lines.join("\n  ")));
            }
            Meant::NotYet => return told(texts.say_with("asset-not-yet", &name), None),
            Meant::None(near) => {
                let near = (!near.is_empty()).then(|| {
                    let near = near.join(&texts.say("list-separator"));
                    texts.say_with("explain-near", &[("names", near.into())])
                });
                return told(texts.say_with("asset-unknown", &name), near);
            }
        };
        if session.global.json {
            session.console.json_line(&record)?;
        } else {
            let found = Found { what: *record, names, at };
            show::show(session, &found, self.top.unwrap_or(FINDINGS))?;
        }
        Ok(Status::Done)
    }
}

async fn meant(snapshot: &Snapshot, name: &str, at: Timestamp) -> Result<Meant, LakeError> {
    let keys = find_assets(snapshot, name).await?;
    if keys.is_empty() {
        return Ok(Meant::None(near_assets(snapshot, name, None, &[]).await?));
    }
    let only = match keys.first() {
        Some(only) if keys.len() == 1 => *only,
        _ => {
            let several = assets::brief(snapshot, &keys, at).await?;
            match several.as_slice() {
                [] => return Ok(Meant::NotYet),
                [only] => only.asset.0,
                _ => return Ok(Meant::Several(several)),
            }
        }
    };
    let record = assets::find(snapshot, only, at, Model::shipped(), Rules::shipped()).await?;
    Ok(record.map_or(Meant::NotYet, |record| Meant::One(Box::new(record))))
}

/// An asset among others of the same name.
fn line(session: &Session, names: &Names, brief: &Brief) -> String {
    let texts = &session.texts;
    let class = brief.class.map(|class| texts.say(&format!("class-{class}")));
    let about: Vec<String> = [class, Some(words::organisation(texts, names, &brief.organisation))]
        .into_iter()
        .flatten()
        .collect();
    let called: Vec<&str> =
        brief.known_as.iter().map(String::as_str).chain([brief.name.as_str()]).collect();
    format!("{}  {}  ({})", brief.asset, called.join(" "), about.join(", "))
}
