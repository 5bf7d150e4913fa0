## yagura org move、merge、pass、rename、abolish、undo、history

command-org-move = 組織改編: ある日から、組織を別の組織の下に移す
command-org-move-examples =
    yagura org move sakura/tokei --under ume --from 2027-04-01 --dry-run
    yagura org move sakura/tokei --under ume --from 2027-04-01 --by 山田 --reason 政令第12号
command-org-merge = 組織改編: ある日に組織を廃止し、その資産を別の組織に引き継ぐ（統合）
command-org-merge-examples =
    yagura org merge sakura/kikaku sakura/chosa --into sakura/seisaku --from 2027-04-01 --dry-run
command-org-pass = 組織改編: 存続する組織の資産を、ある日から別の組織に引き継ぐ
command-org-pass-examples =
    yagura org pass sakura/joho --to kiku --from 2027-04-01 --by 山田 --reason 政令第12号
command-org-rename = 組織改編: ある日から、組織の名称を変える
command-org-rename-examples =
    yagura org rename sakura/tokei --name-ja 統計庁 --from 2027-04-01 --by 山田 --reason 政令第12号
command-org-abolish = 組織改編: 資産を管理していない組織を廃止する
command-org-undo = 組織改編を取り消し、その前の状態に戻す
command-org-undo-examples =
    yagura org undo D-7 --by 山田 --reason 施行延期
command-org-history = 組織の履歴: だれの判断で、いつから今の形になったか
command-org-history-examples =
    yagura org history
    yagura org history sakura/tokei --json

argument-organisation = 組織。コード、または今の位置（上位組織/末尾の段）
argument-organisations = 廃止する組織
argument-org-history-organisation = 組織（既定は、判断のあったすべて）
argument-under = 上位の組織
argument-at_top = どの組織の下でもなく、最上位に置く
argument-merged_into = 統合先の組織
argument-passed_to = その日から管理する組織
argument-effective = 施行日。例: 2027-04-01。実行する場所によらず、日本時間（+09:00）の 0 時から
argument-org-undo-decision = 取り消す組織改編の番号（D-7）

decision-kind-org_move = 組織の移動
decision-kind-org_merge = 組織の統合
decision-kind-org_pass = 資産の引継ぎ
decision-kind-org_rename = 組織の改称
decision-kind-org_abolish = 組織の廃止

reorganisation-from = 施行: { $time }（日本時間）
reorganisation-future = 施行までは何も変わりません。数値は今わかっていることによります。
reorganisation-organisation = { $organisation }（{ $name }）: { $what }
reorganisation-top = 最上位
reorganisation-under = 「{ $organisation }」の下
reorganisation-moves = { $before }から{ $after }へ移る
reorganisation-renamed = 「{ $before }」を「{ $after }」に改称
reorganisation-passes = 存続し、資産は { $successor } が引き継ぐ
reorganisation-ends = 廃止
reorganisation-ends-in = 廃止し、資産は { $successor } が引き継ぐ
reorganisation-is-back = 元に戻る（{ $above }）
reorganisation-as-before = その日の状態は同じで、期間だけが変わる
reorganisation-no-assets = 位置の変わる資産はありません。
reorganisation-systems = 関係するシステム: { $count } 件（{ $systems }）
reorganisation-source = { $organisation } の連携元「{ $source }」はそのまま続きます。報告は --org { $organisation } でも --org { $successor } でも取り込めます。
reorganisation-total-same = 全体は変わりません: 資産 { $assets } 件、未対処 { $points } 点
reorganisation-total-differs = 全体が資産 { $assets } 件、未対処 { $points } 点に変わります。あってはならないことです。開発元に知らせてください。
reorganisation-hint-undo = 取り消すには: yagura org undo { $decision } --by 名前 --reason 根拠

reorganisation-unknown = 組織 `{ $organisation }` は登録されていません。yagura org list で確認できます。新設は yagura org add です。
reorganisation-not-there = 組織 `{ $organisation }` は { $time } には存在しません。yagura org history { $organisation } で確認できます。
reorganisation-begins-then = 組織 `{ $organisation }` は { $time } に始まるため、同じ時に廃止や引継ぎはできません。
reorganisation-passes-then = 組織 `{ $organisation }` の資産は、その時にすでに別の組織に引き継がれます。先に取り消してください。
reorganisation-later = 組織 `{ $organisation }` には { $time } からの別の予定があります。先に取り消してください。
reorganisation-same = 組織 `{ $organisation }` が二度指定されています。
reorganisation-circle = { $time } に、組織 `{ $organisation }` が自身の下に位置することになります。
reorganisation-nothing = 組織 `{ $organisation }` に変わるところがありません。
reorganisation-still-above = 組織 `{ $organisation }` の下に `{ $below }` があります。先に移すか、yagura org merge で統合してください。
reorganisation-still-answers = 組織 `{ $organisation }` が管理する資産が { $assets } 件あります。引き継ぐ組織を yagura org merge で指定してください。
reorganisation-unknown-decision = { $decision } という判断はありません。組織改編の番号は yagura org history で確認できます。
reorganisation-of-assets = { $decision } は資産についての判断です。yagura asset undo { $decision } を使ってください。
reorganisation-changed-by-register = { $decision } の後に、台帳または org add が組織 `{ $organisation }` を変えているため、取り消せません。
decision-of-organisations = { $decision } は組織改編です。yagura org undo { $decision } を使ってください。

org-history-none = 組織についての判断はありません。
org-history-stated = 台帳、報告または org add による登録
org-history-gone = 登録がなくなる
org-history-life = { $from } ～ { $to }  { $name }（{ $above }）
org-history-passed = { $time } から、資産は { $successor } が引き継ぐ

column-passed = 引き継がれる資産
column-moved-with = 組織とともに移る資産
column-assets-before = 資産（前）
column-assets-after = 資産（後）
column-open-before = 未対処（前）
column-open-after = 未対処（後）
