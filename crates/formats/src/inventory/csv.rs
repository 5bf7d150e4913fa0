//! An inventory as delimited text.

use super::{
    header::Header,
    mapping::Mapping,
    register::{At, Register},
};
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    sink::Sink,
    table::TableReader,
};

/// Yagura's inventory as CSV or TSV. See [`super`].
#[derive(Debug)]
pub struct InventoryCsv;

impl Format for InventoryCsv {
    fn name(&self) -> &'static str {
        "inventory_csv"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Yagura inventory, CSV or TSV",
            url: super::SPECIFICATION,
            record: "data rows",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.columns()
            .is_some_and(|columns| super::field::is_inventory(columns.iter().map(String::as_str)))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mapping = Mapping::read(context.mapping.as_deref())?;
        let mut register = Register::new(sink, context.zone.clone(), &mapping)?;
        let mut table = TableReader::new(input)?;
        let mut header = Header::new(&mapping);
        let mut number = 0;
        while table.next_row()? {
            number += 1;
            if header.wants(number) {
                header.add(table.row().iter());
            }
            if number < mapping.first_data_row {
                continue;
            }
            let layout = header.layout(&mut register, "header")?;
            if mapping.passes_over(table.row().iter()) {
                continue;
            }
            let at = At { place: table.place(), text: format_args!("line {}", table.line()) };
            layout.row(&mut register, table.row().iter(), at)?;
        }
        if number == 0 {
            return Err(ParseError::at_byte(ErrorCode::Empty, 0, "the file is empty"));
        }
        header.layout(&mut register, "header")?;
        register.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::InventoryCsv;
    use crate::testing;

    fn check(text: &str, expected: &[&str]) -> crate::collect::Transcript {
        let seen = testing::parse(&InventoryCsv, text.as_bytes()).unwrap();
        let lines = seen.lines.join("\n");
        for part in expected {
            assert!(lines.contains(part), "{part} in\n{lines}");
        }
        seen
    }

    #[test]
    fn all_five_kinds_stand_in_one_file() {
        let text = "kind,organisation_code,name,name_en,parent,from,device_number,staff_number,\
                    system_number,data_set_number,managed_by,part_of,confidentiality,colour\n\
            organisation,sakura/kanri,管理課,Administration,sakura,令和8年4月1日,,,,,,,,\n\
            device,,業務端末１,,,,PC-001,U-1,,,sakura/kanri,S-1,,red\n\
            user,,櫻 太郎,,,,,U-1,,,sakura/kanri,,,\n\
            system,,申請システム,,,,,,S-1,,sakura,,機密性2,\n\
            data_set,,申請者名簿,,,,,,S-1,D-1,sakura,,高,\n\
            car,,,,,,X,,,,,,,\n\
            device,,,,,,,,,,,,,\n";
        let seen = check(
            text,
            &[
                "code: \"sakura/kanri\", name_ja: \"管理課\", name_en: \"Administration\", parent: Some(\"sakura\"), from: Some(2026-03-31T15:00:00Z)",
                "asset 0 device `業務端末１` stable=Some(\"device:PC-001\") [asset_number=PC-001] {x.colour=red} <assigned_to=U-1; managed_by=sakura/kanri; part_of=S-1>",
                "asset 1 person `櫻 太郎` stable=Some(\"user:U-1\") [staff_number=U-1]",
                "asset 2 system `申請システム` stable=Some(\"system:S-1\") [system_number=S-1] {confidentiality=2}",
                "asset 3 data_set `申請者名簿` stable=Some(\"data_set:D-1\") [data_set_number=D-1] {confidentiality=3} <part_of=S-1; managed_by=sakura>",
                "coverage 1 [user_inventory] credentialed=None All",
                "code: UnknownColumn, at: \"header\", detail: \"colour\"",
                "at: \"line 7\", detail: \"the kind `car` is not known\"",
                "at: \"line 8\", detail: \"the device has neither a number nor an identifier\"",
            ],
        );
        let account = seen.tally.account;
        assert_eq!((account.records, account.facts, account.dropped), (7, 5, 2));
        assert!(testing::places(text, &seen)[1].starts_with("device,,業務端末１"));
    }

    #[test]
    fn a_japanese_register_is_understood() {
        let text = "\u{feff}資産番号,ホスト名,シリアル番号,ＩＰアドレス,MACアドレス,管理組織,運用事業者,契約終了日,利用開始日,暗号化,状態,最終確認日時\n\
            ＰＣ－００２,ＰＣ００２,ＳＮ１,192.0.2.1、192.0.2.2,00-1B-2C-3D-4E-5F,ｶﾝﾘｶ,株式会社櫓,R9.3.31,46113,○,稼働中,2026/4/1 9:00\n\
            PC-003,,,,,,,,未定,?,,\n\
            合計,2\n";
        let seen = check(
            text,
            &[
                "stable=Some(\"device:PC-002\") [asset_number=PC-002 hostname=pc002 serial=SN1 ip=192.0.2.1 ip=192.0.2.2 mac=00:1b:2c:3d:4e:5f]",
                "in_service_since=2026-03-31T15:00:00Z; encrypted=true; life_cycle=in_service; last_seen=2026-04-01T00:00:00Z",
                "code: TimeWithoutZone",
                "code: UnreadableTime, at: \"line 3\", detail: \"in_service_since `未定`\"",
                "code: UnreadableValue, at: \"line 3\", detail: \"encrypted `?`\"",
                "x.in_service_since=未定; x.encrypted=?",
            ],
        );
        assert_eq!(seen.tally.account.records, 2);
    }

    #[test]
    fn the_end_of_a_contract_is_the_end_of_its_last_day() {
        let mut kept = Kept::default();
        let text = "資産番号,運用事業者,契約終了日\nPC-1,櫓運用;櫓保守,R9.3.31\n";
        use crate::format::Format as _;
        InventoryCsv
            .parse(&mut std::io::Cursor::new(text.as_bytes()), &testing::context(), &mut kept)
            .unwrap();
        assert_eq!(kept.0, ["2027-03-31T15:00:00Z", "2027-03-31T15:00:00Z"]);
    }

    #[test]
    fn a_row_with_too_many_cells_is_dropped_alone() {
        let seen = check(
            "資産番号,名称\nPC-1,a,b,c\nPC-2,b,,\n",
            &["detail: \"4 cells are filled under 2 columns\""],
        );
        assert_eq!((seen.tally.account.records, seen.tally.account.dropped), (2, 1));
    }

    #[test]
    fn what_has_no_kind_is_refused() {
        let seen = testing::parse_unclaimed(&InventoryCsv, b"hostname,ip\nweb01,192.0.2.1\n");
        assert!(seen.unwrap_err().message.contains("kind"));
        testing::parse_unclaimed(&InventoryCsv, b"").unwrap_err();
    }

    #[test]
    fn a_mapping_reads_a_register_that_exists() {
        let mapping = r##"
            kind = "device"
            header_rows = [2, 3]
            first_data_row = 5
            unlisted = "ignore"
            [columns]
            "機器/番号" = "device_number"
            "機器/区分" = "class"
            "管理/課" = "managed_by"
            "管理/状況" = "life_cycle"
            "#6" = "x.rack"
            [constants]
            used_by = "sakura"
            confidentiality = 2
            [values.life_cycle]
            "稼動" = "in_service"
            [values.managed_by]
            "総務課" = "sakura/somu"
        "##;
        let text = "機器台帳,,,,,\n機器,,管理,,備考,棚\n番号,区分,課,状況,,\n(注),,,,,\n\
                    Ａ－１,サーバ,総務課,稼動,x,3\n,,,,,\n小計,1,,,,\nA-2,PC,人事課,廃棄,,\n";
        let context =
            crate::format::Context { mapping: Some(mapping.to_owned()), ..testing::context() };
        let seen = testing::parse_with(&InventoryCsv, text.as_bytes(), &context).unwrap();
        let assets: Vec<&str> = seen
            .lines
            .iter()
            .filter(|line| line.starts_with("asset "))
            .map(|line| line.split_once('`').unwrap().1)
            .collect();
        assert_eq!(
            assets,
            [
                "A-1` stable=Some(\"device:A-1\") [asset_number=A-1] {life_cycle=in_service; \
                 confidentiality=2; x.rack=3} <managed_by=sakura/somu; used_by=sakura>",
                "A-2` stable=Some(\"device:A-2\") [asset_number=A-2] {life_cycle=disposed; \
                 confidentiality=2} <managed_by=人事課; used_by=sakura>",
            ]
        );
        assert!(seen.tally.warnings.is_empty());
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        let text = "資産番号,名称,契約終了日\n\"PC-1\",a,R8.4.1\nPC-2,,\n";
        testing::check_prefixes(&InventoryCsv, text.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_refused_or_read(text in "(資産番号|kind|IP|契約終了日)(,[a-zｱ-ﾝ0-9元年月.]{0,8}\n?){0,30}") {
            testing::parse_unclaimed(&InventoryCsv, text.as_bytes()).ok();
        }
    }

    /// Keeps the ends of relations.
    #[derive(Default)]
    struct Kept(Vec<String>);

    impl crate::sink::Sink for Kept {
        fn head(&mut self, _: yagura_model::report::ReportHead<'_>) -> Result<(), crate::Stopped> {
            Ok(())
        }
        fn organisation(
            &mut self,
            _: yagura_model::organisation::OrganisationSeen<'_>,
        ) -> Result<(), crate::Stopped> {
            Ok(())
        }
        fn asset(
            &mut self,
            asset: yagura_model::asset::AssetSeen<'_>,
        ) -> Result<(), crate::Stopped> {
            self.0.extend(asset.relations.iter().filter_map(|r| r.to).map(|to| to.to_string()));
            Ok(())
        }
        fn coverage(
            &mut self,
            _: yagura_model::coverage::CoverageSeen<'_>,
        ) -> Result<(), crate::Stopped> {
            Ok(())
        }
        fn software(
            &mut self,
            _: yagura_model::software::SoftwareSeen<'_>,
        ) -> Result<(), crate::Stopped> {
            Ok(())
        }
        fn record(&mut self, _: yagura_model::record::Record<'_>) -> Result<(), crate::Stopped> {
            Ok(())
        }
        fn warn(&mut self, _: yagura_model::warning::Warning) -> Result<(), crate::Stopped> {
            Ok(())
        }
    }
}
