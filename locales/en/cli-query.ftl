## yagura query

command-query = Ask the documented views in read-only SQL
command-query-examples =
    yagura query "SELECT name, os FROM devices ORDER BY name"
    yagura query "SELECT problem, count(*) FROM problems GROUP BY problem" --csv
    yagura query "SELECT count(*) FROM findings" --as-of 2026-04-01

argument-sql = One SELECT (views and columns: docs/query.md)

query-unknown-view = There is no view `{ $name }`.
query-views = The views are: { $views }
query-one-select = Give exactly one SELECT; nothing that changes data, files or settings.
query-too-many = The answer has more than { $limit } rows. Add a LIMIT or a condition.
query-too-slow = The query took more than { $seconds } seconds. Narrow it down.
query-wrong = The query could not be carried out.
query-rows = { $count ->
    [one] 1 row
   *[other] { $count } rows
}
