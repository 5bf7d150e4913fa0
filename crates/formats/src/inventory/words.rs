//! The closed vocabularies of a register: what its words mean, in Japanese and English.

use yagura_model::{attribute::names, domain::AssetClass};

use super::{field::Kind, text};

/// Words and the one value they mean; all in the form of [`text::key`].
pub(super) type Words = &'static [(&'static str, &'static [&'static str])];

pub(super) const KINDS: Words = &[
    ("organisation", &["organization", "組織"]),
    ("device", &["devices", "機器", "端末", "デバイス"]),
    ("user", &["users", "利用者", "ユーザー", "ユーザ", "職員", "アカウント"]),
    ("system", &["systems", "システム", "情報システム"]),
    ("data_set", &["data", "dataset", "データ", "データセット", "情報"]),
];

pub(super) const CLASSES: Words = &[
    ("server", &["サーバ", "サーバー", "仮想サーバ", "仮想サーバー"]),
    (
        "workstation",
        &["pc", "パソコン", "端末", "クライアント", "ノートpc", "デスクトップpc", "業務端末"],
    ),
    ("mobile", &["スマートフォン", "タブレット", "モバイル", "携帯電話", "スマホ"]),
    (
        "network",
        &[
            "ネットワーク機器",
            "ルータ",
            "ルーター",
            "スイッチ",
            "ファイアウォール",
            "無線ap",
            "通信機器",
        ],
    ),
    ("printer", &["プリンタ", "プリンター", "複合機"]),
    ("iot", &["iot機器", "制御機器", "カメラ", "ネットワークカメラ"]),
    ("device", &["機器", "その他"]),
    ("person", &["職員", "個人", "利用者"]),
    ("service", &["サービス", "サービスアカウント", "システムアカウント", "共用"]),
    ("group", &["グループ"]),
    ("system", &["システム", "情報システム"]),
    ("cloud_account", &["クラウドアカウント", "クラウド環境"]),
    ("application", &["アプリケーション", "アプリ", "業務アプリ"]),
    ("web_site", &["webサイト", "ウェブサイト", "ホームページ"]),
    ("zone", &["ネットワーク", "ゾーン", "セグメント"]),
    ("data_set", &["データ", "データセット"]),
    ("data_store", &["データストア", "ファイルサーバ", "共有フォルダ", "データベース"]),
];

pub(super) const LIFE_CYCLES: Words = &[
    ("in_service", &["稼働中", "稼働", "運用中", "使用中", "利用中", "現用", "active"]),
    ("in_store", &["保管", "保管中", "在庫", "未使用"]),
    ("spare", &["予備", "予備機"]),
    ("disposed", &["廃棄", "廃棄済", "廃棄済み", "除却", "廃止", "retired"]),
    ("transferred", &["移管", "移管済", "移管済み", "返却", "返却済", "返却済み"]),
    ("missing", &["所在不明", "不明", "紛失", "行方不明", "lost"]),
];

pub(super) const EXPOSURES: Words = &[
    ("internet", &["インターネット", "公開", "外部公開", "インターネット公開"]),
    ("other_organisation", &["他組織", "府省間", "組織間", "lgwan"]),
    ("internal", &["内部", "庁内", "省内", "組織内", "非公開"]),
];

pub(super) const EMPLOYMENTS: Words = &[
    ("employed", &["在職", "在籍", "現職", "在職中", "active"]),
    ("leave", &["休職", "休業", "育休", "休職中", "休業中"]),
    ("left", &["退職", "離職", "転出", "退職済", "退職済み"]),
    ("contractor", &["委託", "派遣", "外部委託", "委託先"]),
];

pub(super) const FACTORS: Words = &[
    (
        "phishing_resistant",
        &["fido2", "fido", "passkey", "パスキー", "icカード", "piv", "電子証明書"],
    ),
    ("otp", &["totp", "ワンタイム", "ワンタイムパスワード", "認証アプリ"]),
    ("sms", &["ショートメッセージ", "電話"]),
    ("none", &["no", "false", "なし", "無", "無し", "未設定", "×"]),
];

pub(super) const READERS: Words = &[
    ("public", &["公開", "一般公開", "インターネット"]),
    ("organisation", &["organization", "組織内", "省内", "庁内", "全職員"]),
    ("restricted", &["限定", "関係者のみ", "関係者限り", "部内限り", "アクセス制限"]),
];

const FLAGS: Words = &[
    (
        "true",
        &[
            "yes",
            "y",
            "1",
            "on",
            "○",
            "〇",
            "◯",
            "有",
            "有り",
            "あり",
            "済",
            "済み",
            "実施",
            "該当",
            "する",
            "はい",
            "有効",
            "暗号化",
            "暗号化済",
            "暗号化済み",
        ],
    ),
    (
        "false",
        &[
            "no",
            "n",
            "0",
            "off",
            "×",
            "✕",
            "無",
            "無し",
            "なし",
            "未",
            "未実施",
            "非該当",
            "しない",
            "いいえ",
            "無効",
            "平文",
            "未暗号化",
        ],
    ),
];

/// The value a word means.
pub(super) fn meaning(words: Words, text: &str) -> Option<&'static str> {
    let key = text::key(text);
    words
        .iter()
        .find(|(value, others)| *value == key || others.contains(&key.as_ref()))
        .map(|(value, _)| *value)
}

/// `true` or `false`.
pub(super) fn flag(text: &str) -> Option<&'static str> {
    meaning(FLAGS, text)
}

/// A rating: `3`, `機密性3`, `機密性3情報`, `高`. 完全性 and 可用性 have two steps in the common
/// standards, so that the upper two of three become 2.
pub(super) fn rating(attribute: &str, text: &str) -> Option<&'static str> {
    let key = text::key(text);
    let bare = ["機密性", "完全性", "可用性"]
        .iter()
        .find_map(|word| key.strip_prefix(word))
        .unwrap_or(&key)
        .trim_end_matches("情報");
    let step = match bare {
        "3" | "高" | "high" => "3",
        "2" | "中" | "medium" | "moderate" => "2",
        "1" | "低" | "low" => "1",
        _ => return None,
    };
    Some(if step == "3" && attribute != names::CONFIDENTIALITY { "2" } else { step })
}

/// The kind a word names.
pub(super) fn kind(text: &str) -> Option<Kind> {
    match meaning(KINDS, text)? {
        "organisation" => Some(Kind::Organisation),
        "device" => Some(Kind::Device),
        "user" => Some(Kind::User),
        "system" => Some(Kind::System),
        _ => Some(Kind::DataSet),
    }
}

/// The asset class a word names, if it belongs to the kind. A word may name one class for each
/// kind.
pub(super) fn class(kind: Kind, text: &str) -> Option<AssetClass> {
    let key = text::key(text);
    let fits = |class: &AssetClass| Some(class.domain()) == kind.domain();
    if let Some(class) = key.parse().ok().filter(fits) {
        return Some(class);
    }
    CLASSES
        .iter()
        .filter(|(_, others)| others.contains(&key.as_ref()))
        .filter_map(|(value, _)| value.parse().ok())
        .find(fits)
}

#[cfg(test)]
mod tests {
    use super::{class, flag, rating};
    use crate::inventory::field::Kind;
    use yagura_model::{attribute::names, domain::AssetClass};

    #[test]
    fn words_mean_values() {
        assert_eq!(rating(names::CONFIDENTIALITY, "機密性３情報"), Some("3"));
        assert_eq!(rating(names::INTEGRITY, "高"), Some("2"));
        assert_eq!(rating(names::AVAILABILITY, "低"), Some("1"));
        assert_eq!(rating(names::CONFIDENTIALITY, "秘"), None);
        assert_eq!((flag("○"), flag("無し"), flag("?")), (Some("true"), Some("false"), None));
        assert_eq!(class(Kind::Device, "ｻｰﾊﾞ"), Some(AssetClass::Server));
        assert_eq!(class(Kind::User, "server"), None);
    }
}
