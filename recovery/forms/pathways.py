"""A clinic's pathway as a whole: its file, its title, its approval; and what sections share."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.ownpathways import MAX_BYTES, PathwayError, Problem
from recovery.clinical.ownpathways.problem import Path
from recovery.clinical.ownpathways.schema import TITLE
from recovery.forms.pathway_words import message_of, place_of
from recovery.forms.places import Signed, ask_plainly
from recovery.forms.procedures import ProcedureForm
from recovery.models import Pathway, PathwayDraft

Data = dict[str, Any]

# When most procedures begin, for a calendar that nobody has given a time.
USUAL_TIME = time(9, 30)


class DraftForm(forms.Form):
    """Anything done to the draft; `revision` is that of the draft which the page was made from."""

    use_required_attribute = False

    revision = forms.IntegerField(
        label=_("Draft"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("This page is out of date. Open it again.")},
    )

    @property
    def read_at(self) -> int:
        """The revision that was read; 0, which no draft has, when the page did not say."""
        return self.cleaned_data.get("revision") or 0


class SectionForm(DraftForm):
    """One part of the draft. `data` is the whole draft as the services take it.

    A subclass writes its cleaned fields into a copy of `data` (`write`), and says which field a
    problem of the result belongs to (`field_at`).
    """

    def __init__(
        self,
        given: Any = None,
        *,
        data: Mapping[str, Any],
        revision: int = 0,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.data_before = data
        self.data_after: Data = {}
        super().__init__(given, initial={"revision": revision, **(initial or {})})
        ask_plainly(self)

    def changed(self) -> Data:
        """The whole draft with what was typed."""
        self.data_after = deepcopy(dict(self.data_before))
        self.write(self.data_after)
        return self.data_after

    def write(self, data: Data) -> None:
        raise NotImplementedError

    def field_at(self, path: Path) -> str | None:
        raise NotImplementedError

    def refuse(self, error: PathwayError) -> None:
        """Put each problem beside its field; those of other sections above the form, with their
        place in words.
        """
        for problem in error.problems:
            name = self.field_at(problem.path)
            if name is None:
                place = place_of(self.data_after, problem)
                self.add_error(None, f"{place}: {message_of(problem)}")
            else:
                self.add_error(name, self.said(problem))

    def said(self, problem: Problem) -> str:
        """The problem as it reads beside its field."""
        words = message_of(problem)
        return words[:1].upper() + words[1:]


class TitleForm(SectionForm):
    title = forms.CharField(
        label=_("Title"), max_length=TITLE, help_text=_("What staff call this pathway.")
    )

    def __init__(self, given: Any = None, *, data: Mapping[str, Any], revision: int = 0) -> None:
        super().__init__(given, data=data, revision=revision, initial={"title": data["title"]})

    def write(self, data: Data) -> None:
        data["title"] = self.cleaned_data["title"]

    def field_at(self, path: Path) -> str | None:
        return "title" if path == ("title",) else None


class PathwayFileForm(DraftForm):
    """A YAML file that takes the place of the draft."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".yaml,.yml,application/yaml"}),
        help_text=_("A pathway in YAML, as it is downloaded here, at most 1 MiB."),
        error_messages={
            "required": _("Choose a file."),
            "missing": _("Choose a file."),
            "empty": _("This file is empty."),
        },
    )
    replace = forms.BooleanField(label=_("It takes the place of the draft"), required=False)

    def __init__(
        self, given: Any = None, files: Any = None, *, draft: PathwayDraft | None = None
    ) -> None:
        super().__init__(given, files, initial={"revision": draft.revision if draft else 0})
        self.draft = draft
        self.problems: tuple[Problem, ...] = ()
        ask_plainly(self)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("This file has %(size)s bytes. At most 1 MiB is taken, that is %(most)s bytes."),
                params={"size": file.size, "most": MAX_BYTES},
            )
        return file

    def clean_replace(self) -> bool:
        if self.draft and not self.cleaned_data["replace"]:
            raise forms.ValidationError(
                _("There is a draft, and it would be gone. Tick this if that is meant.")
            )
        return bool(self.cleaned_data["replace"])

    def refuse(self, error: PathwayError) -> None:
        self.problems = error.problems
        self.add_error("file", _("This file was not taken. What is wrong is listed by line."))


class ApprovalForm(Signed, DraftForm):
    """The manager's own name makes the draft the version in use."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=Pathway._meta.get_field("note").max_length,  # noqa: SLF001 - documented
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "Why, and which clinician has looked at it. Stands with the version. May stay empty."
        ),
    )

    def __init__(self, given: Any = None, *, known_as: str, revision: int = 0) -> None:
        super().__init__(given, initial={"revision": revision})
        self.sign_as(known_as)
        ask_plainly(self)


class CalendarForm(ProcedureForm):
    """A procedure that the pathway is looked at with."""

    def __init__(self, given: Any = None, *, today: date, zone: str) -> None:
        usual = {"procedure_date": today, "procedure_time": USUAL_TIME}
        super().__init__(given, initial=usual)
        self.today, self.zone = today, zone
        ask_plainly(self)

    def clean(self) -> None:
        self.settle_time(self.zone)
