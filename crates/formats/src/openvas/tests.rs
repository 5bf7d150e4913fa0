use proptest::prelude::*;

use super::OpenVas;
use crate::{error::ErrorCode, testing};

const REPORT: &str = r#"<get_reports_response status="200" status_text="OK"><report id="a1" format_id="f" extension="xml" content_type="text/xml"><name>n</name><creation_time>2026-04-02T00:00:00Z</creation_time>
<report id="a1"><gmp><version>22.6</version></gmp><filters id="0"><term>apply_overrides=1 levels=chmlg rows=100 min_qod=70 first=1</term></filters>
<scan_run_status>Done</scan_run_status><hosts><count>3</count></hosts><task id="t"><name>Branch network</name><target id="x"><name>no</name></target></task>
<timestamp>2026-04-01T07:00:00+09:00</timestamp><scan_start>2026-04-01T07:00:00+09:00</scan_start>
<ports><count>1</count><port>443/tcp<host>192.0.2.1</host></port></ports>
<results max="100" start="1">
<result id="r1"><name>Old library</name><host>192.0.2.1<asset asset_id="aa-1"/><hostname>web01.branch.example</hostname></host><port>443/tcp</port>
<nvt oid="1.3.6.1.4.1.25623.1.0.900001"><type>nvt</type><name>Old library detected</name><family>General</family><cvss_base>9.8</cvss_base>
<severities score="98"><severity type="cvss_base_v3"><origin>NVD</origin><value>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</value></severity></severities>
<tags>cvss_base_vector=AV:N/AC:L/Au:N/C:P/I:P/A:P|summary=A library is old | and weak.|insight=Long.|solution=From the tags.|solution_type=VendorFix</tags><solution type="VendorFix">Update it.</solution>
<refs><ref type="cve" id="CVE-2026-0001"/><ref type="url" id="https://advisory.example/1"/><ref type="cert-bund" id="WID-SEC-2026-0001"/></refs></nvt>
<threat>High</threat><severity>9.8</severity><qod><value>97</value><type>registry</type></qod>
<description>Installed version: 1.0
Fixed version:     1.2</description><original_threat>High</original_threat><original_severity>9.8</original_severity></result>
<result id="r2"><name>Services</name><host>192.0.2.1<asset asset_id="aa-1"/></host><port>general/tcp</port><nvt oid="1.3.6.1.4.1.25623.1.0.900002"><name>Services</name><cvss_base>0.0</cvss_base><tags>summary=Tells services.|qodType=remote_banner</tags></nvt><threat>Log</threat><severity>0.0</severity><qod><value>80</value><type></type></qod><description>A web server runs.</description></result>
<result id="r3"><host>192.0.2.2<asset asset_id=""/><hostname>files</hostname></host><port>https (8443/tcp)</port><nvt oid="CVE-2026-0002"><type>cve</type><name>CVE-2026-0002</name></nvt><threat>False Positive</threat><severity>-1.0</severity><original_severity>5.0</original_severity></result>
<result id="r4"><host>192.0.2.2</host><port>general/tcp</port><nvt oid="1.3.6.1.4.1.25623.1.0.900004"><name>Accepted</name></nvt><threat>Log</threat><severity>0.0</severity><original_severity>2.6</original_severity></result>
<result id="r5"><host>192.0.2.2</host><port>general/tcp</port><nvt oid="1.3.6.1.4.1.25623.1.0.900005"><name>Broke</name></nvt><threat>Error</threat><severity>-3.0</severity></result>
<result id="r6"><host></host><nvt oid="1.3.6.1.4.1.25623.1.0.900006"/><severity>5.0</severity></result>
<result id="r7"><host>192.0.2.9</host><nvt oid="1.3.6.1.4.1.25623.1.0.900007"><name>Rule</name></nvt><severity>0.0</severity><compliance>yes</compliance></result>
<result id="r8"><host>192.0.2.9</host><nvt oid="1.3.6.1.4.1.25623.1.0.900008"><name>Other rule</name></nvt><severity>0.0</severity><compliance>no</compliance></result>
</results><result_count>8<full>9</full><filtered>8</filtered></result_count>
<host><ip>192.0.2.1</ip><asset asset_id="aa-1"/><start>2026-04-01T07:00:00+09:00</start><end>2026-04-01T08:00:00+09:00</end>
<detail><name>best_os_txt</name><value>Microsoft Windows Server 2022</value><source><name>os</name></source></detail><detail><name>best_os_cpe</name><value>cpe:/o:microsoft:windows_server_2022</value></detail>
<detail><name>MAC</name><value>00:00:5E:00:53:01</value></detail><detail><name>hostname</name><value>web01.branch.example</value></detail>
<detail><name>App</name><value>cpe:/a:apache:http_server:2.4.1</value></detail><detail><name>Auth-SMB-Success</name><value>Protocol SMB, User scan</value></detail></host>
<host><ip>192.0.2.2</ip><asset asset_id=""/><start>2026-04-01T07:00:00+09:00</start><end>2026-04-01T08:30:00+09:00</end></host>
<host><ip>192.0.2.3</ip><asset asset_id=""/><start>2026-04-01T07:00:00+09:00</start><end/></host>
<host><ip>192.0.2.4</ip><end>2026-04-01T08:30:00+09:00</end><detail><name>Host dead</name><value>1</value></detail></host>
<errors><count>1</count><error><host>192.0.2.2<asset/></host><port>general/tcp</port><description>NVT timed out after 320 seconds.</description><nvt oid="1.3.6.1.4.1.25623.1.0.900009"><name>Slow</name></nvt></error></errors>
<scan_end>2026-04-01T09:00:00+09:00</scan_end></report></report></get_reports_response>"#;

fn expect(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn results_become_findings_facts_and_verdicts() {
    let seen = testing::parse(&OpenVas, REPORT.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.facts), (8, 4, 1));
    assert_eq!((account.passes, account.not_assessed, account.dropped), (1, 1, 1));
    let text = seen.lines.join("\n");
    expect(
        &text,
        &[
            "id: \"1.3.6.1.4.1.25623.1.0.900001\", kind: Vulnerability, title: \"Old library detected\", severity: Some(Critical), \
             cves: [\"CVE-2026-0001\"], vectors: [\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\", \"AV:N/AC:L/Au:N/C:P/I:P/A:P\"], \
             description: Some(\"A library is old | and weak.\"), remediation: Some(\"Update it.\"), \
             references: [\"https://advisory.example/1\", \"WID-SEC-2026-0001\"], remote: Some(false) }, \
             state: Fail, severity: Critical, location: \"443/tcp\"",
            "fixed_version: Some(\"1.2\")",
            "title: \"Services\", severity: None, cves: [], vectors: [], description: Some(\"Tells services.\"), remediation: None, \
             references: [], remote: Some(true) }, state: Info, severity: Info, location: \"\"",
            "id: \"CVE-2026-0002\", kind: Vulnerability, title: \"CVE-2026-0002\", severity: None, cves: [\"CVE-2026-0002\"]",
            "severity: Medium, location: \"8443/tcp\", evidence: None, fixed_version: None, disposition: NotAffected",
            "severity: Low, location: \"\", evidence: None, fixed_version: None, disposition: Accepted",
            "Error)",
            "Dropped(NoAsset)",
            "Pass(CheckSeen { id: \"1.3.6.1.4.1.25623.1.0.900007\", kind: Configuration",
            "kind: Configuration, title: \"Other rule\"",
        ],
    );
    let places = testing::places(REPORT, &seen);
    assert!(
        places.iter().all(|place| place.starts_with("<result id") && place.ends_with("</result>"))
    );
}

#[test]
fn a_host_is_known_by_all_it_says() {
    let seen = testing::parse(&OpenVas, REPORT.as_bytes()).unwrap();
    assert_eq!((seen.tally.assets, seen.tally.software), (5, 1));
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 server `web01.branch.example` stable=Some(\"aa-1\") [mac=00:00:5e:00:53:01 \
             fqdn=web01.branch.example ip=192.0.2.1] {os=Microsoft Windows Server 2022; \
             x.os_cpe=cpe:2.3:o:microsoft:windows_server_2022:*:*:*:*:*:*:*:*}",
            "asset 1 device `192.0.2.2` stable=None [ip=192.0.2.2]",
            "asset 1 device `files` stable=None [hostname=files ip=192.0.2.2]",
            "name: \"http_server\", version: \"2.4.1\"",
            "asset 4 device `192.0.2.9`",
        ],
    );
}

#[test]
fn only_what_was_looked_at_is_covered() {
    let seen = testing::parse(&OpenVas, REPORT.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "coverage 0 [vulnerability] credentialed=Some(true) All",
            "coverage 1 [vulnerability] credentialed=Some(false) All",
            "coverage 2 [] credentialed=Some(false) All",
            "coverage 3 [] credentialed=Some(false) All",
            "coverage 4 [vulnerability] credentialed=Some(false) All",
            "AssetDown, at: \"host `192.0.2.4`\"",
            "test `1.3.6.1.4.1.25623.1.0.900009` broke: NVT timed out after 320 seconds.",
            "tool: \"openvas\", tool_version: Some(\"GMP 22.6\"), observed_at: Some(2026-04-01T00:00:00Z), title: Some(\"Branch network\")",
        ],
    );
}

#[test]
fn a_scan_that_stopped_or_is_shown_in_part_covers_nothing() {
    for (from, to, told) in [
        ("<scan_run_status>Done", "<scan_run_status>Stopped", "the scan is `Stopped`, not `Done`"),
        ("<filtered>8", "<filtered>80", "the report shows 8 of 80 results"),
        ("levels=chmlg", "levels=h", "the results are filtered by `levels=h`"),
    ] {
        let seen = testing::parse(&OpenVas, REPORT.replace(from, to).as_bytes()).unwrap();
        expect(&seen.lines.join("\n"), &["coverage 0 [] ", told]);
    }
}

#[test]
fn errors_and_other_roots_are_refused() {
    for (text, code) in [
        (r#"<get_reports_response status="404" status_text="Not found"/>"#, ErrorCode::ToolError),
        ("<a/>", ErrorCode::Invalid),
    ] {
        let error = testing::parse_unclaimed(&OpenVas, text.as_bytes()).unwrap_err();
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn an_old_report_is_read() {
    let report = r#"<report><omp><version>7.0</version></omp><results><result><host>192.0.2.1</host><port>80/tcp</port><nvt oid="1.3.6.1.4.1.25623.1.0.1"><name>Old</name><cve>CVE-2015-0001, CVE-2015-0002</cve><bid>NOBID</bid><xref>URL:https://advisory.example</xref></nvt><threat>Medium</threat></result></results><scan_end>2015-04-01T00:00:00Z</scan_end></report>"#;
    let seen = testing::parse(&OpenVas, report.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "cves: [\"CVE-2015-0001\", \"CVE-2015-0002\"]",
            "references: [\"https://advisory.example\"]",
            "severity: Medium",
        ],
    );
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&OpenVas, REPORT.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        testing::parse_unclaimed(&OpenVas, &bytes).ok();
    }
}
