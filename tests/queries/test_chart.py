from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from recovery.clinical.corridor import Band
from recovery.clinical.phases import DEFAULT_PHASES
from recovery.queries import chart, plot
from recovery.queries.days import by_day
from recovery.queries.marks import LETTER
from recovery.queries.record import Row
from recovery.queries.timeline import Log

AT = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


def log(day: int, pain: int | None = 4, **more: Any) -> Log:
    fields = {
        "pk": more.pop("pk", day),
        "supersedes_id": None,
        "day": day,
        "entered_at": AT,
        "source": "patient",
        "mode": "web",
        "late": False,
        "pain_avg": pain,
        "pain_worst": None,
        "leg_pain": None,
        "opioid_mme": None,
        "opioid_total_unknown": False,
        "acetaminophen_mg": None,
        "nsaid_taken": None,
        "rules": [],
    }
    return Log(**fields | more)


def draw(logs: Sequence[Log] = (), *, today: int = 10, **more: Any) -> plot.Chart:
    given = {
        "baseline": 6,
        "baseline_mme": None,
        "phases": DEFAULT_PHASES,
        "alerts": [],
        "contacts": [],
        "planned": [],
        "corridor": lambda _day: None,
    }
    return chart.draw(days=by_day(logs), today=today, **given | more)


def alert(rule: str, severity: str = "urgent") -> Any:
    return SimpleNamespace(rule=rule, severity=severity)


def contact(kind: str) -> Row:
    return Row("contact", AT, kind, "advised", "", "Nora", 5)


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        pytest.param([log(3, 5), log(3, 7, pk=9)], (7, 7, 2), id="the pain entered last"),
        pytest.param([log(3, 7), log(3, 5, pk=9)], (5, 7, 2), id="the highest is kept as worst"),
        pytest.param([log(3, 5, pain_worst=8)], (5, 8, 1), id="worst as answered"),
        pytest.param([log(3, 5)], (5, None, 1), id="one answer has no worst"),
        pytest.param([log(3, None), log(3, 5, pk=9)], (5, 5, 2), id="no answer does not hide one"),
        pytest.param([log(3, 5), log(3, None, pk=9)], (5, 5, 2), id="nor does a later one"),
        pytest.param([log(3, None)], (None, None, 1), id="missing is missing"),
    ],
)
def test_a_day_of_several_logs(logs: list[Log], expected: tuple[Any, ...]) -> None:
    [day] = by_day(logs)
    assert (day.average, day.worst, day.logs) == expected


def test_the_medicine_of_a_day_is_the_most_that_was_written_down() -> None:
    [day] = by_day(
        [
            log(3, opioid_mme=Decimal(30), acetaminophen_mg=2000),
            log(3, pk=9, opioid_mme=Decimal("7.5"), acetaminophen_mg=3000, nsaid_taken=True),
        ]
    )
    assert (day.mme, day.acetaminophen_mg, day.grams) == (Decimal(30), 3000, Decimal(3))
    assert day.nsaid


def test_a_total_that_is_not_known_is_not_nothing() -> None:
    [day] = by_day([log(3, opioid_total_unknown=True)])
    assert (day.mme, day.mme_unknown) == (None, True)


def test_pain_is_drawn_to_scale_and_the_axis_is_whole() -> None:
    drawn = draw([log(0, 0), log(1, 10)])
    assert drawn.line == "M104 236L129.1 40"
    assert drawn.grid[0] == (0, 236)
    assert drawn.grid[-1] == (10, 40)
    assert drawn.baseline_y == 118.4
    assert drawn.newest == plot.Label(129.1, 40, 10)


def test_days_without_an_answer_stay_gaps() -> None:
    drawn = draw([log(1, 4), log(2, 4), log(4, 2), log(5, None), log(6, 2)])
    assert drawn.line.count("M") == 3
    assert drawn.line.count("L") == 1
    # A dotted line from the second day to the fourth, and from there to the sixth.
    assert drawn.gaps.count("M") == 2


def test_what_was_entered_later_is_hollow() -> None:
    drawn = draw([log(1), log(2, late=True)])
    assert (drawn.dots.count("M"), drawn.late_dots.count("M")) == (1, 1)


def test_what_staff_entered_is_a_square_and_hollow_if_later() -> None:
    by_staff = {"source": "staff", "mode": "phone"}
    drawn = draw([log(1), log(2, **by_staff), log(3, late=True, **by_staff), log(4, late=True)])
    points = (drawn.dots, drawn.staff_dots, drawn.staff_late_dots, drawn.late_dots)
    assert [f"M{drawn.x(day):g} " in path for day, path in enumerate(points, 1)] == [True] * 4
    assert [path.count("M") for path in points] == [1] * 4


def test_each_of_several_logs_of_a_day_is_drawn() -> None:
    # The same pain twice, and once more as the last one says, are no further dots.
    told = enumerate((5, 6, 9, 9, 6))
    drawn = draw([log(3, pain, pk=10 + number) for number, pain in told])
    x = f"{drawn.x(3):g}"
    assert drawn.other_dots == f"M{x} {plot.y_of(5):g}h0M{x} {plot.y_of(9):g}h0"
    assert drawn.dots == f"M{x} {plot.y_of(6):g}h0"
    # The highest of them is the top of the whisker.
    assert drawn.worst.startswith(f"M{x} {plot.y_of(6):g}V{plot.y_of(9):g}")


def test_leg_pain_is_a_line_of_its_own_with_diamonds() -> None:
    drawn = draw([log(1, 4, leg_pain=3), log(2, 4, leg_pain=2), log(3, 4), log(4, 4, leg_pain=0)])
    assert drawn.leg_line == f"M129.1 177.2L154.1 196.8M{drawn.x(4):g} 236"
    assert drawn.leg_marks.count("l4 4-4 4-4-4z") == 3
    assert drawn.leg_newest is not None
    assert drawn.leg_newest[:3] == (drawn.x(4), 236, 0)
    none = draw([log(1, 4)])
    assert (none.leg_line, none.leg_marks, none.leg_newest) == ("", "", None)


def test_leg_pain_entered_later_is_hollow_and_of_several_the_highest_counts() -> None:
    drawn = draw([log(1, leg_pain=3), log(2, leg_pain=6, late=True), log(3, leg_pain=5)])
    assert (drawn.leg_marks.count("M"), drawn.leg_late.count("M")) == (2, 1)
    [day] = by_day([log(3, leg_pain=6), log(3, pk=9, leg_pain=2)])
    assert day.leg == 6


@pytest.mark.parametrize("pain", range(11))
@pytest.mark.parametrize("leg", range(11))
def test_the_label_of_leg_pain_stands_clear_of_the_pain(pain: int, leg: int) -> None:
    label, height = draw([log(5, pain, leg_pain=leg)]).leg_newest, 9
    assert label is not None
    foot = label.y + label.dy
    # Under the line that names today, and over the lane of alerts.
    assert 32 < foot - height < foot < 248
    # Clear of the dot of the pain, and of the value beside it.
    assert abs(plot.y_of(pain) - (foot - height / 2)) > height


def test_the_label_of_leg_pain_is_never_cut(default_phases: Any) -> None:
    logs = [log(day, 5, leg_pain=10) for day in range(3)]
    label = draw(logs, phases=default_phases, phase=default_phases[1]).leg_newest
    assert label is not None
    assert (label.x, label.dx, label.anchor) == (plot.LAST_X, -10, "end")


def test_a_phase_alone_fills_the_axis(default_phases: Any) -> None:
    logs = [log(day, 4) for day in range(40)]
    gradual = default_phases[2]
    drawn = draw(
        logs,
        today=39,
        phases=default_phases,
        phase=gradual,
        alerts=[(2, alert("R01")), (5, alert("R18")), (15, alert("R18"))],
        contacts=[(14, contact("call")), (15, contact("call"))],
        planned=[40],
        corridor=lambda _day: Band(Decimal(1), Decimal(5)),
    )
    assert (drawn.first, drawn.last) == (3, 14)
    assert [day.day for day in drawn.days] == list(range(3, 15))
    assert [band.name for band in drawn.bands] == ["Gradual return"]
    assert (drawn.bands[0].x, drawn.bands[0].width) == (plot.LEFT, plot.RIGHT - plot.LEFT)
    assert (drawn.x(3), drawn.x(14)) == (plot.FIRST_X, plot.LAST_X)
    assert ([mark.day for mark in drawn.alerts], [mark.day for mark in drawn.contacts]) == (
        [5],
        [14],
    )
    assert (drawn.today_x, drawn.planned, drawn.rated) == (None, [], None)
    assert drawn.set_band == f"M{plot.LEFT} 138V138H{plot.RIGHT}V216.4H{plot.LEFT}Z"


@pytest.mark.parametrize("today", [-3, 0, 2, 3, 14, 15, 90, 364])
def test_every_phase_that_has_begun_can_be_drawn_alone(default_phases: Any, today: int) -> None:
    begun = chart.begun(default_phases, today)
    assert [phase.code for phase in begun] == [
        code
        for code, day in (("short_term", 0), ("gradual_return", 3), ("follow_up", 15))
        if today >= day
    ]
    for phase in begun:
        drawn = draw([log(0), log(today)], today=today, phases=default_phases, phase=phase)
        assert [band.name for band in drawn.bands] == [str(phase)]
        # Its first day is named unless the next label is near.
        assert drawn.labels[0][1] - phase.first_day < (drawn.labels[1][1] - drawn.labels[0][1])
        assert 2 <= len(drawn.labels) <= 14
        assert all(plot.LEFT <= x <= plot.RIGHT for x, _day in drawn.labels)


def test_a_bar_is_as_high_in_a_phase_as_in_the_whole(default_phases: Any) -> None:
    logs = [log(1, opioid_mme=Decimal(60)), log(4, opioid_mme=Decimal(30))]
    [drawn] = [
        draw(logs, phases=default_phases, phase=phase)
        for phase in chart.begun(default_phases, 10)
        if phase.code == "gradual_return"
    ]
    assert drawn.opioids.endswith("326v-12")


def test_no_log_yet_draws_an_empty_plot() -> None:
    drawn = draw([], baseline=None)
    assert (drawn.line, drawn.dots, drawn.newest, drawn.baseline_y) == ("", "", None, None)


@pytest.mark.parametrize(
    ("today", "names"),
    [
        (10, ["Short-term", "Gradual return", "Follow-up"]),
        (-5, ["Before", "Short-term", "Gradual return", "Follow-up"]),
    ],
)
def test_the_phases_fill_the_plot_without_gap(
    default_phases: Any, today: int, names: list[str]
) -> None:
    bands = draw(today=today, phases=default_phases).bands
    assert [band.name for band in bands] == names
    assert bands[0].x == plot.LEFT
    for before, after in pairwise(bands):
        assert before.x + before.width == pytest.approx(after.x, abs=0.11)
    assert bands[-1].x + bands[-1].width == pytest.approx(plot.RIGHT, abs=0.11)
    assert [band.dark for band in bands] == [n % 2 == 0 for n in range(len(bands))]


def test_a_name_that_does_not_fit_is_left_out(default_phases: Any) -> None:
    bands = draw([log(1)], today=364, phases=default_phases).bands
    assert [band.name for band in bands] == ["", "", "Follow-up"]


@pytest.mark.parametrize("today", [-30, -3, 0, 10, 30, 60, 92, 120, 180, 364])
def test_names_of_phases_stand_apart(default_phases: Any, today: int) -> None:
    bands = [band for band in draw(today=today, phases=default_phases).bands if band.name]
    for before, after in pairwise(bands):
        assert before.name_x + len(before.name) * LETTER + chart.APART <= after.name_x + 0.1
    # Each begins over its own band.
    assert all(band.x < band.name_x < band.x + band.width for band in bands)


def test_only_drawn_severities_are_explained() -> None:
    assert draw().severities == set()
    given = [(3, alert("R35", "review")), (3, alert("R01", "emergency")), (9, alert("R13"))]
    assert draw(alerts=given).severities == {"emergency", "urgent"}


def test_nobody_s_baseline_of_opioids_is_a_line_at_nothing() -> None:
    assert draw(baseline_mme=Decimal(0)).opioid_base_y is None


def test_alerts_of_a_day_are_one_mark_of_the_worst() -> None:
    given = [(3, alert("R35", "review")), (3, alert("R01", "emergency")), (9, alert("R13"))]
    marks = draw(alerts=given).alerts
    assert [(mark.shape, mark.label) for mark in marks] == [
        ("emergency", "R01, R35"),
        ("urgent", "R13"),
    ]


def test_a_label_never_runs_into_the_next_mark() -> None:
    marks = draw(alerts=[(3, alert("R18")), (4, alert("R18")), (9, alert("R18"))]).alerts
    assert [mark.label for mark in marks] == ["", "R18", "R18"]


def test_contacts_have_their_kind() -> None:
    marks = draw(contacts=[(1, contact("call")), (9, contact("visit"))]).contacts
    assert [(mark.shape, mark.label) for mark in marks] == [("call", "call"), ("visit", "visit")]


def test_bars_of_medicine_are_in_proportion() -> None:
    drawn = draw(
        [log(1, opioid_mme=Decimal(60), acetaminophen_mg=4000), log(2, opioid_mme=Decimal(30))],
        baseline_mme=Decimal(15),
    )
    assert drawn.opioids == "M129.1 326v-24M154.1 326v-12"
    assert drawn.acetaminophen == "M129.1 370v-24"
    assert drawn.opioid_base_y == 320.0
    assert (drawn.opioid_full, drawn.grams_full) == (60, 4)


def test_a_usual_dose_is_high_enough_to_be_read_and_one_above_the_label_is_the_highest() -> None:
    usual = draw([log(1, acetaminophen_mg=1000), log(2, acetaminophen_mg=500)])
    assert usual.acetaminophen == "M129.1 370v-6M154.1 370v-3"
    assert (usual.opioid_full, usual.grams_full) == (30, 4)
    beyond = draw([log(1, acetaminophen_mg=6000), log(2, acetaminophen_mg=3000)])
    assert beyond.acetaminophen == "M129.1 370v-24M154.1 370v-12"
    assert beyond.grams_full == 6


def test_a_band_has_a_step_a_day_and_nothing_between_days_that_have_one() -> None:
    bands = {
        **dict.fromkeys((0, 1, 2), Band(Decimal(3), Decimal(8))),
        3: Band(Decimal(3), Decimal(7)),
        6: Band(Decimal("2.5"), Decimal(5), 57),
    }
    drawn = draw([log(1)], corridor=bands.get)
    # Along 8 to the middle between D2 and D3, along 7, and back along 3 to the edge of the plot.
    edge, left, right = f"{drawn.x(2.5):g}", f"{drawn.x(5.5):g}", f"{drawn.x(6.5):g}"
    assert drawn.set_band == f"M92 79.2V79.2H{edge}V98.8H{drawn.x(3.5):g}V177.2H92Z"
    assert drawn.own_band == f"M{left} 138V138H{right}V187H{left}Z"
    assert drawn.corridor == bands


def test_the_band_reaches_to_both_ends_of_the_plot() -> None:
    drawn = draw([log(1)], today=40, corridor=lambda _day: Band(Decimal(1), Decimal(5)))
    assert drawn.set_band == "M92 138V138H868V216.4H92Z"


def test_none_is_a_dash_and_what_cannot_be_counted_a_ring() -> None:
    drawn = draw(
        [
            log(1, opioid_mme=Decimal(0), acetaminophen_mg=0),
            log(2, opioid_total_unknown=True),
            log(3),
        ]
    )
    assert drawn.none.count("h") == 2
    assert drawn.uncounted.count("h") == 1
    assert (drawn.opioids, drawn.acetaminophen) == ("", "")


def test_logs_to_come_stand_on_the_axis() -> None:
    drawn = draw(today=10, planned=[11, 12, 90])
    assert drawn.planned == [(drawn.x(11), 11), (drawn.x(12), 12)]


@pytest.mark.parametrize("today", [-30, 0, 10, 29, 100, 364, 2000])
def test_the_axis_holds_today_and_is_labelled(today: int) -> None:
    drawn = draw([log(min(today, 0))], today=today)
    assert drawn.first <= today <= drawn.last
    assert drawn.today_x is not None
    assert plot.LEFT <= drawn.today_x <= plot.RIGHT
    assert 2 <= len(drawn.labels) <= 14
    assert all(plot.LEFT <= x <= plot.RIGHT for x, _day in drawn.labels)


def test_a_year_is_drawn_as_outlines() -> None:
    drawn = draw(
        [log(day, 4, acetaminophen_mg=1000, pain_worst=6) for day in range(365)], today=364
    )
    # All days of one height are one outline, and dots stand only where nothing joins them.
    assert drawn.acetaminophen.count("h") == 1
    assert drawn.dots == ""
    assert drawn.worst.count("v-") == 365
    leg = draw([log(day, 4, leg_pain=2) for day in range(365)], today=364)
    # One line, and a diamond where its last value is named; a dash where nothing joins the days.
    assert (leg.leg_line.count("M"), leg.leg_marks.count("M")) == (1, 1)
    apart = draw([log(day, 4, leg_pain=2) for day in (0, 2, 3)], today=364)
    assert (apart.leg_line.count("M"), apart.leg_line.count("h4")) == (3, 1)
    staff = draw([log(day, 4, source="staff") for day in range(365)], today=364)
    assert staff.staff_dots.count("M") == 365
    alone = draw([log(0), log(200), log(364)], today=364)
    assert alone.dots.count("M") == 3
