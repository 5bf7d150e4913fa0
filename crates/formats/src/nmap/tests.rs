use proptest::prelude::*;

use super::Nmap;
use crate::{error::ErrorCode, testing};

const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///nmap.xsl" type="text/xsl"?>
<nmaprun scanner="nmap" args="nmap -sV -O --script vuln,vulners -oX out.xml 192.0.2.0/28" start="1775001000" version="7.95" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="1000" services="1-1000"/>
<hosthint><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/></hosthint>
<host starttime="1775001000" endtime="1775001500"><status state="up" reason="arp-response"/>
<address addr="192.0.2.1" addrtype="ipv4"/><address addr="00:00:5E:00:53:0A" addrtype="mac" vendor="Example Devices"/>
<hostnames><hostname name="files.branch.example" type="user"/><hostname name="files" type="custom"/></hostnames>
<ports><extraports state="closed" count="995"/>
<port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/><service name="ssh" product="OpenSSH" version="7.4" extrainfo="protocol 2.0" method="probed"><cpe>cpe:/a:openbsd:openssh:7.4</cpe><cpe>cpe:/o:linux:linux_kernel</cpe></service>
<script id="vulners" output="&#xa;  cpe:/a:openbsd:openssh:7.4: &#xa;"><table key="cpe:/a:openbsd:openssh:7.4">
<table><elem key="cvss">9.8</elem><elem key="id">CVE-2026-0001</elem><elem key="is_exploit">false</elem><elem key="type">cve</elem></table>
<table><elem key="cvss">0.0</elem><elem key="id">CVE-2026-0002</elem></table>
<table><elem key="cvss">9.8</elem><elem key="id">EDB-ID:1</elem><elem key="is_exploit">true</elem></table></table></script></port>
<port protocol="tcp" portid="80"><state state="closed"/><service name="http"/></port>
<port protocol="tcp" portid="443"><state state="open"/><service name="http" tunnel="ssl"/>
<script id="vulners" output="&#xa;  cpe:/a:example:web:1.0: &#xa;    &#x9;CVE-2026-0003&#x9;5.0&#x9;https://vulners.example/CVE-2026-0003"/>
<script id="ssl-poodle" output="VULNERABLE"><table key="CVE-2014-3566"><elem key="title">SSL POODLE information leak</elem><elem key="state">VULNERABLE</elem>
<table key="ids"><elem>BID:70574</elem><elem>CVE:CVE-2014-3566</elem></table><table key="scores"><elem key="CVSSv2">4.3 (MEDIUM) (AV:N/AC:M/Au:N/C:P/I:N/A:N)</elem></table>
<table key="description"><elem>Padding is not checked.</elem></table><table key="check_results"><elem>TLS_RSA_WITH_AES_128_CBC_SHA</elem></table>
<table key="refs"><elem>https://advisory.example/poodle</elem></table></table></script>
<script id="http-vuln-x" output=""><table key="NMAP-1"><elem key="title">A weak page</elem><elem key="state">UNKNOWN (unable to test)</elem></table><table key="NMAP-2"><elem key="state">NOT VULNERABLE</elem></table></script>
<script id="http-title" output="Site"><elem key="title">Site</elem></script></port>
<port protocol="tcp" portid="445"><state state="open"/><service name="microsoft-ds"/></port>
<port protocol="udp" portid="53"><state state="open|filtered"/></port>
</ports>
<os><osmatch name="Linux 4.15" accuracy="98" line="1"><osclass type="general purpose" vendor="Linux" osfamily="Linux" osgen="4.X" accuracy="98"><cpe>cpe:/o:linux:linux_kernel:4.15</cpe></osclass></osmatch><osmatch name="Linux 3" accuracy="90"/></os>
<hostscript><script id="smb-vuln-ms17-010" output=""><table key="CVE-2017-0143"><elem key="title">Remote code execution in SMBv1</elem><elem key="state">VULNERABLE</elem><elem key="risk_factor">HIGH</elem></table></script></hostscript>
</host>
<host endtime="1775001400"><status state="down" reason="no-response"/><address addr="192.0.2.2" addrtype="ipv4"/></host>
<host timedout="true" endtime="1775001450"><status state="up"/><address addr="2001:db8::3" addrtype="ipv6"/><os><osmatch name="VxWorks" accuracy="80"/></os></host>
<runstats><finished time="1775001600" exit="success"/><hosts up="2" down="1" total="3"/></runstats>
</nmaprun>
"#;

fn expect(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn open_ports_are_records_and_scripts_find() {
    let seen = testing::parse(&Nmap, REPORT.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.facts), (3, 3, 0));
    assert_eq!((seen.tally.assets, seen.tally.software), (2, 1));
    let text = seen.lines.join("\n");
    expect(
        &text,
        &[
            "id: \"CVE-2026-0001\", kind: Vulnerability, title: \"CVE-2026-0001\", severity: Some(Critical)",
            "location: \"22/tcp\", evidence: Some(\"cpe:/a:openbsd:openssh:7.4 CVSS 9.8\")",
            "id: \"CVE-2026-0002\", kind: Vulnerability, title: \"CVE-2026-0002\", severity: None",
            "id: \"CVE-2026-0003\"",
            "cpe:/a:example:web:1.0 CVSS 5.0",
            "id: \"CVE-2014-3566\", kind: Vulnerability, title: \"SSL POODLE information leak\", severity: Some(Medium), \
             cves: [\"CVE-2014-3566\"], vectors: [\"AV:N/AC:M/Au:N/C:P/I:N/A:N\"], description: Some(\"Padding is not checked.\"), \
             remediation: None, references: [\"BID:70574\", \"https://advisory.example/poodle\"], remote: Some(true)",
            "evidence: Some(\"TLS_RSA_WITH_AES_128_CBC_SHA\")",
            "id: \"http-vuln-x\", kind: Vulnerability, title: \"A weak page\"",
            "state: Unknown",
            "id: \"CVE-2017-0143\", kind: Vulnerability, title: \"Remote code execution in SMBv1\", severity: Some(High)",
        ],
    );
    assert!(!text.contains("EDB-ID"));
    let places = testing::places(REPORT, &seen);
    assert!(places.iter().all(|place| place.starts_with("<port ") && place.ends_with("</port>")));
}

#[test]
fn a_host_is_known_by_all_it_says() {
    let seen = testing::parse(&Nmap, REPORT.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 device `files.branch.example` stable=None [ip=192.0.2.1 mac=00:00:5e:00:53:0a \
             fqdn=files.branch.example hostname=files] {hardware.vendor=Example Devices; \
             open_port=22/tcp ssh; x.service=22/tcp OpenSSH 7.4 (protocol 2.0); \
             open_port=443/tcp ssl/http; open_port=445/tcp microsoft-ds; os=Linux 4.15; \
             x.os_cpe=cpe:2.3:o:linux:linux_kernel:4.15:*:*:*:*:*:*:*; os.version=4.15}",
            "name: \"OpenSSH\", version: \"7.4\"",
            "asset 1 device `2001:db8::3` stable=None [ip=2001:db8::3] {x.os_guess=VxWorks}",
        ],
    );
}

#[test]
fn only_hosts_that_answered_are_covered() {
    let seen = testing::parse(&Nmap, REPORT.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "coverage 0 [vulnerability open_port] credentialed=Some(false) At(Ports({\"tcp\": [(1, 1000)]}))",
            "coverage 1 [] credentialed=Some(false) At(",
            "AssetDown, at: \"host `192.0.2.2`\"",
            "IncompleteScan, at: \"host `2001:db8::3`\"",
            "tool: \"nmap\", tool_version: Some(\"7.95\"), observed_at: Some(2026-04-01T00:00:00Z)",
        ],
    );
}

#[test]
fn a_run_that_broke_off_covers_nothing() {
    let broken = REPORT.replace("exit=\"success\"", "exit=\"error\" errormsg=\"no route\"");
    let seen = testing::parse(&Nmap, broken.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &["coverage 0 [] credentialed", "the run broke off: `no route`, it covers nothing"],
    );
}

#[test]
fn without_scripts_vulnerabilities_are_not_covered() {
    let report = r#"<nmaprun scanner="nmap" args="nmap 192.0.2.1"><scaninfo protocol="tcp" services="22"/><host><address addr="192.0.2.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="22"><state state="open"/></port></ports></host><runstats><finished time="1775001600" exit="success"/></runstats></nmaprun>"#;
    let seen = testing::parse(&Nmap, report.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &["coverage 0 [open_port] ", "record 0 Fact", "open_port=22/tcp}"],
    );
    let error = testing::parse_unclaimed(&Nmap, b"<a/>").unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Nmap, REPORT.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        testing::parse_unclaimed(&Nmap, &bytes).ok();
    }
}
