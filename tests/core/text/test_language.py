"""The language of a text, guessed."""

import pytest

from tui_pod.core.text.language import guess_language

TEXTS = {
    "ar": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.",
    "de": "Alle Menschen sind frei und gleich an Würde geboren. Sie sollen einander im Geist der Güte begegnen.",
    "en": "All human beings are born free and equal in dignity and rights. They should act in a spirit of brotherhood.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad, y deben comportarse como hermanos.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité, et doivent agir les uns envers les autres.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità. Essi devono agire con lo spirito di fratelli.",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid geboren. Zij zijn begiftigd met verstand en geweten.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności. Nie wolno nikogo czynić niewolnikiem.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade. Devem agir uns para com os outros em paz.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве. Они должны поступать в духе братства.",
    "sv": "Alla människor är födda fria och lika i värde. De har utrustats med förnuft och bör handla i gemenskap.",
    "zh": "人人生而自由，在尊严和权利上一律平等。",
    "": "LLM layers 1 2 3 — RoPE, FFN",
}


@pytest.mark.parametrize("language", TEXTS)
def test_language_is_guessed_from_script_and_common_words(language: str) -> None:
    assert guess_language(TEXTS[language]) == language
