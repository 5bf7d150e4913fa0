## yagura query

command-query = 決められたビューに読み取り専用の SQL で問い合わせる
command-query-examples =
    yagura query "SELECT name, os FROM devices ORDER BY name"
    yagura query "SELECT problem, count(*) FROM problems GROUP BY problem" --csv
    yagura query "SELECT count(*) FROM findings" --as-of 2026-04-01

argument-sql = SELECT 文を一つ（ビューと列は docs/query.md）

query-unknown-view = `{ $name }` というビューはありません。
query-views = 使えるビュー: { $views }
query-one-select = SELECT 文を一つだけ指定してください。データ、ファイル、設定を変える文は使えません。
query-too-many = 結果が { $limit } 行を超えました。LIMIT か条件を加えてください。
query-too-slow = { $seconds } 秒以内に終わりませんでした。条件を絞ってください。
query-wrong = 問い合わせを実行できませんでした。
query-rows = { $count } 行
