## yagura asset conflicts、merge、split、undo、history

command-asset-conflicts = 名寄せ保留の一覧と、判断のしかた
command-asset-conflicts-examples =
    yagura asset conflicts
    yagura asset conflicts --org sakura/kikaku --csv
command-asset-merge = 同じものである資産を統合する（番号の最も小さい資産が残る）
command-asset-merge-examples =
    yagura asset merge A-12 A-34 --by 山田 --reason 現物を確認 --dry-run
    yagura asset merge A-12 A-34 --by 山田 --reason 現物を確認
command-asset-split = 資産から、別のものの記録を分割する（記録の番号は asset show で確認）
command-asset-split-examples =
    yagura asset split A-12 --record R-1-3 --by 山田 --reason 別の端末
    yagura asset split A-12 --record R-1-3 R-1-4 --into A-56 --by 山田 --reason 台帳で確認
command-asset-undo = 統合、分割、状態の記録などの判断を取り消し、その前の状態に戻す
command-asset-undo-examples =
    yagura asset undo D-7 --by 山田 --reason 取り違え
command-asset-history = 資産の履歴: どの記録が、いつ、だれの判断またはどの規則で、どこから来てどこへ移ったか。記録された状態
command-asset-history-examples =
    yagura asset history A-12
    yagura asset history web-01.example --json

argument-asset-conflicts-org = この組織とその下の組織が管理する資産に関わるものだけ
argument-assets = 統合する資産（名称、識別子、A-12）、2 件以上
argument-asset-split-records = 分割する記録（R-1-3）
argument-into = 移す先の資産（既定は新しい資産。保留の記録を今の資産に残すときは、その資産）
argument-asset-undo-decision = 取り消す判断の番号（D-7）
argument-decided_by = 判断した人の名前
argument-reason = 判断の根拠
argument-second_person = 同意した 2 人目の名前（一度に多くの資産を変えるときに必要）
argument-dry_run = 何も変えずに、結果だけを示す

decision-kind-merge = 統合
decision-kind-split = 分割
decision-kind-undo = 取消し

decision-recorded = 判断 { $decision }（{ $kind }）を記録しました。
decision-tried = { $kind }を実行すると、次のようになります。何も変更していません。
decision-stays = 記録は今の資産に残ります。規則がこれを移すことや、同じ値で再び保留にすることはありません。
decision-made = 新しくできた、または戻った資産: { $assets }
decision-gone = なくなった資産: { $assets }（番号は履歴に残ります）
decision-holds-ended = 名寄せ保留の解消: { $count } 件
decision-holds-again = 名寄せ保留に戻るもの: { $count } 件
decision-came-since = 判断の後に加わった記録 { $record }（{ $source }「{ $name }」）は { $asset } に残ります。別のものなら分割してください。
decision-needs-second = 資産の数が多いため、実行するには 2 人目の同意（--second）が必要です。
decision-hint-undo = 取り消すには: yagura asset undo { $decision } --by 名前 --reason 根拠

decision-twice = `{ $name }` は { $asset } で、すでに指定されています。別の資産を指定してください。
decision-unsigned = 判断には、名前と根拠が必要です。空白だけにはできません。
decision-same-person = 2 人目は、判断した人（{ $name }）と別の人にしてください。
decision-second-person = 一度に { $assets } 件の資産を変える判断です。{ $limit } 件を超えるときは、--second で 2 人目の名前を指定してください。
decision-one-asset = 統合する資産を 2 件以上指定してください。
decision-organisations = { $one } と { $other } は異なる組織の資産です。組織をまたいで名寄せすることはできません。
decision-domains = { $one } と { $other } は領域（機器、利用者、システム、データ）が異なるため、同じものにはできません。
decision-no-record = 分割する記録を指定してください。
decision-unknown-record = { $record } という記録はありません。記録の番号は yagura asset show { $asset } で確認できます。
decision-not-there = 記録 { $record } は { $asset } ではなく { $there } にあります。
decision-all-records = { $asset } の記録がすべて指定されています。ほかの資産と同じものなら yagura asset merge で統合してください。
decision-nothing-held = 指定した記録はすでに { $asset } にあり、名寄せ保留でもないため、変えることがありません。
decision-unknown = { $decision } という判断はありません。判断の番号は yagura asset history で確認できます。
decision-already-undone = 判断 { $decision } は、{ $by } ですでに取り消されています。戻すには { $by } を取り消してください。
decision-changed-by-decision = { $decision } の後に、判断 { $later } が { $what } を変えています。先に { $later } を取り消してください。
decision-changed-by-rule = { $decision } の後に、規則（{ $rule }、{ $time }）が { $what } を変えているため、取り消せません。今の状態から統合または分割してください。
decision-other = 判断を記録できませんでした。

conflict-count = { $count ->
    [0] 名寄せ保留はありません。
   *[other] 名寄せ保留: { $count } 件
}
conflict-elsewhere = ほかの組織の資産の記録
conflict-why = 理由
conflict-candidates = 候補
conflict-within = 今の資産のほかの記録と食い違う
conflict-candidates-elsewhere = ほかの組織の資産 { $count } 件
conflict-since = 保留開始
conflict-same = 同じものなら: { $command } --by 名前 --reason 根拠
conflict-apart = 別のものなら: { $command } --by 名前 --reason 根拠
conflict-stays = この資産で正しければ: { $command } --by 名前 --reason 根拠
conflict-goes = 別のものなら: { $command } --by 名前 --reason 根拠
held-untold = 識別子が矛盾する

asset-went = { $asset } は今は { $now } です（統合または分割の取消しによる）。

history-of = { $asset } の履歴
history-reason = 根拠: { $reason }
history-more = ほか { $count } 件（--json ですべて確認できます）
history-decision = { $decision } { $kind }（{ $people }）
history-undone = ［{ $decision } で取消し］
decided-by-person = 判断 { $decision }

column-record = 記録
column-asset-before = 移る前
column-asset-after = 資産
