//! ARF: asset reports, each with an XCCDF test result, and the assets they are about.
//!
//! Specified by NIST IR 7694 (ARF 1.1, <https://csrc.nist.gov/pubs/ir/7694/final>) and NIST IR 7693
//! (Asset Identification 1.1).
//! Kept: what [`crate::xccdf`] keeps of every test result; the identifiers of the asset it is
//! about; the benchmark among the report requests.
//! Dropped: OVAL definitions and results, which the results of the rules sum up.

use crate::{
    error::ParseError,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    sink::Sink,
    xccdf,
};

/// See the module.
#[derive(Debug)]
pub struct Arf;

impl Format for Arf {
    fn name(&self) -> &'static str {
        "arf"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "ARF 1.1 with XCCDF test results",
            url: "https://csrc.nist.gov/pubs/ir/7694/final",
            record: "rule-result",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.xml_root() == Some("asset-report-collection")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        xccdf::read(input, context, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::Arf;
    use crate::testing;

    const ASSETS: &str = r#"<assets>
  <asset id="a1"><ai:computing-device><ai:connections><ai:connection><ai:ip-address><ai:ip-v4>192.0.2.1</ai:ip-v4></ai:ip-address>
    <ai:mac-address>00-1b-2c-3d-4e-5f</ai:mac-address></ai:connection></ai:connections><ai:fqdn>web01.example</ai:fqdn></ai:computing-device></asset>
  <asset id="a2"><ai:computing-device><ai:hostname>db01</ai:hostname></ai:computing-device></asset></assets>"#;

    const REQUESTS: &str = r#"<report-requests><report-request id="q1"><content><ds:data-stream-collection>
  <ds:component><xccdf:Benchmark id="b"><xccdf:title>Hardening</xccdf:title>
    <xccdf:Rule id="r1" severity="high"><xccdf:title>Lock</xccdf:title></xccdf:Rule></xccdf:Benchmark></ds:component>
  <ds:component><oval_definitions><Rule id="no"/></oval_definitions></ds:component></ds:data-stream-collection></content></report-request></report-requests>"#;

    const REPORTS: &str = r#"<reports>
  <report id="x1"><content><xccdf:TestResult end-time="2026-04-01T00:00:00Z"><xccdf:target>web01</xccdf:target>
    <xccdf:target-id-ref system="s" name="a1"/><xccdf:rule-result idref="r1"><xccdf:result>pass</xccdf:result></xccdf:rule-result>
    <xccdf:score>100.000000</xccdf:score></xccdf:TestResult></content></report>
  <report id="o1"><content><oval_results><TestResult><target>no</target></TestResult></oval_results></content></report>
  <report id="x2"><content><xccdf:TestResult end-time="2026-04-02T00:00:00Z">
    <xccdf:rule-result idref="r1"><xccdf:result>fail</xccdf:result></xccdf:rule-result>
    <xccdf:score>0</xccdf:score></xccdf:TestResult></content></report></reports>"#;

    fn collection(parts: &[&str]) -> String {
        format!(
            "<asset-report-collection xmlns='http://scap.nist.gov/schema/asset-reporting-format/1.1'>\
             <core:relationships><core:relationship type='arfvocab:isAbout' subject='x2'>\
             <core:ref>a2</core:ref></core:relationship></core:relationships>{}\
             </asset-report-collection>",
            parts.concat()
        )
    }

    #[test]
    fn each_report_is_about_its_asset_in_any_order() {
        for parts in [[REQUESTS, ASSETS, REPORTS], [REPORTS, REQUESTS, ASSETS]] {
            let seen = testing::parse(&Arf, collection(&parts).as_bytes()).unwrap();
            let account = seen.tally.account;
            assert_eq!((account.records, account.passes, account.findings), (2, 1, 1));
            let lines = seen.lines.join("\n");
            for expected in [
                "asset 0 device `web01` stable=None [hostname=web01 ip=192.0.2.1 mac=00:1b:2c:3d:4e:5f fqdn=web01.example]",
                "asset 1 device `db01` stable=None [hostname=db01]",
                "record 0 Pass(CheckSeen { id: \"r1\", kind: Configuration, title: \"Lock\"",
                "finding 1 FindingSeen",
            ] {
                assert!(lines.contains(expected), "{expected} in\n{lines}");
            }
            assert!(seen.tally.warnings.is_empty(), "{:?}", seen.tally.warnings);
        }
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Arf, collection(&[REQUESTS, ASSETS, REPORTS]).as_bytes());
    }
}
