## yagura org

command-org = 組織の一覧と登録、組織改編
command-org-list = 組織を木の形で一覧
command-org-add = 組織を登録する。同じ期間の始まりの登録があれば置き換える
command-org-add-examples =
    yagura org add sakura/kanbo --name-ja 大臣官房 --name-en "Minister's Secretariat"

argument-code = 組織のコード。段は / で区切る。例: sakura/kanbo
argument-name_ja = 日本語の名前
argument-name_en = 英語の名前
argument-parent = 上位の組織（既定はコードの示す組織）
argument-from = いつから。例: 2026-04-01（実行する場所によらず、日本時間の 0 時）
argument-to = いつまで（その日を含まない）

org-list-summary = { $count ->
    [0] 登録された組織はありません。
   *[other] 組織 { $count } 件
}
org-added = 登録しました: { $code }
org-unchanged = 同じ内容が登録済みです: { $code }
org-add-unknown_parent = 上位の組織が登録されていません。先に登録してください。
org-add-circle = 上位の組織が、この組織の下にあります。
org-add-reorganised = その後に組織改編されています。yagura org rename または yagura org move を使ってください。判断は yagura org history で確認できます。
org-add-backwards = 期間の終わりが始まりより前です。
org-add-lake = データフォルダを読み書きできませんでした。
