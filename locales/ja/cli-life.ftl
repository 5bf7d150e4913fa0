## ライフサイクル: yagura asset state と、資産の状態

command-asset-state = 資産の状態（運用中、保管中、予備、廃棄、移管、所在不明）を、日付と根拠とともに記録する
command-asset-state-examples =
    yagura asset state A-12 廃棄 --on 2026-10-01 --by 山田 --reason "廃棄証明書 第 31 号"
    yagura asset state web-01.example spare --on 2026-11-01 --by 山田 --reason 更新により予備へ --dry-run
argument-asset-state-state = 運用中、保管中、予備、廃棄、移管、所在不明（英語の値も可）
argument-asset-state-day = その状態になった日（日本時間の 0 時から）
argument-asset-list-states = この状態の資産だけ: 運用中、保管中、予備、廃棄、移管、所在不明
argument-contradicted = 記録された状態と観測が食い違う資産だけ

decision-kind-asset_state = 状態の記録
decision-same-state = { $asset } は、その日から「{ $state }」と記録されています。

life-since = { $state }（{ $since } から）
life-by-person = { $by } の判断 { $decision }: { $reason }
life-by-source = { $source } の記録
life-no-record = 状態の記録なし
life-seen = 記録の後に { $source } が観測（最後は { $seen }）
life-silent = { $source } による { $seen } の観測を最後に、{ $days } 日を超えて観測がない
life-never-seen = { $days } 日を超えて、どの連携元にも観測されていない
life-contradicted = 記録と観測の矛盾: { $since } から{ $state }と記録されていますが（{ $by }）、{ $source } が { $seen } に観測しました。{ $now }として扱います。
life-hint = 確認した結果は、状態として記録してください: yagura asset state { $asset } 状態 --on 日付 --by 名前 --reason 根拠

life-states = 状態の記録
life-said = { $since } から{ $state }
life-said-until = { $since } から { $until } まで{ $state }

life-recorded = { $asset } { $name }: { $since } から{ $state }
life-taken-back = { $asset } { $name }: { $since } からの記録を取り消し
life-becomes = 状態: { $before } → { $after }
life-stays = 状態: { $after }のまま
life-then = （{ $since } の時点、今の情報による）
life-still-seen = その日の翌日以降に観測されているため（最後は { $seen }）、{ $after }として扱います。実際になくなった日を確認してください。

asset-missing = 所在不明: { $count } 件（--state missing で一覧。リスク点は残ります）
asset-contradicted = 記録と観測が矛盾する資産: { $count } 件（--contradicted で一覧）
asset-left-out = 件数とリスク点に数えない資産: { $states }
conflict-states-count = 資産の状態の記録と観測の矛盾: { $count } 件
asset-mark-contradicted = 記録と矛盾
explain-left-out = { $asset } は{ $state }のため、リスク点に数えません。理由と日付は yagura asset show { $asset } で確認できます。

score-note-left-out = 集計の対象は、運用中と所在不明の資産です。含めない資産: { $states }
score-note-missing = うち所在不明 { $count } 件は、見つかるか、廃棄や移管が記録されるまで点数が残ります（`yagura asset list --state missing`）。
score-note-contradicted = 廃棄などの記録の後に観測された資産 { $count } 件を、運用中または所在不明として含めています（`yagura asset list --contradicted`）。
