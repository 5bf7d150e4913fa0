## yagura org

command-org = List, add and reorganise organisations
command-org-list = List the organisations as a tree
command-org-add = Add an organisation, in the place of what was known of it since the same day
command-org-add-examples =
    yagura org add sakura/kanbo --name-ja "Daijin Kanbo" --name-en "Minister's Secretariat"

argument-code = Code of the organisation, its levels apart by /; as sakura/kanbo
argument-name_ja = Name in Japanese
argument-name_en = Name in English
argument-parent = The organisation above (default: what the code says)
argument-from = Since when, as 2026-04-01: at midnight in Japan, wherever this runs
argument-to = Until when (exclusive)

org-list-summary = { $count ->
    [0] There are no organisations.
    [one] 1 organisation
   *[other] { $count } organisations
}
org-added = Added: { $code }
org-unchanged = Known already: { $code }
org-add-unknown_parent = The organisation above is not known. Add it first.
org-add-circle = The organisation above stands below this one.
org-add-reorganised = It was reorganised since. Use `yagura org rename` or `yagura org move`; `yagura org history` tells what was decided.
org-add-backwards = It ends before it begins.
org-add-lake = The data folder could not be read or written.
