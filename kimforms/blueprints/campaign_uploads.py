"""Uploads that hold addresses stay in memory: the usual request would put larger ones into a temporary file, in clear."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Request


class CarefulRequest(Request):
    """The request of this application. ``MAX_CONTENT_LENGTH`` bounds what is held in memory."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:  # fmt: skip
        if self.endpoint is not None and self.endpoint.startswith("campaign."):
            return BytesIO()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)
