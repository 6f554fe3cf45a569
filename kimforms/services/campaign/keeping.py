"""Where the addresses of a run lie: encrypted, in a folder of the run, under a key that ends with the run.

AES-256-GCM (NIST SP 800-38D) in blocks; the key comes from the installation's secret key and a random number of the run
(HKDF, RFC 5869). Whoever deletes the run removes the number first, so that what might be left of the files stays closed.
Nothing is ever written in clear, not to temporary files either.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ...models import CampaignRun
from ..refusals import StepRefused

BLOCK = 1024 * 1024
TAG = 16
SALT = 8
GONE = "Die Anschriften dieses Durchgangs sind gelöscht."
CLOSED = "Die Dateien dieses Durchgangs lassen sich nicht öffnen. Löschen Sie den Durchgang und laden Sie die Liste neu hoch."


def new_nonce() -> str:
    """The random number that a run's key is made of."""
    return secrets.token_hex(32)


@dataclass(frozen=True)
class Vault:
    """The folder of one run. Files are written whole or not at all; their name is part of what is authenticated."""

    folder: Path
    key: bytes

    def put(self, name: str, content: bytes) -> None:
        """Keeps a file, encrypted; OSError when the disk is full, and then nothing is changed."""
        with self.writing(name) as out:
            out.write(content)

    def writing(self, name: str) -> Writing:
        """A file to be written bit by bit; it gets its name when the ``with`` ends without an error."""
        return Writing(self, name)

    def get(self, name: str) -> bytes:
        """The content of a file. Raises StepRefused when it is gone or was tampered with."""
        return b"".join(self.blocks(name))

    def blocks(self, name: str) -> Iterator[bytes]:
        """The content bit by bit. A file that was cut off or changed raises StepRefused, at its end at the latest."""
        try:
            with self.path(name).open("rb") as file:
                salt, number, last = file.read(SALT), 0, False
                while not last:
                    flag, length = file.read(1), int.from_bytes(file.read(4), "big")
                    if flag not in (b"\0", b"\1") or length > BLOCK + TAG:
                        raise StepRefused((CLOSED,))
                    last = flag == b"\1"
                    yield self._cipher.decrypt(_nonce(salt, number), file.read(length), _about(name, flag))
                    number += 1
        except FileNotFoundError as error:
            raise StepRefused((GONE,)) from error
        except InvalidTag as error:
            raise StepRefused((CLOSED,)) from error

    def put_json(self, name: str, value: Any) -> None:
        self.put(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def get_json(self, name: str) -> Any:
        return json.loads(self.get(name))

    def has(self, name: str) -> bool:
        return self.path(name).is_file()

    def size(self, name: str) -> int:
        """Bytes of the content, from the length of the file."""
        whole = self.path(name).stat().st_size - SALT
        per_block = BLOCK + TAG + 5
        full, rest = divmod(whole, per_block)
        return full * BLOCK + (rest - TAG - 5 if rest else 0)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def destroy(self) -> tuple[int, int]:
        """Removes the folder; returns how many files and bytes there were. Twice is no error."""
        if not self.folder.exists():
            return 0, 0
        sizes = [one.stat().st_size for one in self.folder.iterdir() if one.is_file()]
        shutil.rmtree(self.folder)
        return len(sizes), sum(sizes)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.enc"

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.key)


class Writing:
    """A file under way: blocks are encrypted as they fill."""

    def __init__(self, vault: Vault, name: str) -> None:
        self.vault, self.name = vault, name
        self.partial = vault.path(name).with_suffix(".new")
        self.waiting, self.number, self.salt = bytearray(), 0, secrets.token_bytes(SALT)

    def __enter__(self) -> Writing:
        self.vault.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file = os.fdopen(os.open(self.partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self.file.write(self.salt)
        return self

    def write(self, content: bytes) -> None:
        self.waiting += content
        while len(self.waiting) > BLOCK:
            self._block(bytes(self.waiting[:BLOCK]), b"\0")
            del self.waiting[:BLOCK]

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if kind is None:
                self._block(bytes(self.waiting), b"\1")
                self.file.flush()
                os.fsync(self.file.fileno())
                self.partial.replace(self.vault.path(self.name))
        finally:
            self.file.close()
            self.partial.unlink(missing_ok=True)

    def _block(self, content: bytes, flag: bytes) -> None:
        sealed = self.vault._cipher.encrypt(_nonce(self.salt, self.number), content, _about(self.name, flag))
        self.file.write(flag + len(sealed).to_bytes(4, "big") + sealed)
        self.number += 1


def vault_of(run: CampaignRun, data_dir: Path, secret_key: str) -> Vault:
    """The folder of a run with its key. Raises StepRefused once the run was deleted."""
    if run.nonce is None:
        raise StepRefused((GONE,))
    return Vault(folder_of(run, data_dir), key_of(secret_key, run.nonce, run.id))


def key_of(secret_key: str, nonce: str, run_id: int) -> bytes:
    """The run's key (RFC 5869): the secret key of the installation, salted with the run's random number."""
    derive = HKDF(
        algorithm=SHA256(), length=32, salt=bytes.fromhex(nonce), info=f"kimforms campaign run {run_id}".encode()
    )
    return derive.derive(secret_key.encode())


def folder_of(run: CampaignRun, data_dir: Path) -> Path:
    """``<data>/campaign/<run>``."""
    return data_dir / "campaign" / str(run.id)


def _nonce(salt: bytes, number: int) -> bytes:
    return salt + number.to_bytes(4, "big")


def _about(name: str, flag: bytes) -> bytes:
    return name.encode() + flag
