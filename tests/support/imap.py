"""A real IMAP server (Dovecot) on loopback for the time of a test, as the user who runs the tests, with one mailbox."""

from __future__ import annotations

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
NAME, PASSWORD = "kim", "geheim:/@1"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
first_valid_uid = 0
last_valid_uid = 0
first_valid_gid = 0
auth_mechanisms = plain
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def imap_server() -> Iterator[int]:
    """The port of a server on which ``NAME`` may sign in with ``PASSWORD``.

    Its login process refuses to be root; root leaves it to the users that Debian's package made, who have to reach the
    folder, hence none of pytest's.
    """
    assert BINARY is not None, "make test installs dovecot-imapd"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="kimforms-imap-"))
    folder.chmod(0o755)
    try:
        yield from _running(folder, port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(folder: Path, port: int) -> Iterator[int]:
    for part in ("run", "state", "mail", "home"):
        (folder / part).mkdir()
    file = folder / "dovecot.conf"
    root = os.getuid() == 0
    user = "dovecot" if root else getpass.getuser()
    account = pwd.getpwnam(user)
    for part in ("mail", "home"):
        os.chown(folder / part, account.pw_uid, account.pw_gid)
    file.write_text(
        CONFIG.format(
            folder=folder, user=user, group=grp.getgrgid(account.pw_gid).gr_name, uid=account.pw_uid,
            gid=account.pw_gid, login_user="dovenull" if root else user, port=port, password=PASSWORD,
        )
    )  # fmt: skip
    server = subprocess.Popen([BINARY, "-F", "-c", str(file)])
    try:
        _wait(port, folder / "log")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def open_mailbox(port: int) -> imaplib.IMAP4:
    """A connection of a mail program, INBOX open."""
    program = imaplib.IMAP4("127.0.0.1", port, timeout=20)
    program.login(NAME, PASSWORD)
    program.select("INBOX")
    return program


def _wait(port: int, log: Path) -> None:
    for _ in range(200):
        with suppress(OSError, imaplib.IMAP4.error):
            open_mailbox(port).logout()
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", "replace")[-2000:] if log.exists() else "no log")
