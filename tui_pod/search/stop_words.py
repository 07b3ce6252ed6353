"""Common words and endings of some languages, which say little about what a question is about.

The language is guessed from the words of the question, since nothing else says which it is.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

LEAST_STEM = 4
"""Minimum number of letters that remain when an ending is cut off; 3 for a single letter."""


DOUBLING = ("ing", "ed")
"""English endings before which a consonant is doubled."""


class Language(NamedTuple):
    """What to ignore in a question."""

    stop_words: frozenset[str]
    """Folded."""
    endings: tuple[str, ...]
    """Inflections, longest first."""

    def stem(self, word: str) -> str:
        """Return a word without its inflection, so that it matches the other forms as a prefix."""
        for ending in self.endings:
            if word.endswith(ending) and len(word) - len(ending) >= LEAST_STEM - (len(ending) == 1):
                left = word[: -len(ending)]
                is_doubled = ending in DOUBLING and left[-1] == left[-2] and left[-1] not in "aeiouls"
                return left[:-1] if is_doubled else left  # splitting, split
        return word


_TABLES = (
    (
        "ing ies es ed s",
        "a about after all also am an and any are aren as at be because been being but by can come comes could did"
        " didn do does doesn doing don for from get gets had has have he her him his how i if in into is isn it its"
        " itself just like ll made make makes many me more most much my no not of on one only or other our re s she"
        " should shouldn so some such t than that the their them then there these they thing things this those time"
        " times to too us use used uses ve very was wasn way we were what when where which while who whom whose why"
        " will with won work works would wouldn you your",
    ),
    (
        "en er es e n s",
        "aber als am an auch auf aus bei beim bin bis da damit dann das dass dem den denn der des die dies diese"
        " dieser du durch ein eine einem einen einer eines er es etwas fur gibt haben hat hatte ich ihr im in ist ja"
        " kann kein keine konnen man mein mich mir mit muss nach nicht noch nur ob oder sehr sein sich sie sind so"
        " soll tut uber um und uns unter vom von vor wann war warum was wegen weil welche welcher wenn wer werden wie"
        " wieso wir wird wo woher zu zum zur",
    ),
    (
        "es s e",
        "a ai ainsi au aussi aux avec c ce ces cet cette comme comment d dans de des donc du elle en est et etre eu"
        " fait il ils j je l la le les leur lui m ma mais me mes moi mon n ne nous on ont ou par pas plus pour"
        " pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur t tu un une vous y",
    ),
    (
        "es s",
        "a al algo como con cual cuando cuanto de del donde e el ella ellos en entre era es esa ese eso esta este"
        " esto fue ha hay la las le les lo los mas me mi mis muy no nos o para pero por porque que quien se sea ser si"
        " sin sobre son su sus tambien te tiene tu un una uno y ya yo",
    ),
    (
        "i e a o",
        "a ai al alla anche c che chi ci come con cosa cui da dal dalla de degli dei del della delle di dove e ed"
        " essere fa gli ha hanno ho i il in io l la le lo loro ma mi mio nel nella non o ogni per perche piu puo quale"
        " quali quando quanto quella quello questa questo se sei si sia sono su sua sul suo ti tra tu un una uno",
    ),
    (
        "es s",
        "a ao aos as ate com como da das de dela dele do dos e ela ele em entre era essa esse esta este eu foi ha"
        " isso isto ja lhe mais mas me meu minha muito na nao nas no nos o onde os ou para pela pelo por porque qual"
        " quando que quem sao se sem ser seu sobre sua tambem te tem um uma voce",
    ),
    (
        "en e s",
        "aan al als bij dan dat de deze die dit doe doen door dus een en er ge geen had heb hebben heeft het hij hoe"
        " ik in is je kan kun kunnen maar me meer met mijn naar niet nog of om ook op over te tot u uit van veel voor"
        " waar waarom wanneer want waren was wat we welke wie wij wil word wordt zal ze zich zij zijn zo zou",
    ),
)
"""Endings and stop words of English, German, French, Spanish, Italian, Portuguese and Dutch."""


def guess_language(words: Collection[str]) -> Language:
    """Return the language with the most stop words among these folded words, the first of several.

    Without any, it is English without stop words.
    """
    best = max(_languages(), key=lambda language: sum(word in language.stop_words for word in words))
    is_known = any(word in best.stop_words for word in words)
    return best if is_known else _languages()[0]._replace(stop_words=frozenset())


@cache
def _languages() -> tuple[Language, ...]:
    return tuple(Language(frozenset(words.split()), tuple(endings.split())) for endings, words in _TABLES)
