"""A client that costs next to nothing: requests are bytes made beforehand, answers are read until their length."""

from __future__ import annotations

import gzip
import socket
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers in small letters, body as sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return body.decode("utf-8", "replace")


class Wire:
    """One connection that stays open; ``send`` gives the answer, ``times`` the seconds of each request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._socket: socket.socket | None = None
        self._rest = b""

    def get(self, path: str, **headers: str) -> Answer:
        return self.send(self.request("GET", path, headers=headers))

    def post(self, path: str, values: Iterable[tuple[str, str]], **headers: str) -> Answer:
        return self.send(self.request("POST", path, values, headers))

    def request(
        self, method: str, path: str, values: Iterable[tuple[str, str]] = (), headers: dict[str, str] | None = None
    ) -> bytes:
        """The bytes of a request with the cookies so far."""
        body = urlencode(list(values)).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{key}={value}" for key, value in self.cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += [f"{key.replace('_', '-')}: {value}" for key, value in (headers or {}).items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, message: bytes) -> Answer:
        for attempt in (1, 2):
            try:
                return self._exchange(message)
            except (ConnectionError, OSError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _exchange(self, message: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), 120)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._rest = b""
        self._socket.sendall(message)
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            key, value = line.split(":", 1)
            if key.lower() == "set-cookie":
                name, content = value.strip().split(";", 1)[0].split("=", 1)
                self.cookies[name] = content
            headers[key.lower()] = value.strip()
        body = self._chunked() if headers.get("transfer-encoding") == "chunked" else self._sized(headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(first.split()[1]), headers, body)

    def _sized(self, headers: dict[str, str]) -> bytes:
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return body

    def _chunked(self) -> bytes:
        parts = []
        while True:
            while b"\r\n" not in self._rest:
                self._more()
            size, self._rest = self._rest.split(b"\r\n", 1)
            length = int(size, 16)
            while len(self._rest) < length + 2:
                self._more()
            parts.append(self._rest[:length])
            self._rest = self._rest[length + 2 :]
            if length == 0:
                return b"".join(parts)

    def _more(self) -> None:
        assert self._socket is not None
        data = self._socket.recv(1 << 18)
        if not data:
            raise ConnectionError("closed")
        self._rest += data

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def median_ms(wire: Wire, messages: Iterable[bytes], expect: int, warm: int = 10) -> float:
    """The median time of a request in milliseconds, one at a time; the first ``warm`` do not count."""
    times = []
    for number, message in enumerate(messages):
        begin = time.perf_counter()
        answer = wire.send(message)
        took = time.perf_counter() - begin
        if answer.status != expect:
            raise RuntimeError(f"{answer.status} instead of {expect}: {message[:80]!r} {answer.text[:500]}")
        if number >= warm:
            times.append(took * 1000)
    return statistics.median(times)
