## yagura explain

command-explain = Lead every point back to the bytes of a report
command-explain-examples =
    yagura explain web-01.example
    yagura explain A-12 --top 3
    yagura explain sakura/kikaku

argument-subject = An asset (name, identifier, A-12), a finding (F-...) or the code of an organisation
argument-explain-top = Explain only the worst N (default: 10; all with --json)
argument-explain-org = Look only in this organisation and those below it

explain-unknown = There is no asset, finding or organisation `{ $name }`.
explain-near = Nearly so named: { $names }
explain-ambiguous = Several assets are called `{ $name }`. Name one by its number, as A-12.
explain-no-finding = `{ $name }` is not an open finding at this time.

explain-not-recorded = not recorded
explain-ratings = confidentiality { $confidentiality }, integrity { $integrity }, availability { $availability }
explain-important = , designated important
explain-total = Points: open { $open } (of which unknown, estimated: { $unknown }), accepted { $accepted }
explain-points = {"  "}- { $points } points
explain-fixed-version = {" "}(corrected in { $version })
explain-share = Share of the remedy: { $share }
explain-remedy-sum = Remedy = sum of the shares: { $sum }
explain-accepted = {" "}[accepted]
explain-stale = {" "}[stale]
explain-required = Required: one observation every { $days } days
explain-credentialed = {" "}(with credentials)
explain-estimate-alone = Estimate: no asset of the class was observed, so the product above stands: { $points }
explain-estimate-observed = Estimate: the larger of the product above ({ $floor }) and what observed assets of the class carry (the model's percentile: { $observed }): { $points }
explain-evidence = Evidence { $id }
explain-more-evidence = { $count ->
    [one] and 1 more evidence (--json lists all)
   *[other] and { $count } more evidences (--json lists all)
}
explain-unreadable = The report cannot be read: { $reason }
explain-place = record { $record }, bytes { $start }-{ $end }
explain-past-retention = The bytes of the report were deleted because they are past their retention. What was read from them stays.
explain-secret = (no excerpt, since it may hold a secret)
explain-more-remedies = { $count ->
    [one] 1 more remedy: { $points }
   *[other] { $count } more remedies: { $points }
}
explain-sum = Sum: { $sum }
explain-references = Estimates for unknown observations are held against the score of all assets at { $time } (commit { $commit }); `yagura score` renews it.
explain-others = { $count } others
explain-worst-assets = Asset
explain-worst-remedies = Remedy
explain-organisation-note = Both tables split the same total. `yagura explain A-number` gives the reasons for an asset.

column-first-seen = First seen
column-in-service-since = In service since
column-check-id = Check
column-location = Location
column-since = Since
column-report = Report
column-place = Place

factor-base = base
factor-threat = threat
factor-exposure = exposure
factor-value = value
factor-age = age

exposure-internet = reachable from the internet
exposure-other-organisation = reachable from another organisation or a less trusted zone
exposure-internal = reachable only from inside the organisation

severity-critical = critical
severity-high = high
severity-medium = medium
severity-low = low
severity-info = informational

clock-published = the correction or requirement was published
clock-in-service = the asset entered service
clock-asset-first-seen = the asset was first seen
clock-problem-first-seen = the problem was first seen

immediate-critical-on-internet = critical on an asset reachable from the internet

why-cvss-vector = CVSS { $version } base score { $score } (cubed, over the model's divisor)
why-no-vector = no CVSS vector; the model's default
why-failed-check = failed check of severity { $severity }
why-informational = informational
why-never-observed = a required observation was never made
why-ransomware = known to be used by ransomware
why-known-exploited = known to be exploited
why-directive = subject of a directive
why-open-incident = a confirmed incident is open
why-epss = probability of exploitation (EPSS) { $percent }%
why-not-in-feeds = not in the threat data
why-no-threat-data = no threat data
why-exposure-missing = exposure not recorded; pessimistic value
why-highest-confidentiality = confidentiality 3
why-designated-important = designated important
why-middle-rating = confidentiality, integrity or availability 2
why-lowest-ratings = all ratings lowest
why-value-missing = not rated; pessimistic value
why-before-due = { $days } days since { $clock }, due after { $due }
why-due-at-once = counted as on the due date from the first day: { $because } ({ $days } days since { $clock }, due after { $due })
why-overdue = { $days } days since { $clock }, { $overdue } days overdue
