## yagura lake

command-lake = Look after the data folder: numbers, compaction, backup
command-lake-stats = What the data folder is made of: tables, files, bytes
command-lake-compact = Merge small files and move what is superseded into files of its own
command-lake-vacuum = Delete files that only states no longer kept name
command-lake-backup = Copy the present state into a folder, only what is new there
command-lake-backup-examples =
    yagura lake backup /mnt/backup/yagura
command-lake-restore = Make the data folder of the newest backup in a folder
command-lake-restore-examples =
    yagura --data new-data lake restore /mnt/backup/yagura

argument-lake-compact-table = Only this table (see `yagura lake stats`)
argument-lake-compact-all = Everything, not only what is beyond the limits
argument-lake-vacuum-keep_days = Keep the states of the last N days (default: those of the last hour)
argument-lake-vacuum-dry_run = Only count
argument-lake-backup-folder = Folder of the backups; outside of the data folder
argument-lake-backup-copy = Copy files even where a second name for the same bytes would do
argument-lake-restore-folder = Folder of the backups

column-table = Table
column-version = Version
column-files = Files
column-small-files = Small
column-rows = Rows
column-superseded = Superseded
column-open-keys = Open keys
column-bytes-a-row = Bytes a row
column-reports = Reports
column-last-report = Last
column-last-observed-at = Last observed

lake-folder = Data folder
lake-manifest = Manifest
lake-commit = Commit
lake-committed-at = Committed
lake-evidence = Evidence: { $reports } reports, { $raw } bytes as received, { $stored } bytes kept ({ $packs } packs, { $objects } files of one report)

lake-compacting = Compacting
lake-compact-nothing = There is nothing to compact.
lake-compacted = Compacted { $tables ->
    [one] 1 table
   *[other] { $tables } tables
}: { $before } files became { $after }, { $bytes_before } bytes { $bytes_after }; { $keys } superseded keys were put into files
lake-vacuuming = Vacuuming
lake-vacuumed = Deleted { $manifests } manifests and { $files } files, { $bytes } bytes
lake-would-vacuum = Would delete { $manifests } manifests and { $files } files, { $bytes } bytes

lake-backing-up = Backing up
lake-backed-up = Backed up the state of { $time }: { $files } files, { $bytes } bytes. New in the folder: { $new } files, { $new_bytes } bytes, of which { $copied } were copied.
lake-backup-failed = The backup could not be taken.
lake-restoring = Restoring
lake-restored = Restored the state of { $time } into { $folder }, from the backup taken at { $taken }: { $files } files, { $bytes } bytes, every digest right.
lake-restore-missing = What was taken in after { $time } is missing. Give it again from the reports above on: what is there already changes nothing.
lake-restore-failed = The backup could not be restored.

## yagura lake check

command-lake-check = Look for what is broken: manifests, tables, rows, evidence
command-lake-check-examples =
    yagura lake check
    yagura lake check --evidence full

argument-lake-check-evidence = How closely evidence is looked at: quick, full (default: quick)

lake-checking = Checking
lake-checked = Looked at manifest { $manifest }: { $tables } tables, { $files } files, { $rows } rows, { $bytes } bytes; { $evidence } reports' evidence, { $evidence_bytes } bytes.
lake-check-not = Does not hold: { $what }
lake-check-more = and { $count } more like this
lake-check-damage = Given up at { $time }: { $rows } rows in { $path }. What needs them is incomplete.
lake-check-waste = Not part of this state: { $files } files, { $bytes } bytes (`yagura lake vacuum` deletes what no kept state names).
lake-check-sound = Everything holds.
lake-check-broken = Not everything holds.

invariant-manifest-chain = Manifests are numbered without a gap, and readers take the highest for the state.
invariant-manifest-chain-do = `yagura lake check --repair` puts aside what stands before the gap. If the newest is missing, restore a backup.
invariant-manifest-readable = Every manifest can be read and fits its digest.
invariant-manifest-readable-do = `yagura lake check --repair` puts an older one aside and makes the newest anew.
invariant-log-readable = The log of a table is whole.
invariant-log-readable-do = The table cannot be read or written until its log is whole again: `yagura lake check --repair` makes it anew of the files.
invariant-log-content = The log of a table lists the files that were committed.
invariant-log-content-do = The table cannot be read or written: `yagura lake check --repair` makes the log anew of the files.
invariant-file-present = Every file of a table is there.
invariant-file-present-do = What reads its rows fails; everything else is read. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-file-size = Every file of a table is as long as it was written.
invariant-file-size-do = What reads its rows fails; everything else is read. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-file-digest = Every file of a table has the bytes that were written.
invariant-file-digest-do = Its rows are not to be trusted. Look at the disk, and run `yagura lake check --repair` with a backup (--from) or without.
invariant-file-readable = Every file of a table can be read.
invariant-file-readable-do = What reads its rows fails; everything else is read. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-file-statistics = The log says how many rows a file has and within which bounds.
invariant-file-statistics-do = Rows may be passed over. `yagura lake check --repair` makes the log anew of the files.
invariant-row-shard = Every row lies in the shard of its subject.
invariant-row-shard-do = It is passed over when its subject is looked up. Report it as an error of the program.
invariant-row-order = Rows are sorted.
invariant-row-order-do = Reading is slower and right. `yagura lake compact --all` sorts them.
invariant-row-name = Every row has a name of its own, from a commit that was made.
invariant-row-name-do = It may be counted twice. Report it as an error of the program.
invariant-commit-times = Every commit has its time, and later ones later times.
invariant-commit-times-do = Answers to --known-at may be wrong. Restore a backup.
invariant-superseded-row = What is superseded is there.
invariant-superseded-row-do = Nothing is answered differently. Report it as an error of the program.
invariant-key-once = There is one version in force of everything that has a key.
invariant-key-once-do = It may be counted twice. Report it as an error of the program.
invariant-open-once = There is one open interval of everything that has intervals.
invariant-open-once-do = It may be counted twice. Report it as an error of the program.
invariant-reference = What a row points to is there.
invariant-reference-do = The row is shown without what it points to. Report it as an error of the program.
invariant-counter = Numbers that are given next were not given before.
invariant-counter-do = Take nothing in before it is right: two things would get one number. `yagura lake check --repair` raises it.
invariant-evidence-present = The bytes of every report are there.
invariant-evidence-present-do = Scores are as before; the report cannot be shown. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-evidence-readable = The bytes of every report can be found in their stored form.
invariant-evidence-readable-do = Scores are as before; the report cannot be shown. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-evidence-digest = The bytes of every report are those that were received.
invariant-evidence-digest-do = Scores are as before; the report is not to be trusted. `yagura lake check --repair` takes it from a backup (--from) or gives it up and marks the results.
invariant-stored-score = Stored scores are as they were written.
invariant-stored-score-do = No score that is made depends on it. `yagura lake check --repair` takes the file from a backup (--from) or puts that score aside; `yagura score --store` of the same time gives the same points.

argument-lake-check-repair = Repair what can be repaired; nothing is deleted, what is in the way goes to _yagura/quarantine
argument-lake-check-from = Take lost files from this folder of backups
argument-lake-check-settle = No longer mark results for what was given up before: its reports were taken in again

lake-repairing = Repairing
repaired-manifest-aside = Put aside: { $what }
repaired-manifest-rebuilt = Made anew of what it named: { $what }
repaired-log-rebuilt = Made the log anew of the files that are there: { $what } ({ $rows } rows)
repaired-file-restored = Taken from the backup: { $what }
repaired-file-given-up = Given up: { $what } ({ $rows } rows). Results are marked as incomplete.
repaired-counter-raised = Raised the counter: { $what }
repaired-score-aside = Put the score aside: { $what }
lake-give-again = { $count } reports had rows in what was given up. Give them again (number, organisation, file, SHA-256); then run `yagura lake check --repair --settle`.

## yagura lake export

command-lake-export = Write whole views into a folder, for use without Yagura
command-lake-export-examples =
    yagura lake export out --format parquet
    yagura lake export out --format csv --view findings --view devices --as-of 2026-04-01

argument-lake-export-folder = Folder to write into, a file a view; files that are there are left alone
argument-lake-export-format = parquet, csv or jsonl
argument-lake-export-view = Only this view (docs/query.md); may be given several times

lake-exported = Wrote { $count ->
    [one] 1 view
   *[other] { $count } views
} into { $folder }
lake-export-failed = The views could not be written.

## yagura lake retain

command-lake-retain = Show what is past its retention, and delete it if --apply is given
command-lake-retain-examples =
    yagura lake retain --rule retention.toml
    yagura lake retain --rule retention.toml --apply --by yamada --second suzuki --reason "disposal register 2026-3"
    yagura lake retain --history

argument-lake-retain-rule = File of retention rules (those that are shipped delete nothing; docs/retention.md says how to write one)
argument-lake-retain-apply = Delete; what is deleted does not come back
argument-lake-retain-second_person = The second person who agrees (needed by rules of short spans)
argument-lake-retain-history = Show what was deleted so far

lake-retaining = Looking for what is past its retention
lake-retain-rule = The retention rules could not be read: { $file }
lake-retain-rules = Retention rules: { $title } ({ $rule })
lake-retain-kept-since = History is kept since { $day } only.
lake-retain-evidence-forever = Bytes of reports: kept for ever
lake-retain-evidence = Bytes of reports: kept for { $span }, those of reports observed before { $day } may go
lake-retain-reports = { $reports } go ({ $bytes } bytes), { $kept } stay. { $open } of these are older and stay because an open finding stands on them.
lake-retain-history-forever = History: kept for ever
lake-retain-history-done = History: deleted already up to a later day than the rules say.
lake-retain-history = History: kept for { $span }, what is over since before { $day } may go
column-retain-superseded = Replaced, go
column-retain-ended = Ended, go
column-retain-stays = Stay
lake-retain-stays = What is in force stays, and what answers from that day on need: looks, assets, records and links, decisions, organisations, the list of reports. After a deletion nobody can ask about earlier times, neither with --as-of nor with --known-at.
lake-retain-nothing = Nothing is past its retention. Nothing was deleted.
lake-would-retain = Nothing was deleted yet. To delete, add --apply --by NAME --reason TEXT.
lake-would-retain-with-second = Nothing was deleted yet. To delete, add --apply --by NAME --second NAME --reason TEXT.
lake-retained = Deleted (deletion { $number }). The bytes leave the disk with a `yagura lake vacuum` an hour from now or later. Earlier backups still have them.
lake-retain-second-person = To delete what is kept for less than { $limit } name a second person with --second.
lake-retain-never = Nothing was ever deleted.
lake-retain-deletion = Deletion { $number }  { $time }  { $by }
lake-retain-reason = Why: { $reason }
lake-retain-second = Agreed by: { $name }
lake-retain-by-rule = Rules: { $rule }
lake-retain-gone-reports = Bytes of { $reports } reports from before { $day } ({ $bytes } bytes)
lake-retain-gone-rows = { $rows } rows of history from before { $day } ({ $tables })
lake-evidence-past = Bytes of reports that were deleted, being past their retention: { $reports }
