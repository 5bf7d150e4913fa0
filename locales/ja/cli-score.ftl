## yagura score

command-score = リスク点を集計し、大きい順に表示
command-score-examples =
    yagura score
    yagura score --by asset --top 20
    yagura score --by check --org sakura/kikaku --as-of 2026-11-01
    yagura score --store
    yagura score --stored --by remedy --top 50

argument-by = 集計の単位: org、system、asset、check、class、domain、remedy（既定は org）
argument-top = 上位 N 件だけを表示（合計は全件）
argument-model = 診断モデルのファイル（既定は同梱のモデル）
argument-store = 集計した全資産・全単位の値を保存
argument-stored = 新たに計算せず、保存された最新のスコアを表示
argument-score-org = この組織とその下の組織だけを集計

score-model = 診断モデル: { $model }（{ $title }）
score-assets = 対象の資産: { $count } 件
score-no-threat-data = 脅威情報: 取り込んでいないため、脅威の係数はすべて 1 です。
score-empty = 対象の資産がありません。`yagura ingest` で報告を取り込んでください。
score-never-observed = 未診断: { $kind }
score-top = { $all } 件のうち上位 { $shown } 件を表示しています。合計は全件の値です。
score-note-organisations = 各組織の値は下の組織を含みます。このため行の合計は全体と一致しません。
score-note-systems = システムは資産を共有します。このため行の合計は全体と一致しません。全体はどのシステムにも属さない資産を含みます。
score-note-unknown = 未確認は、必要な診断が行われていない資産に対する推定であり、未対処に含まれます。
score-stored = { $time } に保存したスコアです。
score-stored-before = { $time } に保存したスコアです。その後の取り込み等 { $later } 件を反映していません。

column-system = システム
column-asset = 資産
column-check = 課題
column-remedy = 対処策
column-class = 種別
column-domain = 領域
column-name = 名称
column-open-points = 未対処
column-accepted-points = 受容
column-unknown-points = うち未確認（推定）
column-items = 項目

error-model = 診断モデルを読み込めませんでした: { $file }
error-no-stored-score = 保存されたスコアがありません。`yagura score --store` で保存してください。
error-stored-within = 組織を限った system、check、remedy の値は保存されていません。`--stored` を外して計算してください。
error-unknown-organisation = 組織 `{ $code }` はありません。
