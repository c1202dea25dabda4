"""What the understanding is measured with: slips, near-duplicates, folds."""

from nlu.components.spelling import folded
from nlu.messages import Labelled, folds, groups, similarity
from nlu.noise import noisy

TEXTS = [
    "quiero mandar el reporte de agua porque se vence",
    "necesito permiso para mi taller de enderezado",
] * 40


def test_the_same_seed_gives_the_same_slips() -> None:
    assert noisy(TEXTS) == noisy(TEXTS)
    assert noisy(TEXTS, seed=1) != noisy(TEXTS, seed=2)


def test_slips_change_many_messages_and_leave_them_readable() -> None:
    changed = [folded(one) != folded(other) for one, other in zip(TEXTS, noisy(TEXTS), strict=True)]
    assert 0.4 < sum(changed) / len(changed) < 1
    kept = [
        similarity(frozenset(folded(one).split()), frozenset(folded(other).split()))
        for one, other in zip(TEXTS, noisy(TEXTS), strict=True)
    ]
    assert sum(kept) / len(kept) > 0.6


def test_short_words_suffer_no_slip() -> None:
    assert noisy(["si no ya voy"] * 50, seed=3).count("si no ya voy") > 35


def test_near_duplicates_are_one_group() -> None:
    texts = [
        "¿Qué ocupo para sacar el permiso?",
        "q okupo pa sacar el permizo?",
        "quiero agendar una cita con alguien de los que saben de agua hoy",
        "quiero agendar una cita con alguien de los que saben de luz hoy",
        "otra cosa",
    ]
    found = groups(texts)
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert len(set(found)) == 3


def test_folds_keep_groups_whole_and_spread_intents() -> None:
    examples = [
        Labelled(f"{subject} numero {word}", intent)
        for intent, subject in (("a", "agua"), ("b", "luz"))
        for word in ("uno", "dos", "tres", "seis", "siete", "ocho", "once", "doce", "trece", "mil")
    ]
    examples += [Labelled(one.text.upper(), one.intent) for one in examples]
    found = folds(examples, 5)
    assert found[:20] == found[20:]
    for intent in "ab":
        sizes = [
            sum(
                one.intent == intent and fold == at
                for one, fold in zip(examples, found, strict=True)
            )
            for at in range(5)
        ]
        assert max(sizes) - min(sizes) <= 2, sizes
