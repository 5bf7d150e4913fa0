## yagura trend

command-trend = 未対処の推移、増減、対処にかかった日数を数える
command-trend-examples =
    yagura trend
    yagura trend --every week --last 8 --by severity
    yagura trend --every fiscal-year --last 3 --org sakura/kikaku --points

argument-every = 期間の長さ: day、week、month、quarter、fiscal-year（年度、4 月から）。既定は month
argument-last = 期間の数。最後の期間は基準日時を含む（既定は 12）
argument-trend-by = 集計の単位: total、org、severity、class、domain（既定は total）
argument-trend-org = この組織とその下の組織の資産だけを数える
argument-points = 各期間の終わりの未対処のリスク点も集計（severity では不可）

column-period = 期間
column-severity = 重大度
column-unobserved = 未診断
column-open-problems = 未対処
column-accepted-problems = うち受容
column-closed = 解消
column-moved = 移動
column-median-days = 中央日数
column-p90-days = 90 %日数
column-reopen-rate = 再発率
column-trend-points = 未対処リスク点

trend-no-points = リスク点は対処策ごとの点で、重大度では分けられません。--points を外すか、別の単位で集計してください。
trend-note-open = 運用中と所在不明の資産の課題（資産ごとに CVE または診断項目を 1 件と数える）を、期間の終わりの未対処、期間中の新規・再発・解消として数えています。
trend-note-days = 日数は、その資産で課題を初めて観測してから解消するまでで、中央値と、9 割が収まる日数です。再発しても始まりは変わりません。再発率は、期間中に現れた課題に占める再発の割合です。「-」は、わからないことを表します。
trend-note-unobserved = 未診断は、必要な診断が期限内に一つもない資産の数です。その資産の未対処の件数はわかりません。
trend-note-moved = 移動は、資産とともに移った課題です（他の組織などとの間、運用の開始と終了）。
