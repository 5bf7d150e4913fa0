## yagura inspect

command-inspect = 報告の中身を確かめる（何も保存しない）
command-inspect-examples =
    yagura inspect scan.nessus
    yagura inspect 報告一式.zip --json
    trivy image -f json app:1 | yagura inspect -

inspect-summary = { $refused ->
    [0] 報告 { $read } 件を読み取りました。
   *[other] 報告 { $read } 件を読み取り、{ $refused } 件は受け付けませんでした。
}
