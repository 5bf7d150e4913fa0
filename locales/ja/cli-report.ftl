## yagura report

command-report = 取り込んだ報告を見る
command-report-list = 取り込んだ報告の一覧（新しい順）
command-report-show = 報告 1 件の内容
command-report-evidence = 報告原本を取り出す（全体または 1 レコード）
command-report-evidence-examples =
    yagura report evidence 3 -o 原本.json
    yagura report evidence 3 --record 12

argument-report-list-org = この組織とその下の組織の報告だけ
argument-report-list-source = この連携元の報告だけ
argument-limit = 表示する件数の上限（既定は 100）
argument-report = 報告の番号
argument-record = レコードの番号（1 から）。省くと全体
argument-output = 書き出すファイル（既定は標準出力）

report-list-summary = { $all ->
    [0] 該当する報告はありません。
   *[other] 報告 { $all } 件のうち { $shown } 件を表示しています。
}
report-unknown = その番号の報告はありません。`yagura report list` で確認できます。
report-no-record = その番号のレコードはありません。
report-damaged = 報告原本を取り出せません。壊れているか、失われています。
report-past-retention = この報告の原本は、保存期間を過ぎて廃棄しました（`yagura lake retain --history`）。壊れたのではありません。読み取った内容と SHA-256 は残っています。
report-past-retention-short = 保存期間を過ぎて廃棄
column-evidence = 報告原本
