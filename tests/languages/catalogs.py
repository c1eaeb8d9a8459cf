"""The files under locale/, from the source: python -m tests.languages

`patients.json` lists every text that a patient may read; `<language>/LC_MESSAGES/django.po` holds
its translations and is written by people; `django.mo` is that file as the site reads it, kept
beside it since a bare machine cannot compile one.
"""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.languages.msgids import ROOT, Msgid, msgids

LOCALE = ROOT / "locale"
LIST = LOCALE / "patients.json"
HEAD = """\
# What patients read. One entry a text, after `python -m tests.languages` has listed them.
# An entry marked fuzzy counts as missing. Say "usted"; a clinic approves what is here by name."""
# Files that are written anew are equal unless a text changed.
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def po_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    return sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(language: str) -> Catalog:
    with po_of(language).open("rb") as file:
        return read_po(file, locale=language)


def listed(found: list[Msgid]) -> str:
    rows = sorted([one.singular, one.plural] for one in found)
    return json.dumps(rows, ensure_ascii=False, indent=0) + "\n"


def updated(language: str, found: list[Msgid]) -> Catalog:
    """The catalog with an entry for each text and for no other; translations are kept."""
    known = read(language)
    catalog = Catalog(
        language,
        project="Intracept Care",
        version="1",
        header_comment=HEAD,
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        fuzzy=False,
    )
    for one in found:
        old = known.get(one.singular)
        msgid = (one.singular, one.plural) if one.plural else one.singular
        words = old.string if old and bool(old.pluralizable) == bool(one.plural) else None
        catalog.add(
            msgid,
            words,
            locations=[(one.where, None)],
            flags={flag for flag in (old.flags if old else ()) if flag == "fuzzy"},
        )
    return catalog


def as_po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=100)
    return re.sub(rb'"Generated-By: .*\n', b"", file.getvalue())


def as_mo(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def write() -> None:
    found = msgids()
    LIST.write_text(listed(found), encoding="utf-8")
    for language in languages():
        catalog = updated(language, found)
        path = po_of(language)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(read(language)))
