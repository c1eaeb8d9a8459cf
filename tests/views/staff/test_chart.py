"""The chart of the patient's page, the table of the same, and the scores beneath."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from recovery.models import Clinic, DailyLog, Recovery, User
from recovery.queries.instruments import instruments_of
from recovery.queries.record import record_of
from recovery.queries.scores import score_table, scores_of
from recovery.services import checkins, contacts, logs
from tests.cast import QUIET, checkin_of
from tests.pages import Page
from tests.views.staff.conftest import EMERGENCY, NOW, report, someone, url

DAY = timedelta(days=1)


def page(client: Client, recovery: Recovery, **query: str) -> str:
    response = client.get(url("staff_recovery", recovery.uuid), query)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return Page(html, "").words


def described(html: str) -> str:
    return " ".join(html.partition('<desc id="chart-d">')[2].partition("</desc>")[0].split())


def rows(html: str) -> dict[str, list[str]]:
    """The table of the chart: by day the cells, of which a row may share one with the row above."""
    body = html.partition('ic-values">')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = (row.split("<td>") for row in body.split("<tr><th>")[1:])
    return {day: rest for day, *rest in cells}


def head(html: str) -> list[str]:
    table = html.partition('ic-values">')[2].partition("</thead>")[0]
    return re.findall(r'<th scope="col">([^<]*)', table)


def zooms(html: str) -> dict[str, bool]:
    """The links beside the chart, and which of them is the present one."""
    nav = html.partition('aria-label="Zoom by phase">')[2].partition("</nav>")[0]
    return {
        words(text): "aria-current" in marks
        for marks, text in re.findall(r"<a([^>]*)>([^<]*)</a>", nav)
    }


@pytest.fixture
def followed(clinic: Clinic, now: Any) -> Recovery:
    """Ruth Keller on day 20: a log a day, of which each fourth tells of leg pain."""
    recovery = someone(clinic, "Ruth", "Keller", day=20)
    DailyLog.objects.bulk_create(
        DailyLog(
            recovery=recovery,
            client_id=uuid.uuid4(),
            log_date=recovery.procedure_on + n * DAY,
            day=n,
            entered_at=recovery.procedure_at + n * DAY,
            source="patient",
            mode="web",
            leg_pain=n // 4 if n % 4 == 0 else None,
            rule_set="1",
            advice="",
            **QUIET | {"pain_avg": 5},
        )
        for n in range(20)
    )
    return recovery


def test_leg_pain_is_told_apart_in_the_chart_its_key_its_words_and_the_table(
    as_nurse: Client, followed: Recovery
) -> None:
    html = page(as_nurse, followed)
    assert 'class="c-leg" d="M' in html
    assert ">leg 4</text>" in html
    assert "</svg>leg pain</li>" in html
    assert "Leg pain, as diamonds, was 4 at last." in described(html)
    assert head(html)[:4] == ["Day", "Average", "Worst", "Leg pain"]
    assert (rows(html)["D16"][:3], rows(html)["D17"][:3]) == (["5", "–", "4"], ["5", "–", "–"])


def test_who_told_of_no_leg_pain_has_none_drawn(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery)
    html = page(as_nurse, recovery)
    assert 'class="c-leg' not in html
    assert "Leg pain" not in head(html)
    assert "Leg pain" not in described(html)


def test_what_is_recalled_and_what_staff_entered_are_told_apart(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=5)
    for on, source in ((4, "patient"), (3, "staff")):
        logs.record(
            recovery_id=recovery.pk,
            values=QUIET,
            still_happening=False if source == "staff" else None,
            client_id=uuid.uuid4(),
            revision=None,
            log_date=recovery.procedure_on + on * DAY,
            now=NOW,
            user=nurse if source == "staff" else None,
            source=source,
            mode="phone" if source == "staff" else "web",
        )
    report(recovery)
    html = page(as_nurse, recovery)
    assert "</svg>entered later</li>" in html
    assert "</svg>entered by staff</li>" in html
    # One of the three is recalled, and one typed in, also later.
    assert len(re.findall(r'class="c-holes" d="M[^M"]*"', html)) == 1
    assert len(re.findall(r'class="c-holes c-dots--staff" d="M[^M"]*"', html)) == 1
    told = rows(html)
    assert told["D4"][-1] == "entered later"
    assert told["D3"][-1] == "entered later; by staff"
    assert len(told["D5"]) < len(told["D4"])


def test_the_table_has_the_marks_and_the_other_logs_of_a_day(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=5)
    report(recovery, ago=timedelta(hours=1), pain_avg=7, pain_controlled=True)
    report(recovery, **EMERGENCY, pain_avg=4, nsaid_taken=True)
    contacts.record(
        recovery=recovery, user=nurse, now=NOW - 2 * DAY, kind="call", outcome="no_answer"
    )
    told = rows(page(as_nurse, recovery))
    assert told["D3"] == ["–", "–", "–", "–", "call; no log"]
    assert told["D5"][-1].startswith("emergency alert R")
    assert told["D5"][-1].endswith("2 logs, earlier 7; NSAID")


def test_the_logs_to_come_are_in_words_too(as_nurse: Client, followed: Recovery) -> None:
    text = words(page(as_nurse, followed))
    assert re.search(r"Planned logs: D\d+(, D\d+)+\.", text)


# Zoom by phase
# -------------


def test_each_phase_that_has_begun_can_be_seen_alone(as_nurse: Client, followed: Recovery) -> None:
    html = page(as_nurse, followed)
    names = ["All days", "Short-term", "Gradual return", "Follow-up"]
    assert zooms(html) == {name: name == "All days" for name in names}
    # Today has no log yet, but an alert of the clock's own.
    assert len(rows(html)) == 21
    html = page(as_nurse, followed, phase="gradual_return")
    assert zooms(html) == {name: name == "Gradual return" for name in names}
    assert list(rows(html)) == [f"D{day}" for day in range(14, 2, -1)]
    assert described(html).startswith("Gradual return alone, D3 to D14. Pain 5 on D19")
    assert "Today, D20" not in html
    html = page(as_nurse, followed, phase="follow_up")
    assert list(rows(html)) == [f"D{day}" for day in range(20, 14, -1)]
    assert "Today, D20" in html


@pytest.mark.parametrize("phase", ["", "immediate", "before", "' OR 1=1", "\x00", "é" * 3000])
def test_what_is_no_phase_shows_all_days(as_nurse: Client, followed: Recovery, phase: str) -> None:
    html = page(as_nurse, followed, phase=phase)
    assert zooms(html)["All days"]
    assert len(rows(html)) == 21


def test_a_phase_to_come_is_not_offered(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=5)
    html = page(as_nurse, recovery, phase="follow_up")
    assert zooms(html) == {"All days": True, "Short-term": False, "Gradual return": False}


def test_of_one_phase_there_is_nothing_to_choose(as_nurse: Client, recovery: Recovery) -> None:
    assert zooms(page(as_nurse, recovery)) == {}


# Scores
# ------


def send(recovery: Recovery, key: str, answers: dict[str, Any], **how: Any) -> None:
    checkin = checkin_of(recovery, key)
    given = {"source": "patient", "mode": "web", "client_id": uuid.uuid4(), "now": NOW} | how
    checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=True, clinic=recovery.clinic),
        answers=answers,
        send=True,
        **given,
    )


def test_instruments_stand_beneath_with_the_points_that_matter(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=40)
    assert "No score yet." not in page(as_nurse, recovery)
    send(recovery, "C42", {"NRS": {"nrs-7d": 3}})
    html = page(as_nurse, recovery)
    below = html.partition('aria-labelledby="h-chart"')[2]
    table = words(below.partition('aria-labelledby="h-scores"')[2].partition("</section>")[0])
    assert "NRS 6 3 better by 3 yes, 2 or more yes yes" in table
    assert "Points that matter: NRS 2, RMDQ 5, ODI 10" in table


def test_the_scores_are_those_of_the_visit_sheet(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    """Read in the page's one statement, and by the sheet in three of its own."""
    recovery = someone(clinic, "Ruth", "Keller", day=86)
    by_staff = {"source": "staff", "mode": "paper", "user": nurse}
    send(recovery, "C90", {"NRS": {"nrs-7d": 5}})
    # From a second device; and an earlier form typed in after it, and corrected.
    send(recovery, "C90", {"NRS": {"nrs-7d": 4}, "PGIC": {"pgic": 2}}, now=NOW + DAY / 24)
    client_id = uuid.uuid4()
    for pain, revision in ((7, None), (6, 0)):
        answers = {"NRS": {"nrs-7d": pain}}
        send(recovery, "C42", answers, client_id=client_id, revision=revision, **by_staff)
    table = score_table(recovery, now=NOW)
    assert [column.endswith("by staff") for column in table.columns] == [True, False]
    assert table.lines[0].scores == ["6", "4"]
    assert scores_of(recovery, record_of(recovery, NOW)) == table
    assert Decimal(table.lines[0].baseline) == recovery.baseline_pain
