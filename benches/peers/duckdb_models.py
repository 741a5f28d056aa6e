"""The time of each query of benches/models in DuckDB over the same Parquet, two threads, the best of five."""

import json
import sys
import time
from pathlib import Path

import duckdb

lake = Path(sys.argv[1])
connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute(f"CREATE VIEW organisations AS SELECT * FROM '{lake}/current/organisations/*.parquet'")
times = {}
for path in sorted((Path(__file__).parents[1] / "models").glob("*.sql")):
    sql = path.read_text()
    best = float("inf")
    for _ in range(5):
        began = time.monotonic()
        connection.execute(sql).fetchall()
        best = min(best, time.monotonic() - began)
    times[path.stem] = best
print(json.dumps(times))
