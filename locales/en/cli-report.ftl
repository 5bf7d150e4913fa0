## yagura report

command-report = See the reports that were taken in
command-report-list = List the reports, the newest first
command-report-show = Show what is kept of one report
command-report-evidence = Give back the bytes of a report, or of one of its records
command-report-evidence-examples =
    yagura report evidence 3 -o report.json
    yagura report evidence 3 --record 12

argument-report-list-org = Only reports of this organisation and those below it
argument-report-list-source = Only reports of this source
argument-limit = Most reports to list (default: 100)
argument-report = Number of the report
argument-record = Number of the record, from 1 (default: the whole report)
argument-output = File to write to (default: standard output)

report-list-summary = { $all ->
    [0] No such reports.
    [one] 1 report.
   *[other] { $shown } of { $all } reports.
}
report-unknown = There is no report of that number. `yagura report list` lists them.
report-no-record = There is no record of that number.
report-damaged = The bytes of the report cannot be given: they are damaged or lost.
report-past-retention = The bytes of this report were deleted because they are past their retention (`yagura lake retain --history`). They are not damaged. What was read from them, and their SHA-256, stay.
report-past-retention-short = deleted, being past their retention
column-evidence = Bytes
