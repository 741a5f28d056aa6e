"""Compares the cells that tonghop reads with those of other readers, file by file.

    python3 -m venv VENV && VENV/bin/pip install -r benches/peers/cells/requirements.txt
    cargo build --example dump_cells
    VENV/bin/python benches/peers/cells/compare.py target/debug/examples/dump_cells FILES OUT [--office CONVERTED]

FILES is a folder of workbooks from anywhere; none of them belongs into the repository. CONVERTED holds FILES as flat
OpenDocument (`convert.py` makes it). OUT gets `differences.jsonl` (a line for each difference with file, sheet, cell
and both values), `files.jsonl` (a line for each file) and `table.md` (how many cells agree, by format and peer).
"""

import argparse
import collections
import json
import multiprocessing
import os
import pickle
import re
import resource
import signal
import subprocess
from pathlib import Path

import peers
import rules

SECONDS = 90
BYTES = 4 << 30
# Differences of one kind that are written down for a file and peer; all are counted.
MOST_DIFFERENCES = 40


def dumped(program, path):
    """What tonghop reads: {sheet: ({address: object}, merged ranges)}, or why not."""
    try:
        done = subprocess.run([program, path], capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    sheets, names = {}, {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        said = json.loads(line)
        if "refused" in said:
            return None, said["refused"]
        if "at" in said:
            sheets[names[said["sheet"]]][0][said["at"]] = said
        else:
            names[said["sheet"]] = said["name"]
            sheets[said["name"]] = ({}, said["merged"])
    if done.returncode:
        return None, f"ended with {done.returncode}: {done.stderr[-300:].decode('utf-8', 'replace')}"
    return sheets, None


def position(at):
    column = 0
    word = re.match("[A-Z]+", at)[0]
    for letter in word:
        column = column * 26 + ord(letter) - 64
    return int(at[len(word) :]), column


def covering(merged):
    """Whether a cell lies under a merged range but is not its first."""
    ranges = [(*position(first), *position(last)) for first, last in (r.split(":") for r in merged)]

    def covered(at):
        row, column = position(at)
        return any(
            top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
            for top, left, bottom, right in ranges
        )

    return covered


def told(cell):
    """A cell of a peer, short enough to be printed."""
    return None if cell is None else [cell.kind, str(cell.value)[:200], cell.shown and cell.shown[:80], cell.note]


def compare(peer, ours, theirs):
    """Counts by rule, and the differences, of one peer."""
    counts, differences = collections.Counter(), []
    kinds = collections.Counter()

    def note(rule, sheet, at, mine, other):
        counts[rule] += 1
        kinds[rule] += 1
        if rule.isupper() and kinds[rule] <= MOST_DIFFERENCES:
            mine = mine and [mine["type"], str(mine["value"])[:200], mine.get("shown")]
            differences.append({"peer": peer, "rule": rule, "sheet": sheet, "at": at, "ours": mine, "theirs": told(other)})

    for sheet in ours.keys() | theirs.keys():
        if sheet not in ours or sheet not in theirs:
            # LibreOffice renames a sheet whose name differs from another's by capitals only.
            if f"{sheet} -1" in theirs or sheet.endswith(" -1") and sheet[:-3] in ours:
                counts["sheet renamed by them"] += 1
                continue
            if not theirs:
                note("nothing read by them", sheet, "", None, None)
                continue
            side = "SHEET MISSING" if sheet not in ours else "SHEET EXTRA"
            if theirs.get(sheet) or (sheet in ours and ours[sheet][0]):
                note(side, sheet, "", None, None)
            continue
        (mine, merged), others = ours[sheet], theirs[sheet]
        if others is None:
            counts["sheet with a pivot table, computed anew by them"] += len(mine)
            continue
        covered = covering(merged)
        for at in mine.keys() | others.keys():
            left, right = mine.get(at), others.get(at)
            note(rules.judge(peer, left, right, covered(at) if left is None or right is None else False), sheet, at, left, right)
    return counts, differences


def theirs_of(name, read, path, kept):
    """What a peer reads, kept for the next time: it stays the same while tonghop changes."""
    place = kept / f"{path.name}.{name}"
    if place.exists():
        return pickle.loads(place.read_bytes())
    theirs = read()
    place.write_bytes(pickle.dumps(theirs))
    return theirs


def too_long(*_):
    raise TimeoutError("too long")


def one_file(job):
    """All that is to be said of one file."""
    program, path, converted, kept = job
    signal.signal(signal.SIGALRM, too_long)
    said = {"file": path.name, "format": path.suffix.lower().strip("."), "refused": None, "peers": {}, "differences": []}
    ours, said["refused"] = dumped(program, path)
    if ours is not None:
        said["sheets"] = len(ours)
        said["cells"] = sum(len(cells) for cells, _ in ours.values())
    for name, read in peers.of(path, converted):
        signal.alarm(SECONDS)
        try:
            theirs = theirs_of(name, read, path, kept)
            if ours is None:
                said["peers"][name] = {"only they": sum(len(cells or ()) for cells in theirs.values())}
                continue
            counts, differences = compare(name, ours, theirs)
            said["peers"][name] = {"counts": dict(counts)}
            said["differences"].extend(differences)
        except (Exception, RecursionError) as e:  # noqa: BLE001, a peer may fail in any way
            said["peers"][name] = {"failed": f"{type(e).__name__}: {e}"[:200]}
        finally:
            signal.alarm(0)
    return said


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def table(results):
    """Agreement by format and peer, as Markdown."""
    lines = ["| format | peer | workbooks | in full agreement | cells | the same | by a rule | differ |", "|" + " --- |" * 8]
    groups = collections.defaultdict(list)
    for result in results:
        for peer, said in result["peers"].items():
            if "counts" in said:
                groups[result["format"], peer].append(said["counts"])
    rules_met = collections.defaultdict(collections.Counter)
    for (format_, peer), counts in sorted(groups.items()):
        total = sum((collections.Counter(c) for c in counts), collections.Counter())
        rules_met[format_, peer] = total
        differ = sum(n for rule, n in total.items() if rule.isupper())
        clean = sum(not any(rule.isupper() for rule in c) for c in counts)
        cells = sum(total.values())
        ruled = cells - differ - total["same"]
        lines.append(f"| {format_} | {peer} | {len(counts)} | {clean} | {cells} | {total['same']} | {ruled} | {differ} |")
    lines += ["", "| format | peer | rule or difference | cells |", "|" + " --- |" * 4]
    for (format_, peer), total in rules_met.items():
        lines += [f"| {format_} | {peer} | {rule} | {n} |" for rule, n in total.most_common() if rule != "same"]
    refused = collections.Counter((r["format"], r["refused"]) for r in results if r.get("refused"))
    lines += ["", "| format | refused by us | workbooks |", "|" + " --- |" * 3]
    lines += [f"| {format_} | {why} | {n} |" for (format_, why), n in refused.most_common()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("files", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--office", type=Path)
    parser.add_argument("--only", default="", help="files whose names match this expression")
    parser.add_argument("--most-kilobytes", type=int, default=1_000, help="leave larger files out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    converted = lambda path: given.office and given.office / f"{path.stem}.fods"  # noqa: E731
    kept = given.out / "peers"
    kept.mkdir(parents=True, exist_ok=True)
    most = given.most_kilobytes << 10
    paths = [
        path
        for path in sorted(given.files.iterdir(), key=lambda path: (path.suffix, path.name))
        if path.suffix.lower() in peers.BY_FORMAT and re.search(given.only, path.name) and path.stat().st_size <= most
    ]
    jobs = [(given.program.resolve(), path, converted(path), kept) for path in paths]
    results = []
    with (
        multiprocessing.Pool(given.jobs, limit_memory, maxtasksperchild=50) as pool,
        (given.out / "files.jsonl").open("w") as files,
        (given.out / "differences.jsonl").open("w") as differences,
    ):
        for result in pool.imap_unordered(one_file, jobs):
            for difference in result.pop("differences"):
                differences.write(json.dumps({"file": result["file"], **difference}, ensure_ascii=False) + "\n")
            differences.flush()
            files.write(json.dumps(result, ensure_ascii=False) + "\n")
            results.append(result)
    summary = table(results)
    (given.out / "table.md").write_text(summary)
    print(summary)


if __name__ == "__main__":
    main()
