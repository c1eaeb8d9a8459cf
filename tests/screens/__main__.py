"""Run by `make screens`; ARGS="today queue" takes only the pictures whose names begin so."""

import sys
import time
from pathlib import Path

import django

from tests.screens import place  # noqa: F401 - prepares the environment

django.setup()

from tests.browser.test_accessibility import PAGES  # noqa: E402
from tests.screens import checkins, languages, lists, pathways, patient, sheets, staff  # noqa: E402 - models need Django to be set up
from tests.screens.camera import Camera  # noqa: E402
from tests.screens.house import running  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"


def main() -> None:
    begin = time.monotonic()
    only = sys.argv[1:]
    camera = Camera(FOLDER, only)
    with running(camera) as house:
        for tour in (
            patient.door,
            patient.today,
            staff.door,
            staff.queue,
            staff.people,
            staff.groups,
            staff.room,
            sheets.sheets,
            staff.procedures,
            staff.ledger,
            staff.clinic,
            lists.lists,
            lists.exports,
            pathways.pathways,
            staff.refusals,
            patient.log,
            checkins.checkins,
            patient.links,
            patient.mails,
            languages.mails,
            languages.languages,
            languages.in_spanish,
        ):
            tour(house)
    camera.write_index()
    if missing := sorted(PAGES - camera.routes):
        raise SystemExit(f"No picture of: {', '.join(missing)}")
    print(f"{len(camera.taken)} pages in {FOLDER}, {time.monotonic() - begin:.0f} s")


main()
