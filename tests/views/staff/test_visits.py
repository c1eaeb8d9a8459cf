"""The visit sheet: what it says, on the page and on the one page of its PDF."""

import io
import uuid
from datetime import timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from recovery import pdf
from recovery.models import AccessEvent, Alert, Recovery, VisitQuestion
from recovery.queries.instruments import instruments_of
from recovery.queries.visits import visit_sheet
from recovery.services import checkins, contacts, logs, visits
from tests.cast import QUIET, checkin_of, make_recovery, user_of
from tests.pages import words
from tests.views.staff.conftest import NOW
from tests.visits import LONG, ask, with_a_year

pytestmark = pytest.mark.django_db

A4, LETTER = (595, 842), (612, 792)


@pytest.fixture
def patient(clinic, nurse, now) -> Recovery:
    return make_recovery(clinic, day=30, now=NOW, baseline_opioid_mme=20)


def sheet(client, recovery):
    return client.get(reverse("visit_page", args=[recovery.uuid]))


def made(client, recovery, paper="a4") -> bytes:
    answer = client.get(reverse("visit_pdf", args=[recovery.uuid]), {"paper": paper})
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


def text_of(raw: bytes) -> str:
    pages = PdfReader(io.BytesIO(raw)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def log(recovery, day, **answers):
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + timedelta(days=day),
        now=NOW,
        source="patient",
        mode="web",
    ).log


def answer(recovery, key, **answers):
    checkin = checkin_of(recovery, key)
    checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=True, clinic=recovery.clinic),
        answers=answers,
        client_id=uuid.uuid4(),
        now=NOW,
        source="patient",
        mode="web",
        send=True,
    )


def test_what_it_says(as_nurse, nurse, patient):
    log(patient, 29, pain_avg=7, pain_worst=9, pain_controlled=True, opioids=[])
    log(patient, 30, pain_avg=3, opioids=[{"drug": "oxycodone", "mg": 5, "doses": 2}])
    fired = log(patient, 30, pain_avg=3, calf_one_leg=True)
    contacts.record(
        recovery=patient, user=nurse, now=NOW, kind="call", outcome="advised", minutes=6
    )
    answer(patient, "C30", NRS={"nrs-7d": 4}, PGIC={"pgic": 2})
    ask(patient, "May I swim?", now=NOW)
    page = words(sheet(as_nurse, patient))
    pdf = text_of(made(as_nurse, patient))
    assert fired.rules == ["R15"]
    for told in (page, pdf):
        assert "Before the one-month visit" in told
        assert "baseline 6" in told
        # 6 to 4: two points, a third of the baseline, not half of it.
        assert "NRS 6 4 better by 2 yes, 2 or more yes no" in told
        assert "PGIC – 2 responder" in told
        assert "D29, " in told
        assert "worst 9, average 7" in told
        assert "On 1 of 2 days told" in told
        assert "R15" in told
        assert "phone call by Nora: reached and advised. Not closed: contacted." in told
        assert "May I swim?" in told
        assert "50 % (M, not verified; V S10)" in told


def test_scores_that_cannot_be_told_are_dashes(as_nurse, patient):
    answer(patient, "C30", NRS={"nrs-7d": 8})
    page = words(sheet(as_nurse, patient))
    assert "NRS 6 8 worse by 2 worse by 2 or more no no" in page
    assert "PEG" not in page.partition("Points that matter: NRS")[0]


def test_a_sheet_with_nothing_to_say(as_nurse, clinic, nurse, now):
    planned = make_recovery(clinic, day=-5, now=NOW, baseline=False, baseline_pain=None)
    page = words(sheet(as_nurse, planned))
    for told in ("No pain answer yet", "No score yet", "No alert", "None written down"):
        assert told in page
    assert len(PdfReader(io.BytesIO(made(as_nurse, planned))).pages) == 1


@pytest.mark.parametrize(("paper", "size"), [("a4", A4), ("us-letter", LETTER)])
def test_a_year_is_one_page_and_what_does_not_fit_is_counted(
    as_nurse, clinic, nurse, now, paper, size
):
    recovery = with_a_year(clinic, nurse, now=NOW)
    raw = made(as_nurse, recovery, paper)
    [page] = PdfReader(io.BytesIO(raw)).pages
    assert [round(side) for side in page.mediabox[2:]] == list(size)
    told = text_of(raw)
    alerts, questions = told.count("Headline"), told.count("¿Cuándo podré nadar")
    assert alerts
    assert questions
    hidden = [int(part.split(".")[0]) for part in told.split("Not shown here: ")[1:]]
    assert recovery.alerts.count() - alerts in hidden
    # Each question says it more than once, and all say it equally often.
    assert "María de los Ángeles Concepción Fernández-Villaverde y Ortiz de Zárate" in told
    assert "–" in told
    assert "“de verdad”" in told
    # Ink reaches the lower third, and stays inside the margins.
    bitmap = pypdfium2.PdfDocument(raw)[0].render(scale=1, grayscale=True)
    rows = [bytes(bitmap.buffer)[n * bitmap.stride :][: bitmap.width] for n in range(bitmap.height)]
    inked = [number for number, row in enumerate(rows) if min(row) < 128]
    assert inked[-1] < bitmap.height - 15
    assert any(number > bitmap.height * 0.7 for number in inked)
    assert all(min(row[:20]) > 200 and min(row[-20:]) > 200 for row in rows)


def test_what_is_left_out_is_the_least_serious(as_nurse, clinic, nurse, now):
    recovery = with_a_year(clinic, nurse, now=NOW, days=40)
    oldest = recovery.alerts.order_by("raised_at").first()
    Alert.objects.filter(pk=oldest.pk).update(severity="emergency", headline="The one to see")
    told = text_of(made(as_nurse, recovery))
    assert "The one to see" in told.partition("Alerts and what was done")[2]
    assert "Not shown here" in told


def test_every_question_is_shown_or_counted(as_nurse, clinic, nurse, now):
    recovery = with_a_year(clinic, nurse, now=NOW, days=40)
    VisitQuestion.objects.all().delete()
    for number in range(10):
        ask(recovery, f"Nr{number}x {LONG * 4}"[:300], now=NOW)
    told = text_of(made(as_nurse, recovery, "us-letter"))
    shown = sum(f"Nr{number}x" in told for number in range(10))
    part = told.partition("own questions")[2].partition("Alerts and what was done")[0]
    left_out = int(part.partition("Not shown here: ")[2].split(".")[0] or 0) if shown < 10 else 0
    assert shown >= 1
    assert shown + left_out == 10


def test_the_same_sheet_gives_the_same_bytes(patient):
    log(patient, 30, pain_avg=3)
    row = Recovery.objects.select_related("patient", "clinic", "pathway").get(pk=patient.pk)
    first, again = (
        pdf.visit_pdf(
            visit_sheet(row, row.clinic, now=NOW), row.clinic, paper=pdf.Paper.A4, now=NOW
        )
        for _time in range(2)
    )
    assert first == again


def test_it_is_tagged_and_reads_aloud(as_nurse, patient):
    log(patient, 30, pain_avg=3)
    reader = PdfReader(io.BytesIO(made(as_nurse, patient)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    # The title stands in the window and in lists of files: it names a record, no person.
    assert reader.metadata.title == f"Visit sheet, record {patient.patient.record_number}"
    found = list(_tags(root["/StructTreeRoot"]))
    kinds = [kind for kind, _alt in found]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= set(kinds)
    [chart] = [alt for kind, alt in found if kind == "/Figure"]
    assert chart.startswith("Pain from 0 to 10 by day after the procedure")


def _tags(node):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for one in node:
            yield from _tags(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node["/S"], node.get("/Alt", "")
        if "/K" in node:
            yield from _tags(node["/K"])


def test_what_a_patient_typed_is_no_markup(as_nurse, patient):
    typed = '#read("/etc/passwd") = *Heading* $x$ \\ @cite <b>bold</b> [a] {b}'
    ask(patient, typed, now=NOW)
    assert typed in text_of(made(as_nurse, patient))
    page = sheet(as_nurse, patient).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_a_letter_that_no_font_has_takes_no_sheet_away(as_nurse, patient):
    ask(patient, "May I swim \U0010fffd?", now=NOW)
    reader = PdfReader(io.BytesIO(made(as_nurse, patient)))
    assert len(reader.pages) == 1
    assert "May I swim" in reader.pages[0].extract_text()
    assert {"/H1", "/Table"} <= {
        kind for kind, _alt in _tags(reader.root_object["/StructTreeRoot"])
    }


def test_what_printers_there_hold_is_the_paper(as_nurse, patient):
    for asked in ("", "a3", "../letter"):
        [page] = PdfReader(io.BytesIO(made(as_nurse, patient, asked))).pages
        assert [round(side) for side in page.mediabox[2:]] == list(LETTER)


def test_the_file_names_nobody(as_nurse, patient):
    answer = as_nurse.get(reverse("visit_pdf", args=[patient.uuid]))
    assert patient.patient.family_name not in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_reads_are_recorded(as_nurse, nurse, patient):
    sheet(as_nurse, patient)
    made(as_nurse, patient)
    events = AccessEvent.objects.filter(user=nurse, patient=patient.patient, action="read")
    assert [event.what for event in events.order_by("pk")] == ["visit sheet", "visit sheet PDF"]


@pytest.mark.parametrize(("route", "statements"), [("visit_page", 14), ("visit_pdf", 14)])
def test_the_number_of_statements_is_fixed(as_nurse, clinic, nurse, now, route, statements):
    small = make_recovery(clinic, day=30, now=NOW)
    large = with_a_year(clinic, nurse, now=NOW, days=60)
    for recovery in (small, large):
        as_nurse.get(reverse(route, args=[recovery.uuid]))
        with CaptureQueriesContext(connection) as captured:
            as_nurse.get(reverse(route, args=[recovery.uuid]))
        assert len(captured) == statements, [one["sql"][:90] for one in captured]


# The questions taken up
# ----------------------


def take(client, recovery, *questions):
    given = {"question": [question.as_read for question in questions]}
    return client.post(reverse("visit_questions_taken", args=[recovery.uuid]), given, follow=True)


def test_a_question_that_was_taken_up_leaves_the_sheet(as_nurse, nurse, patient):
    swim, lift = ask(patient, "May I swim?", now=NOW), ask(patient, "May I lift?", now=NOW)
    page = words(take(as_nurse, patient, swim))
    assert "1 question taken up" in page
    assert "May I swim?" not in page
    assert "May I lift?" in page
    swim.refresh_from_db()
    lift.refresh_from_db()
    assert (swim.taken_by, lift.taken_by) == (nurse, None)


def test_words_that_the_patient_changed_are_read_again(as_nurse, patient):
    question = ask(patient, "May I swim?", now=NOW)
    visits.change(question=question, text="May I run?", read=0, user=user_of(patient), now=NOW)
    page = words(take(as_nurse, patient, question))
    assert "changed a question" in page
    assert "May I run?" in page


@pytest.mark.parametrize(
    "sent", [[], ["soon"], ["1:2:3"], ["0b2f5a34-7f0c-4d53-9d53-9a3f8f9f6c11:x"]]
)
def test_nothing_ticked_and_nonsense(as_nurse, patient, sent):
    ask(patient, "May I swim?", now=NOW)
    address = reverse("visit_questions_taken", args=[patient.uuid])
    page = words(as_nurse.post(address, {"question": sent}, follow=True))
    assert "Tick the questions" in page
    assert "May I swim?" in page
