"""The same with pandas and openpyxl, over the first N workbooks (it is slow): the time is for these N."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

HEAD_ROW = 5
began = time.monotonic()
paths = sorted(Path(sys.argv[1]).glob("*.xlsx"))[: int(sys.argv[2])]
frame = pd.concat(
    [pd.read_excel(path, header=HEAD_ROW, engine="openpyxl", dtype={"Mã số thuế": str}).assign(unit=path.stem) for path in paths]
)
totals = frame.groupby(["unit", "Loại hình"])["Số thành viên"].agg(["size", "sum"])
with tempfile.TemporaryDirectory() as out:
    frame.to_parquet(f"{out}/organisations.parquet")
    totals.to_parquet(f"{out}/totals.parquet")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.monotonic() - began, "peak_mb": peak, "rows": len(frame), "workbooks": len(paths)}))
