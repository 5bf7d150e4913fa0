## The life cycle: yagura asset state, and the states of assets

command-asset-state = Record in which state an asset is since a day, and why
command-asset-state-examples =
    yagura asset state A-12 disposed --on 2026-10-01 --by yamada --reason "certificate of destruction 31"
    yagura asset state web-01.example spare --on 2026-11-01 --by yamada --reason "replaced" --dry-run
argument-asset-state-state = in_service, in_store, spare, disposed, transferred or missing, or one of these in Japanese
argument-asset-state-day = The first day of that state (it begins at midnight in Japan)
argument-asset-list-states = Only assets in this state: in_service, in_store, spare, disposed, transferred, missing
argument-contradicted = Only assets whose recorded state a sighting contradicts

decision-kind-asset_state = record of a state
decision-same-state = { $asset } is recorded as { $state } from that day on already.

life-since = { $state } (since { $since })
life-by-person = decision { $decision } of { $by }: { $reason }
life-by-source = as { $source } says
life-no-record = no record of another state
life-seen = seen by { $source } after the record (last on { $seen })
life-silent = last seen by { $source } on { $seen }, more than { $days } days ago
life-never-seen = no source has seen it for more than { $days } days
life-contradicted = Record and sighting contradict each other: { $state } since { $since } ({ $by }), but { $source } saw it on { $seen }. It counts as { $now }.
life-hint = Record what you find: yagura asset state { $asset } STATE --on DATE --by NAME --reason TEXT

life-states = Recorded states
life-said = { $state } from { $since }
life-said-until = { $state } from { $since } until { $until }

life-recorded = { $asset } { $name }: { $state } from { $since }
life-taken-back = { $asset } { $name }: the record from { $since } is taken back
life-becomes = State: { $before } → { $after }
life-stays = State: still { $after }
life-then = {" "}(on { $since }, by what is known now)
life-still-seen = It was seen after that day (last on { $seen }) and so counts as { $after }. Check the day on which it really went.

asset-missing = Missing (nobody knows where they are): { $count } (--state missing lists them; their points stay)
asset-contradicted = Assets whose recorded state a sighting contradicts: { $count } (--contradicted lists them)
asset-left-out = Not counted as unknown and without points: { $states }
conflict-states-count = Assets that were seen after a record says they are gone: { $count }
asset-mark-contradicted = contradicts its record
explain-left-out = { $asset } is { $state } and has no points. `yagura asset show { $asset }` tells why and since when.

score-note-left-out = The figures are of assets in service and of missing ones. Left out: { $states }
score-note-missing = Missing among them: { $count }. Their points stay until they are found or a record says what became of them (`yagura asset list --state missing`).
score-note-contradicted = Seen after a record said that they were gone or off, and counted: { $count } (`yagura asset list --contradicted`).
