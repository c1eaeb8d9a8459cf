"""The corridor, the course and study figures, as staff see them; none of it alerts anybody."""

import gzip
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.clinical.plan import Step
from recovery.clinical.trials import FIGURES
from recovery.models import Alert, Clinic, Recovery
from tests.completed import pathway_with_steps, with_own_days
from tests.pages import words
from tests.queries.crowd import crowd
from tests.views.staff.conftest import NOW, report, someone, url
from tests.views.staff.test_recoveries import a_year

DAY = timedelta(days=1)
STEPS = (Step(0, 3, 3, 8), Step(4, 14, 2, 6), Step(15, None, 1, 5))


def page(client: Client, recovery: Recovery) -> str:
    return client.get(url("staff_recovery", recovery.uuid)).content.decode()


def on_pathway(clinic: Clinic, *steps: Step, day: int = 16, **more: Any) -> Recovery:
    recovery = someone(clinic, "Ruth", "Keller", day=day, **more)
    recovery.pathway = pathway_with_steps(clinic, *steps)
    recovery.save()
    return recovery


def described(html: str) -> str:
    return " ".join(html.partition('<desc id="chart-d">')[2].partition("</desc>")[0].split())


def test_the_clinic_s_steps_are_drawn_as_its_setting(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = on_pathway(clinic, *STEPS)
    report(recovery, pain_avg=7)
    html = page(as_nurse, recovery)
    assert "Corridor: clinic setting 3, not study data" in html
    assert html.count('class="c-band"') == 2  # the band and its key
    assert "c-band--own" not in html
    assert "The newest pain, 7 on D16, is above the corridor, 1 to 5." in described(html)
    assert "<th>D16<td>7<td>–<td>1–5" in html


@pytest.mark.parametrize(
    ("pain", "where"), [(7, "above"), (5, "within"), (1, "within"), (0, "below")]
)
def test_the_description_says_where_the_newest_pain_stands(
    as_nurse: Client, clinic: Clinic, now: Any, pain: int, where: str
) -> None:
    recovery = on_pathway(clinic, *STEPS)
    report(recovery, pain_avg=pain)
    said = described(page(as_nurse, recovery))
    assert f"The newest pain, {pain} on D16, is {where} the corridor, 1 to 5." in said


def test_own_data_goes_before_the_setting_day_by_day(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    with_own_days(clinic, [(16, 57, "2.5", "4", "6"), (15, 63, "2", "4", "6")], at=NOW - DAY)
    recovery = on_pathway(clinic, *STEPS)
    report(recovery, pain_avg=6)
    html = page(as_nurse, recovery)
    assert (
        "Corridor: middle half of 57 to 63 of the clinic&#x27;s own completed recoveries; "
        "on other days clinic setting 3, not study data"
    ) in html
    assert "c-band--own" in html
    assert "is within the corridor, 2.5 to 6." in described(html)
    assert "<th>D16<td>6<td>–<td>2.5–6, n 57" in html


def test_own_data_alone_leaves_other_days_empty(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    with_own_days(clinic, [(2, 50, "3", "4", "6"), (5, 50, "3", "4", "6")], at=NOW - DAY)
    recovery = someone(clinic, "Ruth", "Keller", day=4)
    report(recovery, pain_avg=9)
    html = page(as_nurse, recovery)
    assert "Corridor: middle half of 50 of the clinic&#x27;s own completed recoveries<" in html
    # Two bands that nothing joins, and no word on a day between them.
    [band] = re.findall(r'class="c-band c-band--own" d="(M[^"]*Z)"/>\n', html)
    assert band.count("M") == band.count("Z") == 2
    assert "corridor, " not in described(html)


def test_without_data_and_setting_there_is_no_corridor(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, pain_avg=9)
    html = page(as_nurse, recovery)
    assert "Corridor" not in html
    assert "c-band" not in html


def test_another_clinic_s_data_is_no_corridor_of_ours(
    as_nurse: Client, clinic: Clinic, harbor: Clinic, now: Any
) -> None:
    with_own_days(harbor, [(day, 50, "3", "4", "6") for day in range(30)], at=NOW - DAY)
    recovery = someone(clinic, "Ruth", "Keller", day=4)
    report(recovery)
    assert "c-band" not in page(as_nurse, recovery)


def test_a_rebuild_is_seen_by_a_process_that_has_read_the_one_before(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=4)
    report(recovery)
    with_own_days(clinic, [(4, 50, "3", "4", "6")], at=NOW - DAY)
    assert "3–6, n 50" in page(as_nurse, recovery)
    clinic.corridor_days.all().delete()
    with_own_days(clinic, [(4, 51, "2", "4", "6")], at=NOW)
    assert "2–6, n 51" in page(as_nurse, recovery)


def test_a_year_of_logs_with_a_band_for_each_day_stays_a_small_page(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    with_own_days(
        clinic,
        [(n, 180 - n, f"{n % 3}.5", "4", str(5 + n % 4)) for n in range(105)],
        at=NOW - DAY,
    )
    recovery = on_pathway(clinic, *STEPS, day=364, ticked=False)
    a_year(recovery)
    report(recovery, pain_avg=3)
    html = page(as_nurse, recovery)
    assert "<th>D100<td>7<td>8<td>0<td>1.5–5, n 80" in html
    assert len(html.encode()) <= 60_000
    assert len(gzip.compress(html.encode())) <= 15_000


@pytest.mark.parametrize(
    ("opioid", "tablets", "said", "marks"),
    [
        ({"opioids": []}, {"acetaminophen_mg": 0}, "<td>none<td>none", 2),
        ({"opioids": []}, {}, "<td>none<td>–", 1),
        ({}, {"acetaminophen_mg": 1000}, "<td>–<td>1", 0),
        ({}, {}, "<td>–<td>–", 0),
        ({"opioids": [{"drug": "other"}]}, {}, "<td>?<td>–", 0),
    ],
)
def test_none_is_told_apart_from_not_answered(
    as_nurse: Client, recovery: Recovery, opioid: Any, tablets: Any, said: str, marks: int
) -> None:
    report(recovery, **opioid, **tablets)
    html = page(as_nurse, recovery)
    assert f"<th>D1<td>4<td>–{said}" in html
    drawn = re.findall(r'class="c-none" d="(M1[^"]*)"', html)
    assert sum(path.count("h") for path in drawn) == marks
    assert ("none taken" in html) == bool(marks)
    assert ("opioid, total not known" in html) == ("?" in said)


# Beside the rows of the lists
# ----------------------------


@pytest.fixture
def course(clinic: Clinic, now: Any) -> Recovery:
    """On D16, pain up from 4 to 7, above the clinic's corridor."""
    recovery = on_pathway(clinic, *STEPS)
    for ago, pain in ((6, 5), (4, 4), (2, 5), (0, 7)):
        report(recovery, ago=timedelta(hours=1) + ago * DAY, pain_avg=pain)
    recovery.refresh_from_db()
    return recovery


ABOVE = "Pain 7 on D16, above the clinic's corridor 1 to 5."
UP = "Pain up 3 in 4 days, D12 to D16."


def test_the_list_of_patients_says_what_a_course_comes_to(
    as_nurse: Client, course: Recovery
) -> None:
    assert f"{ABOVE} {UP}" in words(as_nurse.get(url("patients")))


def test_it_puts_nobody_into_the_queue_and_raises_nothing(
    as_nurse: Client, course: Recovery
) -> None:
    assert course.queue_rank is None
    assert not Alert.objects.filter(recovery=course).exists()
    assert "Keller" not in words(as_nurse.get(url("queue")))


def test_a_row_of_the_queue_says_it_beside_the_rule(as_nurse: Client, course: Recovery) -> None:
    report(course, pain_avg=7, fall=True)
    said = words(as_nurse.get(url("queue")))
    assert re.search(rf"R35\. .*{re.escape(ABOVE)} {re.escape(UP)} Ruth Keller", said)


@pytest.mark.parametrize(
    ("pains", "said"),
    [
        ((4, 5), ""),
        ((4, 0), ""),
        ((3, 5), "Pain up 2 in 4 days, D12 to D16."),
        ((6, 6), "Pain 6 on D16, above the clinic's corridor 1 to 5."),
    ],
)
def test_within_the_corridor_and_steady_is_worth_no_word(
    as_nurse: Client, clinic: Clinic, now: Any, pains: tuple[int, int], said: str
) -> None:
    recovery = on_pathway(clinic, *STEPS)
    report(recovery, ago=4 * DAY, pain_avg=pains[0])
    report(recovery, pain_avg=pains[1])
    text = words(as_nurse.get(url("patients")))
    assert (said in text) if said else ("Pain up" not in text and "corridor" not in text)


@pytest.mark.parametrize("state", ["completed", "withdrawn", "died"])
def test_a_course_that_has_ended_is_worth_no_word(
    as_nurse: Client, course: Recovery, state: str
) -> None:
    Recovery.objects.update(state=state)
    said = words(as_nurse.get(url("patients")))
    assert "Keller" in said
    assert "Pain up" not in said
    assert "corridor" not in said


def test_silence_is_told_until_a_contact_or_an_end(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=12)
    report(recovery, ago=3 * DAY)
    Recovery.objects.update(overdue_since=NOW - 2 * DAY)
    told = "Course: Missed a check-in. Last log: D9."
    assert told in words(as_nurse.get(url("patients")))
    for quieted in ({"overdue_hidden": True}, {"overdue_hidden": False, "state": "paused"}):
        Recovery.objects.update(**quieted)
        assert "Missed" not in words(as_nurse.get(url("patients")))


@pytest.mark.parametrize("name", ["queue", "patients"])
@pytest.mark.parametrize("size", [1, 50, 200])
def test_six_statements_with_a_corridor_too(
    as_nurse: Client, clinic: Clinic, now: Any, name: str, size: int
) -> None:
    with_own_days(clinic, [(10, 60, "1", "2", "3")], at=NOW - DAY)
    rows = crowd(clinic, size, now=NOW)
    Recovery.objects.update(
        pathway=pathway_with_steps(clinic, *STEPS),
        pain_trend=[[8, 2], [10, 5]],
        overdue_since=NOW - DAY,
    )
    as_nurse.get(url(name))
    with CaptureQueriesContext(connection) as statements:
        said = words(as_nurse.get(url(name)))
    assert len(statements) <= 6, [one["sql"][:80] for one in statements]
    shown = min(len(rows), 50)
    reason = "Pain 5 on D10, above the clinic's corridor 1 to 3. Pain up 3 in 2 days, D8 to D10."
    assert said.count(f"{reason} Missed a check-in. Last log: D10.") == shown


# What studies report
# -------------------


def studies(client: Client, recovery: Recovery) -> str:
    """Beside the scores of a patient, on the page of every form."""
    html = client.get(url("staff_checkins", recovery.uuid)).content.decode()
    return html.partition('<details class="ic-card ic-trials">')[2].partition("</details>")[0]


def test_every_figure_stands_there_with_its_arm_n_and_source(
    as_nurse: Client, recovery: Recovery
) -> None:
    told = studies(as_nurse, recovery)
    for figure in FIGURES:
        spread = "" if figure.sd is None else f" ({figure.sd})"
        row = f"<tr><th>{figure.study}<td>{figure.arm}<td>{figure.n}<td>−{figure.fall}{spread}<td>"
        assert row in told
    assert re.findall(r"scope=rowgroup>([^<]*)", told) == ["3 months", "12 months", "24 months"] * 2
    # A diamond each, and a bar where the source gives a deviation.
    assert told.count('l5 5-5 5-5-5z"') == len(FIGURES)
    bars = re.findall(r'd="M-?\d+ 8H\d+"', told)
    assert len(bars) == sum(figure.sd is not None for figure in FIGURES)


@pytest.mark.parametrize(
    "said",
    [
        "averages of people in a study, not a target",
        "Funded by the maker (M: not verified;",
        "For six weeks no figure was found.",
        "A patient's own baseline is the fair comparison.",
        "S6 INTRACEPT trial, interim, Khalil 2019 (the maker's summary)",
    ],
)
def test_they_are_not_shown_as_a_target(as_nurse: Client, recovery: Recovery, said: str) -> None:
    assert said in studies(as_nurse, recovery).replace("&#x27;", "'")


def test_patients_see_neither_band_nor_study(client: Client, course: Recovery) -> None:
    client.force_login(course.patient.accesses.get().user)
    html = client.get(url("history", course.uuid)).content.decode()
    assert "Your last answer was <b>7</b>" in html
    for never in ("c-band", "orridor", "SMART", "INTRACEPT", "MME"):
        assert never not in html
