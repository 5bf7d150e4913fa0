## yagura asset

command-asset = See the assets, decide which records are one, and record states
command-asset-list = List the assets, those with the worst open findings first
command-asset-list-examples =
    yagura asset list --top 20
    yagura asset list --org sakura/kikaku --domain device
    yagura asset list --search web01
    yagura asset list --held
    yagura asset list --state missing
command-asset-show = Show which source says what of one asset, and what was looked at
command-asset-show-examples =
    yagura asset show A-12
    yagura asset show web-01.example
    yagura asset show 192.0.2.10 --as-of 2026-10-01

argument-asset-list-org = Only assets managed by this organisation and those below it
argument-domain = Only this domain: device, user, system, data
argument-class = Only this class (server, workstation, person ...)
argument-asset-list-system = Only assets of this system, by its number or name
argument-search = Only assets with this text in a name, an identifier, the operating system ...
argument-held = Only assets whose identity waits for a person
argument-asset-list-top = Only the first N assets (totals are of all)
argument-name = An asset: name, identifier, A-12
argument-asset-show-top = Show only the worst N findings (default: 10; all with --json)

asset-unknown = There is no asset `{ $name }`.
asset-not-yet = Nobody had seen `{ $name }` by that time.

asset-count = { $count ->
    [one] 1 asset
   *[other] { $count } assets
} ({ $domains })
asset-of-domain = { $domain } { $count }
asset-none = No such assets.
asset-top = Showing the first { $shown }; the total is of all.
asset-unlooked = Assets of which nothing that is required was looked at in time: { $count }
asset-held = Identities that wait for a person: { $count } (--held lists them)
asset-note-findings = Critical to low count open findings, each source's for itself. `yagura score --by asset` counts each problem once.
asset-note-unknown = Unknown counts those of the required looks ({ $required } in all) that were never made or are too old: without them, no findings does not mean that all is well.

asset-disabled = disabled
asset-privileged = administrator
asset-factor = second factor { $factor }
asset-important = important
asset-personal-data = personal data
asset-plain-text = plain text
asset-on-the-internet = on the internet
asset-ratings = C{ $confidentiality } I{ $integrity } A{ $availability }

asset-life = State
asset-as-of = As of
asset-known-at = Known at
asset-class = { $class } ({ $domain })
asset-organisation-assumed = { $code } (that of the report; nobody says who manages it)
asset-software = { $count ->
    [one] 1 package
   *[other] { $count } packages
}
asset-from = {" "}(from { $from })
asset-to = {" "}(until { $to })
asset-from-to = {" "}(from { $from } until { $to })
asset-not-in-force = {" "}[not in force]
asset-not-standing = {" "}[another source's record counts]
asset-network = { $network } (what is known and looks stay in date for { $days } days or more)

asset-held-here = Identity held: a person must say whether `{ $name }` of { $source } is the same as { $others }, since { $reason }.
asset-held-elsewhere = Identity held: `{ $name }` of { $source } ({ $others }) may be this asset; a person must say, since { $reason }.
held-contradiction = they differ in { $kind }
held-several = several assets have the same { $kind }

asset-findings = Open findings: { $critical } critical, { $high } high, { $medium } medium, { $low } low
asset-findings-info = , { $count } informational
asset-findings-detections = , { $count } detections
asset-findings-undetermined = , { $count } undetermined
asset-findings-accepted = , { $count } accepted
asset-no-findings = None. What was not looked at stands below.
asset-more-findings = { $count } more (--top N or --json shows them)
asset-since = since { $day }
asset-fixed = corrected in { $version }
asset-undetermined = {" "}[undetermined]
asset-detection = {" "}[detection]

asset-looks = What was looked at
look-fresh = fresh
look-stale = stale
look-never = never
look-required = { $days } days
look-required-credentialed = , credentialed
look-with-credentials = with
look-without-credentials = without

asset-sources = { $count ->
    [one] Record of 1 source
   *[other] Records of { $count } sources
}
decided-new = new
decided-held = held
decided-by-rule = same { $kind }
decided-by-merge = merged by { $kind }

asset-identifiers = Identifiers
identifier-unusable = { $value } (does not identify)

asset-attributes = Attributes
attribute-stale = { $day } stale
attribute-other-stale = {"  "}or (stale)
attribute-other-precedence = {"  "}or (less preferred)
attribute-other-earlier = {"  "}or (confirmed earlier)
attribute-other-later = {"  "}or (came later)

asset-hint-explain = Points, and why: yagura explain { $asset }
asset-hint-system = Assets of this system: yagura asset list --system { $system }

column-key = Key
column-known-as = Identifier
column-critical = Crit
column-high = High
column-medium = Med
column-low = Low
column-unknown-looks = Unknown
column-sources = Sources
column-last-observed = Last look
column-about = About
column-kind = Look
column-state = State
column-required = Required
column-credentials = Credentials
column-name-there = Name there
column-decided-by = Joined by
column-known-since = Since
column-said-since = Since
column-confirmed = Confirmed
column-identifier = Kind
column-attribute = Attribute
column-value = Value
