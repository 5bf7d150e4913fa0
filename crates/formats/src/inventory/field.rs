//! The columns of an inventory: their names, in English and Japanese, and what they mean.
//! `docs/inventory.md` documents each; a test compares the two.

use yagura_model::{asset::RelationKind, attribute::names, identifier::IdentifierKind};

pub(super) use super::kind::Kind;
use super::{
    text,
    words::{self, Words},
};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// The kind of the row.
    Kind,
    /// The number of a thing of this kind; in a row of another kind, a reference to it.
    Number(Kind),
    /// An identifier, several separated by `;`.
    Identifier(IdentifierKind),
    /// The asset class.
    Class,
    /// The name; of an organisation, the Japanese one.
    Name,
    /// The English name of an organisation.
    NameEnglish,
    /// The organisation above.
    Parent,
    /// Since when an organisation exists.
    From,
    /// The last day of an organisation.
    To,
    /// When the row was true.
    ObservedAt,
    /// An attribute as it stands.
    Text(&'static str),
    /// An attribute that is a time.
    Time(&'static str),
    /// An attribute that is the end of a last day.
    LastDay(&'static str),
    /// An attribute that is `true` or `false`.
    Flag(&'static str),
    /// An attribute of a closed vocabulary.
    Word(&'static str, Words),
    /// An attribute that is a rating.
    Rating(&'static str),
    /// A relation, several targets separated by `;`.
    Relation(RelationKind),
    /// Since when the relations of a kind hold.
    RelationFrom(RelationKind),
    /// The last day of the relations of a kind.
    RelationTo(RelationKind),
}

/// A documented column.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in files and mappings.
    pub(super) name: &'static str,
    /// Other names it is known by, in the form of [`text::key`].
    pub(super) others: &'static [&'static str],
    /// What it holds.
    pub(super) meaning: Meaning,
}

const fn field(name: &'static str, others: &'static [&'static str], meaning: Meaning) -> Field {
    Field { name, others, meaning }
}

use IdentifierKind as Id;
use Meaning::{
    Flag, Identifier, LastDay, Number, Rating, Relation, RelationFrom, RelationTo, Text, Time, Word,
};

/// Every documented column.
pub(super) const FIELDS: &[Field] = &[
    field("kind", &["対象", "対象領域"], Meaning::Kind),
    field("organisation_code", &["組織コード", "organization_code"], Number(Kind::Organisation)),
    field("device_number", &["資産番号", "資産管理番号", "機器番号"], Number(Kind::Device)),
    field("staff_number", &["職員番号", "職員コード", "社員番号"], Number(Kind::User)),
    field(
        "system_number",
        &["システム番号", "システムid", "情報システム番号"],
        Number(Kind::System),
    ),
    field("data_set_number", &["データセット番号", "データ番号"], Number(Kind::DataSet)),
    field("class", &["種別", "機器種別", "分類", "アカウント種別"], Meaning::Class),
    field(
        "name",
        &[
            "名称",
            "氏名",
            "機器名",
            "機器名称",
            "システム名",
            "システム名称",
            "データ名",
            "データセット名",
        ],
        Meaning::Name,
    ),
    field("name_ja", &["組織名", "組織名称"], Meaning::Name),
    field("name_en", &["英語名", "英語名称", "組織名英語"], Meaning::NameEnglish),
    field("parent", &["上位組織", "上位組織コード", "親組織"], Meaning::Parent),
    field("from", &["設置日", "有効開始日"], Meaning::From),
    field("to", &["廃止日", "有効終了日"], Meaning::To),
    field("observed_at", &["基準日", "基準日時", "調査日", "棚卸日"], Meaning::ObservedAt),
    field("serial", &["シリアル番号", "製造番号", "serial_number"], Identifier(Id::Serial)),
    field("uuid", &["bios_uuid"], Identifier(Id::Uuid)),
    field("mac", &["macアドレス", "mac_address"], Identifier(Id::Mac)),
    field("ip", &["ipアドレス", "ip_address"], Identifier(Id::Ip)),
    field("fqdn", &["完全修飾ドメイン名"], Identifier(Id::Fqdn)),
    field(
        "hostname",
        &["ホスト名", "コンピュータ名", "コンピューター名", "端末名"],
        Identifier(Id::Hostname),
    ),
    field("agent_id", &["エージェントid"], Identifier(Id::AgentId)),
    field(
        "cloud_instance",
        &["クラウドインスタンスid", "インスタンスid"],
        Identifier(Id::CloudInstance),
    ),
    field(
        "account",
        &["アカウント", "アカウント名", "ユーザーid", "ユーザid", "ログイン名"],
        Identifier(Id::AccountName),
    ),
    field("mail", &["メールアドレス", "メール"], Identifier(Id::Mail)),
    field(
        "directory_id",
        &["ディレクトリid", "sid", "オブジェクトid"],
        Identifier(Id::DirectoryId),
    ),
    field("domain", &["ドメイン", "ドメイン名"], Identifier(Id::Domain)),
    field(
        "cloud_account",
        &["クラウドアカウント", "クラウドアカウントid"],
        Identifier(Id::CloudAccount),
    ),
    field("store", &["ストア", "データストア"], Identifier(Id::Store)),
    field("os", &["オペレーティングシステム", "基本ソフト"], Text(names::OS)),
    field("os_version", &["osバージョン"], Text(names::OS_VERSION)),
    field("vendor", &["メーカー", "メーカ", "製造者"], Text(names::VENDOR)),
    field("model", &["型番", "機種", "型式"], Text(names::MODEL)),
    field("cpu", &["プロセッサ"], Text(names::CPU)),
    field("place", &["設置場所", "場所"], Text(names::PLACE)),
    field("zone", &["ネットワーク区分", "セグメント", "ゾーン"], Text(names::ZONE)),
    field("network_class", &["ネットワーク種別", "接続形態"], Text(names::NETWORK_CLASS)),
    field(
        "life_cycle",
        &["ライフサイクル", "状態", "稼働状況", "利用状況"],
        Word(names::LIFE_CYCLE, words::LIFE_CYCLES),
    ),
    field(
        "in_service_since",
        &["利用開始日", "運用開始日", "稼働開始日", "導入日"],
        Time(names::IN_SERVICE_SINCE),
    ),
    field("owner", &["管理責任者", "責任者", "担当者", "所有者"], Text(names::OWNER)),
    field("purpose", &["用途", "利用目的"], Text(names::PURPOSE)),
    field("encrypted", &["暗号化", "ディスク暗号化"], Flag(names::ENCRYPTED)),
    field("protection", &["ウイルス対策", "マルウェア対策"], Flag(names::PROTECTION)),
    field("last_seen", &["最終確認日", "最終確認日時"], Time(names::LAST_SEEN)),
    field("exposure", &["公開範囲", "公開区分"], Word(names::EXPOSURE, words::EXPOSURES)),
    field("confidentiality", &["機密性", "機密性区分"], Rating(names::CONFIDENTIALITY)),
    field("integrity", &["完全性", "完全性区分"], Rating(names::INTEGRITY)),
    field("availability", &["可用性", "可用性区分"], Rating(names::AVAILABILITY)),
    field("handling", &["取扱制限"], Text(names::HANDLING)),
    field("important", &["重要システム", "指定重要"], Flag(names::IMPORTANT)),
    field("cloud_service", &["クラウドサービス"], Text(names::CLOUD_SERVICE)),
    field("assessed_at", &["脆弱性診断日", "最終診断日"], Time(names::ASSESSED_AT)),
    field("audited_at", &["監査日", "最終監査日"], Time(names::AUDITED_AT)),
    field("post", &["官職", "役職", "職名"], Text(names::POST)),
    field(
        "employment",
        &["在職状況", "在籍状況", "在職区分"],
        Word(names::EMPLOYMENT, words::EMPLOYMENTS),
    ),
    field("enabled", &["アカウント有効", "有効"], Flag(names::ENABLED)),
    field("mfa", &["多要素認証"], Word(names::MFA, words::FACTORS)),
    field("privileged", &["特権", "管理者権限"], Flag(names::PRIVILEGED)),
    field(
        "last_login",
        &["最終ログイン", "最終ログイン日時", "最終ログイン日"],
        Time(names::LAST_LOGIN),
    ),
    field("password_changed", &["パスワード変更日"], Time(names::PASSWORD_CHANGED)),
    field("trained_at", &["研修受講日", "最終研修日", "教育受講日"], Time(names::TRAINED_AT)),
    field("personal_data", &["個人情報", "個人情報の有無"], Flag(names::PERSONAL_DATA)),
    field("stored_at", &["保存先", "保管場所", "格納先"], Text(names::STORED_AT)),
    field("keep_until", &["保存期限", "保存期間満了日"], LastDay(names::KEEP_UNTIL)),
    field(
        "shared_with",
        &["共有範囲", "閲覧範囲", "アクセス範囲"],
        Word(names::SHARED_WITH, words::READERS),
    ),
    field("note", &["備考", "摘要"], Text(names::NOTE)),
    field(
        "managed_by",
        &["管理組織", "管理部署", "所属", "所属組織"],
        Relation(RelationKind::ManagedBy),
    ),
    field("managed_by_from", &["管理開始日"], RelationFrom(RelationKind::ManagedBy)),
    field("managed_by_to", &["管理終了日"], RelationTo(RelationKind::ManagedBy)),
    field("used_by", &["利用組織", "利用部署"], Relation(RelationKind::UsedBy)),
    field("used_by_from", &["組織利用開始日"], RelationFrom(RelationKind::UsedBy)),
    field("used_by_to", &["組織利用終了日"], RelationTo(RelationKind::UsedBy)),
    field(
        "operated_by",
        &["運用事業者", "委託先", "保守事業者"],
        Relation(RelationKind::OperatedBy),
    ),
    field("operated_by_from", &["契約開始日"], RelationFrom(RelationKind::OperatedBy)),
    field(
        "operated_by_to",
        &["契約終了日", "契約満了日", "contract_end"],
        RelationTo(RelationKind::OperatedBy),
    ),
    field("part_of", &["システム", "所属システム"], Relation(RelationKind::PartOf)),
    field("hosted_on", &["稼働先", "搭載先"], Relation(RelationKind::HostedOn)),
    field("assigned_to", &["利用者", "使用者"], Relation(RelationKind::AssignedTo)),
    field("member_of", &["グループ", "ロール"], Relation(RelationKind::MemberOf)),
];

/// The column a header names: width, case, white space and a remark in brackets aside.
pub(super) fn by_header(header: &str) -> Option<&'static Field> {
    let key = text::key(header);
    let find =
        |key: &str| FIELDS.iter().find(|field| field.name == key || field.others.contains(&key));
    find(&key).or_else(|| {
        let (bare, _) = key.strip_suffix(')')?.rsplit_once('(')?;
        find(bare)
    })
}

/// The column of a name as a mapping writes it.
pub(super) fn by_name(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// The kind a file without a `kind` column holds: that of its number column. Numbers of other
/// kinds beside it are references, which point upwards: a device names its user and system.
pub(super) fn kind_of(fields: impl Iterator<Item = &'static Field>) -> Option<Kind> {
    const MOST_SPECIFIC_FIRST: [Kind; 5] =
        [Kind::Device, Kind::DataSet, Kind::User, Kind::System, Kind::Organisation];
    let rank = |kind: &Kind| MOST_SPECIFIC_FIRST.iter().position(|other| other == kind);
    let kinds = fields.filter_map(|field| match field.meaning {
        Number(kind) => Some(kind),
        _ => None,
    });
    kinds.min_by_key(rank)
}

/// Whether a set of headers is that of an inventory: a number column, or a kind and what else
/// only an inventory has.
pub(super) fn is_inventory<'h>(headers: impl Iterator<Item = &'h str>) -> bool {
    let fields: Vec<&'static Field> = headers.filter_map(by_header).collect();
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    kind_of(fields.iter().copied()).is_some()
        || (has("kind") && (has("managed_by") || has("part_of") || has("parent")))
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, Kind, by_header, is_inventory, kind_of};
    use crate::inventory::text;

    #[test]
    fn headers_are_understood() {
        let name = |header| by_header(header).map(|field| field.name);
        assert_eq!(name("ＭＡＣ ｱﾄﾞﾚｽ（複数可）"), Some("mac"));
        assert_eq!(name("Hostname"), Some("hostname"));
        assert_eq!(name("ホスト名"), Some("hostname"));
        assert_eq!(name("色"), None);
    }

    #[test]
    fn no_name_means_two_columns() {
        let mut names: Vec<&str> =
            FIELDS.iter().flat_map(|f| f.others.iter().copied().chain([f.name])).collect();
        names.iter().for_each(|name| assert_eq!(text::key(name), *name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn every_column_is_documented() {
        let documented: Vec<&str> = include_str!("../../../../docs/inventory.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(name, _)| name)
            .collect();
        let columns: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(documented.iter().find(|name| !columns.contains(name)), None);
        assert_eq!(columns.iter().find(|name| !documented.contains(name)), None);
    }

    #[test]
    fn documented_japanese_headers_are_understood() {
        let rows = include_str!("../../../../docs/inventory.md").lines();
        for row in rows.filter(|row| row.starts_with("| `")) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            for header in cells[2].trim_end_matches('…').split(',').map(str::trim) {
                let field = by_header(header).unwrap_or_else(|| panic!("{header}"));
                assert_eq!(format!("`{}`", field.name), cells[1], "{header}");
            }
        }
    }

    #[test]
    fn the_number_tells_the_kind() {
        let kind = |headers: &[&str]| kind_of(headers.iter().filter_map(|h| by_header(h)));
        assert_eq!(kind(&["職員番号", "資産番号"]), Some(Kind::Device));
        assert_eq!(kind(&["staff_number", "organisation_code"]), Some(Kind::User));
        assert!(!is_inventory(["hostname", "ip"].into_iter()));
        assert!(is_inventory(["kind", "managed_by"].into_iter()));
    }
}
