//! Rules of configuration, of machines and of cloud accounts.

use yagura_model::severity::Severity;

use crate::platform::Family;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Machines of a family.
    Machine(Family),
    /// A cloud account.
    Account,
    /// An instance in a cloud.
    Instance,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its number in the catalogue.
    pub number: u32,
    /// What it is about.
    pub scope: Scope,
    /// Its id.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What it asks for.
    pub description: &'static str,
    /// How to follow it.
    pub remediation: &'static str,
    /// How bad it is not to.
    pub severity: Severity,
}

/// Word of the id, title, severity.
type Row = (&'static str, &'static str, Severity);

const MACHINE: &[Row] = &[
    ("password_length", "パスワードの長さ", Severity::Medium),
    ("password_history", "パスワードの履歴", Severity::Low),
    ("lockout", "失敗の回数による停止", Severity::Medium),
    ("guest_account", "ゲストアカウントの無効化", Severity::High),
    ("administrator_name", "管理者アカウントの名前", Severity::Low),
    ("screen_lock", "画面のロック", Severity::Medium),
    ("disk_encryption", "ディスクの暗号化", Severity::High),
    ("firewall", "ファイアウォールの有効化", Severity::High),
    ("firewall_log", "ファイアウォールの記録", Severity::Low),
    ("audit_logon", "ログオンの記録", Severity::Medium),
    ("audit_privilege", "特権の使用の記録", Severity::Medium),
    ("log_size", "記録の大きさ", Severity::Low),
    ("time_source", "時刻の同期", Severity::Medium),
    ("remote_root", "管理者の遠隔ログインの禁止", Severity::High),
    ("weak_ciphers", "弱い暗号の禁止", Severity::High),
    ("old_protocols", "古い通信規約の禁止", Severity::High),
    ("auto_run", "自動実行の禁止", Severity::Medium),
    ("macros", "マクロの制限", Severity::High),
    ("script_log", "スクリプトの記録", Severity::Low),
    ("update_service", "自動更新の有効化", Severity::High),
    ("malware_definitions", "定義ファイルの更新", Severity::Critical),
    ("usb_storage", "外部記憶媒体の制限", Severity::Medium),
    ("share_rights", "共有フォルダの権限", Severity::High),
    ("boot_order", "起動順序の保護", Severity::Low),
];

const ACCOUNT: &[Row] = &[
    ("root_mfa", "最上位アカウントの多要素認証", Severity::Critical),
    ("root_keys", "最上位アカウントの鍵の廃止", Severity::Critical),
    ("trail", "操作の記録", Severity::High),
    ("trail_check", "記録の改ざん検知", Severity::Medium),
    ("public_buckets", "保管場所の公開の禁止", Severity::Critical),
    ("bucket_encryption", "保管場所の暗号化", Severity::Medium),
    ("key_rotation", "鍵の更新", Severity::Medium),
    ("password_policy", "パスワードの方針", Severity::Medium),
    ("flow_logs", "通信の記録", Severity::Medium),
    ("threat_detection", "脅威検知の有効化", Severity::High),
];

const INSTANCE: &[Row] = &[
    ("metadata_version", "メタデータの版", Severity::High),
    ("public_address", "公開アドレスの禁止", Severity::High),
    ("volume_encryption", "ボリュームの暗号化", Severity::Medium),
    ("open_ssh", "遠隔ログインの公開の禁止", Severity::Critical),
    ("instance_role", "権限の最小化", Severity::Medium),
];

/// All rules, those of a family together.
pub(super) fn all() -> Vec<Rule> {
    let machines = Family::ALL.iter().flat_map(|family| {
        let (prefix, rows) = match family {
            Family::Windows => ("windows", MACHINE),
            Family::Debian => ("debian", MACHINE),
            Family::Rpm => ("rpm", MACHINE),
            // Nobody evaluates those.
            Family::Appliance | Family::Mobile => ("", [].as_slice()),
        };
        rows.iter().map(move |row| (Scope::Machine(*family), prefix, *row))
    });
    let accounts = ACCOUNT.iter().map(|row| (Scope::Account, "cloud", *row));
    let instances = INSTANCE.iter().map(|row| (Scope::Instance, "cloud", *row));
    let rows = machines.chain(accounts).chain(instances);
    rows.zip(0..)
        .map(|((scope, prefix, (word, title, severity)), number)| Rule {
            number,
            scope,
            id: format!("example_{prefix}_rule_{word}"),
            title: title.to_owned(),
            description: "対策基準の定める設定であること。",
            remediation: "設定手順書に従って設定する。",
            severity,
        })
        .collect()
}
