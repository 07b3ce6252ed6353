"""Titles that broke a terminal, a widget or a file somewhere. Every one of them is in the standard library."""

from __future__ import annotations

HOSTILE_TITLES = {
    "closing-tag": "[/]",
    "token": "[BOS] and [EOS] frame a text",
    "click": "[@click=app.quit]x[/]",
    "style": "[bold red]not red[/bold red] [$error]x[/] [[x]]",
    "clipboard": "Copied \x1b]52;c;cm0gLXJmIH4=\x07 away",
    "clipboard-st": "Copied \x1b]52;c;cm0gLXJmIH4=\x1b\\ away",
    "csi": "Red \x1b[31mred\x1b[0m",
    "c1-csi": "Eight bits \x9b31mred\x9b0m",
    "bidi": "invoice\u202efdp.exe\u202c and \u2066isolated\u2069",
    "zalgo": "Z" + "\u0300\u0316\u0321\u033e" * 12 + "algo",
    "thai-stack": "ก" + "\u0e47" * 40,
    "enclosed": "a" + "\u20dd" * 20,
    "zero-width": "pass\u200bwo\u200drd\ufeff\u2060",
    "tags": "hidden\U000e0069\U000e006e\U000e006a",
    "emoji-zwj": "A family \U0001f468\u200d\U0001f469\u200d\U0001f467 and a flag \U0001f1e9\U0001f1ea",
    "wide": "注意力机制是什么？ 変換器の仕組み",
    "long": "word " * 2_000,
    "long-wide": "長" * 10_000,
    "surrogate": "half \ud83d a pair",
    "nul": "before\x00after",
    "rtl": "שלום עולם، مرحبا بالعالم",
    "lines": "two\r\nlines\u2028and\tmore\x0b\x85",
    "blank": " \t\u200b\u3000 ",
    "empty": "",
}
