"""What the tests use of feedparser."""

from typing import Any

def parse(url_file_stream_or_string: bytes | str, *, sanitize_html: bool | None = None) -> Any: ...
