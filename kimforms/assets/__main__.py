"""`python -m kimforms.assets`: make static/vendor complete; does nothing when no source has changed."""

from __future__ import annotations

import sys

from .build import STATIC, AssetsMissing, build


def main() -> int:
    """Build and say in one line what is there; 1 when something is missing."""
    try:
        files = build()
    except AssetsMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    size = sum((STATIC / "vendor" / name).stat().st_size for name in files.values())
    sys.stdout.write(f"static/vendor: {len(files)} Dateien, {size // 1024} KiB unkomprimiert\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
