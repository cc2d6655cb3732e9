#!/usr/bin/env python3
"""Write an audit log for measuring: seeded, the same bytes on every run.

    benches/generate.py FILE [--bytes 1GiB] [--stale 0.005] [--seed 1]

The events are recorded ones (fixtures/aws/eks/timeline), each with new
identifiers, names, addresses and times; the stale ones belong to 300 service
accounts. Needs only Python 3.
"""

import argparse
import gzip
import random
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

RECORDED = Path(__file__).resolve().parent.parent / "fixtures/aws/eks/timeline/cluster/audit.log.gz"
SUBJECTS = 300
SEED = 1
BEGINNING = datetime(2026, 11, 17, tzinfo=timezone.utc)
SPAN = timedelta(days=7)
# The age of a stale token at its last use, in seconds past the warning threshold.
OLDEST = 7_700_000

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NODE = re.compile(r"ip-10-0-\d+-\d+\.")
ADDRESS = re.compile(r"127\.21\.\d+\.\d+")
SUBJECT = re.compile(r"system:serviceaccount:([a-z0-9-]+):([a-z0-9-]+)")
TIME = re.compile(r'"(requestReceived|stage)Timestamp":"[^"]*"')
SECONDS = re.compile(r"(seconds after warning threshold: )\d+")
POD = re.compile(r'pod-name":\["[^"]*"')
# The random part of a pod's name, and a query, both different in every event of a real log.
SUFFIX = re.compile(r'-[0-9a-z]{5}"\]')
URI = re.compile(r'"requestURI":"[^"?]*')


def main() -> None:
    arguments = parse()
    chance = random.Random(arguments.seed)
    ordinary, stale = templates()
    written = 0
    beginning = BEGINNING.timestamp()
    # Whole events only; the span of time is that of a log of this size.
    step = SPAN.total_seconds() / (arguments.bytes / 1500)
    time = beginning
    accounts = Accounts(chance)
    with open(arguments.file, "wb", buffering=1 << 20) as output:
        while written < arguments.bytes:
            time += chance.random() * 2 * step
            if chance.random() < arguments.stale:
                event = accounts.stale_event(chance.choice(stale), time, beginning)
            else:
                event = ordinary_event(chance.choice(ordinary), time, chance)
            written += output.write(event.encode())


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--bytes", type=size, default=1 << 30, help="stop after so many, for example 64MiB")
    parser.add_argument("--stale", type=float, default=0.005, help="the share of events with a stale token")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def size(text: str) -> int:
    for suffix, factor in (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)):
        if text.endswith(suffix):
            return int(text.removesuffix(suffix)) * factor
    return int(text)


def templates() -> tuple[list[list[str]], list[list[str]]]:
    """The recorded events, each cut into the constant parts between what varies."""
    ordinary, stale = [], []
    with gzip.open(RECORDED, "rt", encoding="utf-8") as log:
        for line in log:
            if SECONDS.search(line):
                stale.append(line)
            # A load balancer's probes and rejections are rare in a busy cluster's log.
            elif '"code":401' not in line and "/readyz" not in line:
                ordinary.append(cut(line))
    return ordinary, stale


def cut(line: str) -> list[str]:
    varying = "|".join(pattern.pattern.replace("(", "(?:") for pattern in (UUID, NODE, ADDRESS, TIME, SUFFIX, URI))
    return re.split(f"({varying})", line)


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def ordinary_event(parts: list[str], time: float, chance: random.Random) -> str:
    pieces = parts.copy()
    received = stamp(time)
    for at in range(1, len(pieces), 2):
        old = pieces[at]
        if old.startswith('"requestReceived'):
            pieces[at] = f'"requestReceivedTimestamp":"{received}"'
        elif old.startswith('"stage'):
            pieces[at] = f'"stageTimestamp":"{stamp(time + chance.random() / 50)}"'
        elif old.startswith("ip-"):
            pieces[at] = f"ip-10-0-{chance.randrange(64)}-{chance.randrange(8)}."
        elif old.startswith('"requestURI'):
            pieces[at] = f"{old}?resourceVersion={chance.getrandbits(48)}"
            # The server writes & of a longer query as an escape.
            if parts[at + 1].startswith("?"):
                pieces[at + 1] = "\\u0026" + parts[at + 1][1:]
        elif old.startswith("-"):
            pieces[at] = f'-{chance.getrandbits(60):015x}"]'
        elif old.startswith("127."):
            pieces[at] = f"10.0.{chance.randrange(64)}.{chance.randrange(256)}"
        else:
            pieces[at] = uuid(chance)
    return "".join(pieces)


class Accounts:
    """The service accounts with stale tokens: each one pod and one token."""

    def __init__(self, chance: random.Random) -> None:
        self.known = [
            {
                "subject": f"system:serviceaccount:team-{number % 40}:app-{number}",
                "pod": f"app-{number}-{chance.getrandbits(36):09x}-{chance.getrandbits(20):05x}",
                "uuids": [uuid(chance) for _ in range(8)],
                "address": f"10.1.{number // 250}.{number % 250 + 1}",
                "age": chance.randrange(3_600, OLDEST),
            }
            for number in range(SUBJECTS)
        ]
        self.chance = chance

    def stale_event(self, line: str, time: float, beginning: float) -> str:
        account = self.chance.choice(self.known)
        received = stamp(time)
        line = SUBJECT.sub(account["subject"], line)
        line = POD.sub(f'pod-name":["{account["pod"]}"', line)
        line = ADDRESS.sub(account["address"], line)
        line = SECONDS.sub(rf'\g<1>{account["age"] + int(time - beginning)}', line)
        line = TIME.sub(lambda old: f'"{old[1]}Timestamp":"{received}"', line)
        uuids = iter([uuid(self.chance), *account["uuids"] * 4])
        return UUID.sub(lambda _: next(uuids), line)


if __name__ == "__main__":
    sys.exit(main())
