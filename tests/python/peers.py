"""What a lake holds, asked of DuckDB, PostgreSQL and SQLite, beside Yagura.

`cargo xtask bench repository` starts it.

The first line of standard input is a JSON object that says where everything is; one line of output
for each peer says that it is ready, or why it is missing. Every further line is a query for one
peer, answered by one line: the milliseconds of the best of three and the rows, cells as text as
Yagura writes them, or the error.

DuckDB reads the Parquet files of the lake through the views' own SQL. PostgreSQL and SQLite are
loaded with the rows in force, each finding with its asset, and have the indices one would give
them. What stands of each asset, which Yagura works out with each query, is a table here.
"""

import json
import re
import sys
import time

# No folder of compiled modules among the sources.
sys.dont_write_bytecode = True

from peer_duckdb import DuckDB
from peer_postgres import PostgreSQL
from peer_sqlite import SQLite


def say(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


def start(peers, kind, *given):
    began = time.perf_counter()
    try:
        peers[kind.name] = kind(*given)
        say(peer=kind.name, seconds=time.perf_counter() - began)
    except Exception as error:
        say(peer=kind.name, missing=f"{type(error).__name__}: {error}")


def main():
    job = json.loads(sys.stdin.readline())
    peers = {}
    start(peers, DuckDB, job)
    for kind in (PostgreSQL, SQLite):
        if DuckDB.name in peers:
            start(peers, kind, job, peers[DuckDB.name])
        else:
            say(peer=kind.name, missing="DuckDB, which reads the lake for it, is missing")
    try:
        for line in sys.stdin:
            query = json.loads(line)
            peer = peers[query["peer"]]
            spelled = lambda found: peer.phrase(*found.groups())
            sql = re.sub(r"\{(\w+):([^}]*)\}", spelled, query["sql"])
            try:
                took, worked, rows = peer.ask(sql, query["past"])
                say(ms=took, processor_ms=worked, rows=rows)
            except Exception as error:
                say(error=f"{type(error).__name__}: {error}")
    finally:
        for peer in peers.values():
            peer.close()


main()
