//! What stands of all assets, shard by shard.

use std::collections::HashSet;
use std::sync::Arc;

use yagura_lake::{
    LakeError, Snapshot, parts,
    row::Stored,
    rows::{AttributeRow, RelationPoint, SubjectClass, SubjectName},
    scan::{Filter, Scan},
};
use yagura_model::{
    attribute::names,
    domain::AssetClass,
    id::{Shard, SubjectKey},
};

use super::{
    hearing::{Hearing, Settled, Voice, Voices},
    register::Register,
    restated::Restated,
};
use crate::order::{RANGES, Ranges, by_key, taken};

/// What records said at first, as far as it is asked about.
struct AtFirst {
    names: Option<Scan<SubjectName>>,
    classes: Option<Scan<SubjectClass>>,
}

impl AtFirst {
    async fn open(hearing: &Hearing<'_>, snapshot: &Snapshot) -> Result<Self, LakeError> {
        let all = Filter::all();
        let names = match hearing.asks(names::NAME) {
            true => Some(snapshot.scan(&all).await?),
            false => None,
        };
        let classes = match hearing.asks(names::CLASS) {
            true => Some(snapshot.scan(&all).await?),
            false => None,
        };
        Ok(Self { names, classes })
    }

    fn names(
        &self,
        hearing: &Hearing<'_>,
        shard: Shard,
        restated: &Restated,
        mut note: impl FnMut(SubjectKey, Option<Voice>),
    ) -> Result<(), LakeError> {
        let Some(scan) = &self.names else { return Ok(()) };
        scan.each(Some(shard), |Stored { row, .. }| {
            if !restated.names(row.subject) {
                let name = || Arc::clone(&row.name);
                note(row.subject, hearing.at_first(names::NAME, row.subject, name));
            }
        })
    }

    /// Where all records of an asset take it for the same, one of them is heard.
    fn classes(
        &self,
        hearing: &Hearing<'_>,
        shard: Shard,
        register: &Register,
        restated: &Restated,
        mut note: impl FnMut(SubjectKey, Option<Voice>),
    ) -> Result<(), LakeError> {
        let Some(scan) = &self.classes else { return Ok(()) };
        let mut said: Vec<(usize, i8, SubjectKey)> = Vec::new();
        let mut others = HashSet::new();
        scan.each(Some(shard), |Stored { row, .. }| {
            let Some(index) = register.of(row.subject) else { return };
            if restated.classes(row.subject) {
                others.insert(index);
            } else if hearing.witnesses().was_there(row.subject) {
                said.push((index, row.class, row.subject));
            }
        })?;
        said.sort_unstable();
        for of_asset in said.chunk_by(|a, b| a.0 == b.0) {
            let Some((index, class, _)) = of_asset.first() else { continue };
            let alike = of_asset.iter().all(|(_, other, _)| other == class)
                && !register.spans(*index)
                && !others.contains(index);
            for (_, class, subject) in of_asset.iter().take(if alike { 1 } else { of_asset.len() })
            {
                let class = u8::try_from(*class).ok().and_then(AssetClass::from_number);
                note(*subject, class.and_then(|class| hearing.class_at_first(*subject, class)));
            }
        }
        Ok(())
    }
}

/// Settles all assets of a register, shard by shard; gives what is made of each, by index.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn settle_all<T: Send>(
    hearing: &Hearing<'_>,
    snapshot: &Snapshot,
    register: &Register,
    make: impl Fn(usize, &Settled) -> T + Sync,
) -> Result<Vec<T>, LakeError> {
    let asked: Vec<&'static str> = hearing.names().collect();
    let attributes = Filter::all().one_of("name", &asked);
    let attributes = snapshot.scan::<AttributeRow>(&attributes).await?;
    let relations = snapshot.scan::<RelationPoint>(&Filter::all()).await?;
    let at_first = AtFirst::open(hearing, snapshot).await?;
    let hear = |shard| {
        let (mut here, mut away) = (Vec::new(), Ranges::new(register.assets.len()));
        let mut note = |subject, voice: Option<Voice>| {
            if let (Some(index), Some(voice)) = (register.of(subject), voice) {
                match register.spans(index) {
                    true => away.push(index, (index, voice)),
                    false => here.push((index, voice)),
                }
            }
        };
        let mut restated = Restated::default();
        attributes.each(Some(shard), |Stored { row, .. }| {
            if let Some(voice) = hearing.attribute(&row) {
                restated.note(&row);
                note(row.subject, Some(voice));
            }
        })?;
        relations.each(Some(shard), |Stored { row, .. }| {
            note(row.subject, hearing.relation(&row));
        })?;
        at_first.names(hearing, shard, &restated, &mut note)?;
        at_first.classes(hearing, shard, register, &restated, &mut note)?;
        Ok((settle_each(hearing, &here, &make), away))
    };
    let shards = register.shards();
    let parts = tokio::task::block_in_place(|| parts::each(&shards, hear))?;
    let mut made: Vec<Option<T>> = Vec::new();
    made.resize_with(register.assets.len(), || None);
    let mut away = Vec::with_capacity(parts.len());
    for (part, more) in parts {
        part.into_iter().for_each(|(index, one)| place(&mut made, index, one));
        away.push(more);
    }
    let away = Ranges::joined(away);
    let of_range = |range| {
        let said: Vec<(usize, Voice)> = taken(&away, range).collect();
        Ok(settle_each(hearing, &said, &make))
    };
    let ranges: Vec<usize> = (0..RANGES).collect();
    for part in tokio::task::block_in_place(|| parts::each(&ranges, of_range))? {
        part.into_iter().for_each(|(index, one)| place(&mut made, index, one));
    }
    let nothing = hearing.settle(&Voices::default());
    let all = made.into_iter().enumerate();
    Ok(all.map(|(index, one)| one.unwrap_or_else(|| make(index, &nothing))).collect())
}

fn place<T>(made: &mut [Option<T>], index: usize, one: T) {
    if let Some(place) = made.get_mut(index) {
        *place = Some(one);
    }
}

/// Settles some assets of which all voices are there.
fn settle_each<T>(
    hearing: &Hearing<'_>,
    said: &[(usize, Voice)],
    make: impl Fn(usize, &Settled) -> T,
) -> Vec<(usize, T)> {
    let order = by_key(said, |(index, _)| *index);
    let mut made = Vec::new();
    let mut voices = Voices::default();
    let mut said = order.iter().filter_map(|place| said.get(*place as usize)).peekable();
    while let Some((index, voice)) = said.next() {
        voices.add(hearing, voice.clone());
        if said.peek().is_none_or(|(next, _)| next != index) {
            made.push((*index, make(*index, &hearing.settle(&voices))));
            voices.clear();
        }
    }
    made
}
