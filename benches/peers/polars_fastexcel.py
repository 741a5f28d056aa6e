"""Reads the workbooks of a directory with fastexcel into polars, puts them together, counts, writes Parquet: nothing else."""

import json
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fastexcel
import polars as pl

HEAD_ROW = 5


def read(path):
    sheet = fastexcel.read_excel(path).load_sheet(0, header_row=HEAD_ROW)
    return sheet.to_polars().with_columns(pl.lit(path.stem).alias("unit"))


began = time.monotonic()
paths = sorted(Path(sys.argv[1]).glob("*.xlsx"))
with ThreadPoolExecutor(2) as pool:
    frame = pl.concat(pool.map(read, paths), how="vertical_relaxed")
totals = frame.group_by("unit", "Loại hình").agg(pl.len(), pl.col("Số thành viên").sum())
with tempfile.TemporaryDirectory() as out:
    frame.write_parquet(f"{out}/organisations.parquet")
    totals.write_parquet(f"{out}/totals.parquet")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.monotonic() - began, "peak_mb": peak, "rows": frame.height}))
