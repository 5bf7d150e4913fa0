## yagura lake

command-lake = データフォルダの手入れ（内訳、圧縮、バックアップ）
command-lake-stats = データフォルダの内訳: 表、ファイル、バイト数
command-lake-compact = 小さいファイルを併合し、置き換えられた版を別のファイルに移す
command-lake-vacuum = 残す状態のどれも使わないファイルを消す
command-lake-backup = 今の状態をフォルダに写す。そこにないものだけを写す
command-lake-backup-examples =
    yagura lake backup /mnt/backup/yagura
command-lake-restore = フォルダにある最新のバックアップからデータフォルダを作る
command-lake-restore-examples =
    yagura --data new-data lake restore /mnt/backup/yagura

argument-lake-compact-table = この表だけ（一覧は `yagura lake stats`）
argument-lake-compact-all = 限度を超えたものだけでなく、すべて
argument-lake-vacuum-keep_days = 直近 N 日の状態を残す（既定は直近 1 時間）
argument-lake-vacuum-dry_run = 数えるだけで消さない
argument-lake-backup-folder = バックアップのフォルダ。データフォルダの外に置く
argument-lake-backup-copy = 同じ実体に別名を付ければ足りる場合でも写す
argument-lake-restore-folder = バックアップのフォルダ

column-table = 表
column-version = 版
column-files = ファイル数
column-small-files = 小
column-rows = 行
column-superseded = 置換済
column-open-keys = 未整理
column-bytes-a-row = バイト/行
column-reports = 報告数
column-last-report = 最後の報告
column-last-observed-at = 最後の観測日時

lake-folder = データフォルダ
lake-manifest = マニフェスト
lake-commit = コミット
lake-committed-at = 確定日時
lake-evidence = 証跡: 報告 { $reports } 件、受け取った大きさ { $raw } バイト、保管 { $stored } バイト（まとめ { $packs }、単独 { $objects }）

lake-compacting = 圧縮しています
lake-compact-nothing = 圧縮するものはありません。
lake-compacted = 表 { $tables } を圧縮しました: ファイル { $before } → { $after }、{ $bytes_before } → { $bytes_after } バイト、整理した置換の印 { $keys }
lake-vacuuming = 不要なファイルを調べています
lake-vacuumed = 消しました: マニフェスト { $manifests }、ファイル { $files }、{ $bytes } バイト
lake-would-vacuum = 消えるもの: マニフェスト { $manifests }、ファイル { $files }、{ $bytes } バイト

lake-backing-up = バックアップしています
lake-backed-up = { $time } の状態をバックアップしました: ファイル { $files }、{ $bytes } バイト。フォルダに新しく加えたもの: ファイル { $new }、{ $new_bytes } バイト（うち写したもの { $copied } バイト）。
lake-backup-failed = バックアップできませんでした。
lake-restoring = 復元しています
lake-restored = { $folder } に { $time } の状態を復元しました（バックアップ { $taken }）: ファイル { $files }、{ $bytes } バイト、すべての照合値が一致。
lake-restore-missing = { $time } より後に取り込んだものはありません。上の報告より後のものを取り込み直してください。すでにある報告は何も変えません。
lake-restore-failed = 復元できませんでした。

## yagura lake check

command-lake-check = 壊れたところを探す（マニフェスト、表、行、証跡）
command-lake-check-examples =
    yagura lake check
    yagura lake check --evidence full

argument-lake-check-evidence = 証跡をどこまで調べるか: quick、full（既定は quick）

lake-checking = 調べています
lake-checked = マニフェスト { $manifest } を調べました: 表 { $tables }、ファイル { $files }、行 { $rows }、{ $bytes } バイト。証跡は報告 { $evidence } 件、{ $evidence_bytes } バイト。
lake-check-not = 成り立たないこと: { $what }
lake-check-more = 同じものがほかに { $count } 件
lake-check-damage = { $time } に失われたもの: { $path } の { $rows } 行。これを要するものは不完全です。
lake-check-waste = この状態に属さないもの: ファイル { $files }、{ $bytes } バイト（`yagura lake vacuum` が、残す状態のどれも使わないものを消します）。
lake-check-sound = すべて成り立っています。
lake-check-broken = 成り立たないものがあります。

invariant-manifest-chain = マニフェストは番号が欠けず、最大の番号のものが今の状態です。
invariant-manifest-chain-do = `yagura lake check --repair` が、欠けた番号より前のものを脇に移します。最新のものがない場合は、バックアップから復元してください。
invariant-manifest-readable = どのマニフェストも読め、照合値が合います。
invariant-manifest-readable-do = `yagura lake check --repair` が、古いものは脇に移し、最新のものは作り直します。
invariant-log-readable = 表の記録はそろっていて読めます。
invariant-log-readable-do = 記録がそろうまで、この表は読み書きできません。`yagura lake check --repair` がファイルから作り直します。
invariant-log-content = 表の記録は、確定したファイルを挙げています。
invariant-log-content-do = この表は読み書きできません。`yagura lake check --repair` が記録をファイルから作り直します。
invariant-file-present = 表のファイルはすべてあります。
invariant-file-present-do = その行を読む処理だけが失敗します。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめて結果に印を付けます。
invariant-file-size = 表のファイルは書かれたときの長さです。
invariant-file-size-do = その行を読む処理だけが失敗します。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめて結果に印を付けます。
invariant-file-digest = 表のファイルは書かれたときのままです。
invariant-file-digest-do = その行は信用できません。ディスクを調べ、`yagura lake check --repair` を、あればバックアップ（--from）とともに実行してください。
invariant-file-readable = 表のファイルはすべて読めます。
invariant-file-readable-do = その行を読む処理だけが失敗します。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめて結果に印を付けます。
invariant-file-statistics = 記録にある行数と値の範囲は、ファイルと合います。
invariant-file-statistics-do = 行が読み飛ばされることがあります。`yagura lake check --repair` が記録をファイルから作り直します。
invariant-row-shard = 行は、記録主体の配置にあります。
invariant-row-shard-do = 記録主体から引けません。プログラムの誤りとして報告してください。
invariant-row-order = 行は順に並んでいます。
invariant-row-order-do = 読むのが遅くなるだけです。`yagura lake compact --all` で並びます。
invariant-row-name = 行には、確定したコミットによる固有の名前があります。
invariant-row-name-do = 二重に数えられることがあります。プログラムの誤りとして報告してください。
invariant-commit-times = コミットには時刻があり、後のものほど遅い時刻です。
invariant-commit-times-do = --known-at の答えが正しくないことがあります。バックアップから復元してください。
invariant-superseded-row = 置き換えられた版は、そこにあります。
invariant-superseded-row-do = 答えは変わりません。プログラムの誤りとして報告してください。
invariant-key-once = 番号のあるものの有効な版は一つです。
invariant-key-once-do = 二重に数えられることがあります。プログラムの誤りとして報告してください。
invariant-open-once = 期間のあるものの続いている期間は一つです。
invariant-open-once-do = 二重に数えられることがあります。プログラムの誤りとして報告してください。
invariant-reference = 行が指すものは、そこにあります。
invariant-reference-do = 指す先なしで表示されます。プログラムの誤りとして報告してください。
invariant-counter = 次に振る番号は、まだ使われていません。
invariant-counter-do = 二つのものが同じ番号になるため、取り込まないでください。`yagura lake check --repair` が番号を進めます。
invariant-evidence-present = 報告原本はすべてあります。
invariant-evidence-present-do = リスク点は変わりません。その報告原本は表示できません。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめます。
invariant-evidence-readable = 報告原本は、保管した形から取り出せます。
invariant-evidence-readable-do = リスク点は変わりません。その報告原本は表示できません。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめます。
invariant-evidence-digest = 報告原本は、受け取ったときのままです。
invariant-evidence-digest-do = リスク点は変わりません。その報告原本は信用できません。`yagura lake check --repair` は、バックアップ（--from）から戻すか、あきらめます。
invariant-stored-score = 保存されたスコアは、書いたときのままです。
invariant-stored-score-do = リスク点の計算には関わりません。`yagura lake check --repair` は、バックアップ（--from）から戻すか、そのスコアを脇に移します。同じ時点で `yagura score --store` を実行すれば同じ値になります。

argument-lake-check-repair = 直せるものを直す。何も消さず、邪魔なものは _yagura/quarantine に移す
argument-lake-check-from = 失われたファイルをこのバックアップのフォルダから戻す
argument-lake-check-settle = 以前に失われたものの報告を取り込み直したので、結果に印を付けるのをやめる

lake-repairing = 直しています
repaired-manifest-aside = 脇に移しました: { $what }
repaired-manifest-rebuilt = 挙げていたものから作り直しました: { $what }
repaired-log-rebuilt = 残っているファイルから記録を作り直しました: { $what }（{ $rows } 行）
repaired-file-restored = バックアップから戻しました: { $what }
repaired-file-given-up = 失われました: { $what }（{ $rows } 行）。結果には不完全の印が付きます。
repaired-counter-raised = 番号を進めました: { $what }
repaired-score-aside = スコアを脇に移しました: { $what }
lake-give-again = 失われたものには報告 { $count } 件の行がありました。取り込み直してから（番号、組織、ファイル、SHA-256）、`yagura lake check --repair --settle` を実行してください。

## yagura lake export

command-lake-export = ビューをそのままフォルダに書き出す（Yagura なしで使うため）
command-lake-export-examples =
    yagura lake export out --format parquet
    yagura lake export out --format csv --view findings --view devices --as-of 2026-04-01

argument-lake-export-folder = 書き出すフォルダ。ビューごとに 1 ファイル。すでにあるファイルは上書きしない
argument-lake-export-format = parquet、csv、jsonl のいずれか
argument-lake-export-view = このビューだけ（docs/query.md）。何度でも指定できる

lake-exported = ビュー { $count } 件を { $folder } に書き出しました
lake-export-failed = ビューを書き出せませんでした。

## yagura lake retain

command-lake-retain = 保存期間を過ぎたものを示す。--apply を付けたときだけ廃棄する
command-lake-retain-examples =
    yagura lake retain --rule retention.toml
    yagura lake retain --rule retention.toml --apply --by 山田 --second 鈴木 --reason "廃棄簿 令和 8 年度 第 3 号"
    yagura lake retain --history

argument-lake-retain-rule = 保存期間の規則のファイル（既定の規則では何も廃棄しない。書き方は docs/retention.md）
argument-lake-retain-apply = 廃棄する。廃棄したものは戻らない
argument-lake-retain-second_person = 同意した 2 人目の名前（短い保存期間の規則で必要）
argument-lake-retain-history = これまでの廃棄を示す

lake-retaining = 保存期間を確かめています
lake-retain-rule = 保存期間の規則を読み込めませんでした: { $file }
lake-retain-rules = 保存期間の規則: { $title }（{ $rule }）
lake-retain-kept-since = 履歴は { $day } から後だけを保存しています。
lake-retain-evidence-forever = 報告原本: 無期限に保存
lake-retain-evidence = 報告原本: 保存期間 { $span }。{ $day } より前に観測した報告が対象
lake-retain-reports = 廃棄 { $reports } 件（{ $bytes } バイト）、保存 { $kept } 件。うち { $open } 件は保存期間を過ぎていますが、未解決の検出事項の根拠として残します。
lake-retain-history-forever = 履歴: 無期限に保存
lake-retain-history-done = 履歴: 規則が定める日より後まで、すでに廃棄しています。
lake-retain-history = 履歴: 保存期間 { $span }。{ $day } より前の履歴が対象
column-retain-superseded = 廃棄: 置換済
column-retain-ended = 廃棄: 終了済
column-retain-stays = 保存
lake-retain-stays = 今あるもの、その日から後の答えに要るもの、実施の記録、資産・記録・つながり、判断、組織、報告の一覧は廃棄しません。廃棄すると、その日より前を --as-of や --known-at で尋ねることはできません。
lake-retain-nothing = 保存期間を過ぎたものはありません。何も廃棄していません。
lake-would-retain = まだ何も廃棄していません。廃棄するには --apply --by 名前 --reason 根拠 を付けてください。
lake-would-retain-with-second = まだ何も廃棄していません。廃棄するには --apply --by 名前 --second 名前 --reason 根拠 を付けてください。
lake-retained = 廃棄しました（廃棄 { $number }）。ファイルの中身は、1 時間後からの `yagura lake vacuum` で消えます。以前のバックアップには残っています。
lake-retain-second-person = { $limit } より短い保存期間で廃棄するには、--second で 2 人目の名前を指定してください。
lake-retain-never = 廃棄したことはありません。
lake-retain-deletion = 廃棄 { $number }  { $time }  { $by }
lake-retain-reason = 根拠: { $reason }
lake-retain-second = 同意した人: { $name }
lake-retain-by-rule = 規則: { $rule }
lake-retain-gone-reports = 報告原本: { $day } より前 { $reports } 件（{ $bytes } バイト）
lake-retain-gone-rows = 履歴: { $day } より前 { $rows } 行（{ $tables }）
lake-evidence-past = 保存期間を過ぎて廃棄した報告原本: { $reports } 件
