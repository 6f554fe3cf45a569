"""Keeps the content of files in a folder under their SHA-256: the same content once, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK = 256 * 1024


class TooLarge(Exception):
    """The content has more bytes than were allowed."""


@dataclass(frozen=True)
class Stored:
    """Content that lies in the store: its address, its size in bytes, and its beginning to look at."""

    sha256: str
    size: int
    path: Path


@dataclass(frozen=True)
class FileStore:
    """A folder ``ab/cd/<sha256>``. Content is synced to disk before it gets its name, so no name ever holds half a file."""

    folder: Path

    def put(self, stream: BinaryIO, most: int) -> Stored:
        """Stores the stream; raises :class:`TooLarge` beyond ``most`` bytes and OSError when the disk is full."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while block := stream.read(BLOCK):
                    size += len(block)
                    if size > most:
                        raise TooLarge
                    digest.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            target = self.path_of(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(target)
            _sync_folder(target.parent)
        finally:
            partial.unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size, target)

    def path_of(self, sha256: str) -> Path:
        """Where content with this digest lies; ValueError for anything that is no digest."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder was synced as well (POSIX, fsync)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
