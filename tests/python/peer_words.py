"""What the peers of `peers.py` have in common: times, cells, and the views over what was loaded."""

import datetime
import time

TIMES = 3
"""How often a query is asked; the best counts."""

LONG = 4.0
"""Seconds after which a query is not asked again."""

MOMENTS = {"first_seen", "resolved_at", "month"}
"""Columns that are times; SQLite has none, so that they are numbers of microseconds there."""

FINDING = ("asset", "source", "check_number", "location", "state", "severity", "disposition",
           "fixed_version", "first_seen", "resolved_at", "report", "record")
"""The columns of a finding in PostgreSQL and SQLite."""

SCORES = {
    "asset_scores": ("asset", "class", "organisation", "open_micro", "accepted_micro",
                     "unknown_micro", "items"),
    "score_lines": ("level", "key", "name", "open_micro", "accepted_micro", "unknown_micro",
                    "assets", "items"),
}
"""The tables of the newest stored score in PostgreSQL and SQLite."""

TEXTS = {"class", "organisation", "level", "key", "name"}
"""Their columns that are text; the others are numbers."""

HISTORY = """
    SELECT f.asset, o.name AS source, o.organisation AS source_organisation, c.tool, c.check_id,
           c.title, c.kind, c.cves, f.state, f.severity, f.disposition, f.location,
           f.fixed_version, f.first_seen, f.resolved_at, f.report, f.record
    FROM finding f JOIN check_definition c ON f.check_number = c.check_number
    JOIN source o ON f.source = o.source WHERE {there}
"""

PROBLEMS = """
    SELECT asset, problem, max(title) AS title, count(*) AS evidences,
           count(DISTINCT source) AS sources, min(first_seen) AS first_seen
    FROM (SELECT *, CASE WHEN {one} THEN {first} ELSE tool || ':' || check_id END AS problem
          FROM findings WHERE state = 'fail' AND kind <> 'detection') p GROUP BY asset, problem
"""


def moment(microseconds):
    """A time as Yagura writes it."""
    at = datetime.datetime.fromtimestamp(microseconds // 1_000_000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def micros(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def best_of(ask):
    """The quickest of some goes, what processors worked for each, in milliseconds, and what came."""
    best, answer, times = None, None, 0
    worked = time.process_time()
    for _ in range(TIMES):
        times += 1
        began = time.perf_counter()
        answer = ask()
        took = time.perf_counter() - began
        best = took if best is None else min(best, took)
        if took > LONG:
            break
    worked = (time.process_time() - worked) / times
    return best * 1000, worked * 1000, answer


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def cells(rows, columns, is_moment):
    times = {place for place, column in enumerate(columns) if is_moment(column)}

    def cell(place, value):
        if value is None:
            return None
        return moment(value) if place in times and isinstance(value, int) else str(value)

    return [[cell(place, value) for place, value in enumerate(row)] for row in rows]
