"""The daily log for paper: the form's own questions and words, in the order of its page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django import forms
from django.utils.translation import gettext as _

from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import Profile, fill
from recovery.forms.at_once import AtOnceTexts, after_words
from recovery.forms.fields import Dropdown, Lines, Rating
from recovery.forms.layout import STRONG, More, Part, Question, log_helper
from recovery.forms.logs import LogForm


@dataclass(frozen=True, slots=True)
class Blank:
    """One question with its blank boxes. `kind` is scale, boxes, line, long (a line of its own),
    lines or title; `when` says to whom a question that follows another is asked. Of the kind now
    it asks nothing: after what `when` says, do what `label` says.
    """

    label: str
    hint: str
    kind: str
    choices: tuple[str, ...] = ()
    when: str = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    hint: str
    blanks: list[Blank]


def paper_log(
    procedure_on: date,
    on: date,
    *,
    profile: Profile,
    changes: Sequence[RuleChange],
    numbers: Mapping[str, str],
) -> list[Section]:
    """The questions of a log about `on`, section by section."""
    form = LogForm(procedure_on=procedure_on, dates=(on, on), fixed=on)
    layout = log_helper(form.day, warn=False).layout
    texts = AtOnceTexts(form, profile, changes)
    return [
        _section(item, texts, numbers) for item in layout.fields if isinstance(item, Part | More)
    ]


def _section(item: Part | More, texts: AtOnceTexts, numbers: Mapping[str, str]) -> Section:
    title, hint = (
        (item.title, item.hint)
        if isinstance(item, More)
        else (item.heading["title"], item.heading["hint"])
    )
    blanks: list[Blank] = []
    for told, run in groupby(_questions(item.fields), texts.after):
        questions = list(run)
        asked = [blank for question in questions for blank in _blanks(question, texts.form)]
        now = [
            Blank(fill(one.text, numbers), "", "now", when=after_words(one, len(questions)))
            for one in told
        ]
        # What several questions share is read before the first of them.
        blanks += now + asked if len(questions) > 1 else asked + now
    return Section(str(title), str(hint), blanks)


def _questions(items: Iterable[object]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Question):
            yield item
        else:
            yield from _questions(getattr(item, "fields", ()))


def _blanks(question: Question, form: LogForm) -> Iterator[Blank]:
    first, *rest = (form[name] for name in question.fields)
    if "title" in question.words:
        yield Blank(str(question.words["title"]), str(question.words["hint"]), "title")
    ends = tuple(str(question.words[end]) for end in ("low", "high"))
    side = _("If one of these is new or worse:") if first.name == "leg_side" else ""
    yield _blank(first, ends, when=side, follows="title" in question.words)
    when = _when(first, question.words["opens"])
    for field in rest:
        yield _blank(field, ends, when=when, follows=True)
        # Said once, before the first of those that follow.
        when = ""


def _when(field: forms.BoundField, opens: Iterable[str]) -> str:
    opens = tuple(opens)
    if not opens:
        return ""
    if opens == STRONG:
        return _("If it is %(n)s or more:") % {"n": opens[0]}
    words = dict(field.field.choices)
    return _("If “%(answer)s”:") % {"answer": words[opens[0]]}


def _blank(
    field: forms.BoundField, ends: tuple[str, ...], *, when: str = "", follows: bool = False
) -> Blank:
    asked, widget = field.field, field.field.widget
    choices: tuple[str, ...] = ()
    if isinstance(widget, Dropdown):
        kind = "long"
    elif isinstance(widget, Lines):
        kind = "lines"
    elif isinstance(asked, Rating):
        kind = "scale"
    elif hasattr(asked, "choices"):
        kind = "boxes"
    else:
        kind = "line"
    if kind in ("scale", "boxes"):
        # Nobody takes a column for another: on paper "Yes" stands last in every question.
        given = sorted(asked.choices, key=lambda choice: choice[0] == "yes")
        choices = tuple(str(word) for _code, word in given)
    hint = _("0 is %(low)s, 10 is %(high)s.") % dict(zip(("low", "high"), ends, strict=True))
    return Blank(
        str(field.label),
        hint if kind == "scale" else str(field.help_text),
        kind,
        choices,
        when,
        follows,
    )
