//! XCCDF test results: what each rule of a benchmark gave on a machine.
//!
//! Specified by NIST IR 7275 (XCCDF 1.1.4 and 1.2, <https://csrc.nist.gov/pubs/ir/7275/r4/final>).
//! Read with `TestResult` as root, or inside the `Benchmark` it belongs to; [`crate::arf`] reads
//! the same inside an ARF.
//! Kept: every `rule-result` with its own outcome (`fixed` is a pass), instance and message; title,
//! severity, ids (CVE, CCE, …), references, description and fix text of its rule from the
//! benchmark, wherever that stands; target, addresses and facts as one device; the profile as title.
//! The scores are computed again ([`score`]), and a figure that differs is said.
//! Dropped: values, checks and their content, overrides, plain texts.
//! A report covers the rules that have an outcome of their own, by name; where none was assessed,
//! it covers nothing.

mod benchmark;
mod result;
pub mod score;
mod target;

use benchmark::Benchmarks;
use target::Assets;
use yagura_model::warning::{Warning, WarningCode};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    sink::Sink,
    xml::{Node, XmlReader},
};

/// See the module.
#[derive(Debug)]
pub struct Xccdf;

impl Format for Xccdf {
    fn name(&self) -> &'static str {
        "xccdf"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "XCCDF 1.1 and 1.2 test results",
            url: "https://csrc.nist.gov/pubs/ir/7275/r4/final",
            record: "rule-result",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        matches!(head.xml_root(), Some("Benchmark" | "TestResult"))
            && head.xml_root_has("http://checklists.nist.gov/xccdf/1.")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        read(input, context, sink)
    }
}

/// One document while it is read.
struct Reading<'c> {
    context: &'c Context,
    benchmarks: Benchmarks,
    assets: Assets,
    /// Whether everything was read that a test result may refer to.
    all_known: bool,
    /// Where the test results start that were given to the sink.
    done: Vec<u64>,
    /// Whether a test result stood before what it refers to.
    deferred: bool,
    locals: LocalAssets,
}

/// Reads all test results of a document, which may be an ARF. What stands before the benchmark it
/// refers to is read in a second walk.
pub(crate) fn read(
    input: &mut dyn ReadSeek,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let mut reading = Reading {
        context,
        benchmarks: Benchmarks::default(),
        assets: Assets::default(),
        all_known: false,
        done: Vec::new(),
        deferred: false,
        locals: LocalAssets::new(),
    };
    reading.walk(&mut XmlReader::new(input)?, sink)?;
    if reading.deferred {
        reading.all_known = true;
        reading.walk(&mut XmlReader::new(input)?, sink)?;
    }
    if reading.done.is_empty() {
        let message = "the document has no XCCDF test result: a benchmark alone says nothing of \
                       any machine";
        return Err(ParseError::at(ErrorCode::Invalid, "TestResult", message));
    }
    if reading.benchmarks.cut {
        let detail = "descriptions and fix texts of further rules, beyond 64 MiB".to_owned();
        sink.warn(Warning { code: WarningCode::Cut, at: "Rule".to_owned(), detail })?;
    }
    Ok(())
}

impl Reading<'_> {
    fn walk(&mut self, xml: &mut XmlReader<'_>, sink: &mut dyn Sink) -> Result<(), ParseError> {
        // The open benchmark and groups, each with the depth it was opened at.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut report: Option<String> = None;
        let mut in_arf = false;
        let mut assets_known = false;
        loop {
            match xml.step()? {
                Node::Start => {}
                Node::End => {
                    while open.last().is_some_and(|(depth, _)| *depth > xml.depth()) {
                        open.pop();
                    }
                    continue;
                }
                Node::Text => continue,
                Node::Eof => return Ok(()),
            }
            let depth = xml.depth();
            let group = open.last().map(|(_, group)| *group);
            match xml.name() {
                "TestResult" => {
                    let start = xml.started_at();
                    let known = self.all_known
                        || depth == 1
                        || (!self.benchmarks.rules.is_empty() && (assets_known || !in_arf));
                    if !known {
                        self.deferred = true;
                        xml.skip()?;
                    } else if self.done.contains(&start) {
                        xml.skip()?;
                    } else {
                        self.done.push(start);
                        self.test_result(xml, report.as_deref(), sink)?;
                    }
                }
                "asset-report-collection" => in_arf = true,
                "report-requests"
                | "report-request"
                | "reports"
                | "content"
                | "data-stream-collection"
                | "component" => {}
                "report" => report = xml.attribute("id").map(|id| id.into_owned()),
                "Benchmark" if self.all_known => {}
                "Benchmark" | "Group" if !self.all_known => {
                    let parent = group.filter(|_| xml.name() == "Group");
                    open.push((depth, self.benchmarks.open(xml, parent)));
                }
                "Rule" if !self.all_known => match group {
                    Some(group) => self.benchmarks.rule(xml, group)?,
                    None => xml.skip()?,
                },
                "Profile" if !self.all_known => self.benchmarks.profile(xml)?,
                "title" if open.len() == 1 && self.benchmarks.title.is_none() => {
                    self.benchmarks.title = Some(benchmark::text(xml)?);
                }
                "assets" => assets_known = true,
                "asset" if !self.all_known => self.assets.asset(xml)?,
                "relationships" => {}
                "relationship" if !self.all_known => self.assets.relationship(xml)?,
                _ => xml.skip()?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Xccdf;
    use crate::{error::ErrorCode, testing};

    const RULES: &str = r#"<title>Hardening of example servers</title>
  <Profile id="p1"><title>Level 1</title><select idref="r1" selected="true"/></Profile>
  <Group id="g1" weight="1.0"><title>not the title</title>
    <Rule id="r1" severity="high" weight="10.0"><version>EX-01</version><title>Lock the door</title>
      <description>&lt;VulnDiscussion&gt;An open door. &lt;/VulnDiscussion&gt;&lt;Other/&gt;</description>
      <ident system="http://cce.mitre.org">CCE-00001-1</ident>
      <fix system="urn:example:blueprint">blue</fix><fix system="urn:xccdf:fix:script:sh">lock</fix></Rule>
    <Rule id="r2" weight="30.0"><title>Close the window</title><fixtext>close it</fixtext></Rule>
  </Group>
  <Group id="g2" weight="3.0"><Group id="g3">
    <Rule id="r3" severity="low"><title>Update lib</title><ident system="http://cve.mitre.org">CVE-2026-0001</ident></Rule>
    <Rule id="r4"/></Group></Group>"#;

    const RESULT: &str = r#"<TestResult id="t1" start-time="2026-04-01T09:00:00" end-time="2026-04-01T09:30:00+09:00" test-system="cpe:/a:example:looker:2.1">
    <identity authenticated="true" privileged="1">root</identity><profile idref="p1"/>
    <target>web01.example.</target><target-address>192.0.2.1</target-address><target-address>127.0.0.1</target-address>
    <target-facts><fact name="urn:xccdf:fact:ethernet:MAC" type="string">00:00:00:00:00:00</fact>
      <fact name="urn:scap:fact:asset:identifier:mac" type="string">00:1B:2C:3D:4E:5F</fact></target-facts>
    <rule-result idref="r1" weight="10.0"><result>fixed</result></rule-result>
    <rule-result idref="r2" weight="30.0" severity="medium"><result>fail</result><message severity="error">open</message><instance>/w/1</instance></rule-result>
    <rule-result idref="r3"><result>error</result></rule-result>
    <rule-result idref="r4"><result>unknown</result></rule-result>
    <rule-result idref="r4"><result>notapplicable</result></rule-result>
    <rule-result idref="r4"><result>notchecked</result></rule-result>
    <rule-result idref="r4"><result>notselected</result></rule-result>
    <rule-result idref="r4"><result>informational</result></rule-result>
    <rule-result idref="r4"><result>maybe</result></rule-result>
    <rule-result><result>pass</result></rule-result>
    <score system="urn:xccdf:scoring:default" maximum="100">6.25</score>
    <score system="urn:xccdf:scoring:flat" maximum="42">10</score>
    <score system="urn:xccdf:scoring:absolute" maximum="1">1</score>
    <score system="urn:example:own">7</score>
  </TestResult>"#;

    fn benchmark(inside: &[&str]) -> String {
        let inside = inside.concat();
        format!(
            "<Benchmark xmlns=\"http://checklists.nist.gov/xccdf/1.2\" id=\"b\">{inside}</Benchmark>"
        )
    }

    #[test]
    fn every_outcome_is_kept_apart() {
        let text = benchmark(&[RULES, RESULT]);
        let seen = testing::parse(&Xccdf, text.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!(
            (account.records, account.findings, account.passes, account.not_assessed),
            (10, 1, 1, 5)
        );
        assert_eq!((account.facts, account.dropped), (1, 2));
        let lines = seen.lines.join("\n");
        for expected in [
            "tool: \"looker\", tool_version: Some(\"2.1\"), observed_at: Some(2026-04-01T00:30:00Z), title: Some(\"Level 1\")",
            "[fqdn=web01.example ip=192.0.2.1 mac=00:1b:2c:3d:4e:5f]",
            "record 0 Pass(CheckSeen { id: \"r1\", kind: Configuration, title: \"Lock the door\", severity: Some(High)",
            "description: Some(\"An open door.\"), remediation: Some(\"lock\"), references: [\"CCE-00001-1\", \"EX-01\"]",
            "remediation: Some(\"close it\")",
            "state: Fail, severity: Medium, location: \"/w/1\", evidence: Some(\"open\")",
            "id: \"r3\", kind: Vulnerability, title: \"Update lib\", severity: Some(Low), cves: [\"CVE-2026-0001\"]",
            "detail: \"`maybe` is no result of XCCDF (r4)\"",
            "coverage 0 [configuration] credentialed=Some(true) Named([])",
        ] {
            assert!(lines.contains(expected), "{expected} in\n{lines}");
        }
        // Group g1: 10 of 40 = 25; g2: r3 and one r4 of weight 1, both 0; all: (25 + 0) / 4. Only
        // the absolute score in the file is wrong.
        let mismatches: Vec<&str> = seen
            .lines
            .iter()
            .map(String::as_str)
            .filter(|l| l.contains("FigureMismatch"))
            .collect();
        assert_eq!(mismatches.len(), 1, "{mismatches:?}");
        assert!(mismatches[0].contains("absolute: 1 of 1, the results give 0 of 1"));
        assert!(testing::places(&text, &seen)[0].starts_with("<rule-result idref=\"r1\""));
    }

    #[test]
    fn a_benchmark_may_stand_behind_its_results() {
        let after = testing::parse(&Xccdf, benchmark(&[RESULT, RULES]).as_bytes()).unwrap();
        let before = testing::parse(&Xccdf, benchmark(&[RULES, RESULT]).as_bytes()).unwrap();
        let records = |seen: &crate::collect::Transcript| {
            let record = |line: &&String| line.starts_with("finding") || line.starts_with("record");
            seen.lines.iter().filter(record).cloned().collect::<Vec<_>>()
        };
        assert_eq!(records(&after), records(&before));
    }

    #[test]
    fn a_result_alone_is_read_and_its_tree_score_left() {
        let result = RESULT
            .replace("<TestResult ", "<TestResult xmlns='http://checklists.nist.gov/xccdf/1.1' ");
        let seen = testing::parse(&Xccdf, result.as_bytes()).unwrap();
        assert_eq!(seen.tally.account.records, 10);
        let lines = seen.lines.join("\n");
        assert!(lines.contains("title: \"r1\"") && !lines.contains("scoring:default"));
    }

    #[test]
    fn what_was_not_assessed_covers_nothing() {
        let result = "<TestResult><target>web01</target>\
            <rule-result idref='r1'><result>notapplicable</result></rule-result>\
            <rule-result idref='r2'><result>notselected</result></rule-result>\
            <score system='urn:xccdf:scoring:default' maximum='100'>0.000000</score></TestResult>";
        let seen = testing::parse(&Xccdf, benchmark(&[RULES, result]).as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.findings, account.passes, account.not_assessed), (0, 0, 2));
        let lines = seen.lines.join("\n");
        assert!(lines.contains("coverage 0 [] credentialed=None"), "{lines}");
        assert!(lines.contains("no rule was assessed: 1 not applicable, 0 not checked, 1 not sel"));
        assert!(!lines.contains("FigureMismatch"));
    }

    #[test]
    fn a_benchmark_alone_is_no_report() {
        let error = testing::parse(&Xccdf, benchmark(&[RULES]).as_bytes()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        let nameless =
            "<TestResult><rule-result idref='r1'><result>pass</result></rule-result></TestResult>";
        let seen = testing::parse(&Xccdf, benchmark(&[nameless]).as_bytes()).unwrap();
        assert_eq!(seen.tally.account.dropped, 1);
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Xccdf, benchmark(&[RULES, RESULT]).as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&Xccdf, &bytes).ok();
        }

        #[test]
        fn any_order_of_elements_is_refused_or_read(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "<Benchmark>", "</Benchmark>", "<Group weight='x'>", "</Group>", "<TestResult>",
                    "</TestResult>", "<Rule id='r' weight='-1'/>", "<target>h</target>",
                    "<rule-result idref='r' weight='1e999'>", "<result>pass</result>", "</rule-result>",
                    "<score>NaN</score>", "<asset id='a'>", "</asset>", "<report>", "</report>",
                ]),
                0..40,
            )
        ) {
            testing::parse_unclaimed(&Xccdf, format!("<content>{}</content>", parts.concat()).as_bytes()).ok();
        }
    }
}
