"""A text to be read aloud: its blocks in reading order. Knows neither where it comes from nor how it sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "quote", "remark"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a list item, a quotation, or a remark such as "A table, left out."."""

    kind: BlockKind
    text: str
    """Clean, on one line."""
    level: int = 0
    """Of a heading, 1 to 6; 0 for anything else."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its title, ready to be planned and spoken."""

    title: str
    blocks: tuple[Block, ...]
    author: str = ""
    series: str = ""
    language: str = ""
    """Such as `en-gb`, in lower case; empty if the text does not say."""
