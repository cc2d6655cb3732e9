#!/usr/bin/env python3
"""Write a corpus for each fuzz target: a few recorded events in every shape."""

import gzip
import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOG = HERE.parent / "fixtures/aws/eks/timeline/cluster/audit.log.gz"
TESTS = HERE.parent / "tests/integration"
GROUP = "/aws/eks/timeline/cluster"
WORDS = ["24h", "2026-11-20T06:00", "2026-11-20T06:00:00Z", "50GB", "0.005", "1.34", "Europe/Berlin", "prod-*", "111122223333/eu-west-1/prod",
         "s3://bucket/prefix/", "/aws/eks/prod/cluster", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster"]
ROWS = [
    "@log=111122223333:/aws/eks/c/cluster\nsubject=system:serviceaccount:ns:sa\npodUid=a\npodName=b\nuserAgent=agent\npeer=10.0.0.1\n"
    "firstIssue=1795154400000000\nlastIssue=1795154400000000\nfirstArrival=1795354400000000\nlastArrival=1.7953544E15\nrequests=7",
    "@timestamp=2026-11-24 06:01:27.946\n@message={}\ncount()=9",
]


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
    for number, line in enumerate(chosen):
        write("event", number, line.encode())
    write("event", len(chosen), b"subject: system:serviceaccount:ns:sa, seconds after warning threshold: 7")
    for number, row in enumerate(ROWS):
        write("rows", number, row.encode())
    for number, word in enumerate(WORDS):
        write("words", number, word.encode())
    write("report", 0, (TESTS / "formats/saved/report-v1.json").read_bytes())
    snapshot = (TESTS / "formats/snapshots/integration__formats__snapshots__json.snap").read_text(encoding="utf-8")
    write("report", 1, snapshot.split("---\n", 2)[2].encode())
    pods = json.loads(gzip.open(HERE.parent / "fixtures/pods/timeline.json.gz").read())
    write("pods", 0, json.dumps({**pods, "items": pods["items"][:3]}).encode())
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
