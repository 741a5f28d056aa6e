"""Converts workbooks to flat OpenDocument with LibreOffice, for `compare.py --office`.

    python3 benches/peers/cells/convert.py FILES CONVERTED [--most-kilobytes 300]

Needs `libreoffice` with its spreadsheet part (Debian: `libreoffice-calc`). A file that it cannot convert in time is left
out, and named in `CONVERTED/failed.txt` so that the next run does not try it again. It may be stopped and run again.
"""

import argparse
import os
import signal
import subprocess
import tempfile
from pathlib import Path

SUFFIXES = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
TOGETHER, SECONDS, SECONDS_ALONE = 20, 60, 20


def convert(paths, out, profile, seconds):
    """Converts files in one run of the office suite; it has a profile of its own."""
    command = ["libreoffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "fods", "--outdir", out]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # A session of its own: the program that does the work is a child of the one started here.
    started = subprocess.Popen([*command, *paths], start_new_session=True, **quiet)
    try:
        started.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("converted", type=Path)
    parser.add_argument("--most-kilobytes", type=int, default=300, help="leave larger files out")
    given = parser.parse_args()
    given.converted.mkdir(parents=True, exist_ok=True)
    failed = given.converted / "failed.txt"
    known = set(failed.read_text().splitlines()) if failed.exists() else set()

    def missing(path):
        return not (given.converted / f"{path.stem}.fods").exists()

    most = given.most_kilobytes << 10
    paths = [
        path
        for path in sorted(given.files.iterdir())
        if path.suffix.lower() in SUFFIXES and missing(path) and path.name not in known and path.stat().st_size <= most
    ]
    with tempfile.TemporaryDirectory() as profile:
        for start in range(0, len(paths), TOGETHER):
            batch = paths[start : start + TOGETHER]
            convert(batch, given.converted, profile, SECONDS)
            for path in filter(missing, batch):
                convert([path], given.converted, profile, SECONDS_ALONE)
                if missing(path):
                    with failed.open("a") as names:
                        names.write(f"{path.name}\n")
            print(f"{start + len(batch)} of {len(paths)}", flush=True)


if __name__ == "__main__":
    main()
