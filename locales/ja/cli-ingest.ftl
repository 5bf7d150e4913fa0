## yagura ingest

command-ingest = 報告を取り込む
command-ingest-examples =
    yagura ingest scan.nessus --org sakura --source nessus
    yagura ingest 報告一式.zip --org sakura/kanbo --source trivy --json
    trivy image -f json app:1 | yagura ingest - --org sakura --source trivy
    yagura ingest --stream --spool 受付 --org sakura --source agent   届き次第、取り込み続ける

argument-org = 報告の組織（コードまたはパス。例: sakura/kanbo）。未登録なら登録する
argument-source = 連携元の名前。同じ連携元の報告どうしを比べて、新規・継続・解消を決める
argument-system = 報告の資産すべてが属する情報システム
argument-observed_at = 観測日時を書いていない報告の観測日時。例: 2026-04-01T09:00+09:00
argument-sees = 連携元が見られるもの（コンマ区切り、既定は形式ごとに決まる）。登録し直すときにも使う
argument-no_create = 未登録の組織なら受け付けない
argument-stream = 標準入力（--spool があればそのフォルダ）から届く報告を、終わるまで取り込み続ける。1 件ごとに、確定したら JSON を 1 行出す（docs/streaming.md）
argument-spool = 報告を受け取るフォルダ。名前を変えて置かれた報告を取り込み、done または refused に移す
argument-wait = ほかの書き込みが終わるのを待つ秒数（既定は 60）

ingest-taken = 取込
ingest-unchanged = 変化なし
ingest-summary = 報告 { $taken } 件を取り込みました。{ $unchanged ->
    [0] {""}
   *[other] { $unchanged } 件は取り込み済みで、変化はありません。
}{ $refused ->
    [0] {""}
   *[other] { $refused } 件は受け付けませんでした。
}
ingest-time-assumed = 観測日時のない報告 { $count } 件は、受け取った時刻に観測したものとして扱いました（--observed-at で指定できます）。
ingest-ended = データフォルダに書き込めないため、残りのファイルは取り込んでいません。
clock-behind = データフォルダの最新の状態は { $time } のもので、このコンピューターの時計は { $now } です。時計を確認してください。今回取り込んだものは、その状態の直後に知ったものとして扱います。
organisation-made = 未登録の組織を登録しました: { $code }

ingest-busy = ほかの処理がデータフォルダに書き込んでいます。終わるのを待つか、--wait を長くしてください。
ingest-full = ディスクがいっぱいです。空きを作ってから（`yagura lake vacuum` で不要なファイルを消せます）、もう一度取り込んでください。
ingest-unsettled = 最後にディスクへ書き込めなかったため、取り込まれたかどうか確かではありません。ディスクを確認して、もう一度取り込んでください。二重に数えることはありません。
ingest-overtaken = ロックしていたのに、ほかの処理がデータフォルダに書き込みました。もう一度取り込んでください。_yagura の中のファイルには触れないでください。
ingest-lake = データフォルダを読み書きできません。
ingest-unknown_organisation = 登録されていない組織です。`yagura org add` で登録するか、--no-create を外してください。
ingest-unknown_format_name = その名前の形式はありません。
ingest-beyond = 連携元が見られるものとして登録した範囲を超えています。正しければ --sees で登録し直してください。
ingest-future = 観測日時が未来です。ツールとこのコンピューターの時計、--zone を確認してください。
ingest-stopped = 処理が途中で止まりました。

stream-frames = 標準入力から報告を受け取っています。入力の終わり、または Ctrl+C で終わります。
stream-folder = { $folder } に置かれる報告を受け取っています。Ctrl+C で終わります。
stream-ended = 受け取りを終えました。報告 { $taken } 件を取り込み、{ $unchanged } 件は取り込み済みで、{ $refused } 件は受け付けませんでした。
stream-ended-early = 途中で終わりました。確定を知らせていない報告は、もう一度送ってください。取り込み済みのものを送っても何も変わりません。
error-stream-folder = 報告を受け取るフォルダを使えません。
error-stream-stopped = 処理が途中で止まりました。

frame-invalid = 報告の前の行（ヘッダー）の内容が正しくありません。docs/streaming.md を確認してください。
frame-too_large = 一度に受け取れる大きさを超えています。`yagura ingest ファイル名` で取り込んでください。
frame-head = 報告の前の行（ヘッダー）に長さがないため、続きの区切りが分かりません。この報告から送り直してください。
frame-cut = 報告の途中で入力が終わりました。その報告をもう一度送ってください。
frame-read = 標準入力を読み取れません。
