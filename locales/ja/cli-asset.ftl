## yagura asset

command-asset = 資産を見る、名寄せを判断する、状態を記録する
command-asset-list = 資産の一覧（未解消の検出事項が重いものから）
command-asset-list-examples =
    yagura asset list --top 20
    yagura asset list --org sakura/kikaku --domain device
    yagura asset list --search web01
    yagura asset list --held
    yagura asset list --state 所在不明
command-asset-show = 資産 1 件について、どの連携元が何を言い、何を診断したか
command-asset-show-examples =
    yagura asset show A-12
    yagura asset show web-01.example
    yagura asset show 192.0.2.10 --as-of 2026-10-01

argument-asset-list-org = この組織とその下の組織が管理する資産だけ
argument-domain = この領域だけ: device、user、system、data
argument-class = この種別だけ（server、workstation、person など）
argument-asset-list-system = この情報システムの資産だけ（システム番号または名称）
argument-search = 名称、識別子、OS などにこの文字を含む資産だけ
argument-held = 名寄せ保留の資産だけ
argument-asset-list-top = 先頭の N 件だけを表示（合計は全件）
argument-name = 資産（名称、識別子、A-12）
argument-asset-show-top = 検出事項を重い順に N 件だけ表示（既定は 10、--json では全件）

asset-unknown = `{ $name }` という資産はありません。
asset-not-yet = `{ $name }` は、その時点ではまだ確認されていません。

asset-count = 資産 { $count } 件（{ $domains }）
asset-of-domain = { $domain } { $count }
asset-none = 該当する資産はありません。
asset-top = 先頭の { $shown } 件を表示しています。合計は全件の値です。
asset-unlooked = 必要な観測がすべて未確認の資産: { $count } 件
asset-held = 名寄せ保留: { $count } 件（--held で一覧）
asset-note-findings = 緊急・高・中・低は、未解消の検出事項を連携元ごとに数えた件数です。同じ課題を一つに数えたリスク点は `yagura score --by asset` で確認できます。
asset-note-unknown = 未確認は、必要な観測（合わせて { $required } 件）のうち、一度もないか期限切れのものの数です。検出事項が 0 件でも、未確認なら適合とはいえません。

asset-disabled = 無効
asset-privileged = 管理者
asset-factor = 多要素認証{ $factor }
asset-important = 重要指定
asset-personal-data = 個人情報
asset-plain-text = 平文
asset-on-the-internet = インターネット公開
asset-ratings = 機密{ $confidentiality } 完全{ $integrity } 可用{ $availability }

asset-life = 状態
asset-as-of = 基準日時
asset-known-at = 当時の認識
asset-class = { $class }（{ $domain }）
asset-organisation-assumed = { $code }（報告の組織。管理組織の登録なし）
asset-software = { $count } 個
asset-from = （{ $from } から）
asset-to = （{ $to } まで）
asset-from-to = （{ $from } から { $to } まで）
asset-not-in-force = ［期間外］
asset-not-standing = {" "}［他の連携元の記録を採用］
asset-network = { $network }（情報と観測の期限は { $days } 日以上）

asset-held-here = 名寄せ保留: { $source }の記録「{ $name }」は、{ $reason }ため、次の資産と同じものかを人が判断する必要があります: { $others }
asset-held-elsewhere = 名寄せ保留: { $source }の記録「{ $name }」（{ $others }）は、この資産かもしれません。{ $reason }ため、人が判断する必要があります。
held-contradiction = { $kind }が食い違う
held-several = 同じ{ $kind }の資産が複数ある

asset-findings = 未解消の検出事項: 緊急 { $critical }、高 { $high }、中 { $medium }、低 { $low }
asset-findings-info = 、情報 { $count }
asset-findings-detections = 、検知 { $count }
asset-findings-undetermined = 、判定不能 { $count }
asset-findings-accepted = 、受容 { $count }
asset-no-findings = ありません。診断していないものについては、下の観測を確認してください。
asset-more-findings = ほか { $count } 件（--top N または --json で確認できます）
asset-since = { $day } から
asset-fixed = 修正版 { $version }
asset-undetermined = {" "}［判定不能］
asset-detection = {" "}［検知］

asset-looks = 観測（診断と棚卸し）
look-fresh = 期限内
look-stale = 情報期限切れ
look-never = 未診断
look-required = { $days } 日以内
look-required-credentialed = ・認証あり
look-with-credentials = あり
look-without-credentials = なし

asset-sources = 連携元の記録: { $count } 件
decided-new = 新規
decided-held = 保留
decided-by-rule = { $kind }が一致
decided-by-merge = { $kind }により統合

asset-identifiers = 識別子
identifier-unusable = { $value }（識別には使わない）

asset-attributes = 属性
attribute-stale = { $day } 期限切れ
attribute-other-stale = {"  "}他（期限切れ）
attribute-other-precedence = {"  "}他（優先下位）
attribute-other-earlier = {"  "}他（確認が古い）
attribute-other-later = {"  "}他（後から登録）

asset-hint-explain = リスク点とその根拠: yagura explain { $asset }
asset-hint-system = このシステムの資産: yagura asset list --system { $system }

column-key = 番号
column-known-as = 識別子
column-critical = 緊急
column-high = 高
column-medium = 中
column-low = 低
column-unknown-looks = 未確認
column-sources = 連携元
column-last-observed = 最終観測
column-about = 概要
column-kind = 観測の種類
column-state = 状態
column-required = 必要な頻度
column-credentials = 認証
column-name-there = 連携元での名称
column-decided-by = 名寄せの根拠
column-known-since = 初認
column-said-since = 更新
column-confirmed = 最終確認
column-identifier = 種類
column-attribute = 属性
column-value = 値
