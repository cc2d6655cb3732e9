#!/usr/bin/env python3
"""Measure what hostile and oversized input costs: peak memory, time, and what is said of it.

    cargo build --release --bins
    benches/attacks.py [--holders 1000000] [--only WORD]

Each row of the printed table is one run of the program: floods of pods, service
accounts, callers and rejections; compression bombs; nesting; huge numbers; and
answers of CloudWatch that are too large or never end, from a server on the
loopback interface. `bytes each` is the growth per flooding thing over a run
with a tenth of them. Input is made while it is read, so no disk is needed.
Fails if a row without a stated growth exceeds 256 MiB. Needs Python 3 and zstd.
"""

import argparse
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
PROGRAM = os.environ.get("PROGRAM", str(TARGET / "release/eks-stale-tokens"))
LIMIT_MIB = 256
# Seconds after which a run is killed.
WITHIN = float(os.environ.get("WITHIN", "900"))
MEBIBYTE = 1 << 20
TIME = "2026-11-20T06:30:00.000000Z"


# What a caller chooses is filled in with the number of the event.
def event(user="system:serviceaccount:ns:sa", pod='"authentication.kubernetes.io/pod-name":["web-7d4b9c6f5d-%(n)07d"],"authentication.kubernetes.io/pod-uid":["00000000-0000-4000-8000-%(n)012d"],',
          agent="app/v1.0 (linux/amd64) kubernetes/$Format", uri="/api/v1/namespaces/ns/pods", address="10.0.0.1",
          seconds="200000", credential="", after="", stage="ResponseComplete", mark=True, moment=TIME):
    key = '"authentication.k8s.io/stale-token":"subject: %s, seconds after warning threshold: %s",' % (user, seconds)
    named = '"username":"%s","uid":"0","groups":["system:authenticated"],"extra":{%s%s"a":["b"]}' % (user, pod, credential)
    return (
        '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"%s","requestURI":"%s",'
        '"verb":"list","user":{%s},"sourceIPs":["%s"],"userAgent":"%s",'
        '"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"%s","stageTimestamp":"%s",'
        '"annotations":{%s"authorization.k8s.io/decision":"allow"}%s}\n'
        % (stage, uri, named if mark else "", address, agent, moment, moment, key if mark else "", after)
    )


def rejection(**parts):
    refused = '"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401'
    return event(mark=False, stage="ResponseStarted", **parts).replace('"code":200', refused)


ADDRESS = "10.%(a)d.%(b)d.%(c)d"
CREDENTIAL = '"authentication.kubernetes.io/credential-id":["JTI=00000000-0000-4000-8000-%(n)012d"],'
# name, one event, how many (None: as many as holders), the growth that is stated, and the formats
FLOODS = [
    ("pods of one service account", event(), None, "holder", ("table", "json", "csv", "html")),
    ("pods that name their tokens", event(credential=CREDENTIAL, address=ADDRESS), None, "holder", ("table", "json")),
    ("service accounts", event(user="system:serviceaccount:ns:sa-%(n)d"), None, "account", ("table", "json")),
    ("user agents without a pod", event(pod="", agent="agent-%(n)d"), None, "holder", ("table", "json")),
    ("user agents of one pod", event(pod='"authentication.kubernetes.io/pod-uid":["a"],', agent="agent-%(n)d"), None, "", ("json",)),
    ("tokens of one pod", event(pod='"authentication.kubernetes.io/pod-uid":["a"],', credential=CREDENTIAL), None, "token", ("json",)),
    ("addresses of one pod", event(pod='"authentication.kubernetes.io/pod-uid":["a"],', address=ADDRESS), None, "", ("json",)),
    ("paths of one pod", event(pod='"authentication.kubernetes.io/pod-uid":["a"],', uri="/apis/g%(n)d/v1/x%(n)d"), None, "", ("json",)),
    ("rejected user agents, one address", rejection(agent="agent-%(n)d"), None, "", ("json", "csv")),
    ("rejected addresses", rejection(address=ADDRESS), None, "", ("json", "csv")),
    ("rejected user agents of 1 KiB, 4,096 addresses", rejection(agent="%(n)d" + "a" * 1010, address="10.0.%(b12)d.%(c)d"), None, "", ("json", "csv")),
    ("rejected paths of 1 MiB, one address", rejection(uri="/api/%(n)d" + "x" * MEBIBYTE), 1_000, "", ("json", "csv")),
    ("legacy tokens", event(mark=False).replace('"user":{}', '"user":{"username":"system:serviceaccount:ns:sa-%(n)d","groups":[]}').replace('"annotations":{', '"annotations":{"authentication.k8s.io/legacy-token":"system:serviceaccount:ns:sa-%(n)d",'), None, "account", ("json",)),
    ("huge numbers", event(seconds="9" * 18), 10_000, "", ("json",)),
    ("a year of hours of one rejected caller", rejection(moment="2026-%(month)02d-%(day)02dT%(hour)02d:00:00.000000Z"), 8_000, "", ("json",)),
    ("malformed events", event() + event()[:-40] + "\n", None, "", ("json",)),
]


def numbers(n):
    return {"n": n, "a": n >> 16 & 255, "b": n >> 8 & 255, "b12": n >> 8 & 15, "c": n & 255,
            "month": 1 + n // 672 % 11, "day": 1 + n // 24 % 28, "hour": n % 24}


def flood(template, count):
    template = template.replace("kubernetes/$Format", "kubernetes/0")

    def lines(pipe):
        batch = []
        for n in range(count):
            batch.append(template % numbers(n))
            if len(batch) == 256 or len(template) > 100_000:
                pipe.write("".join(batch).encode())
                batch.clear()
        pipe.write("".join(batch).encode())

    return lines


def nested(pipe):
    line = (event() + event(after=',"x":' + "[" * 2_000_000)).replace("kubernetes/$Format", "")
    pipe.write((line % numbers(1)).encode())


def gzip_bomb(pipe):
    member = gzip.compress(bytes(64 * MEBIBYTE))
    for _ in range(160):
        pipe.write(member)


def gzip_in_gzip(pipe):
    inner = io.BytesIO()
    gzip_bomb(inner)
    pipe.write(gzip.compress(inner.getvalue()))


def zstd_bomb(pipe):
    packer = subprocess.Popen(["zstd", "-qc", "-1"], stdin=subprocess.PIPE, stdout=pipe)
    zeros = bytes(MEBIBYTE)
    for _ in range(10 << 10):
        packer.stdin.write(zeros)
    packer.stdin.close()
    packer.wait()


def zstd_window(pipe):
    packed = subprocess.run(["zstd", "-qc", "--ultra", "-22", "--long=31"], input=bytes(MEBIBYTE), stdout=subprocess.PIPE, check=True).stdout
    # A frame whose header asks for a window of 2 GiB, whatever it holds.
    pipe.write(bytes.fromhex("28b52ffd00a8") + packed[6:])


OTHERS = [
    ("an event that nests 2,000,000 deep", nested),
    ("10 GiB of zeros in gzip", gzip_bomb),
    ("10 GiB of zeros in gzip, in gzip", gzip_in_gzip),
    ("10 GiB of zeros in zstd", zstd_bomb),
    ("a zstd window of 2 GiB", zstd_window),
]


class Service(BaseHTTPRequestHandler):
    """CloudWatch Logs that answers a query in a way that it should not."""

    attack = ""

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            getattr(self, operation, self.refuse)()
        except (BrokenPipeError, ConnectionResetError):
            pass

    do_GET = do_POST

    def answer(self, members, status=200):
        body = json.dumps(members).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self):
        self.answer({"__type": "AccessDeniedException", "message": "no"}, 400)

    def DescribeLogGroups(self):
        group = {"logGroupName": "/aws/eks/a/cluster", "creationTime": 0, "storedBytes": 1, "logGroupClass": "STANDARD",
                 "arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/a/cluster:*"}
        page = {"logGroups": [group]}
        if self.attack == "pages of log groups":
            page["nextToken"] = str(time.monotonic_ns())
            page["logGroups"] = [group] * 50
        self.answer(page)

    def StartQuery(self):
        self.answer({"queryId": "1"})

    def StopQuery(self):
        self.answer({"success": True})

    def GetQueryResults(self):
        counts = {"bytesScanned": 1e300, "recordsMatched": 1e300, "recordsScanned": 1e300, "resultCount": 1e300}
        if self.attack == "an answer of 1 GiB":
            self.send_response(200)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(b'{"status":"Complete","results":[')
            row = b'[{"field":"@message","value":"' + b"a" * 1000 + b'"}],'
            for _ in range(1 << 10):
                self.wfile.write(row * 1024)
            self.wfile.write(b'[]]}')
        elif self.attack == "numbers of 1e300":
            self.answer({"status": "Complete", "results": [], "statistics": counts})
        else:
            rows = [] if self.attack == "empty pages without end" else [[{"field": "a", "value": "b" * 100}]] * 1000
            self.answer({"status": "Complete", "results": rows, "nextToken": str(time.monotonic_ns())})


ANSWERS = ["an answer of 1 GiB", "numbers of 1e300", "pages of rows without end", "empty pages without end", "pages of log groups"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--holders", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    arguments = parser.parse_args()
    print("| input | number | format | peak MiB | bytes each | seconds | exit | what is said |\n|---|---|---|---|---|---|---|---|")
    too_large = []

    def row(name, count, format, measured, each):
        peak, seconds, code, said = measured
        bytes_each = f"{each:,.0f} a {growth}" if each is not None and growth else ""
        print(f"| {name} | {count:,} | {format} | {peak:,.0f} | {bytes_each} | {seconds:.1f} | {code} | {said} |", flush=True)
        if peak > LIMIT_MIB and not growth:
            too_large.append(name)

    for name, template, count, growth, formats in FLOODS:
        if arguments.only not in name:
            continue
        for format in formats:
            whole = count or arguments.holders
            each = None
            if growth:
                tenth, *_ = sweep(flood(template, whole // 10), format)
                measured = sweep(flood(template, whole), format)
                each = (measured[0] - tenth) * MEBIBYTE / (whole - whole // 10)
            else:
                measured = sweep(flood(template, whole), format)
            row(name, whole, format, measured, each)
    growth = ""
    for name, write in OTHERS:
        if arguments.only in name:
            row(name, 1, "json", sweep(write, "json"), None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for attack in ANSWERS:
        if arguments.only in attack:
            Service.attack = attack
            row(attack, 1, "json", from_cloudwatch(server.server_address[1]), None)
    if too_large:
        sys.exit(f"above {LIMIT_MIB} MiB: {', '.join(too_large)}")


def sweep(write, format):
    return measure([PROGRAM, "sweep", "--quiet", "--format", format, "--input", "-"], write)


def from_cloudwatch(port):
    # Python's sockets are fast enough for a deadline of 20 s to be the service's doing.
    environment = dict(os.environ, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="B",
                       AWS_REGION="eu-west-1", AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    command = [PROGRAM, "sweep", "a", "--quiet", "--format", "json", "--timeout", "20s", "--since", "1h"]
    return measure(command, lambda pipe: None, environment)


def measure(command, write, environment=None):
    """Peak resident memory in MiB, seconds, the exit code, and the first sentence or gap."""
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
        began = time.monotonic()
        # At least the 20 MiB of this script, from which Linux counts on when it starts another program.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors, env=environment)

        def feed():
            try:
                with process.stdin:
                    write(process.stdin)
            except BrokenPipeError:
                pass

        feeder = threading.Thread(target=feed)
        feeder.start()
        stop = threading.Timer(WITHIN, process.kill)
        stop.start()
        _, status, usage = os.wait4(process.pid, 0)
        stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        feeder.join()
        seconds = time.monotonic() - began
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip()
        output.seek(0)
        report = output.read(200_000).decode(errors="replace")
    if not said and '"gaps"' in report:
        kinds = [line.strip() for line in report.splitlines() if '"kind": ' in line or '"detail": ' in line]
        said = " ".join(kinds[:2])
    said = " ".join(said.split()).replace("|", "\\|")
    return usage.ru_maxrss / 1024, seconds, process.returncode, said[:160]


if __name__ == "__main__":
    main()
