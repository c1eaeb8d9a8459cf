"""Imports point down: docs/architecture.md's layers, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("recovery", "intracept_care")
LONGEST = 320
# One file of settings, on purpose: it is read from top to bottom and decides nothing.
LONGER = {"intracept_care/settings.py"}

# The longest name that fits a module says its layer. A module imports lower layers only, and
# within its own only what stands before it in ORDER; a module that is not in ORDER none at all.
LAYERS = {
    "recovery": 0,
    "recovery.clinical": 0,
    "recovery.models": 1,
    "recovery.migrations": 1,
    "recovery.access": 2,
    "recovery.clock": 2,
    "recovery.forms": 2,
    "recovery.mails": 2,
    "recovery.pdf": 2,
    "recovery.queries": 2,
    "recovery.tabular": 2,
    "recovery.tokens": 2,
    "recovery.context": 2,
    "recovery.page_language": 2,
    "recovery.sessions": 2,
    "recovery.wording": 2,
    "recovery.templatetags": 2,
    "recovery.services": 3,
    "recovery.accounts": 4,
    "recovery.checks": 4,
    "recovery.management": 4,
    "recovery.tasks": 4,
    "recovery.views": 4,
    "recovery.apps": 5,
    "recovery.urls": 5,
    "intracept_care": 6,
}

ORDER = [
    "recovery.clinical.phases",
    "recovery.clinical.medicines",
    "recovery.clinical.logfields.fields",
    "recovery.clinical.logfields.cleaning",
    "recovery.clinical.logfields",
    "recovery.clinical.strictjson",
    "recovery.clinical.instruments.numbers",
    "recovery.clinical.instruments.items",
    "recovery.clinical.instruments.structure",
    "recovery.clinical.instruments.scoring",
    "recovery.clinical.instruments.response",
    "recovery.clinical.instruments.scorers",
    "recovery.clinical.instruments.instrument",
    "recovery.clinical.instruments.answers",
    "recovery.clinical.instruments.shipped",
    "recovery.clinical.instruments.elements",
    "recovery.clinical.instruments.fhir_items",
    "recovery.clinical.instruments.fhir",
    "recovery.clinical.instruments",
    "recovery.clinical.checkinforms",
    "recovery.clinical.ownforms",
    "recovery.clinical.plan",
    "recovery.clinical.pathway",
    "recovery.clinical.reminding",
    "recovery.clinical.corridor",
    "recovery.clinical.timepoints",
    "recovery.clinical.summaries",
    "recovery.clinical.disclosure",
    "recovery.clinical.rules.facts",
    "recovery.clinical.rules.rule",
    "recovery.clinical.rules.texts",
    "recovery.clinical.rules.emergency",
    "recovery.clinical.rules.urgent",
    "recovery.clinical.rules.review",
    "recovery.clinical.rules.thresholds",
    "recovery.clinical.rules.timed",
    "recovery.clinical.rules.words",
    "recovery.clinical.rules.changes",
    "recovery.clinical.rules.engine",
    "recovery.clinical.rules.judging",
    "recovery.clinical.rules.levels",
    "recovery.clinical.rules",
    "recovery.clinical.readability",
    "recovery.clinical.ownpathways.problem",
    "recovery.clinical.ownpathways.schema",
    "recovery.clinical.ownpathways.structure",
    "recovery.clinical.ownpathways.document",
    "recovery.clinical.ownpathways.formchecks",
    "recovery.clinical.ownpathways.textchecks",
    "recovery.clinical.ownpathways.rulechecks",
    "recovery.clinical.ownpathways.checks",
    "recovery.clinical.ownpathways.yamlfile",
    "recovery.clinical.ownpathways.calendar",
    "recovery.clinical.ownpathways.difference",
    "recovery.clinical.ownpathways",
    "recovery.clinical.education",
    "recovery.clinical.sources",
    "recovery.clinical.markdown",
    "recovery.clinical.prose",
    "recovery.clinical.measures",
    "recovery.clinical.observation",
    "recovery.clinical.observed",
    "recovery.clinical.trials",
    "recovery.clinical.reported",
    "recovery.clinical.courses",
    "recovery.clinical.activity",
    "recovery.clinical.counted",
    "recovery.clinical.wording",
    "recovery.clinical.told",
    "recovery.clinical.protocol",
    "recovery.clinical.commands.lines",
    "recovery.clinical.commands.assess",
    "recovery.clinical.commands.schedule",
    "recovery.clinical.commands.score",
    "recovery.clinical.commands.pathway",
    "recovery.clinical.__main__",
    "recovery.models.clinics",
    "recovery.models.channels",
    "recovery.models.corridors",
    "recovery.models.languages",
    "recovery.migrations.*",
    "recovery.models.users",
    "recovery.models.clocks",
    "recovery.models.pathways",
    "recovery.models.patients",
    "recovery.models.recoveries",
    "recovery.models.outcomes",
    "recovery.models.changes",
    "recovery.models.access",
    "recovery.models.logs",
    "recovery.models.checkins",
    "recovery.models.responses",
    "recovery.models.questionnaires",
    "recovery.models.milestones",
    "recovery.models.observations",
    "recovery.models.visits",
    "recovery.models.alerts",
    "recovery.models.contacts",
    "recovery.models.handling",
    "recovery.models.messages",
    "recovery.models.rehearsals",
    "recovery.models.thresholds",
    "recovery.models.transfers",
    "recovery.models",
    "recovery.tabular.reading",
    "recovery.tabular.writing",
    "recovery.clock",
    "recovery.tokens",
    "recovery.wording",
    "recovery.queries.pathways",
    "recovery.queries.languages",
    "recovery.page_language",
    "recovery.queries.engine",
    "recovery.queries.prepared",
    "recovery.sessions",
    "recovery.queries.staff",
    "recovery.access",
    "recovery.forms.words",
    "recovery.forms.fields",
    "recovery.forms.places",
    "recovery.forms.addresses",
    "recovery.forms.staff_accounts",
    "recovery.forms.contacts",
    "recovery.forms.handling",
    "recovery.forms.overdue",
    "recovery.forms.languages",
    "recovery.forms.clinics",
    "recovery.forms.meanwhile",
    "recovery.forms.reminders",
    "recovery.forms.facts",
    "recovery.forms.outcomes",
    "recovery.forms.procedures",
    "recovery.forms.enrolment",
    "recovery.forms.people",
    "recovery.queries.imports",
    "recovery.forms.imports",
    "recovery.queries.subjects",
    "recovery.queries.export_logs",
    "recovery.queries.export_records",
    "recovery.queries.exports",
    "recovery.forms.exports",
    "recovery.forms.questions",
    "recovery.forms.logs",
    "recovery.forms.layout",
    "recovery.forms.prefill",
    "recovery.forms.told",
    "recovery.forms.staff_logs",
    "recovery.forms.milestones",
    "recovery.forms.observations",
    "recovery.forms.signs",
    "recovery.forms.at_once",
    "recovery.forms.paper",
    "recovery.forms.checkins",
    "recovery.forms.checkin_layout",
    "recovery.forms.checkin_told",
    "recovery.queries.digest",
    "recovery.mails.merge",
    "recovery.mails.build",
    "recovery.mails.texts",
    "recovery.mails.lengths",
    "recovery.mails.samples",
    "recovery.queries.pathway_moves",
    "recovery.queries.pastlogs",
    "recovery.queries.rehearsals",
    "recovery.queries.thresholds",
    "recovery.queries.instruments",
    "recovery.queries.language_state",
    "recovery.queries.unions",
    "recovery.queries.listed",
    "recovery.queries.corridors",
    "recovery.queries.cells",
    "recovery.queries.cohorts",
    "recovery.queries.outcome_figures",
    "recovery.queries.outcome_counts",
    "recovery.queries.outcomes",
    "recovery.queries.followups",
    "recovery.queries.outcome_charts",
    "recovery.queries.practice",
    "recovery.queries.checkins",
    "recovery.queries.questionnaires",
    "recovery.forms.questionnaires",
    "recovery.forms.pathway_words",
    "recovery.forms.thresholds",
    "recovery.forms.pathways",
    "recovery.forms.pathway_slots",
    "recovery.forms.pathway_sections",
    "recovery.queries.patients",
    "recovery.queries.observations",
    "recovery.queries.room",
    "recovery.queries.handover",
    "recovery.queries.queue_counts",
    "recovery.queries.queue",
    "recovery.queries.overdue",
    "recovery.queries.reschedules",
    "recovery.queries.record_parts",
    "recovery.queries.record",
    "recovery.queries.timeline",
    "recovery.queries.ledger",
    "recovery.forms.ledger",
    "recovery.queries.days",
    "recovery.queries.marks",
    "recovery.queries.plot",
    "recovery.queries.lanes",
    "recovery.queries.chart",
    "recovery.queries.glance",
    "recovery.queries.scores",
    "recovery.queries.medicines",
    "recovery.queries.visits",
    "recovery.queries.strip",
    "recovery.queries.history",
    "recovery.queries.today",
    "recovery.queries.milestones",
    "recovery.queries.phases",
    "recovery.queries.saved",
    "recovery.queries.therapists",
    "recovery.queries.activity",
    "recovery.forms.visits",
    "recovery.forms.therapists",
    "recovery.forms.activity",
    "recovery.pdf",
    "recovery.templatetags.activity",
    "recovery.templatetags.care",
    "recovery.templatetags.filled",
    "recovery.templatetags.shell",
    "recovery.templatetags.made_for",
    "recovery.templatetags.sparkline",
    "recovery.templatetags.questionnaires",
    "recovery.templatetags.once",
    "recovery.templatetags.times",
    "recovery.templatetags.staff",
    "recovery.templatetags.rows",
    "recovery.templatetags.lists",
    "recovery.templatetags.corridor",
    "recovery.templatetags.drawing",
    "recovery.templatetags.trials",
    "recovery.templatetags.outcomes",
    "recovery.templatetags.timeline",
    "recovery.templatetags.entries",
    "recovery.templatetags.observations",
    "recovery.templatetags.moments",
    "recovery.templatetags.patient",
    "recovery.templatetags.ledger",
    "recovery.templatetags.languages",
    "recovery.templatetags.pathways",
    "recovery.templatetags.cards",
    "recovery.services.refusals",
    "recovery.services.nudges",
    "recovery.services.clocks",
    "recovery.services.status",
    "recovery.services.channels",
    "recovery.services.outcomes",
    "recovery.services.messages",
    "recovery.services.oncall",
    "recovery.services.digests",
    "recovery.services.addresses",
    "recovery.services.escalation",
    "recovery.services.notices",
    "recovery.services.firing",
    "recovery.services.alerts",
    "recovery.services.contacts",
    "recovery.services.snoozes",
    "recovery.services.handling",
    "recovery.services.overdue",
    "recovery.services.waits",
    "recovery.services.facts",
    "recovery.services.replays",
    "recovery.services.logs",
    "recovery.services.checkins",
    "recovery.services.milestones",
    "recovery.services.visits",
    "recovery.services.therapists",
    "recovery.services.recoveries",
    "recovery.services.pastlogs",
    "recovery.services.rehearsals",
    "recovery.services.thresholds",
    "recovery.services.languages",
    "recovery.services.pathways",
    "recovery.services.pathway_moves",
    "recovery.services.discharges",
    "recovery.services.reschedules",
    "recovery.services.observations",
    "recovery.services.clinics",
    "recovery.services.questionnaires",
    "recovery.services.enrolment",
    "recovery.services.preferences",
    "recovery.services.imports",
    "recovery.services.exports",
    "recovery.services.recheck",
    "recovery.services.later",
    "recovery.services.smtp",
    "recovery.services.provider",
    "recovery.services.sms",
    "recovery.services.handover",
    "recovery.services.settling",
    "recovery.services.mailevents",
    "recovery.services.allowance",
    "recovery.services.claims",
    "recovery.services.fates",
    "recovery.services.handing",
    "recovery.services.delivery",
    "recovery.services.timing",
    "recovery.services.situations",
    "recovery.services.reminders",
    "recovery.services.corridors",
    "recovery.services.advance",
    "recovery.services.tick",
    "recovery.services.foresight",
    "recovery.services.rounds",
    "recovery.services.demo",
    "recovery.management.demo.steps",
    "recovery.management.demo.people",
    "recovery.management.demo.room",
    "recovery.management.demo.scenes",
    "recovery.management.demo.milestones",
    "recovery.management.demo.courses",
    "recovery.management.demo.stage",
    "recovery.management.demo.checkins",
    "recovery.management.demo.past_rows",
    "recovery.management.demo.past",
    "recovery.management.demo.script",
    "recovery.management.demo.corridor",
    "recovery.management.demo.evenings",
    "recovery.management.demo.play",
    "recovery.management.demo.signins",
    "recovery.management.clinics",
    "recovery.management.supervise",
    "recovery.management.broker",
    "recovery.management.commands.*",
    "recovery.views.staff.csvfile",
    "recovery.views.staff.ledger",
    "recovery.views.staff.activity",
    "recovery.views.staff.queue_words",
    "recovery.views.staff.queue",
    "recovery.views.staff.overdue",
    "recovery.views.staff.recoveries",
    "recovery.views.staff.alerts",
    "recovery.views.staff.handling",
    "recovery.views.staff.contacts",
    "recovery.views.staff.enrolment",
    "recovery.views.staff.imports",
    "recovery.views.staff.procedures",
    "recovery.views.staff.pathways",
    "recovery.views.staff.pathway_sections",
    "recovery.views.staff.rehearsals",
    "recovery.views.staff.thresholds",
    "recovery.views.staff.pathway_approval",
    "recovery.views.staff.pathway_moves",
    "recovery.views.patient.entry",
    "recovery.views.patient.waits",
    "recovery.views.staff.logs",
    "recovery.views.staff.checkins",
    "recovery.views.patient.warnings",
    "recovery.views.therapists",
    "recovery.views.patient.checkins",
    "recovery.views.patient.links",
    "recovery.views.patient.handover",
    "recovery.views.patient.logs",
    "recovery.views.patient.pages",
    "recovery.views.patient.phases",
    "recovery.views.patient.milestones",
    "recovery.views.patient.visits",
    "intracept_care.celery",
    "intracept_care",
]


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each first-party module that is imported, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            source = str(node.module)
            names = [
                inner if (inner := f"{source}.{alias.name}") in MODULES else source
                for alias in node.names
            ]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in PACKAGES:
                yield node.lineno, name


def layer(module: str) -> int:
    """The layer of the longest name that is the module or holds it."""
    name = module
    while name not in LAYERS:
        name = name.rpartition(".")[0]
        assert name not in {"", "recovery"}, (
            f"{module} has no layer: say in LAYERS where it belongs"
        )
    return LAYERS[name]


def place(module: str) -> int | None:
    for name in (module, f"{module.rpartition('.')[0]}.*"):
        if name in ORDER:
            return ORDER.index(name)
    return None


def may_import(importer: str, target: str) -> bool:
    above, below = layer(importer), layer(target)
    if above != below:
        return above > below
    first, second = place(importer), place(target)
    return first is not None and second is not None and first > second


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_imports_point_down() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for name, path in MODULES.items()
        for line, target in imported(tree(path))
        if not may_import(name, target)
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_no_function_imports_our_own_code() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target} inside a function"
        for path in [*MODULES.values(), ROOT / "manage.py"]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line, target in imported(node)
    ]
    assert wrong == []


def test_clinical_core_needs_no_django() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for name, path in MODULES.items()
        if name.startswith("recovery.clinical")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for source in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if str(source).partition(".")[0] in {"django", "celery", "redis", "allauth"}
    ]
    assert wrong == []


def test_modules_stay_short_enough_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for name, path in MODULES.items()
        if ".migrations." not in name
    }
    for path in LONGER:
        del lengths[path]
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize(
    ("importer", "target", "allowed"),
    [
        ("recovery.services.logs", "recovery.models.logs", True),
        ("recovery.models.logs", "recovery.services.logs", False),
        ("recovery.services.tick", "recovery.services.messages", True),
        ("recovery.services.messages", "recovery.services.tick", False),
        ("recovery.queries.mailbox", "recovery.queries.queue", False),
        ("recovery.views.patient.logs", "recovery.views.staff.facts", False),
    ],
)
def test_the_rule_itself(importer: str, target: str, allowed: bool) -> None:
    assert may_import(importer, target) is allowed
