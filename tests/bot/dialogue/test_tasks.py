"""A form in a conversation: answered, gone back in, corrected, left, taken up again, sent."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.conversation import Do
from tests.bot.dialogue.talk import (
    ANSWERS,
    ASKED,
    BEGIN,
    FLOWS,
    LITRES,
    SEND,
    SOURCE,
    Talk,
    changed,
    known_firm,
    question,
    redefined,
)


def _at(slot: str) -> Talk:
    """The report under way, up to that question."""
    return Talk().does(BEGIN, *ANSWERS[: ASKED.index(slot)])


def _in_one_go() -> dict[str, object]:
    return dict(_at("right").does(SEND).sent())


# -- in one go -------------------------------------------------------------------------------------


def test_every_question_is_asked_once_and_what_was_answered_is_sent() -> None:
    talk = Talk().does(BEGIN)
    asked = [talk.asked]
    for answer in ANSWERS:
        talk.does(answer)
        asked.append(talk.asked)
    assert asked == list(ASKED)
    assert "Lácteos Ana" in talk.shown.text
    talk.does(SEND)
    assert talk.said == ["utter_report_sent"]
    assert (talk.conversation.tasks, talk.asked) == ((), None)
    assert talk.sent() == {
        "consent_given": True,
        "kind": "yearly",
        "firm_name": "Lácteos Ana",
        "plan": "Básico",
        "workers": 12,
        "boiler": True,
        "power": "7.5",
        "litres": 300,
        "source": "Pozo",
        "comment": "nada más",
        "channel": "Correo",
        "price": "12 USD",
    }
    assert len(talk.runs("send_report")) == 1
    assert talk.runs("save_profile") == [Do("save_profile", {"firm_name": "Lácteos Ana"})]


def test_a_branch_that_is_not_taken_is_not_asked_nor_missed_in_words() -> None:
    talk = _at("boiler").does("no")
    assert talk.asked == "litres"
    talk.does("300", "Pozo", "saltar", "«Saltar»", SEND)
    assert "power" not in talk.sent()
    assert (talk.sent()["comment"], talk.sent()["channel"]) == (None, None)
    # A response names a slot of the other branch.
    assert talk.shown.text == "Mandado, yearly: 12 USD ."


def test_what_is_known_of_the_firm_is_not_asked() -> None:
    talk = known_firm(firm_name="Taller Paz").does(BEGIN)
    assert talk.asked == "plan"
    assert talk.shown.text == "¿Qué plan, Taller Paz?"
    # It can be corrected all the same.
    talk.does("cambiar nombre", "Taller Luz", *ANSWERS[1:], SEND)
    assert talk.sent()["firm_name"] == "Taller Luz"


def test_what_is_known_but_does_not_fit_is_asked() -> None:
    assert known_firm(firm_name="x").does(BEGIN).asked == "firm_name"


# -- answers and words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Cancelaciones Rápidas", "Volver a Empezar SA", "Atrás y Adelante", "Sí Se Puede"]
)
def test_a_name_that_holds_a_command_is_a_name(name: str) -> None:
    talk = Talk().does(BEGIN, name)
    assert (talk.asked, talk.answers()["firm_name"]) == ("plan", name)


@pytest.mark.parametrize(
    ("written", "value"),
    [("siguiente", "Siguiente"), ("ATRÁS", "Atrás"), ("cancelar", "other"), ("1", "Siguiente")],
)
@pytest.mark.parametrize("shown", [True, False])
def test_a_word_that_the_question_offers_is_an_answer(
    written: str, value: str, shown: bool
) -> None:
    options = "[Siguiente, Atrás, {title: Otro, value: other, synonyms: [cancelar]}]"
    talk = Talk(flows=changed(FLOWS, ("[Básico, Siguiente, Completo]", options)))
    talk.does(BEGIN, "Lácteos Ana")
    if not shown:
        # Something else was said last, without a menu.
        talk.does("asdf")
        talk.conversation = talk.conversation.with_menu(())
    assert talk.does(written).answers()["plan"] == value


@pytest.mark.parametrize("slot", ["firm_name", "workers", "litres", "comment", "right"])
@pytest.mark.parametrize("word", ["cancelar", "Cancelá", "/cancelar", "salir"])
def test_the_exact_word_cancels(slot: str, word: str) -> None:
    talk = _at(slot).does(word)
    assert "utter_cancelled" in talk.said
    assert talk.conversation.task is None
    assert not talk.runs("send_report")


@pytest.mark.parametrize("slot", ["plan", "workers", "boiler", "litres", "right"])
@pytest.mark.parametrize("sentence", ["quisiera que esto se anule", "regresemos a la de antes"])
def test_a_sentence_neither_cancels_nor_goes_back(slot: str, sentence: str) -> None:
    talk = _at(slot)
    before = talk.conversation.task
    talk.does(sentence)
    assert talk.conversation.task == before
    # Nor does it ever lose the person: they can go on with an answer.
    assert talk.asked == slot


def test_a_bare_number_answers_a_question_for_a_number_whatever_was_shown() -> None:
    for between in (
        "¿cuál es la norma?",
        "menu",
        "para que",
        "gracias",
        "repetir",
        "asdf",
    ):
        for slot, value in (("workers", 2), ("power", "2"), ("litres", 2)):
            talk = _at(slot).does(between)
            assert talk.asked == slot
            assert talk.does("2").answers()[slot] == value, (between, slot)


def test_when_the_person_is_asked_whether_to_cancel_a_number_says_so() -> None:
    talk = _at("workers").does("quisiera que esto se anule", "2")
    assert (talk.asked, talk.said[-1]) == ("workers", "utter_ask_workers")
    assert "workers" not in talk.answers()
    assert talk.does("2").answers()["workers"] == 2
    talk = _at("workers").does("quisiera que esto se anule", "1")
    assert talk.conversation.tasks == ()


def test_beside_a_question_for_a_number_there_is_no_menu_of_articles() -> None:
    talk = _at("workers").does("¿cuál es la norma?")
    assert talk.said == ["utter_in_words", "utter_back_to", "utter_ask_workers"]
    assert "• ¿Es A?" in talk.shown.text
    assert talk.shown.buttons == ()


def test_beside_a_choice_the_articles_can_be_chosen_and_the_form_waits() -> None:
    talk = _at("plan").does("¿cuál es la norma?")
    assert talk.said == ["utter_clarify", "utter_then_back"]
    talk.does("1")
    assert talk.said == ["utter_answer", "utter_back_to", "utter_ask_plan"]
    assert talk.does("1").answers()["plan"] == "Básico"


def test_a_list_to_correct_from_is_chosen_by_number_even_beside_a_number() -> None:
    talk = _at("litres").does("cambiar")
    assert talk.said == ["utter_change_which"]
    titles = [button.title for button in talk.shown.buttons]
    assert titles == ["Nombre de la empresa", "Plan", "Trabajadores", "Caldera", "Potencia"]
    talk.does("3")
    assert talk.asked == "workers"
    assert talk.does("40").answers()["workers"] == 40
    assert talk.asked == "litres"


@pytest.mark.parametrize("slot", ASKED[:-1])
def test_an_optional_question_can_be_skipped_and_no_other(slot: str) -> None:
    talk = _at(slot).does("saltar")
    if slot in ("comment", "channel"):
        assert talk.answers()[slot] is None
    else:
        assert slot not in talk.answers()
        assert "utter_cannot_skip" in talk.said
        assert talk.asked == slot


def test_there_is_nothing_to_skip_in_a_summary() -> None:
    for word in ("saltar", "no sé"):
        talk = _at("right").does(word)
        assert "utter_nothing_open" not in talk.said
        assert talk.asked == "right"
        assert talk.shown.buttons[0].title == "Mandar"


def test_an_old_button_to_skip_skips_its_own_question() -> None:
    talk = _at("channel")
    skip = talk.shown.buttons[-1]
    assert skip.title == "Saltar"
    talk.does("Correo").press(skip)
    assert talk.said[0] == "utter_changed"
    assert talk.answers() == {**talk.answers(), "channel": None, "comment": "nada más"}
    assert talk.asked == "right"


@pytest.mark.parametrize("slot", ASKED)
def test_why_a_question_is_asked_is_told_and_asked_again(slot: str) -> None:
    talk = _at(slot)
    text = talk.shown.text
    talk.does("para que es")
    assert talk.shown.text.endswith(text)
    assert len(talk.shown.text) > len(text) + 5
    assert talk.asked == slot


def test_a_summary_is_sent_by_a_yes_and_not_by_a_number_that_is_not_there() -> None:
    assert _at("right").does("si").runs("send_report")
    assert _at("right").does("1").runs("send_report")
    talk = _at("right").does("asdf")
    assert talk.said[0] == "utter_wrong_summary"
    # Its choices are still there.
    assert talk.does("1").runs("send_report")


# -- back ------------------------------------------------------------------------------------------


@given(st.integers(0, len(ANSWERS)), st.integers(0, len(ANSWERS)))
def test_back_undoes_exactly_one_answer_each_time(answered: int, back: int) -> None:
    talk = Talk().does(BEGIN, *ANSWERS[:answered])
    before = dict(talk.answers())
    talk.does(*["atrás"] * back)
    left = max(answered - back, 0)
    assert talk.answers() == {name: before[name] for name in ASKED[:left]}
    assert talk.asked == ASKED[left]
    if back > answered:
        assert talk.said[0] == "utter_at_first"
    # The rest once more, and it is the same report.
    assert talk.does(*ANSWERS[left:], SEND).sent() == _in_one_go()


def test_back_from_a_correction_leaves_the_answer_as_it_was() -> None:
    talk = _at("litres").does("cambiar plan")
    assert talk.asked == "plan"
    talk.does("atrás")
    assert (talk.asked, talk.answers()["plan"]) == ("litres", "Básico")


def test_back_asks_again_what_the_firm_is_known_by() -> None:
    talk = known_firm(firm_name="Taller Paz")
    talk.does(BEGIN, "cambiar nombre", "Taller Luz")
    for _ in range(40):
        talk.does("atrás")
        assert talk.asked == "firm_name"
        talk.does("Taller Sol")
        assert talk.asked == "plan"
    # What is remembered for that does not grow.
    assert talk.conversation.task is not None
    assert len(talk.conversation.task.again) <= 1


# -- corrections -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "slot", "new", "value"),
    [
        ("cambiar nombre de la empresa", "firm_name", "Otra", "Otra"),
        ("quiero cambiar el nombre", "firm_name", "Otra", "Otra"),
        ("corregir plan", "plan", "Completo", "Completo"),
        ("Trabajadores", "workers", "99", 99),
        ("modificar los litros", "litres", "1", 1),
        ("cambiar fuente", "source", "Cañería", "Cañería"),
        ("arreglar comentario", "comment", "bueno", "bueno"),
    ],
)
def test_a_correction_changes_only_what_it_names(
    how: str, slot: str, new: str, value: object
) -> None:
    talk = _at("right")
    before = dict(talk.answers())
    assert talk.does(how).asked == slot
    talk.does(new)
    assert talk.asked == "right"
    assert talk.answers() == {**before, slot: value}
    price = "99 USD" if slot == "workers" else "12 USD"
    assert talk.does(SEND).sent() == {**_in_one_go(), slot: value, "price": price}


@pytest.mark.parametrize("slot", ASKED[:-1])
def test_a_correction_is_chosen_from_the_list(slot: str) -> None:
    talk = _at("right").does("«Cambiar algo»")
    assert len(talk.shown.buttons) == len(ANSWERS)
    talk.press(talk.shown.buttons[ASKED.index(slot)])
    assert talk.asked == slot
    talk.does(ANSWERS[ASKED.index(slot)])
    assert talk.does(SEND).sent() == _in_one_go()


def test_an_old_button_corrects_its_question() -> None:
    talk = _at("plan")
    other = talk.shown.buttons[1]
    talk.does("Básico", "12", "sí").press(other)
    assert talk.said[0] == "utter_changed"
    assert talk.asked == "power"
    assert talk.answers() == {
        "firm_name": "Lácteos Ana", "plan": "Siguiente", "workers": 12, "boiler": True
    }  # fmt: skip


def test_a_correction_asks_what_its_branch_needs_and_keeps_what_another_needed() -> None:
    talk = _at("right").does("cambiar caldera", "no")
    assert talk.asked == "right"
    assert "Potencia" not in talk.shown.text
    talk.does("cambiar caldera", "sí")
    # Its power is still known.
    assert "Potencia: **7.5**" in talk.shown.text or "7.5" in talk.shown.text
    talk.does("cambiar trabajadores", "2", SEND)
    assert "power" not in talk.sent()
    talk = Talk().does(BEGIN, *ANSWERS[:3], "no", *ANSWERS[5:], "cambiar caldera", "sí")
    assert talk.asked == "power"
    assert talk.does("7.5").asked == "right"


def test_what_was_confirmed_is_confirmed_again_after_a_correction() -> None:
    talk = _at("right").does("cambiar plan", "Completo")
    assert talk.asked == "right"
    assert not talk.runs("send_report")


# -- left and taken up again -----------------------------------------------------------------------

_Pause = Callable[[Talk], object]
_PAUSES: dict[str, _Pause] = {
    "later": lambda talk: talk.does("después", "hola", "continuar"),
    "cancelled by mistake": lambda talk: talk.does("cancelar", "«Seguir donde iba»"),
    "29 days": lambda talk: talk.passes(days=29).does("continuar"),
    "29 days and its name": lambda talk: (
        talk.does("después").passes(days=29).does(BEGIN, "«Seguir donde iba»")
    ),
    "another task": lambda talk: talk.does("/misdatos", "¿qué es la DBO?"),
    "an article": lambda talk: talk.does("¿cuál es?", "continuar"),
    "small talk": lambda talk: talk.does("hola", "gracias", "menu"),
    "a sticker": lambda talk: talk.says("", "sticker"),
    "asked to cancel": lambda talk: talk.does("quisiera que esto se anule", "«No, seguir»"),
}


@pytest.mark.parametrize("pause", _PAUSES)
@pytest.mark.parametrize("slot", ASKED)
def test_a_form_that_was_interrupted_ends_as_one_done_in_one_go(slot: str, pause: str) -> None:
    talk = _at(slot)
    if slot in ("firm_name", "comment") and pause == "asked to cancel":
        pytest.skip("any sentence is an answer there")
    _PAUSES[pause](talk)
    assert talk.asked == slot
    talk.does(*ANSWERS[ASKED.index(slot) :], SEND)
    assert talk.sent() == _in_one_go()
    assert len(talk.runs("send_report")) == 1


@pytest.mark.parametrize("slot", ["plan", "workers", "litres", "right"])
def test_another_task_in_the_middle_returns_to_the_first(slot: str) -> None:
    talk = _at(slot).does("quiero una cita")
    assert talk.asked == "subject"
    talk.does("Ruido")
    assert talk.asked == "floor"
    talk.does("3")
    assert talk.runs("book_it")[0].args["floor"] == 3
    assert talk.said.count("utter_back_to") == 1
    assert talk.asked == slot
    assert talk.does(*ANSWERS[ASKED.index(slot) :], SEND).sent() == _in_one_go()


def test_who_has_gone_on_to_other_things_is_not_asked_at_every_turn() -> None:
    talk = _at("boiler").does("gracias", "¿ocupo permiso?")
    assert talk.said == ["utter_answer", "utter_back_to", "utter_ask_boiler"]
    talk.does("¿ocupo permiso?")
    assert talk.said == ["utter_answer", "utter_go_on_later"]
    talk.does("¿ocupo permiso?")
    assert talk.said == ["utter_answer"]
    # An answer is one all the same, and then the next question is put as ever.
    talk.does("sí")
    assert (talk.answers()["boiler"], talk.asked) == (True, "power")
    talk.does("¿ocupo permiso?")
    assert talk.said[-1] == "utter_ask_power"
    talk.does("¿ocupo permiso?", "seguir")
    assert talk.said == ["utter_back_to", "utter_ask_power"]


def test_whoever_cancels_the_task_in_the_middle_is_not_led_back_unasked() -> None:
    talk = _at("workers").does("quiero una cita", "cancelar")
    assert talk.said == ["utter_cancelled", "utter_go_on_later"]
    assert talk.conversation.task is None
    talk.does("gracias")
    assert talk.said == ["utter_thank"]
    talk.does("seguir")
    assert (talk.asked, talk.said[0]) == ("workers", "utter_back_to")


def test_what_another_task_learnt_is_not_asked_and_nothing_is_said_twice() -> None:
    talk = Talk().does("quiero una cita", "Ruido", BEGIN, *ANSWERS, SEND)
    assert talk.said == ["utter_report_sent", "utter_back_to", "utter_ask_floor"]
    assert talk.asked == "floor"


def test_a_task_begun_again_offers_to_go_on_even_beside_another() -> None:
    for beside in ((), ("quiero una cita", "Ruido"), ("qué proyectos hay",)):
        talk = _at("workers").does("después", *beside)
        waiting = talk.conversation.task
        talk.does(BEGIN)
        assert talk.said[0] == "utter_half_done"
        assert talk.conversation.task == waiting
        titles = [button.title for button in talk.shown.buttons]
        assert titles == ["Seguir donde iba", "Empezar de nuevo"]
        talk.does("«Seguir donde iba»")
        assert talk.asked == "workers"
        assert dict(talk.answers()) == {"firm_name": "Lácteos Ana", "plan": "Básico"}


def test_a_task_can_be_begun_afresh() -> None:
    talk = _at("workers").does("después", BEGIN, "«Empezar de nuevo»")
    assert (talk.asked, talk.answers()) == ("firm_name", {})
    assert len(talk.conversation.tasks) == 1


def test_the_same_task_asked_for_while_it_is_open_goes_on() -> None:
    talk = _at("workers").does(BEGIN)
    assert talk.said == ["utter_back_to", "utter_ask_workers"]


def test_a_task_is_gone_after_30_days_and_its_buttons_are_explained() -> None:
    for leave in ((), ("después",), ("cancelar",)):
        talk = _at("plan")
        answer = talk.shown.buttons[0]
        talk.does(*leave).passes(days=30, seconds=1)
        told = [] if leave == ("cancelar",) else ["utter_expired"]
        for button in [answer, *talk.buttons[-1:]]:
            talk.press(button)
            assert talk.said == [*told, "utter_task_closed"], leave
            told = []
        assert (talk.conversation.tasks, talk.conversation.cancelled) == ((), None)
        assert talk.does("continuar").said == ["utter_nothing_left"]


def test_an_answer_that_comes_after_30_days_is_no_answer() -> None:
    for slot in ASKED:
        talk = _at(slot).passes(days=31).does("Lácteos")
        assert talk.conversation.tasks == ()
        assert talk.said
        assert talk.runs("answer")


def test_an_old_task_that_ends_does_not_disturb_the_one_under_way() -> None:
    talk = _at("workers").does("después").passes(days=20)
    talk.does("quiero una cita").passes(days=15).does("Ruido")
    assert talk.asked == "floor"
    assert [task.flow for task in talk.conversation.tasks] == ["booking"]


def test_an_old_button_of_an_ended_task_is_explained() -> None:
    talk = _at("right").does(SEND)
    for button in list(dict.fromkeys(talk.buttons)):
        if button.means == "/cancel":
            continue
        talk.press(button)
        assert talk.said == ["utter_task_closed"], button
    assert len(talk.runs("send_report")) == 1


# -- a flow or a definition that was changed meanwhile ---------------------------------------------


def test_a_question_that_was_added_is_asked_and_the_answers_stay() -> None:
    talk = _at("comment")
    ph = question("ph", "pH", type="whole_number", maximum=14)
    talk.definitions = redefined(LITRES, ph, SOURCE)
    talk.does("continuar")
    assert talk.asked == "ph"
    talk.does("7", *ANSWERS[7:], SEND)
    assert talk.sent() == {**_in_one_go(), "ph": 7}


def test_an_answer_to_a_question_that_is_open_no_more_is_not_taken_for_another() -> None:
    ph = question("ph", "pH", type="whole_number", maximum=14)
    talk = _at("litres")
    talk.definitions = redefined(ph, LITRES, SOURCE)
    # The person still answers what they see.
    talk.does("9")
    assert talk.asked == "ph"
    assert "ph" not in talk.answers()
    talk.does("7", "300", *ANSWERS[6:], SEND)
    assert talk.sent() == {**_in_one_go(), "ph": 7}
    talk = _at("right")
    talk.definitions = redefined(ph, LITRES, SOURCE)
    assert talk.does("si").asked == "ph"
    talk = _at("right")
    talk.definitions = redefined(ph, LITRES, SOURCE)
    assert talk.does(SEND, "7").asked == "right"
    assert talk.does(SEND).sent() == {**_in_one_go(), "ph": 7}


def test_a_question_that_was_removed_is_no_longer_sent() -> None:
    for slot in ("litres", "source", "comment", "right"):
        talk = _at(slot)
        talk.definitions = redefined(SOURCE)
        talk.does("continuar")
        left = [ANSWERS[ASKED.index(name)] for name in ASKED[ASKED.index(slot) : -1]]
        if slot == "litres":
            left = left[1:]
        talk.does(*left, SEND)
        expected = _in_one_go()
        del expected["litres"]
        assert talk.sent() == expected, slot


def test_an_answer_that_no_longer_fits_is_asked_again_and_only_that() -> None:
    talk = _at("right")
    talk.definitions = redefined(
        question("litres", "Litros", type="whole_number", maximum=200), SOURCE
    )
    talk.does("continuar")
    assert talk.asked == "litres"
    assert talk.does("250").asked == "litres"
    assert talk.does("150").asked == "right"
    assert talk.does(SEND).sent() == {**_in_one_go(), "litres": 150}


def test_a_slot_of_the_flow_that_takes_other_limits() -> None:
    talk = _at("comment")
    talk.flows = changed(FLOWS, ("minimum: 1, maximum: 500", "minimum: 20, maximum: 500"))
    talk.does("continuar")
    assert talk.asked == "workers"
    talk.does("25", *ANSWERS[7:], SEND)
    assert talk.sent() == {**_in_one_go(), "workers": 25, "price": "25 USD"}


def test_an_option_that_is_gone_cannot_be_pressed() -> None:
    talk = _at("plan")
    button = talk.shown.buttons[0]
    talk.flows = changed(FLOWS, ("[Básico, Siguiente,", "[Siguiente,"))
    talk.press(button)
    assert talk.said[0] == "utter_wrong_stale"
    assert talk.asked == "plan"


def test_a_flow_that_is_no_more_takes_its_tasks_along() -> None:
    for leave in ((), ("después",), ("cancelar",)):
        talk = _at("plan").does(*leave)
        talk.flows = changed(FLOWS, ("  report:\n", "  other:\n"))
        talk.press(talk.buttons[-1])
        assert talk.said == ["utter_task_closed"]
        assert talk.does("hola").said == ["utter_greet"]


# -- consent ---------------------------------------------------------------------------------------


def test_a_task_first_asks_for_consent_and_a_no_ends_it() -> None:
    talk = Talk(known={}).does(BEGIN)
    assert talk.said == ["utter_ask_consent"]
    talk.does("no")
    assert talk.said == ["utter_consent_refused"]
    assert talk.ran == []
    assert talk.conversation.tasks == ()
    assert talk.does(BEGIN).said == ["utter_ask_consent"]


def test_consent_is_asked_once() -> None:
    talk = Talk(known={}).does(BEGIN, "simon")
    assert [do.action for do in talk.ran] == ["record_consent"]
    assert talk.asked == "firm_name"
    talk.does(*ANSWERS, SEND, "quiero una cita")
    assert len(talk.runs("record_consent")) == 1
    assert talk.asked == "subject"
    assert talk.sent() == _in_one_go()


def test_consent_given_for_one_task_holds_for_those_that_follow_in_the_same_turn() -> None:
    talk = Talk(known={}).does("quiero una cita", "dame las novedades")
    assert (talk.asked, talk.said[-1]) == ("consent", "utter_ask_consent")
    talk.does("si")
    assert [do.action for do in talk.ran] == ["record_consent", "read_news"]
    assert "utter_ask_consent" not in talk.said
    assert talk.asked == "subject"


def test_a_question_needs_no_consent_nor_does_a_flow_without() -> None:
    talk = Talk(known={}).does("¿qué es la DBO?")
    assert talk.said == ["utter_answer", "utter_feedback"]
    assert talk.does("qué proyectos hay").runs("show_projects")
    talk.does(BEGIN, "¿qué es la DBO?")
    assert talk.said == ["utter_answer", "utter_back_to", "utter_ask_consent"]


# -- failures --------------------------------------------------------------------------------------


def test_two_messages_in_a_row_that_are_not_understood_open_one_case() -> None:
    talk = Talk().does("asdf")
    assert not talk.runs("open_case")
    talk.does("qwer")
    assert talk.runs("open_case") == [Do("open_case", {"reason": "not_understood"})]
    assert talk.said == ["utter_abstain_empty", "utter_human_not_understood"]
    assert len(talk.does("zxcv", "...", "asdf").runs("open_case")) == 1


@pytest.mark.parametrize("between", ["hola", "¿qué es la DBO?", "gracias", "menu", BEGIN])
def test_something_understood_in_between_starts_the_count_anew(between: str) -> None:
    talk = Talk().does("asdf", between, "...")
    assert not talk.runs("open_case")


@pytest.mark.parametrize("slot", ["plan", "workers", "boiler", "litres", "right"])
def test_wrong_answers_are_told_a_way_out_and_then_open_one_case(slot: str) -> None:
    talk = _at(slot).does("asdf")
    ways = {"utter_way_out", "utter_wrong_summary_way_out"}
    assert not ways & set(talk.said)
    assert ways & set(talk.does("qwer").said)
    assert not talk.runs("open_case")
    talk.does("zxcv")
    assert talk.runs("open_case") == [Do("open_case", {"reason": "not_understood"})]
    assert talk.asked == slot
    assert len(talk.does("asdf", "qwer", "zxcv").runs("open_case")) == 1


def test_failures_of_several_kinds_open_a_case_too() -> None:
    talk = _at("workers").does("asdf", "qwer", "...")
    assert len(talk.runs("open_case")) == 1


def test_anger_opens_one_case_and_the_form_goes_on() -> None:
    talk = _at("workers").does("estoy harto de esto")
    assert talk.runs("open_case") == [Do("open_case", {"reason": "anger"})]
    assert talk.said == ["utter_human_anger", "utter_back_to", "utter_ask_workers"]


def test_a_conversation_that_staff_hold_says_nothing_until_the_assistant_is_called() -> None:
    talk = _at("workers")
    talk.held = True
    before = talk.conversation
    for text in ("12", "hola", "cancelar", "¿qué es la DBO?", "", BEGIN):
        talk.does(text)
        assert (talk.said, talk.ran) == ([], [])
        assert talk.conversation == before
    talk.does("asistente")
    assert [do.action for do in talk.ran] == ["release"]
    assert talk.said[0] == "utter_release"
