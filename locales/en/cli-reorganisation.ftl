## yagura org move, merge, pass, rename, abolish, undo, history

command-org-move = Let an organisation stand under another one from a day on (reorganisation)
command-org-move-examples =
    yagura org move sakura/tokei --under ume --from 2027-04-01 --dry-run
    yagura org move sakura/tokei --under ume --from 2027-04-01 --by yamada --reason "cabinet order 12"
command-org-merge = End organisations in another one from a day on: it answers for all their assets
command-org-merge-examples =
    yagura org merge sakura/kikaku sakura/chosa --into sakura/seisaku --from 2027-04-01 --dry-run
command-org-pass = Let another organisation answer for the assets of one that goes on
command-org-pass-examples =
    yagura org pass sakura/joho --to kiku --from 2027-04-01 --by yamada --reason "cabinet order 12"
command-org-rename = Give an organisation other names from a day on
command-org-rename-examples =
    yagura org rename sakura/tokei --name-en "Statistics Agency" --from 2027-04-01 --by yamada --reason "cabinet order 12"
command-org-abolish = End an organisation that answers for nothing
command-org-undo = Take a reorganisation back: everything is as before it
command-org-undo-examples =
    yagura org undo D-7 --by yamada --reason "postponed"
command-org-history = Show how organisations came to be as they are, when that was known, and by whose decision
command-org-history-examples =
    yagura org history
    yagura org history sakura/tokei --json

argument-organisation = The organisation, by its code or by where it stands
argument-organisations = The organisations that end
argument-org-history-organisation = The organisation (default: all that was decided)
argument-under = The organisation above
argument-at_top = At the top, under none
argument-merged_into = The organisation they end in
argument-passed_to = The organisation that answers from then on
argument-effective = The day it begins, as 2027-04-01: at midnight in Japan (+09:00), wherever this runs
argument-org-undo-decision = The number of the reorganisation to take back (D-7)

decision-kind-org_move = move of an organisation
decision-kind-org_merge = merger of organisations
decision-kind-org_pass = passing of assets
decision-kind-org_rename = renaming of an organisation
decision-kind-org_abolish = abolition of an organisation

reorganisation-from = It begins at { $time } (Japan).
reorganisation-future = Until then nothing changes. The figures are of what is known now.
reorganisation-organisation = { $organisation } ({ $name }): { $what }
reorganisation-top = the top
reorganisation-under = under { $organisation }
reorganisation-moves = moves from { $before } to { $after }
reorganisation-renamed = `{ $before }` is called `{ $after }`
reorganisation-passes = goes on; { $successor } answers for its assets
reorganisation-ends = ends
reorganisation-ends-in = ends; { $successor } answers for its assets
reorganisation-is-back = is there again ({ $above })
reorganisation-as-before = the same on that day, other dates
reorganisation-no-assets = No asset stands elsewhere.
reorganisation-systems = Systems concerned: { $count } ({ $systems })
reorganisation-source = The source `{ $source }` of { $organisation } goes on. Send its reports with --org { $organisation } or --org { $successor }.
reorganisation-total-same = The whole stays the same: { $assets } assets, { $points } open points.
reorganisation-total-differs = The whole would change to { $assets } assets, { $points } open points. That must not be: report it.
reorganisation-hint-undo = To take it back: yagura org undo { $decision } --by NAME --reason TEXT

reorganisation-unknown = The organisation `{ $organisation }` is not known. `yagura org list` shows those that are; `yagura org add` founds one.
reorganisation-not-there = `{ $organisation }` is not there at { $time }. `yagura org history { $organisation }` tells its life.
reorganisation-begins-then = `{ $organisation }` begins at { $time }: it cannot end, or pass anything on, at the same time.
reorganisation-passes-then = The assets of `{ $organisation }` pass to another organisation at that time already. Take that back first.
reorganisation-later = Something else is planned for `{ $organisation }` at { $time }. Take that back first.
reorganisation-same = `{ $organisation }` was named twice.
reorganisation-circle = `{ $organisation }` would stand below itself at { $time }.
reorganisation-nothing = Nothing of `{ $organisation }` would change.
reorganisation-still-above = `{ $below }` still stands below `{ $organisation }`. Move it first, or use `yagura org merge`.
reorganisation-still-answers = Assets that `{ $organisation }` still answers for: { $assets }. Use `yagura org merge` to say who answers for them.
reorganisation-unknown-decision = There is no decision { $decision }. `yagura org history` gives the numbers of reorganisations.
reorganisation-of-assets = The decision { $decision } is about assets. Use `yagura asset undo { $decision }`.
reorganisation-changed-by-register = After { $decision } a register or `org add` changed `{ $organisation }`, so that it cannot be taken back.
decision-of-organisations = The decision { $decision } is a reorganisation. Use `yagura org undo { $decision }`.

org-history-none = Nobody decided anything about organisations.
org-history-stated = stated by a register, a report or `org add`
org-history-gone = no longer told of
org-history-life = { $from } – { $to }  { $name } ({ $above })
org-history-passed = { $time }: { $successor } answers for its assets since

column-passed = Answered for by another
column-moved-with = Moved with their organisation
column-assets-before = Assets before
column-assets-after = Assets after
column-open-before = Points before
column-open-after = Points after
