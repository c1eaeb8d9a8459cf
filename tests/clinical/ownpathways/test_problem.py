"""What is wrong with a pathway, in English and in the language of a page."""

import ast
from pathlib import Path

from recovery.clinical import ownpathways
from recovery.clinical.ownpathways.checks import problems
from recovery.clinical.ownpathways.problem import Problem, _
from tests.clinical.ownpathways.shipped import data as shipped

CORE = Path(ownpathways.__file__).parent
GERMAN = {
    "must be %(one)s or %(other)s": "muss %(other)s oder %(one)s sein",
    "a whole number": "eine ganze Zahl",
    "nothing": "nichts",
}


def test_a_message_is_english_until_a_page_translates_it_with_what_stands_in_it():
    data = shipped()
    data["phases"][3]["last_day"] = "soon"
    [problem] = problems(data)
    assert str(problem) == "phases[3].last_day: must be a whole number or nothing"
    german = problem.words.in_language(lambda text: GERMAN.get(text, text))
    assert german == "muss nichts oder eine ganze Zahl sein"


def test_a_sign_of_percent_in_what_was_typed_is_kept():
    problem = Problem(("key",), _("%(value)s is not one of %(known)s", value="100%s", known="a"))
    assert problem.message == "100%s is not one of a"


def test_every_text_of_a_problem_can_be_found_by_who_translates():
    """What stands in `_(...)` is found by reading the code, so it is a text as it is."""
    marked = [
        (path.name, call.lineno, call.args[0])
        for path in CORE.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
    ]
    assert len(marked) > 70
    unread = [(name, line) for name, line, text in marked if not isinstance(text, ast.Constant)]
    assert unread == []
