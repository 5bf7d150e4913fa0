## コマンドラインのヘルプと使い方の誤り

command = Yagura（櫓）: 常時リスク診断・対処（CRSA）
command-examples =
    yagura inspect 報告.xml      報告の中身を確かめる
    yagura ingest 報告.xml --org sakura --source scanner   報告を取り込む
    yagura formats               読み取れる報告の形式を見る

help-usage = 使い方:
help-command = コマンド
help-commands = コマンド
help-arguments = 引数
help-options = オプション
help-global-options = 共通オプション
help-examples = 例:

argument-help = このヘルプを表示
argument-version = 版を表示
argument-data = データフォルダ（環境変数 YAGURA_DATA、既定は利用者のデータ領域）
argument-lang = 表示の言語: ja、en（既定は環境の言語）
argument-json = 結果を JSON で出力（1 行に 1 件、項目名は固定）
argument-color = 色: auto、always、never（既定は auto）

argument-files = 報告ファイル（- は標準入力）。gzip、zstd、zip のままで可
argument-format = 形式を指定（既定は中身から判別。一覧は `yagura formats`）
argument-zone = 時刻の時間帯。例: Asia/Tokyo（既定は環境の時間帯、報告の中の時刻は UTC）
argument-mapping = 台帳の列の対応を書いた TOML ファイル（docs/inventory.md）
argument-asset = 資産を書いていない報告の資産
argument-as_of = 基準日時。例: 2026-11-01、2026-11-01T09:00+09:00。日付だけならその日の始まり（既定は --known-at の時点、なければ現在）
argument-known_at = 当時の認識: この時点までに取り込み、決めたことだけで答える。書き方は同じ（既定は今わかっていることすべて）
argument-csv = 結果を CSV で出力
argument-bom = CSV の先頭に BOM を付ける（Excel で開く場合）
argument-xlsx = 結果を Excel ブックに保存

usage-missing = 必要な引数がありません: { $argument }
usage-unknown = `{ $argument }` という引数はありません。
usage-no-value = `{ $argument }` に値がありません。
usage-value = `{ $argument }` に `{ $value }` は指定できません。
usage-time = 日付または日時で指定します。例: 2026-11-01、2026-11-01T09:00+09:00
usage-command = `{ $command }` というコマンドはありません。
usage-conflict = `{ $argument }` と `{ $other }` は同時に指定できません。
usage-no-command = コマンドを指定してください。
usage-other = 使い方に誤りがあります（{ $detail }）。
usage-suggestion = もしかして: { $near }
usage-valid = 指定できる値: { $values }
usage-help = 使い方は --help で確認できます。

as-of = 基準日時: { $time }
known-at = 当時の認識: { $time }
error-not-kept = { $asked } の時点の状態や認識は、もう保存していません。{ $since } 以後を指定してください。
