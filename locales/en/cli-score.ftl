## yagura score

command-score = Add up risk points, worst first
command-score-examples =
    yagura score
    yagura score --by asset --top 20
    yagura score --by check --org sakura/kikaku --as-of 2026-11-01

argument-by = Add up by: org, system, asset, check, class, domain (default: org)
argument-top = Only the worst N lines (totals are of all)
argument-model = File of a score model (default: the shipped model)
argument-score-org = Only this organisation and those below it

score-model = Model: { $model } ({ $title })
score-assets = Assets: { $count }
score-no-threat-data = Threat data: none loaded, so every threat factor is 1.
score-empty = No assets. Take in reports with `yagura ingest`.
score-never-observed = Never observed: { $kind }
score-top = Showing the worst { $shown } of { $all } lines; the total is of all.
score-note-organisations = Each organisation includes those below it, so lines do not add up to the total.
score-note-systems = Systems share assets, so lines do not add up to the total, which includes assets of no system.
score-note-unknown = Unknown is an estimate for assets whose required observations were never made; it is part of the open points.

column-system = System
column-asset = Asset
column-check = Problem
column-class = Class
column-domain = Domain
column-name = Name
column-open-points = Open
column-accepted-points = Accepted
column-unknown-points = of which unknown
column-items = Items

error-model = The score model could not be read: { $file }
error-unknown-organisation = There is no organisation `{ $code }`.
