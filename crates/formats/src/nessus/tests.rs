//! Tests of the Nessus readers.

use proptest::prelude::*;

use super::Nessus;
use crate::{error::ErrorCode, testing};

const REPORT: &str = r#"<?xml version="1.0" ?>
<NessusClientData_v2>
<Policy><policyName>Monthly</policyName><Preferences><ServerPreferences><preference><name>p</name><value>secret</value></preference></ServerPreferences></Preferences></Policy>
<Report name="Head office" xmlns:cm="http://www.nessus.org/cm">
<ReportHost name="192.0.2.10"><HostProperties>
<tag name="HOST_END_TIMESTAMP">1775001600</tag>
<tag name="HOST_END">Wed Apr  1 09:00:00 2026</tag>
<tag name="HOST_START">Wed Apr  1 08:00:00 2026</tag>
<tag name="Credentialed_Scan">true</tag>
<tag name="host-fqdn">Web01.branch.example</tag>
<tag name="netbios-name">BRANCH\WEB01</tag>
<tag name="host-ip">192.0.2.10</tag>
<tag name="mac-address">00:00:5E:00:53:01
00:00:5E:00:53:02</tag>
<tag name="bios-uuid">4C4C4544-0000-1000-8000-000000000001</tag>
<tag name="TAG">0123456789abcdef0123456789abcdef</tag>
<tag name="system-type">general-purpose</tag>
<tag name="operating-system">Microsoft Windows Server 2022 Standard</tag>
<tag name="aws-instance-instance-id">i-0000000000000001</tag>
<tag name="aws-instance-region">ap-northeast-1</tag>
<tag name="aws-instance-accountId">000000000001</tag>
<tag name="cpe">cpe:/o:microsoft:windows_server_2022:10.0</tag>
<tag name="cpe-0">cpe:/a:apache:http_server:2.4.1 -&gt; Apache httpd</tag>
<tag name="cpe-1">cpe:/a:apache:http_server:2.4.1 -&gt; Apache httpd</tag>
<tag name="patch-summary-total-cves">1</tag>
</HostProperties>
<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="900001" pluginName="Web &amp; more" pluginFamily="Web Servers">
<cve>CVE-2026-0001</cve><cve>CVE-2026-0002</cve>
<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P</cvss_vector>
<cvss3_vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</cvss3_vector>
<cvss4_vector>CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N</cvss4_vector>
<cvss3_temporal_vector>CVSS:3.0/E:U/RL:O/RC:C</cvss3_temporal_vector>
<description>
A long story.
</description>
<plugin_type>remote</plugin_type><solution>Update it.</solution>
<see_also>https://advisory.example/1
https://advisory.example/2</see_also>
<xref>CWE:79</xref><cwe>79</cwe><xref>IAVA:2026-A-0001</xref><bid>12</bid>
<plugin_output>
  Installed version : 2.4.1
  Fixed version     : 2.4.2
</plugin_output></ReportItem>
<ReportItem port="0" svc_name="general" protocol="tcp" severity="0" pluginID="19506" pluginName="Nessus Scan Information" pluginFamily="Settings"><plugin_type>summary</plugin_type><plugin_output>Nessus version : 10.8.0
Port scanner(s) : nessus_syn_scanner
Credentialed checks : yes</plugin_output></ReportItem>
<ReportItem port="443" svc_name="www" protocol="tcp" severity="0" pluginID="900002" pluginName="SYN scanner" pluginFamily="Port scanners"><plugin_output>Port 443/tcp was found to be open</plugin_output></ReportItem>
<ReportItem port="0" svc_name="general" protocol="tcp" severity="4" pluginID="900003" pluginName="Old package" pluginFamily="Local checks"><plugin_type>local</plugin_type><solution>n/a</solution></ReportItem>
<ReportItem port="0" severity="9" pluginID="900004" protocol="tcp"/>
<ReportItem port="0" severity="1" protocol="tcp"/>
<ReportItem port="0" svc_name="general" protocol="tcp" severity="3" pluginID="21156" pluginName="Windows Compliance Checks" pluginFamily="Policy Compliance"><cm:compliance-result>FAILED</cm:compliance-result><cm:compliance-check-id>aa01</cm:compliance-check-id><cm:compliance-check-name>1.1.1 Password length</cm:compliance-check-name><cm:compliance-actual-value>8</cm:compliance-actual-value><cm:compliance-reference>800-53|IA-5,CSCv8|5.2</cm:compliance-reference><cm:compliance-solution>Set it to 14.</cm:compliance-solution></ReportItem>
<ReportItem port="0" protocol="tcp" severity="0" pluginID="21156" pluginName="Windows Compliance Checks" pluginFamily="Policy Compliance"><cm:compliance-result>PASSED</cm:compliance-result><cm:compliance-check-name>1.1.2 History</cm:compliance-check-name></ReportItem>
<ReportItem port="0" protocol="tcp" severity="2" pluginID="21156" pluginName="Windows Compliance Checks" pluginFamily="Policy Compliance"><cm:compliance-result>WARNING</cm:compliance-result><cm:compliance-check-name>1.1.3 Look</cm:compliance-check-name></ReportItem>
<ReportItem port="0" protocol="tcp" severity="2" pluginID="21156" pluginName="Windows Compliance Checks" pluginFamily="Policy Compliance"><cm:compliance-result>ERROR</cm:compliance-result><cm:compliance-check-name>1.1.4 Broke</cm:compliance-check-name></ReportItem>
</ReportHost>
<ReportHost name="192.0.2.11"><HostProperties><tag name="HOST_END">Wed Apr  1 09:30:00 2026</tag></HostProperties>
<ReportItem port="0" protocol="tcp" severity="0" pluginID="10180" pluginName="Ping the remote host" pluginFamily="Port scanners"><plugin_output>The remote host (192.0.2.11) is considered as dead - not scanning</plugin_output></ReportItem></ReportHost>
<ReportHost name="printer7"><HostProperties><tag name="HOST_START">x</tag><tag name="system-type">printer</tag></HostProperties>
<ReportItem port="9100" protocol="tcp" severity="0" pluginID="0" pluginName="" pluginFamily=""/></ReportHost>
<ReportHost name="192.0.2.13"><HostProperties><tag name="HOST_END">Wed Apr  1 09:10:00 2026</tag></HostProperties></ReportHost>
<ReportHost name="192.0.2.14"/>
</Report></NessusClientData_v2>"#;

fn expect(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn items_become_findings_facts_and_verdicts() {
    let seen = testing::parse(&Nessus, REPORT.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.facts), (12, 3, 4));
    assert_eq!((account.passes, account.not_assessed, account.dropped), (1, 2, 2));
    assert_eq!((seen.tally.assets, seen.tally.software), (5, 1));
    let text = seen.lines.join("\n");
    expect(
        &text,
        &[
            "id: \"900001\", kind: Vulnerability, title: \"Web & more\", severity: Some(High)",
            "cves: [\"CVE-2026-0001\", \"CVE-2026-0002\"]",
            "vectors: [\"AV:N/AC:L/Au:N/C:P/I:P/A:P\", \"CVSS:3.1/AV:N",
            "\"CVSS:4.0/AV:N",
            "description: Some(\"A long story.\"), remediation: Some(\"Update it.\")",
            "references: [\"https://advisory.example/1\", \"https://advisory.example/2\", \"CWE-79\", \"IAVA:2026-A-0001\", \"BID:12\"], remote: Some(true)",
            "location: \"443/tcp\"",
            "fixed_version: Some(\"2.4.2\")",
            "id: \"900002\", kind: OpenPort",
            "remediation: None, references: [], remote: Some(false)",
            "record 0 Fact",
            "record 0 Pass(CheckSeen { id: \"1.1.2 History\", kind: Configuration",
            "id: \"aa01\", kind: Configuration, title: \"1.1.1 Password length\"",
            "references: [\"800-53|IA-5\", \"CSCv8|5.2\"]",
            "evidence: Some(\"8\")",
            "Manual)",
            "Error)",
            "severity `9` is not 0 to 4",
        ],
    );
    assert!(!text.contains("secret"));
    let places = testing::places(REPORT, &seen);
    assert!(places.iter().all(|place| place.starts_with("<ReportItem")), "{places:?}");
    assert!(places[0].ends_with("</ReportItem>"));
}

#[test]
fn a_host_is_known_by_all_it_says() {
    let seen = testing::parse(&Nessus, REPORT.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 server `192.0.2.10` stable=Some(\"0123456789abcdef0123456789abcdef\")",
            "[cloud_instance=arn:aws:ec2:ap-northeast-1:000000000001:instance/i-0000000000000001 \
             cloud_instance=i-0000000000000001 agent_id=0123456789abcdef0123456789abcdef \
             uuid=4c4c4544-0000-1000-8000-000000000001 mac=00:00:5e:00:53:01 mac=00:00:5e:00:53:02 \
             fqdn=web01.branch.example hostname=web01 ip=192.0.2.10]",
            "os=Microsoft Windows Server 2022 Standard; os.version=10.0; \
             x.os_cpe=cpe:2.3:o:microsoft:windows_server_2022:10.0:*:*:*:*:*:*:*; place=ap-northeast-1",
            "name: \"Apache httpd\", version: \"2.4.1\"",
            "asset 2 printer `printer7` stable=None [hostname=printer7]",
        ],
    );
}

#[test]
fn only_what_was_looked_at_is_covered() {
    let seen = testing::parse(&Nessus, REPORT.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "coverage 0 [vulnerability open_port] credentialed=Some(true) All",
            "coverage 0 [configuration] credentialed=Some(true) Named([])",
            "coverage 1 [] credentialed=Some(false) All",
            "AssetDown, at: \"host `192.0.2.11`\"",
            "coverage 2 [] credentialed=Some(false) All",
            "IncompleteScan, at: \"host `printer7`\"",
            "coverage 3 [vulnerability] credentialed=Some(false) All",
            "Uncredentialed, at: \"host `192.0.2.13`\"",
            "AssetDown, at: \"host `192.0.2.14`\"",
            "TimeWithoutZone",
            "tool: \"nessus\", tool_version: Some(\"10.8.0\"), observed_at: Some(2026-04-01T00:30:00Z), title: Some(\"Head office\")",
        ],
    );
}

#[test]
fn a_web_application_is_a_web_site() {
    let report = r#"<NessusClientData_v2><Report name="shop" type="was"><ReportHost name="https://shop.example/">
<HostProperties><tag name="system-type">web_application</tag><tag name="HOST_END">2026-04-01T00:00:00.5+00:00</tag></HostProperties>
<ReportItem pluginID="98104" pluginName="XSS" severity="3" protocol="TCP" port="443"><plugin_output>Found on 'https://shop.example/a?b=1'.</plugin_output></ReportItem>
</ReportHost></Report></NessusClientData_v2>"#;
    let seen = testing::parse(&Nessus, report.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 web_site `https://shop.example/` stable=None [domain=shop.example]",
            "coverage 0 [code] credentialed=None All",
            "kind: Code",
            "location: \"https://shop.example/a\"",
            "tool: \"tenable-was\"",
        ],
    );
}

#[test]
fn other_roots_and_old_versions_are_refused() {
    for (text, code) in [
        ("<NessusClientData/>", ErrorCode::Version),
        ("<a/>", ErrorCode::Invalid),
        ("<NessusClientData_v2><Report>", ErrorCode::Truncated),
        ("<NessusClientData_v2/><b/>", ErrorCode::Malformed),
    ] {
        let error = testing::parse_unclaimed(&Nessus, text.as_bytes()).unwrap_err();
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Nessus, REPORT.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        testing::parse_unclaimed(&Nessus, &bytes).ok();
    }
}
