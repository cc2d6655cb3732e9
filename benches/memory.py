#!/usr/bin/env python3
"""Measure the peak memory of the whole program for inputs of every size and shape.

    cargo build --release --bins
    benches/memory.py [--directory DIR]

Makes 1 GiB of events in DIR, once, as benches/compare.py does, and reads them
alone and eight times over; a single line of 1 GiB; lines that are not UTF-8;
10,000 files. Printed is the peak resident memory of each. Needs Python 3,
gzip, zstd and, for some minutes, 4 GiB of disk.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from compare import PROGRAM, TARGET, data, parts

TIMES = 8
GIBIBYTE = 1 << 30
LIMIT = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, default=TARGET / "compare")
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    plain = data(directory, "1GiB")
    small, _ = parts(directory, plain)
    rows = [(f"1 GiB, {name}", of_file(f"{plain}{extension}")) for name, extension in NAMES]
    rows.append((f"{TIMES} GiB, plain, standard input", of_stream(f"cat {f'{plain} ' * TIMES}")))
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        for name, extension in NAMES[1:]:
            path = Path(scratch) / f"many{extension}"
            with path.open("wb") as many:
                for _ in range(TIMES):
                    with open(f"{plain}{extension}", "rb") as one:
                        shutil.copyfileobj(one, many)
            rows.append((f"{TIMES} GiB, {name}, one file", of_file(path)))
            path.unlink()
        line = Path(scratch) / "line"
        with line.open("wb") as file:
            for _ in range(GIBIBYTE >> 20):
                file.write(b"x" * (1 << 20))
        rows.append(("a line of 1 GiB", of_file(line, plain)))
        rows.append(("a line of 1 GiB, standard input", of_stream(f"cat {line} {plain}")))
        with line.open("wb") as file:
            for _ in range(12):
                write_hostile_line(file)
        rows.append(("12 lines of 7 MiB that are not UTF-8", of_file(line, plain)))
    rows.append(("10,000 files", of_file(small)))
    print("| input | peak MiB |\n|---|---|")
    for label, mebibytes in rows:
        print(f"| {label} | {mebibytes:.0f} |")
    if max(mebibytes for _, mebibytes in rows) >= LIMIT:
        sys.exit(f"above {LIMIT} MiB")


NAMES = [("plain", ""), ("gzip", ".gz"), ("zstd", ".zst")]


def write_hostile_line(file) -> None:
    """An event that has to be parsed, of bytes that each take more room as text."""
    file.write(b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestURI":"stale-token')
    for _ in range(7):
        file.write(b"\xff" * (1 << 20))
    file.write(b'"}\n')


def of_file(*paths) -> float:
    inputs = [word for path in paths for word in ("--input", str(path))]
    return peak([PROGRAM, "sweep", "--quiet", "--format", "json", *inputs], None)


def of_stream(command: str) -> float:
    source = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)
    found = peak([PROGRAM, "sweep", "--quiet", "--format", "json", "--input", "-"], source.stdout)
    source.stdout.close()
    source.wait()
    return found


def peak(command: list, standard_input) -> float:
    """The peak resident memory of a command in MiB; at least that of this script, from which
    Linux counts on when it starts another program."""
    process = subprocess.Popen(command, stdin=standard_input, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    # 4 is a report that says what it could not read, as of a line too long.
    if os.waitstatus_to_exitcode(status) not in (0, 4):
        sys.exit(f"{command}\n{errors.decode(errors='replace')}")
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
