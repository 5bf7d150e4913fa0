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

table-left-out = Columns that did not fit: { $columns } (widen the terminal or use --json)
refused-files = { $count ->
    [one] Refused: 1 file
   *[other] Refused: { $count } files
}
refused-more = and { $count } more (--json lists all)
saved = Saved: { $file }
error-output = The results could not be written.
