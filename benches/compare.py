#!/usr/bin/env python3
"""Compare the whole program with what else reads an audit log, in one run.

    cargo build --release --examples --bins
    benches/compare.py [--bytes 1GiB] [--rounds 5] [--directory DIR] [--duckdb-python PYTHON]
                       [--reread large|small]

Writes the data into DIR (by default target/compare), once, and runs every
command on it several times, one after the other in turn, so that all meet the
same machine. Printed are the best wall times, their ratios to the first line
of each table, and peak memory. Commands that are not installed are left out,
and named at the end; nothing is installed. Needs Python 3, and gzip and zstd
to make the data.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
PROGRAM = TARGET / "release/eks-stale-tokens"
MEMMEM = TARGET / "release/examples/memmem"
PHRASE = "stale-token"
# Stands for all that a user would go on to do with the lines that were found.
AWK = "mawk '{ match($0, /subject: [^,]*/); seen[substr($0, RSTART, RLENGTH)]++ } END { for (s in seen) print seen[s], s }'"
JQ = """jq -rc 'select(.annotations["authentication.k8s.io/stale-token"]) | .annotations["authentication.k8s.io/stale-token"]'"""
PYTHON = f"""
import json, sys
seen = {{}}
for line in sys.stdin.buffer:
    if b"{PHRASE}" in line:
        event = json.loads(line)
        value = event.get("annotations", {{}}).get("authentication.k8s.io/stale-token")
        seen[event["user"]["username"]] = seen.get(event["user"]["username"], 0) + (value is not None)
print(len(seen))
"""
DUCKDB = """
import duckdb, sys
print(len(duckdb.sql(f\"\"\"select "user".username, count(*), min(requestReceivedTimestamp), max(requestReceivedTimestamp)
from read_json('{sys.argv[1]}', format='newline_delimited', columns={{"user": 'struct(username varchar)',
"requestReceivedTimestamp": 'varchar', "annotations": 'map(varchar, varchar)'}})
where annotations['authentication.k8s.io/stale-token'] is not null group by 1\"\"\").fetchall()))
"""
SMALL_FILES = 10_000
LARGE_FILES = 16


def main() -> None:
    arguments = parse()
    directory = arguments.directory
    directory.mkdir(parents=True, exist_ok=True)
    duckdb = f"{arguments.duckdb_python} -c {quoted(DUCKDB)}"
    plain = data(directory, arguments.bytes)
    zipped, packed = f"{plain}.gz", f"{plain}.zst"
    small, large = parts(directory, plain)
    ours = f"{PROGRAM} sweep --quiet --format json --input"
    tables = {
        "plain": [
            ("cat", f"cat {plain}"),
            ("eks-stale-tokens sweep", f"{ours} {plain}"),
            ("memmem, one phrase, one thread", f"{MEMMEM} {plain}"),
            ("rg -c -F", f"rg -c -F {PHRASE} {plain}"),
            ("rg -F | mawk", f"rg -F {PHRASE} {plain} | {AWK}"),
            ("grep -F | mawk", f"env LC_ALL=C grep -F {PHRASE} {plain} | {AWK}"),
            ("DuckDB", f"{duckdb} {plain}"),
            ("Python, search then json", f"{sys.executable} -c {quoted(PYTHON)} < {plain}"),
            ("jq", f"{JQ} {plain}"),
        ],
        "gzip": [
            ("igzip -dc", f"igzip -dc {zipped}"),
            ("eks-stale-tokens sweep", f"{ours} {zipped}"),
            ("igzip -dc | rg -F | mawk", f"igzip -dc {zipped} | rg -F {PHRASE} | {AWK}"),
            ("libdeflate-gunzip -c", f"libdeflate-gunzip -c {zipped}"),
            ("pigz -dc", f"pigz -dc {zipped}"),
            ("gzip -dc", f"gzip -dc {zipped}"),
            ("DuckDB", f"{duckdb} {zipped}"),
        ],
        "zstd": [
            ("zstd -dc", f"zstd -dc {packed}"),
            ("eks-stale-tokens sweep", f"{ours} {packed}"),
            ("rg -z -F | mawk", f"rg -z -F {PHRASE} {packed} | {AWK}"),
            ("zstd -dc | grep -F | mawk", f"zstd -dc {packed} | env LC_ALL=C grep -F {PHRASE} | {AWK}"),
            ("DuckDB", f"{duckdb} {packed}"),
        ],
        "many files": [
            (f"eks-stale-tokens sweep, {LARGE_FILES} files", f"{ours} {large}"),
            (f"eks-stale-tokens sweep, {SMALL_FILES:,} files", f"{ours} {small}"),
        ],
    }
    print(f"{plain.stat().st_size:,} bytes; {os.cpu_count()} processors; best of {arguments.rounds}\n")
    missing = set()
    if arguments.reread:
        reread([plain, zipped, packed, *small.iterdir(), *large.iterdir()], arguments.reread == "large")
    for name, commands in tables.items():
        show(name, measured(commands, arguments.rounds, arguments.slow, missing))
    if missing:
        print("Left out, not installed: " + ", ".join(sorted(missing)))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", default="1GiB", help="how large the log is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=float, default=5.0, help="seconds from which on a command runs once")
    parser.add_argument("--directory", type=Path, default=TARGET / "compare")
    parser.add_argument(
        "--reread",
        choices=["large", "small"],
        help="first drop the data from the page cache and read it anew, so that it lies there in pieces of this size",
    )
    parser.add_argument("--duckdb-python", default=sys.executable, help="a Python that has the module duckdb")
    return parser.parse_args()


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def data(directory: Path, size: str) -> Path:
    """The log, and the same compressed, made if they are not there."""
    plain = directory / f"audit-{size}.log"
    if not plain.exists():
        run(f"{sys.executable} {HERE / 'generate.py'} {plain} --bytes {size}")
        run(f"gzip -k -f {plain}")
        run(f"zstd -q -k -f {plain}")
    return plain


def parts(directory: Path, plain: Path) -> tuple[Path, Path]:
    """The log in many small gzip files and in few large ones."""
    both = []
    for count in (SMALL_FILES, LARGE_FILES):
        parts = directory / f"{plain.name}-{count}"
        if not parts.exists():
            parts.mkdir()
            run(f"split -n l/{count} -a 5 -d --filter='gzip > $FILE.gz' {plain} {parts}/")
        both.append(parts)
    return both[0], both[1]


def reread(paths: list, ahead: bool) -> None:
    """Drop files from the page cache, and read each again: ahead, as Linux does for whoever reads
    on and on, which makes large pieces of it, or page by page."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            if not ahead:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            while file.read(1 << 20 if ahead else 4096):
                pass


def run(command: str) -> None:
    subprocess.run(command, shell=True, check=True)


def measured(commands: list, rounds: int, slow: float, missing: set) -> list:
    """The best time and the peak memory of each command."""
    found = {}
    for _ in range(rounds):
        for label, command in commands:
            absent = [tool for tool in tools(command) if shutil.which(tool) is None]
            if "duckdb" in command and not has_duckdb(command):
                absent = ["duckdb"]
            if absent:
                missing.update(absent)
                continue
            best, memory = found.get(label, (None, 0))
            if best is not None and best > slow:
                continue
            seconds, kibibytes = timed(command)
            best = seconds if best is None else min(best, seconds)
            found[label] = (best, max(memory, kibibytes))
    return [(label, *found[label]) for label, _ in commands if label in found]


def tools(command: str) -> list:
    """The programs of a pipeline, as far as they stand first."""
    firsts = (part.split() for part in command.replace("env LC_ALL=C ", "").split(" | "))
    return [words[0] for words in firsts if words and not words[0].startswith(("select", "."))]


def has_duckdb(command: str) -> bool:
    python = command.split()[0]
    return subprocess.run([python, "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode == 0


def timed(command: str) -> tuple[float, int]:
    """Wall time in seconds, and the peak memory of the largest process in KiB."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(["sh", "-c", f"exec {command}"], stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        # 3 is the program with findings that --fail-on names.
        if os.waitstatus_to_exitcode(status) not in (0, 3):
            errors.seek(0)
            sys.exit(f"{command}\n{errors.read().decode(errors='replace')}")
    return seconds, usage.ru_maxrss


def show(name: str, rows: list) -> None:
    print(f"| {name} | seconds | ratio | peak MiB |")
    print("|---|---|---|---|")
    floor = rows[0][1]
    for label, seconds, kibibytes in rows:
        # The shell's own memory is all that is known of a pipeline.
        memory = "" if "|" in label else f"{kibibytes / 1024:.0f}"
        label = label.replace("|", "\\|")
        print(f"| {label} | {seconds:.3f} | {seconds / floor:.2f} | {memory} |")
    print(flush=True)


if __name__ == "__main__":
    main()
