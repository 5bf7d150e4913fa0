## Words and column titles

error = error:
total = Total
list-separator = ,{" "}

column-file = File
column-format = Format
column-tool = Tool
column-observed-at = Observed
column-records = Records
column-findings = Findings
column-passes = Passed
column-not-assessed = Unknown
column-facts = Facts
column-dropped = Dropped
column-assets = Assets
column-software = Software
column-warnings = Warnings
column-report-number = Report
column-result = Result
column-opened = Opened
column-reopened = Reopened
column-resolved = Resolved
column-continuing = Continuing
column-assets-new = New assets
column-assets-matched = Known assets
column-assets-held = Held
column-organisation = Organisation
column-source = Source
column-ingested-at = Taken in
column-kinds = Kinds
column-length = Bytes
column-title = Title
column-received-digest = SHA-256 as received
column-code = Code
column-name-ja = Japanese name
column-name-en = English name
column-from = From
column-to = To

table-left-out = Columns that did not fit: { $columns } (widen the terminal or use --json)
refused-files = { $count ->
    [one] Refused: 1 file
   *[other] Refused: { $count } files
}
refused-more = and { $count } more (--json lists all)
saved = Saved: { $file }
error-output = The results could not be written.
error-lake = The data folder could not be read or written.
hindrance-full = The disk is full. Nothing of this was kept. Make room (`yagura lake vacuum` deletes what is not needed any more) and run it again.
hindrance-busy = Another process is writing to the data folder. Wait for it to end and run it again.
hindrance-unsettled = The disk failed at the last moment: whether this was kept is not certain. See to the disk and run it again; what was kept is not done twice.
hindrance-overtaken = Another process wrote to the data folder although it was locked. Nothing of this was kept. Run it again, and leave the files in _yagura alone.
error-data-folder = The data folder cannot be written to.
error-no-data-folder = There is no data folder. Name one with --data or YAGURA_DATA.
error-mapping = The file with the mapping of columns cannot be read.
error-moment = That time does not exist in the given zone.
incomplete = Incomplete: { $rows } rows were lost with { $files ->
    [one] 1 damaged file
   *[other] { $files } damaged files
}. `yagura lake check` names what was lost.
