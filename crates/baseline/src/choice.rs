//! One vector stands for a CVE in the whole run, whoever stated it and in whatever order.

use crate::{
    model::Model,
    vector::{CvssScore, base_score},
};

/// The vector that stands for a CVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ChosenVector<'a> {
    /// Its base score and version.
    pub score: CvssScore,
    /// Who stated it.
    pub source: &'a str,
    /// The vector as it was stated.
    pub vector: &'a str,
}

/// Chooses among the vectors that sources state for one CVE; `None` if none of them can be read.
///
/// The model's order of versions decides first, then its order of sources (those it does not name
/// come last), then the higher score, then the texts themselves: the answer never depends on the
/// order of the candidates.
pub fn choose_vector<'a>(
    model: &Model,
    candidates: &[(&'a str, &'a str)],
) -> Option<ChosenVector<'a>> {
    candidates
        .iter()
        .filter_map(|(source, vector)| {
            let score = base_score(vector).ok()?;
            let version = model.vectors.versions.iter().position(|v| *v == score.version)?;
            let named = |name: &String| name.eq_ignore_ascii_case(source);
            let rank = model.vectors.sources.iter().position(named).unwrap_or(usize::MAX);
            let order = (version, rank, u8::MAX - score.tenths, *source, *vector);
            Some((order, ChosenVector { score, source, vector }))
        })
        .min_by(|(left, _), (right, _)| left.cmp(right))
        .map(|(_, chosen)| chosen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::choose_vector;
    use crate::{model::Model, vector::CvssVersion};

    const V2: &str = "AV:N/AC:L/Au:N/C:C/I:C/A:C";
    const V30: &str = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N";
    const V31_HIGHER: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const V40: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

    fn check(candidates: &[(&str, &str)], expected: Option<(&str, &str)>) {
        let chosen = choose_vector(Model::shipped(), candidates);
        assert_eq!(chosen.map(|c| (c.source, c.vector)), expected);
    }

    #[test]
    fn version_then_source_then_the_higher_score() {
        check(&[], None);
        check(&[("nvd", "unknown")], None);
        check(&[("nvd", V2), ("scanner", V31)], Some(("scanner", V31)));
        check(&[("nvd", V40), ("scanner", V30)], Some(("scanner", V30)));
        check(&[("scanner", V31_HIGHER), ("NVD", V31)], Some(("NVD", V31)));
        check(&[("jvn", V31), ("nvd", V31_HIGHER)], Some(("nvd", V31_HIGHER)));
        check(&[("b", V31), ("a", V31_HIGHER)], Some(("a", V31_HIGHER)));
        check(&[("b", V31), ("a", V31)], Some(("a", V31)));
    }

    #[test]
    fn a_version_the_model_leaves_out_is_never_chosen() {
        let text = Model::SHIPPED_TEXT.replace(r#""4.0", "2.0"]"#, r#""4.0"]"#);
        let model = Model::from_toml(&text).expect("a model without 2.0");
        assert_eq!(choose_vector(&model, &[("nvd", V2)]), None);
        assert!(!model.vectors.versions.contains(&CvssVersion::V20));
    }

    proptest! {
        #[test]
        fn order_of_candidates_does_not_matter(
            candidates in proptest::collection::vec(
                (
                    prop::sample::select(vec!["nvd", "jvn", "a", "b"]),
                    prop::sample::select(vec![V2, V30, V31, V31_HIGHER, V40, "broken"]),
                ),
                0..8,
            ).prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle()))
        ) {
            let model = Model::shipped();
            prop_assert_eq!(choose_vector(model, &candidates.0), choose_vector(model, &candidates.1));
        }
    }
}
