## yagura score

command-score = Add up risk points, worst first
command-score-examples =
    yagura score
    yagura score --by asset --top 20
    yagura score --by check --org sakura/kikaku --as-of 2026-11-01
    yagura score --store
    yagura score --stored --by remedy --top 50

argument-by = Add up by: org, system, asset, check, class, domain, remedy (default: org)
argument-top = Only the worst N lines (totals are of all)
argument-model = File of a score model (default: the shipped model)
argument-store = Store the sums of all assets at all levels
argument-stored = Show the newest stored score instead of making one
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
score-stored = This score was stored at { $time }.
score-stored-before = This score was stored at { $time }. It does not know { $later ->
    [one] the one change
   *[other] the { $later } changes
} made to the lake since.

column-system = System
column-asset = Asset
column-check = Problem
column-remedy = Remedy
column-class = Class
column-domain = Domain
column-name = Name
column-open-points = Open
column-accepted-points = Accepted
column-unknown-points = of which unknown
column-items = Items

error-model = The score model could not be read: { $file }
error-no-stored-score = There is no stored score. Store one with `yagura score --store`.
error-stored-within = For one organisation no sums by system, check or remedy are stored. Leave out `--stored` to have them made.
error-unknown-organisation = There is no organisation `{ $code }`.
