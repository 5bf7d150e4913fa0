## yagura ingest

command-ingest = Take reports in
command-ingest-examples =
    yagura ingest scan.nessus --org sakura --source nessus
    yagura ingest reports.zip --org sakura/kanbo --source trivy --json
    trivy image -f json app:1 | yagura ingest - --org sakura --source trivy
    yagura ingest --stream --spool inbox --org sakura --source agent   go on taking in what comes

argument-org = Whose reports they are: a code or a path, as sakura/kanbo; made if it is not known
argument-source = Name of the source; reports of one source are compared with each other
argument-system = The system all assets of the reports belong to
argument-observed_at = When it was observed, for reports that do not say; as 2026-04-01T09:00+09:00
argument-sees = What the source is able to see, by comma (default: by format); also to register it anew
argument-no_create = Refuse organisations that are not known
argument-stream = Go on taking in reports from standard input, or from the folder --spool, and print a line of JSON for each when it is durable (docs/streaming.md)
argument-spool = Folder of reports: those renamed into it are taken in and moved to done or refused
argument-wait = Seconds to wait for another writer (default: 60)

ingest-taken = taken in
ingest-unchanged = unchanged
ingest-summary = { $taken ->
    [one] 1 report taken in
   *[other] { $taken } reports taken in
}{ $unchanged ->
    [0] {""}
   *[other] , { $unchanged } unchanged
}{ $refused ->
    [0] .
   *[other] , { $refused } refused.
}
ingest-time-assumed = { $count ->
    [one] 1 report does not say when it was observed and counts for the time of its receipt (--observed-at gives another).
   *[other] { $count } reports do not say when they were observed and count for the time of their receipt (--observed-at gives another).
}
ingest-ended = The remaining files were not taken in, since the data folder could not be written.
clock-behind = The newest state of the data folder is of { $time }, and this machine's clock says { $now }. Check the clock. What is taken in now counts as known just after that state.
organisation-made = New organisation: { $code }

ingest-busy = Another process is writing to the data folder. Wait for it to end, or give a longer --wait.
ingest-full = The disk is full. Make room (`yagura lake vacuum` deletes what is not needed any more) and take it in again.
ingest-unsettled = The disk failed at the last moment: whether it was taken in is not certain. See to the disk and take it in again; it does not count twice.
ingest-overtaken = Another process wrote to the data folder although it was locked. Take it in again, and leave the files in _yagura alone.
ingest-lake = The data folder could not be read or written.
ingest-unknown_organisation = The organisation is not known. Add it with `yagura org add`, or leave --no-create out.
ingest-unknown_format_name = There is no format of that name.
ingest-beyond = It covers more than its source was registered to see. If that is right, register it anew with --sees.
ingest-future = It was observed in the future. Check the clock of the tool and of this machine, and --zone.
ingest-stopped = The work was stopped.

stream-frames = Taking in reports from standard input, until it ends or Ctrl+C.
stream-folder = Taking in the reports that are put into { $folder }, until Ctrl+C.
stream-ended = Ended: { $taken ->
    [one] 1 report taken in
   *[other] { $taken } reports taken in
}, { $unchanged } unchanged, { $refused } refused.
stream-ended-early = It ended early. Send again what was not acknowledged; what is there already changes nothing.
error-stream-folder = The folder of reports cannot be used.
error-stream-stopped = The work was stopped.

frame-invalid = The line before the report (its head) is not right. See docs/streaming.md.
frame-too_large = It is larger than what is taken in by a stream. Use `yagura ingest FILE`.
frame-head = The line before a report (its head) has no length, so what follows cannot be told apart. Send again from that report on.
frame-cut = The input ended within a report. Send that report again.
frame-read = Standard input could not be read.
