"""The patient's pages in a browser: by thumb, by keyboard, without a script, and by axe's rules."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from recovery.clinical.pathway import local
from recovery.models import (
    Alert,
    CheckIn,
    DailyLog,
    MailEvent,
    PatientAccess,
    Recovery,
)
from recovery.services import logs
from recovery.tokens import link_token, unsubscribe_token
from tests.browser.axe import complaints
from tests.browser.doors import come_in
from tests.cast import QUIET, ZONE, checkin_of, make_recovery, reminder, user_of
from tests.views.patient.conftest import AFTERNOON

pytestmark = pytest.mark.browser

MOST_TAPS = 14
# Each is one tap on a quiet day; the button to save comes on top.
QUIET_TAPS = {
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}


@pytest.fixture
def afternoon(transactional_db: None, set_clock: Callable[[datetime], None]) -> datetime:
    set_clock(AFTERNOON)
    return AFTERNOON


@pytest.fixture
def recovery(afternoon: datetime, clinic: Any, nurse: Any) -> Recovery:
    return make_recovery(clinic, now=afternoon, levels="L4 and L5", surgeon="Dr. Ada Brandt")


@pytest.fixture
def visit(live_server: Any, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open an address as the patient of a recovery, or as nobody; `page` is one to go on with."""

    def visit(
        path: str, recovery: Recovery | None = None, *, page: Page | None = None, **options: Any
    ) -> Page:
        page = page or open_page(**options)
        come_in(page, user_of(recovery) if recovery else None, live_server.url)
        page.goto(live_server.url + path)
        return page

    return visit


def path(name: str, recovery: Recovery, *rest: Any) -> str:
    return reverse(name, args=[recovery.uuid, *rest])


def tap(page: Page, name: str, value: str) -> None:
    field = page.locator(f"input[name={name}][value='{value}']")
    page.locator(f"label[for='{field.get_attribute('id')}']").click()


def record(recovery: Recovery, day: int, **values: Any) -> DailyLog:
    on = recovery.procedure_on + timedelta(days=day)
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | values,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=on,
        now=min(local(on, time(18), ZONE), AFTERNOON),
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        user=user_of(recovery),
    ).log


# A mail's link
# -------------


def test_only_a_touch_tells_that_a_link_was_opened(
    recovery: Recovery, afternoon: datetime, visit: Callable[..., Page]
) -> None:
    checkin = checkin_of(recovery, "DAY-02")
    reminder(checkin, afternoon, number=1)
    page = visit(reverse("link", args=[link_token(checkin)]))
    page.wait_for_load_state("networkidle")
    assert not MailEvent.objects.filter(kind="opened").exists()
    with page.expect_response(lambda answer: answer.url.endswith("/opened/")) as answer:
        tap(page, "pain_avg", "4")
    assert answer.value.status == 204
    tap(page, "pain_avg", "5")
    assert MailEvent.objects.get().message.checkin == checkin


# By thumb
# --------


@pytest.mark.parametrize("day", [1, 2, 14])
def test_a_quiet_day_is_one_post_and_at_most_14_taps(
    clinic: Any, afternoon: datetime, visit: Callable[..., Page], day: int
) -> None:
    recovery = make_recovery(clinic, day=day, now=afternoon)
    page = visit(path("today", recovery), recovery, java_script_enabled=False)
    page.get_by_role("link", name="Start check-in").click()
    posts = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    taps = 0
    for name, value in QUIET_TAPS.items():
        tap(page, name, value)
        taps += 1
    page.get_by_role("button", name="Save check-in").click()
    taps += 1
    expect(page.get_by_text("Saved at 3:3")).to_be_visible()
    assert taps <= MOST_TAPS
    assert len(posts) == 1
    log = DailyLog.objects.get()
    assert {name: getattr(log, name) for name in QUIET} == QUIET
    assert CheckIn.objects.get(key=f"DAY-{day:02}").state == CheckIn.State.COMPLETED


@pytest.mark.once
@pytest.mark.parametrize("width", [320, 390])
def test_everything_to_tap_is_large_enough_for_a_thumb(
    recovery: Recovery, visit: Callable[..., Page], width: int
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery, width=width)
    for summary in page.locator("summary").all():
        summary.click()
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            '.ic-tile, .ic-seg label, .ic-opt, .btn, .form-control, .ic-help a, summary')]
            .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
            .filter(([name, r]) => r.height > 0 && (r.height < 44 || r.width < 44))
            .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
    )
    assert small == []
    tiles = page.locator("#pain_avg_0 ~ .ic-tile")
    sizes = {
        (round(box["width"]), round(box["height"]))
        for tile in tiles.all()
        if (box := tile.bounding_box())
    }
    assert len(sizes) == 1, "all eleven tiles are alike"
    assert tiles.count() == 11


@pytest.mark.once
@pytest.mark.parametrize("rest", [("phase", "short_term"), ("signs",)])
def test_numbers_below_each_other_leave_each_a_thumbs_room(
    recovery: Recovery, visit: Callable[..., Page], rest: tuple[str, ...]
) -> None:
    name, *code = rest
    page = visit(path(name, recovery, *code), recovery, width=390)
    rows = page.locator(".ic-pairs a.ic-tel").evaluate_all(
        "links => links.map(a => a.getBoundingClientRect()).map(r => [r.top, r.bottom])"
    )
    assert len(rows) >= 2
    assert [row for row in rows if row[1] - row[0] < 44] == []
    assert [pair for pair in pairwise(rows) if pair[1][0] < pair[0][1]] == []


# Without a script
# ----------------


@pytest.mark.once
def test_a_yes_shows_its_emergency_text_before_anything_is_saved(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery, java_script_enabled=False)
    text = page.get_by_text("nerves low in your back are being squeezed")
    assert text.count() == 3
    expect(page.locator(".ic-now:visible")).to_have_count(0)
    tap(page, "bladder", "yes")
    expect(page.locator(".ic-now:visible")).to_have_count(1)
    expect(page.locator(".ic-now:visible").get_by_role("link", name="Call 911")).to_be_visible()
    tap(page, "bladder", "no")
    expect(page.locator(".ic-now:visible")).to_have_count(0)
    assert DailyLog.objects.count() == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("taps", "words"),
    [
        ([("leg_weakness", "new_or_worse")], "New weakness in your leg"),
        ([("leg_numbness", "new_or_worse"), ("leg_side", "both")], "New problems in both legs"),
        ([("chest_or_breath", "yes")], "New chest pain or trouble breathing"),
        ([("spot", "yes"), ("spot_signs", "wont_stop")], "Press firmly on the spot"),
        ([("signs", "hard_to_wake")], "Do not leave the person alone"),
        (
            [("signs", "headache_severe"), ("signs", "neck_stiff_or_confused")],
            "A bad headache with fever, a stiff neck or confusion",
        ),
    ],
)
def test_every_sign_that_one_question_can_tell_shows_its_text(
    recovery: Recovery, visit: Callable[..., Page], taps: list[tuple[str, str]], words: str
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery, java_script_enabled=False)
    for name, value in taps:
        tap(page, name, value)
    expect(page.locator(".ic-now:visible")).to_have_count(1)
    expect(page.locator(".ic-now:visible")).to_contain_text(words)


@pytest.mark.once
def test_follow_up_questions_appear_with_the_answer_that_asks_them(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery, java_script_enabled=False)
    control = page.get_by_text("Is the pain under control")
    side = page.get_by_text("Which leg is it?")
    expect(control).to_be_hidden()
    expect(side).to_be_hidden()
    tap(page, "pain_avg", "7")
    expect(control).to_be_visible()
    tap(page, "pain_avg", "6")
    expect(control).to_be_hidden()
    tap(page, "leg_numbness", "new_or_worse")
    expect(side).to_be_visible()


# Errors
# ------


@pytest.mark.once
def test_the_summary_takes_focus_and_leads_to_the_question(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery)
    for name, value in QUIET_TAPS.items():
        if name != "leg_numbness":
            tap(page, name, value)
    page.get_by_text("More, if you like").click()
    page.get_by_label("A note for the nurses").fill("Slept on the couch")
    page.get_by_role("button", name="Save check-in").click()
    expect(page).to_have_title("Error: Check-in for day 2 - Northgate Spine Clinic")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("A note for the nurses")).to_have_value("Slept on the couch")
    expect(page.locator("#pain_avg_4")).to_be_checked()
    page.get_by_role("link", name="Tell us about numbness in your legs").click()
    expect(page.locator("#leg_numbness_0")).to_be_focused()
    beside = page.locator("fieldset.is-error")
    expect(beside).to_contain_text("Numbness or tingling in a leg")
    expect(beside).to_contain_text("Tell us about numbness in your legs")


@pytest.mark.once
def test_an_emergency_stands_above_the_summary(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery)
    tap(page, "saddle", "yes")
    page.get_by_role("button", name="Save check-in").click()
    advice, summary = page.locator(".ic-advice"), page.locator("#errors")
    assert advice.bounding_box()["y"] < summary.bounding_box()["y"]
    expect(advice).to_be_focused()
    expect(advice.get_by_role("link", name="Call 911")).to_be_in_viewport()


def test_going_back_after_saving_shows_the_answers_for_a_correction(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery)
    for name, value in QUIET_TAPS.items():
        tap(page, name, value)
    page.get_by_role("button", name="Save check-in").click()
    page.get_by_text("Saved at").wait_for()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change your answers")
    tap(page, "saddle", "yes")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get help now")
    assert list(DailyLog.objects.order_by("pk").values_list("revision", flat=True)) == [0, 1]


def test_answers_sent_after_the_session_ended_are_saved_again_from_the_same_page(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(
        path("log_form", recovery, uuid.uuid4()), recovery, java_script_enabled=False, width=320
    )
    for name, value in (QUIET_TAPS | {"bladder": "yes"}).items():
        tap(page, name, value)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save check-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get help now")
    expect(page.get_by_role("heading", level=2)).to_have_text("Not saved")
    assert not DailyLog.objects.exists()
    # The words are there before the stylesheet is.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") == 320

    client = Client()
    client.force_login(user_of(recovery))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([cookie | {"url": page.url}])
    page.get_by_role("button", name="Save again").click()
    expect(page.get_by_text("Show this to the team there")).to_be_visible()
    assert DailyLog.objects.get().rules == ["R01"]


# By keyboard
# -----------


@pytest.mark.once
def test_nothing_that_has_focus_hides_behind_the_bar(
    recovery: Recovery, visit: Callable[..., Page]
) -> None:
    page = visit(path("log_form", recovery, uuid.uuid4()), recovery)
    hidden = []
    for _stop in range(45):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
                const e = document.activeElement, bar = document.querySelector('.ic-help');
                if (bar.contains(e) || e === document.body) return [];
                const seen = document.querySelector(`label[for='${e.id}']`) || e;
                const r = seen.getBoundingClientRect(), top = bar.getBoundingClientRect().top;
                return r.bottom > top + 1 || r.top < -1 ? [e.id || e.outerHTML] : [];
            }"""
        )
    assert hidden == []


# Every page, by axe
# ------------------


def pages(recovery: Recovery, clinic: Any) -> Iterator[tuple[str, str, Recovery | None]]:
    """Each page in each of its states: a name, its address, and as whom."""
    yield "sign in", "/sign-in/", None
    yield "not found", "/nowhere/", None
    token = link_token(checkin_of(recovery, "DAY-02"))
    yield "link", reverse("link", args=[token]), None
    yield "link signs", reverse("link_signs", args=[token]), None
    yield "unsubscribe", reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)]), None
    yield "today", path("today", recovery), recovery
    yield "log", path("log_new", recovery), recovery
    yield "signs", path("signs", recovery), recovery
    for code in ("before", "immediate", "short_term", "gradual_return", "follow_up"):
        yield f"phase {code}", path("phase", recovery, code), recovery
    yield "milestones", path("milestones", recovery), recovery
    yield "milestone", path("milestone_form", recovery, "drove"), recovery
    yield "history, empty", path("history", recovery), recovery

    before = make_recovery(clinic, day=-4, now=AFTERNOON)
    yield "today, before", path("today", before), before
    yield "log, before", path("log_new", before), before

    late = make_recovery(clinic, day=60, now=AFTERNOON)
    for day in (*range(9), 12, 20, 34, *range(38, 60)):
        record(late, day, pain_avg=9 - day // 8)
    yield "today, late", path("today", late), late
    yield "log, late", path("log_new", late), late
    yield "history, many", path("history", late), late

    emergency = make_recovery(clinic, day=9, now=AFTERNOON)
    log = record(emergency, 9, bladder="yes", saddle="yes")
    yield "today, emergency", path("today", emergency), emergency
    yield "saved, emergency", path("log_saved", emergency, log.client_id), emergency
    yield "correction", path("log_form", emergency, log.client_id), emergency
    log = record(emergency, 9, calf_one_leg=True)
    yield "saved, urgent under an emergency", path("log_saved", emergency, log.client_id), emergency
    log = record(emergency, 9)
    yield "saved, quiet under an emergency", path("log_saved", emergency, log.client_id), emergency
    answered = link_token(checkin_of(emergency, "DAY-09"))
    yield "link, answered", reverse("link", args=[answered]), None
    yield "link, expired", reverse("link", args=[link_token(checkin_of(emergency, "DAY-08"))]), None

    urgent = make_recovery(clinic, day=6, now=AFTERNOON)
    log = record(urgent, 6, calf_one_leg=True)
    yield "saved, urgent", path("log_saved", urgent, log.client_id), urgent
    yield "today, urgent", path("today", urgent), urgent

    review = make_recovery(clinic, day=6, now=AFTERNOON)
    log = record(review, 6, fall=True, bowel=None)
    yield "saved, review", path("log_saved", review, log.client_id), review
    second = make_recovery(clinic, now=AFTERNOON, email="")
    PatientAccess.objects.create(user=user_of(review), patient=second.patient)
    yield "people", "/people/", review

    paused = make_recovery(clinic, day=20, now=AFTERNOON, state="paused")
    yield "today, paused", path("today", paused), paused


@pytest.mark.once
def test_axe_finds_nothing_on_any_page_in_the_dark(
    recovery: Recovery, clinic: Any, visit: Callable[..., Page]
) -> None:
    """Light is what test_accessibility.py looks at; only the colors are others here."""
    page = None
    for name, address, who in pages(recovery, clinic):
        # axe comes as a script of its own, which the pages' policy would refuse.
        page = visit(address, who, page=page, color_scheme="dark", bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert complaints(page, "color-contrast") == [], name


@pytest.mark.once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_form_with_errors(
    recovery: Recovery, visit: Callable[..., Page], scheme: str
) -> None:
    page = visit(
        path("log_form", recovery, uuid.uuid4()), recovery, color_scheme=scheme, bypass_csp=True
    )
    tap(page, "saddle", "yes")
    tap(page, "spot", "yes")
    page.fill("[name=temp_value]", "98")
    tap(page, "temp_unit", "C")
    page.get_by_text("More, if you like").click()
    tap(page, "opioids_taken", "yes")
    page.fill("[name=walk_minutes]", "lots")
    page.get_by_role("button", name="Save check-in").click()
    expect(page.locator(".is-error")).to_have_count(13)
    assert complaints(page) == []


@pytest.mark.once
def test_the_narrowest_phone_needs_no_sideways_scroll_and_no_excuse_in_the_console(
    recovery: Recovery, clinic: Any, visit: Callable[..., Page]
) -> None:
    """`open_page` fails the test for any error that the console shows, the policy's included."""
    page = None
    for name, address, who in pages(recovery, clinic):
        page = visit(address, who, page=page, width=320)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        fits, bar = page.evaluate(
            """() => [
                document.documentElement.scrollWidth <= document.documentElement.clientWidth,
                getComputedStyle(document.querySelector('.ic-help')).position,
            ]"""
        )
        assert (fits, bar) == (True, "fixed"), name


# Nothing runs into anything
# --------------------------

# Pairs of words of a drawing that lie on each other, and words that lie on the line of pain 10.
COLLISIONS = """chart => {
  const words = [...chart.querySelectorAll("text")];
  const boxes = words.map(text => [text, text.getBoundingClientRect()]);
  const top = chart.querySelector(".c-grid").getBoundingClientRect().top;
  const found = [];
  boxes.forEach(([one, a], number) => {
    if (one.getAttribute("class") !== "c-end" && a.top < top && a.bottom > top + 1)
      found.push(one.textContent + " / 10");
    for (const [other, b] of boxes.slice(number + 1))
      if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
        found.push(one.textContent + " / " + other.textContent);
  });
  return found;
}"""
# Phone numbers and times of day that stand on more than one line.
BROKEN = r"""() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode())
    for (const part of walk.currentNode.data.matchAll(/\d+(-\d+)+|\d+:\d\d\s[AP]M/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, part.index);
      range.setEnd(walk.currentNode, part.index + part[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1)
        found.push(part[0]);
    }
  return found;
}"""


@pytest.mark.once
@pytest.mark.parametrize(
    ("day", "baseline", "pains"),
    [
        (4, 7, [6, 9, 8, 7]),
        (4, 3, [9, 10, 10, 10]),
        (10, 9, [10, 4, 5, 6, 5, 4, 3, 6, 8]),
        (19, 10, [5, 8, 8, 7, 6, 5, 5, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10]),
        (22, 6, [5, 8, 8, 7, 6, 5, 5, 6, 6, 7, 7, 6, 6, 7, 6, 6, 7, 7, 6, 7, 7]),
        (40, 0, [0, 1, 1, 0, 0]),
    ],
    ids=["a flare", "the worst", "one day", "at the end", "along the baseline", "no pain"],
)
def test_no_words_of_the_chart_lie_on_each_other(
    clinic: Any,
    nurse: Any,
    afternoon: datetime,
    visit: Callable[..., Page],
    day: int,
    baseline: int,
    pains: list[int],
) -> None:
    recovery = make_recovery(clinic, day=day, now=afternoon, baseline_pain=baseline)
    for on, pain in enumerate(pains):
        record(recovery, on, pain_avg=pain, pain_controlled=True)
    closed = {"state": "closed", "closed_by": nurse, "closed_at": afternoon}
    Alert.objects.update(**closed, closing_reason="phone")
    page = visit(path("history", recovery), recovery)
    assert page.locator("svg.ic-chart").evaluate(COLLISIONS) == []


@pytest.mark.once
@pytest.mark.parametrize("width", [320, 390])
def test_no_phone_number_and_no_time_is_broken(
    clinic: Any, afternoon: datetime, visit: Callable[..., Page], width: int
) -> None:
    clinic.clinic_phone, clinic.after_hours_phone = "518-555-0180", "518-555-0199"
    clinic.save()
    recovery = make_recovery(clinic, now=afternoon)
    log = record(recovery, 1, leg_numbness="new_or_worse", leg_side="left")
    blank = path("log_form", recovery, uuid.uuid4())
    saved = path("log_saved", recovery, log.client_id)
    for where in path("today", recovery), path("history", recovery), path("signs", recovery), saved:
        page = visit(where, recovery, width=width)
        assert page.evaluate(BROKEN) == [], where
    for where in blank, reverse("account_logout"):
        assert visit(where, recovery, width=width).evaluate(BROKEN) == [], where
    off = reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])
    for where in off, reverse("account_login"):
        assert visit(where, width=width).evaluate(BROKEN) == [], where
