#!/usr/bin/env python3
"""Write a corpus for each fuzz target: a few recorded events in every shape."""

import gzip
import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOG = HERE.parent / "fixtures/aws/eks/timeline/cluster/audit.log.gz"
GROUP = "/aws/eks/timeline/cluster"


def main() -> None:
    lines = gzip.open(LOG, "rt", encoding="utf-8").read().splitlines()
    chosen = [line for line in lines if "stale-token" in line][:3]
    chosen += [line for line in lines if '"code":401' in line][:2]
    text = "\n".join(chosen) + "\n"
    exported = "".join(f"2026-11-24T06:01:27.946Z {line}\n" for line in chosen)
    events = [{"id": "1", "timestamp": 1, "message": line} for line in chosen]
    head = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": GROUP, "logStream": "s"}
    envelope = json.dumps({**head, "logEvents": events}, separators=(",", ":"))
    rows = [[{"field": "@message", "value": line}, {"field": "@log", "value": f"1:{GROUP}"}] for line in chosen]
    answer = json.dumps({"results": rows, "status": "Complete", "statistics": {"recordsMatched": 9.0}}, indent=1)
    quoted = ['"' + line.replace('"', '""') + '"' for line in chosen]
    table = "@timestamp,@message\n" + "".join(f"2026-11-24 06:01:27.946,{line}\n" for line in quoted)
    for target, seeds in {
        "lines": [text, exported],
        "framing": [envelope * 2, answer * 2, table],
        "unwrapping": [text, exported, envelope * 2, answer, table],
    }.items():
        for number, seed in enumerate(seeds):
            write(target, number, seed.encode())
    zipped = gzip.compress(text.encode(), mtime=0)
    write("compressed", 0, zipped * 2)
    zstd = subprocess.run(["zstd", "-qc"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    write("compressed", 1, zstd * 2)
    write("compressed", 2, gzip.compress(zipped, mtime=0))


def write(target: str, number: int, seed: bytes) -> None:
    path = HERE / "corpus" / target / f"seed-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(seed)


if __name__ == "__main__":
    main()
