## yagura explain

command-explain = リスク点の根拠を報告原本の位置まで説明
command-explain-examples =
    yagura explain web-01.example
    yagura explain A-12 --top 3
    yagura explain sakura/kikaku

argument-subject = 資産（名前、識別子、A-12）、検出事項（F-…）または組織のコード
argument-explain-top = 大きい順に N 件だけを説明（既定は 10、--json では全件）
argument-explain-org = この組織とその下の組織だけを探す

explain-unknown = `{ $name }` という資産、検出事項、組織はありません。
explain-near = 近い名前: { $names }
explain-ambiguous = `{ $name }` に当たる資産が複数あります。A- で始まる番号で指定してください。
explain-no-finding = `{ $name }` は、この時点で未解消の検出事項ではありません。

explain-not-recorded = 未登録
explain-ratings = 機密性 { $confidentiality }、完全性 { $integrity }、可用性 { $availability }
explain-important = （重要指定）
explain-total = リスク点: 未対処 { $open }（うち未確認の推定 { $unknown }）、受容 { $accepted }
explain-points = {"  "}— { $points } 点
explain-fixed-version = （修正版 { $version }）
explain-share = この対処策への寄与: { $share }
explain-remedy-sum = 対処策の点 = 寄与の和: { $sum }
explain-accepted = {" "}［受容］
explain-stale = {" "}［情報期限切れ］
explain-required = 必要な観測: { $days } 日以内に 1 回
explain-credentialed = （認証ありの診断）
explain-estimate-alone = 推定: 同じ種別に観測済みの資産がないため、上の値 { $points } を使います。
explain-estimate-observed = 推定: 上の値 { $floor } と、同じ種別の観測済み資産の値（モデルの百分位）{ $observed } の大きい方: { $points }
explain-evidence = 証跡 { $id }
explain-more-evidence = ほか { $count } 件の証跡（--json で全件）
explain-unreadable = 報告原本を読めません: { $reason }
explain-place = { $record } 番目のレコード、{ $start }–{ $end } バイト
explain-past-retention = 報告原本は、保存期間を過ぎて廃棄しました。読み取った内容は残っています。
explain-secret = （秘密情報を含む可能性があるため、抜粋は表示しません）
explain-more-remedies = ほか { $count } 件の対処策: { $points }
explain-sum = 合計: { $sum }
explain-references = 未確認の推定は、{ $time } 時点の全資産の採点（コミット { $commit }）と比べたものです。`yagura score` で更新されます。
explain-others = ほか { $count } 件
explain-worst-assets = 資産
explain-worst-remedies = 対処策
explain-organisation-note = どちらの表も同じ合計を分けたものです。資産ごとの根拠は `yagura explain A-番号` で確認できます。

column-first-seen = 初認日時
column-in-service-since = 運用開始
column-check-id = 診断項目
column-location = 箇所
column-since = 検出開始
column-report = 報告原本
column-place = 位置

factor-base = 基礎点
factor-threat = 脅威
factor-exposure = 公開範囲
factor-value = 重要度
factor-age = 経過

exposure-internet = インターネットから到達できる
exposure-other-organisation = 他組織または信頼度の低い区画から到達できる
exposure-internal = 組織の内部からだけ到達できる

severity-critical = 緊急
severity-high = 高
severity-medium = 中
severity-low = 低
severity-info = 情報

clock-published = 修正または要求の公表
clock-in-service = 資産の運用開始
clock-asset-first-seen = 資産の初認
clock-problem-first-seen = 課題の初認

immediate-critical-on-internet = インターネットに公開された緊急の課題

why-cvss-vector = CVSS { $version } 基本値 { $score }（値の 3 乗 ÷ モデルの除数）
why-no-vector = CVSS ベクトルがないため、モデルの既定値
why-failed-check = 不備、深刻度 { $severity }
why-informational = 情報のみ
why-never-observed = 必要な観測が一度もない
why-ransomware = ランサムウェアでの悪用が知られている
why-known-exploited = 悪用が確認されている
why-directive = 対処要請の対象
why-open-incident = 確定したインシデントが未解決
why-epss = 悪用される確率（EPSS） { $percent }%
why-not-in-feeds = 脅威情報に記載がない
why-no-threat-data = 脅威情報なし
why-exposure-missing = 公開範囲が未登録のため、悲観的な値
why-highest-confidentiality = 機密性3
why-designated-important = 重要指定
why-middle-rating = 機密性、完全性、可用性のいずれかが 2
why-lowest-ratings = すべての格付が最低
why-value-missing = 格付が未登録のため、悲観的な値
why-before-due = { $clock }から { $days } 日、期限は { $due } 日
why-due-at-once = { $because }のため初日から期限日と同じ扱い（{ $clock }から { $days } 日、期限は { $due } 日）
why-overdue = { $clock }から { $days } 日、期限を { $overdue } 日超過
