"""Names are found by the beginnings of their words, and by other words for them."""

from tui_pod.core.text.names import is_called, rank


def test_beginning_of_a_word_fits_best_then_a_synonym_and_last_three_letters_within_a_word() -> None:
    fits = [
        rank("vol", name, synonyms)
        for name, synonyms in (("Volume", ""), ("Turn volume", ""), ("On", "volume"), ("Evolve", ""))
    ]
    assert fits == sorted(fits, key=lambda fit: 9 if fit is None else fit)
    assert fits[1] != fits[2] != fits[3] is not None
    assert rank("ol", "Volume") is None
    assert rank("vol zebra", "Volume") is None


def test_filling_words_need_not_be_there() -> None:
    assert rank("how do I mute it", "Mute") is not None
    assert rank("how", "Mute") is None


def test_name_is_called_what_is_before_its_dash() -> None:
    assert is_called("Parameters — the learned numbers", "parameters ")
    assert is_called("Parameters — the learned numbers", "parameters: the learned numbers")
    assert not is_called("The parameters", "parameters")
