## yagura trend

command-trend = Count what was open over time, what came and went, and how long it took
command-trend-examples =
    yagura trend
    yagura trend --every week --last 8 --by severity
    yagura trend --every fiscal-year --last 3 --org sakura/kikaku --points

argument-every = How long a period is: day, week, month, quarter, fiscal-year (from April; default: month)
argument-last = How many periods, the last one with the time asked about (default: 12)
argument-trend-by = Count by: total, org, severity, class, domain (default: total)
argument-trend-org = Only assets of this organisation and those below it
argument-points = Add up the open points at the end of each period too (not by severity)

column-period = From
column-severity = Severity
column-unobserved = Unobserved
column-open-problems = Open
column-accepted-problems = Accepted
column-closed = Closed
column-moved = Moved
column-median-days = Median days
column-p90-days = 90 % days
column-reopen-rate = Reopen rate
column-trend-points = Open points

trend-no-points = Points hang on corrections, which have no severity: leave out --points or count by something else.
trend-note-open = Counted are problems (each CVE or check once an asset) of assets in service and missing ones: open at the end of each period, opened, reopened and closed in it.
trend-note-days = Days run from when a problem was first seen on its asset, also if it came back, until it was closed: the median, and what nine in ten did not exceed. The reopen rate is the share of what came up that had been closed before. A dash means that it is not known.
trend-note-unobserved = Unobserved are assets of which nothing that is required was looked at in time: what is open on them is not known.
trend-note-moved = Moved came or went with assets: to or from elsewhere, into or out of service.
