"""Static files: `build` makes static/vendor at set-up, `install` serves it and gives templates `asset(name)`."""

from __future__ import annotations

from .build import AssetsMissing, build
from .serve import asset_url, install, is_immutable

__all__ = ["AssetsMissing", "asset_url", "build", "install", "is_immutable"]
