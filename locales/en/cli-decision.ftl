## yagura asset conflicts, merge, split, undo, history

command-asset-conflicts = List the identities that wait for a person, and how to decide
command-asset-conflicts-examples =
    yagura asset conflicts
    yagura asset conflicts --org sakura/kikaku --csv
command-asset-merge = Make one of assets that are the same thing (the one with the smallest number stays)
command-asset-merge-examples =
    yagura asset merge A-12 A-34 --by yamada --reason "seen on the desk" --dry-run
    yagura asset merge A-12 A-34 --by yamada --reason "seen on the desk"
command-asset-split = Split records of another thing off an asset (asset show gives their numbers)
command-asset-split-examples =
    yagura asset split A-12 --record R-1-3 --by yamada --reason "another machine"
    yagura asset split A-12 --record R-1-3 R-1-4 --into A-56 --by yamada --reason "as registered"
command-asset-undo = Take a merge, a split, a record of a state or an undo back: everything is as before it
command-asset-undo-examples =
    yagura asset undo D-7 --by yamada --reason "mistaken for another"
command-asset-history = Show which records came to an asset and left it, when and by whose decision or which rule, and its recorded states
command-asset-history-examples =
    yagura asset history A-12
    yagura asset history web-01.example --json

argument-asset-conflicts-org = Only what concerns assets managed by this organisation and those below it
argument-assets = The assets to merge: names, identifiers, A-12; two or more
argument-asset-split-records = The records to split off (R-1-3)
argument-into = The asset they go to (default: a new one; for held records that are right where they are, that asset)
argument-asset-undo-decision = The number of the decision to take back (D-7)
argument-decided_by = Who decides
argument-reason = Why
argument-second_person = The second person who agrees (needed for many assets at once)
argument-dry_run = Change nothing and show what would be

decision-kind-merge = merge
decision-kind-split = split
decision-kind-undo = undo

decision-recorded = Decision { $decision } ({ $kind }) is recorded.
decision-tried = This is what the { $kind } would do. Nothing was changed.
decision-stays = The records stay where they are. No rule moves them or holds them again because of the same values.
decision-made = Assets that are new or back: { $assets }
decision-gone = Assets that are gone: { $assets } (the history knows the numbers)
decision-holds-ended = Identities that wait no longer: { $count }
decision-holds-again = Identities that wait again: { $count }
decision-came-since = The record { $record } (`{ $name }` of { $source }) came after the decision and stays on { $asset }. Split it off if it is another thing.
decision-needs-second = So many assets at once need a second person: --second.
decision-hint-undo = To take it back: yagura asset undo { $decision } --by NAME --reason TEXT

decision-twice = `{ $name }` is { $asset }, which was named before. Name another asset.
decision-unsigned = A decision needs a name and a reason that are not blank.
decision-same-person = The second person must be somebody else than { $name }.
decision-second-person = This changes { $assets } assets at once. More than { $limit } need a second person: name one with --second.
decision-one-asset = Name two assets or more to merge.
decision-organisations = { $one } and { $other } are assets of different organisations, and records never cross organisations.
decision-domains = { $one } and { $other } are of different domains (device, user, system, data) and cannot be one thing.
decision-no-record = Name the records to split off.
decision-unknown-record = There is no record { $record }. `yagura asset show { $asset }` gives the numbers of records.
decision-not-there = The record { $record } stands on { $there }, not on { $asset }.
decision-all-records = These are all records of { $asset }. If it is the same thing as another asset, use `yagura asset merge`.
decision-nothing-held = The records stand on { $asset } already and none of them is held: there is nothing to change.
decision-unknown = There is no decision { $decision }. `yagura asset history` gives the numbers of decisions.
decision-already-undone = The decision { $decision } was taken back by { $by }. To have it again, take { $by } back.
decision-changed-by-decision = After { $decision } the decision { $later } changed { $what }. Take { $later } back first.
decision-changed-by-rule = After { $decision } a rule ({ $rule }, { $time }) changed { $what }, so that it cannot be taken back. Merge or split what is there now.
decision-other = The decision could not be recorded.

conflict-count = { $count ->
    [0] No identity waits for a person.
   *[other] Identities that wait for a person: { $count }
}
conflict-elsewhere = A record of an asset of another organisation
conflict-why = Why
conflict-candidates = May be
conflict-within = differs from other records of its own asset
conflict-candidates-elsewhere = { $count } of another organisation
conflict-since = Since
conflict-same = If they are the same: { $command } --by NAME --reason TEXT
conflict-apart = If they are not: { $command } --by NAME --reason TEXT
conflict-stays = If it is right there: { $command } --by NAME --reason TEXT
conflict-goes = If it is another thing: { $command } --by NAME --reason TEXT
held-untold = their identifiers contradict each other

asset-went = { $asset } is { $now } now: it was merged, or a split was taken back.

history-of = History of { $asset }
history-reason = Why: { $reason }
history-more = { $count } more (--json shows all)
history-decision = { $decision } { $kind } ({ $people })
history-undone = {" "}[taken back by { $decision }]
decided-by-person = decision { $decision }

column-record = Record
column-asset-before = Before
column-asset-after = Asset
