## Help of the command line, and command lines that cannot be understood

command = Yagura: continuous risk scoring and action (CRSA)
command-examples =
    yagura inspect report.xml    see what a report holds
    yagura ingest report.xml --org sakura --source scanner   take it in
    yagura formats               see which reports can be read

help-usage = Usage:
help-command = COMMAND
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-global-options = Global options
help-examples = Examples:

argument-help = Print this help
argument-version = Print the version
argument-data = Data folder (environment: YAGURA_DATA; default: in the user's data folder)
argument-lang = Language: ja, en (default: that of the environment)
argument-json = Results as JSON, one document a line, with stable names
argument-color = Colour: auto, always, never (default: auto)

argument-files = Reports (- for standard input); gzip, zstd and zip are unpacked
argument-format = The format (default: told from the content; see `yagura formats`)
argument-zone = Zone of times, as Asia/Tokyo (default: of the environment; inside reports UTC)
argument-mapping = Mapping of the columns of a register, a TOML file (docs/inventory.md)
argument-asset = The asset of reports that name none
argument-as_of = As of when: 2026-11-01, 2026-11-01T09:00+09:00; a day means its beginning (default: the time of --known-at, else now)
argument-known_at = By what had been taken in and decided by this time, written alike (default: all that is known)
argument-csv = Results as CSV
argument-bom = Begin the CSV with a byte order mark, for Excel
argument-xlsx = Save the results as an Excel workbook

usage-missing = a required argument is missing: { $argument }
usage-unknown = there is no argument `{ $argument }`.
usage-no-value = `{ $argument }` needs a value.
usage-value = `{ $argument }` cannot be `{ $value }`.
usage-time = Give a date or a time, as 2026-11-01 or 2026-11-01T09:00+09:00.
usage-command = there is no command `{ $command }`.
usage-conflict = `{ $argument }` and `{ $other }` cannot be used together.
usage-no-command = name a command.
usage-other = the command line is wrong ({ $detail }).
usage-suggestion = did you mean: { $near }
usage-valid = possible values: { $values }
usage-help = --help shows the usage.

as-of = As of: { $time }
known-at = Known at: { $time }
error-not-kept = What was so, or known, at { $asked } is not kept any more. Ask for { $since } or later.
