#!/usr/bin/env python3
"""A proxy on loopback before an S3 server: it counts requests by kind, and does to them what networks and stores do.

Within a test: FaultyProxy(upstream, Faults(...)). By itself, to count:
    faulty_proxy.py HOST:PORT [--log FILE]    prints its address, and each request to FILE as a line of JSON; Ctrl-C ends it
"""

import argparse
import asyncio
import json
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = "127.0.0.1"
BLOCK = 1 << 18  # bytes passed on at once


def error(code, message):
    """The body of an answer of S3 that refuses."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"


SLOW_DOWN = error("SlowDown", "Please reduce your request rate.")


@dataclass
class Flip:
    """The lowest bit of a byte of each object whose path ends so: the first times that it passes, or always (None)."""

    path: str
    offset: int
    times: int | None = 1


@dataclass
class Faults:
    """What goes wrong; by default, nothing. Requests and bodies are counted from begin, where the faults are set."""

    begin: int = 0
    unavailable_every: int = 0  # each such request is answered 503
    cut_every: int = 0  # of each such body half is sent, then the connection is cut
    delay: float = 0.0  # seconds before each answer
    rate: float = 0.0  # the most bytes a second of each body, as S3 gives them to each connection
    away_from: int = 0  # from this request on ...
    away: float = 0.0  # ... connections are cut for so many seconds
    flips: list[Flip] = field(default_factory=list)
    answer: tuple[int, str] | None = None  # the status and body that each request is answered with


@dataclass(frozen=True)
class Request:
    """A request that has passed: its kind, the object's path, the bytes of the answer's body, and the fault it met."""

    kind: str
    path: str
    status: int
    sent: int
    fault: str = ""


class Hold:
    """Stops the first request whose "KIND PATH" a pattern finds, and all after it, until drop() cuts their connections."""

    def __init__(self, pattern):
        self._pattern = re.compile(pattern)
        self.reached = threading.Event()
        self._dropped = threading.Event()

    def drop(self):
        self._dropped.set()

    async def holds(self, kind, path):
        """Whether it has held this request."""
        if self._pattern.search(f"{kind} {path}"):
            self.reached.set()
        if not self.reached.is_set() or self._dropped.is_set():
            return False
        while not self._dropped.is_set():
            await asyncio.sleep(0.02)
        return True


def kind_of(method, target):
    """LIST, HEAD, GET, PUT, COPY, DELETE or MULTIPART (all that belongs to an upload in parts)."""
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    if "uploadId" in query or "uploads" in query:
        return "MULTIPART"
    if method == "POST" and "delete" in query:
        return "DELETE"
    key = parts.path.strip("/").partition("/")[2]
    return "LIST" if method == "GET" and not key else method


class Head:
    """The first line and the fields of a request or an answer."""

    def __init__(self, text):
        self.line, *lines = text[:-4].decode("latin1").split("\r\n")
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]

    def get(self, name):
        return next((value for key, value in self.fields if key.lower() == name), "")

    def without(self, name):
        self.fields = [pair for pair in self.fields if pair[0].lower() != name]

    def bytes(self):
        return "\r\n".join([self.line, *map(": ".join, self.fields)]).encode("latin1") + b"\r\n\r\n"

    @staticmethod
    async def of(reader):
        try:
            return Head(await reader.readuntil(b"\r\n\r\n"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None


class FaultyProxy:
    """Runs in a thread of its own from construction to close()."""

    def __init__(self, upstream, faults=None, log=None):
        self._upstream = upstream
        self._log = log
        self._hold = None
        self.set(faults or Faults())
        self._loop = asyncio.new_event_loop()
        serving = asyncio.start_server(self._serve, LOOPBACK, 0, limit=1 << 20)
        self._server = self._loop.run_until_complete(serving)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"{LOOPBACK}:{port}"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def set(self, faults):
        """From now on these faults; counts begin again."""
        self.faults = faults
        self.requests = []
        self.most_bodies_at_a_time = 0
        self._bodies_now = 0
        self._number = faults.begin
        self._bodies = faults.begin
        self._back_at = 0.0

    def hold(self, pattern):
        """Holds the first such request and all after it. Returns the hold."""
        self._hold = Hold(pattern)
        return self._hold

    def counts(self):
        """Requests by kind."""
        return Counter(request.kind for request in self.requests)

    def close(self):
        if self._hold:
            self._hold.drop()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _end(self):
        self._server.close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, reader, writer):
        upstream = None
        try:
            while request := await Head.of(reader):
                if not upstream:
                    host, _, port = self._upstream.rpartition(":")
                    upstream = await asyncio.open_connection(host, int(port), limit=1 << 20)
                if not await self._pass(request, reader, writer, *upstream):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one of the two has left, or the proxy ends
        finally:
            writer.transport.abort()
            if upstream:
                upstream[1].transport.abort()

    async def _pass(self, request, reader, writer, up_reader, up_writer):
        """One request and its answer. Returns whether the connection goes on."""
        method, target, _ = request.line.split(" ", 2)
        kind = "COPY" if request.get("x-amz-copy-source") else kind_of(method, target)
        path = unquote(urlsplit(target).path)
        faults = self.faults
        self._number += 1
        number = self._number
        if self._hold and await self._hold.holds(kind, path):
            return False
        if faults.away and number == faults.away_from:
            self._back_at = time.monotonic() + faults.away
        if time.monotonic() < self._back_at:
            self._note(kind, path, 0, 0, "away")
            return False
        if request.get("expect"):
            request.without("expect")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()
        answer = faults.answer
        if faults.unavailable_every and number % faults.unavailable_every == 0:
            answer = (503, SLOW_DOWN)
        if answer:
            status, body = answer
            await copy_body(request, reader, None)
            self._note(kind, path, status, 0, "answered")
            fields = f"x-amz-request-id: {number}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}"
            writer.write(f"HTTP/1.1 {status} Fault\r\n{fields}\r\n\r\n{'' if method == 'HEAD' else body}".encode())
            await writer.drain()
            return True
        up_writer.write(request.bytes())
        await copy_body(request, reader, up_writer)
        answer = await Head.of(up_reader)
        while answer and answer.line.split()[1] == "100":
            answer = await Head.of(up_reader)
        if answer is None:
            return False
        await asyncio.sleep(faults.delay)
        writer.write(answer.bytes())
        status = int(answer.line.split()[1])
        sent, fault = 0, ""
        if method != "HEAD" and status not in (204, 304):
            end, damage = None, None
            if kind == "GET" and (size := int(answer.get("content-length") or 0)):
                self._bodies += 1
                if faults.cut_every and self._bodies % faults.cut_every == 0:
                    end, fault = size // 2, "cut"
                begin = int(answer.get("content-range").removeprefix("bytes ").partition("-")[0] or 0)
                damage = Damage([flip for flip in faults.flips if path.endswith(flip.path)], begin)
            self._bodies_now += 1
            self.most_bodies_at_a_time = max(self.most_bodies_at_a_time, self._bodies_now)
            try:
                sent = await copy_body(answer, up_reader, writer, end, damage, faults.rate)
            finally:
                self._bodies_now -= 1
            if damage and damage.done:
                fault = fault or "flip"
        await writer.drain()
        self._note(kind, path, status, sent, fault)
        return fault != "cut"

    def _note(self, *values):
        request = Request(*values)
        self.requests.append(request)
        if self._log:
            print(json.dumps(asdict(request)), file=self._log, flush=True)


class Damage:
    """Flips in a body that begins at an offset of its object."""

    def __init__(self, flips, begin):
        self._flips = flips
        self._begin = begin
        self.done = False

    def of(self, part, sent):
        for flip in self._flips:
            at = flip.offset - self._begin - sent
            if 0 <= at < len(part) and flip.times != 0:
                part = part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]
                flip.times = flip.times and flip.times - 1
                self.done = True
        return part


async def copy_body(head, reader, writer, end=None, damage=None, rate=0.0):
    """Passes a body on, or drops it without a writer; the first end bytes of it, no faster than a rate. Returns how many were passed."""
    if head.get("transfer-encoding").lower() == "chunked":
        return await copy_chunks(reader, writer)
    size = int(head.get("content-length") or 0)
    wanted = size if end is None else end
    sent = 0
    begin = time.monotonic()
    while sent < wanted:
        if rate:
            await asyncio.sleep(begin + sent / rate - time.monotonic())
        part = await reader.read(min(BLOCK, wanted - sent))
        if not part:
            raise ConnectionError("the body ends too soon")
        if writer:
            writer.write(damage.of(part, sent) if damage else part)
            await writer.drain()
        sent += len(part)
    return sent


async def copy_chunks(reader, writer):
    sent = 0
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        part = await reader.readexactly(size + 2)
        if writer:
            writer.write(line + part)
            await writer.drain()
        sent += size
        if size == 0:
            return sent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("upstream", metavar="HOST:PORT")
    parser.add_argument("--log", type=argparse.FileType("a"), metavar="FILE")
    options = parser.parse_args()
    proxy = FaultyProxy(options.upstream, log=options.log)
    print(proxy.address, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        proxy.close()
        print(dict(proxy.counts()), file=sys.stderr)


if __name__ == "__main__":
    main()
