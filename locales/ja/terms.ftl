## 語と表の見出し

error = エラー:
total = 合計
list-separator = 、

column-file = ファイル
column-format = 形式
column-tool = ツール
column-observed-at = 観測日時
column-records = レコード
column-findings = 検出事項
column-passes = 適合
column-not-assessed = 未確認
column-facts = 事実
column-dropped = 除外
column-assets = 資産
column-software = ソフトウェア
column-warnings = 警告

table-left-out = 画面の幅に収まらない列を省きました: { $columns }（端末を広げるか --json をお使いください）
refused-files = 受け付けなかったファイル: { $count } 件
refused-more = ほか { $count } 件（--json ですべて確認できます）
saved = 保存しました: { $file }
error-output = 結果を書き出せませんでした。
