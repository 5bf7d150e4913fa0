//! Which asset a person means by a name.

use jiff::Timestamp;
use yagura_engine::{
    baseline::master::Master,
    browse::assets::{self, AssetId, Brief},
    explain::{find_assets, near_assets},
    lake::{LakeError, Snapshot},
    score::Names,
};
use yagura_model::id::AssetKey;

use crate::{failure::Failure, session::Session, words};

/// What a person may have meant by a name.
#[derive(Debug)]
pub(super) enum Meant {
    One(AssetKey),
    Several(Vec<Brief>),
    /// Nothing; what is called nearly so.
    None(Vec<String>),
    /// Something that nobody had seen by then.
    NotYet,
}

/// Finds the asset of a number, a name or an identifier. The number of an asset that was merged away
/// means the one it went into.
pub(super) async fn meant(
    snapshot: &Snapshot,
    name: &str,
    at: Timestamp,
) -> Result<Meant, LakeError> {
    let keys = find_assets(snapshot, name, at).await?;
    if keys.is_empty() {
        return Ok(Meant::None(near_assets(snapshot, (name, at), None, &[]).await?));
    }
    if let Some(only) = keys.first().filter(|_| keys.len() == 1) {
        return Ok(Meant::One(*only));
    }
    let several = assets::brief(snapshot, Master::shipped(), &keys, at).await?;
    Ok(match several.as_slice() {
        [] => Meant::NotYet,
        [only] => Meant::One(only.asset.0),
        _ => Meant::Several(several),
    })
}

impl Meant {
    /// The asset, or why it is not told which.
    pub(super) fn one(
        self,
        session: &Session,
        names: &Names,
        name: &str,
    ) -> Result<AssetKey, Failure> {
        let said = [("name", name.into())];
        let told = |text: String, detail: Option<String>| Err(Failure::Told { text, detail });
        let texts = &session.texts;
        match self {
            Self::One(asset) => Ok(asset),
            Self::Several(several) => {
                let lines: Vec<String> =
                    several.iter().take(20).map(|one| line(session, names, one)).collect();
                told(texts.say_with("explain-ambiguous", &said), Some(lines.join("\n  ")))
            }
            Self::NotYet => Err(not_yet(session, name)),
            Self::None(near) => {
                let near = (!near.is_empty()).then(|| {
                    let near = near.join(&texts.say("list-separator"));
                    texts.say_with("explain-near", &[("names", near.into())])
                });
                told(texts.say_with("asset-unknown", &said), near)
            }
        }
    }
}

/// Ends a verb about an asset that nobody had seen by then.
pub(super) fn not_yet(session: &Session, name: &str) -> Failure {
    let text = session.texts.say_with("asset-not-yet", &[("name", name.into())]);
    Failure::Told { text, detail: None }
}

/// Says what an asset is now whose number is in the present no longer.
pub(super) fn note_if_gone(
    session: &mut Session,
    name: &str,
    now: AssetKey,
) -> Result<(), Failure> {
    if let Ok(typed) = name.parse::<AssetId>()
        && typed.0 != now
    {
        let (typed, now) = (typed.to_string(), AssetId(now).to_string());
        let said = [("asset", typed.into()), ("now", now.into())];
        session.console.note(&session.texts.say_with("asset-went", &said))?;
    }
    Ok(())
}

/// An asset among others of the same name.
pub(super) fn line(session: &Session, names: &Names, brief: &Brief) -> String {
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
