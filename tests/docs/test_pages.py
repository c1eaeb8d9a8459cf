"""What the pages for people name is there, and what is there is named."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands, load_command_class

from recovery.checks import second_factor
from tests.test_layers import LAYERS

ROOT = Path(__file__).resolve().parents[2]
KEPT = subprocess.run(
    ["git", "ls-files", "--cached"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.splitlines()
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", ".env.example", "Procfile", "Makefile")
    for path in ROOT.glob(pattern)
)
MARKDOWN = [path for path in PAGES if path.suffix == ".md"]
LARGEST_PICTURE = 300_000


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """Without what is quoted as code."""
    return re.sub(r"`[^`]*`|^ {4}.*$", "", page, flags=re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The addresses that a heading gets."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_the_readme_is_read_at_one_sitting():
    assert len(text("README.md").splitlines()) <= 120


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_links_lead_somewhere(page):
    told = text(page)
    links = re.findall(r"\]\(([^)\s]+)\)", prose(told)) + re.findall(r"src=\"([^\"]+)\"", told)
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        place, _hash, anchor = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), f"{name(page)} links to {link}"
        assert not anchor or anchor in anchors(text(target)), f"{name(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_knows_the_machine_it_was_written_on(page):
    assert not re.findall(r"(?<![\w.])/(?:home|root|work|Users|private)/\S*", text(page))


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_every_target_of_make_that_is_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    told = re.findall(r"`[^`]*`|^ {4}.*$", text(page), re.MULTILINE)
    named = {word for code in told for word in re.findall(r"\bmake ([a-z]+)", code)}
    assert named <= targets


def test_the_readme_names_every_target_of_make():
    targets = set(re.findall(r"^([a-z]+):.*##", text("Makefile"), re.MULTILINE))
    assert targets - {"help"} <= set(re.findall(r"`?make ([a-z]+)", text("README.md")))


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_every_management_command_that_is_named_exists(page):
    commands = get_commands()
    for command, rest in re.findall(r"manage\.py (\w+)((?: --[\w-]+)*)", text(page)):
        assert command in commands, f"{name(page)}: manage.py {command}"
        parser = load_command_class(commands[command], command).create_parser("manage.py", command)
        for option in rest.split():
            assert option in parser.format_help(), f"{name(page)}: {command} {option}"


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_every_file_that_is_named_exists(page):
    """In backquotes, with a slash: from the top, from the page's folder, or in recovery/."""
    for named in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text(page)):
        if "/" not in named or name(page) == "docs/protocol.md":
            continue
        places = [ROOT / named, page.parent / named, ROOT / "recovery" / named]
        made_later = named.startswith(("var", "VAR_DIR"))
        assert made_later or any(path.exists() for path in places), f"{name(page)}: {named}"


def test_architecture_names_every_layer():
    told = text("docs/architecture.md")
    table = {
        file: int(number)
        for number, files in re.findall(r"^\| (\d) \| ([^|]+) \|", told, re.MULTILINE)
        for file in re.findall(r"`([\w/.]+)`", files)
    }
    for module, layer in LAYERS.items():
        last = module.rpartition(".")[2]
        if module == "recovery":
            continue
        [found] = {
            number
            for file, number in table.items()
            if file.rstrip("/").removesuffix(".py").rpartition("/")[2] == last
        }
        assert found == layer, module


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason(file):
    told = re.findall(r"^\| `([\w-]+)` \| \S", text("docs/decisions/dependencies.md"), re.MULTILINE)
    named = re.findall(r"^([A-Za-z][\w-]*)", text(file), re.MULTILINE)
    assert named
    assert set(named) - set(told) == set()


def test_no_reason_outlives_its_dependency():
    told = re.findall(r"^\| `([\w-]+)` \|", text("docs/decisions/dependencies.md"), re.MULTILINE)
    named = re.findall(
        r"^([A-Za-z][\w-]*)",
        text("requirements.in") + text("requirements-dev.in"),
        re.MULTILINE,
    )
    assert sorted(told) == sorted(named)


def test_every_decision_is_listed_under_its_number_and_title():
    listed = re.findall(
        r"\[(\d{4})\]\(([^)]+)\) \| (.+) \|$", text("docs/decisions/README.md"), re.MULTILINE
    )
    files = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert [file for _number, file, _title in listed] == files
    for position, (number, file, title) in enumerate(listed, start=1):
        assert int(number) == int(file[:4]) == position
        assert text(f"docs/decisions/{file}").startswith(f"# {position}. {title}\n")


def test_the_readme_says_what_it_is_not():
    told = " ".join(text("README.md").split())
    for words in (
        "no clearance or approval as a device",
        "Whoever operates it decides its regulatory status",
        "no emergency service",
        "not affiliated with the maker of the Intracept procedure, whose trademark the name",
        "**Not with real patients yet.**",
    ):
        assert words in told


def test_the_readme_warns_as_the_check_at_deployment_does():
    [warning] = second_factor()
    assert "no second factor" in warning.msg
    assert "there is no second factor" in " ".join(text("README.md").split())


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_no_page_says_what_only_the_operator_can_decide(page):
    """Whether it is a device is for the operator; that sentence would decide it."""
    assert "not a medical device" not in text(page).lower()


def test_pictures_of_the_readme_are_kept_and_small():
    pictures = re.findall(r"src=\"([^\"]+)\"", text("README.md"))
    assert len(pictures) == 2
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < LARGEST_PICTURE
        if KEPT:  # a copy without its history lists no files
            assert picture in KEPT


def test_the_changelog_ends_at_the_version():
    version = re.findall(r"^version = \"(.+)\"$", text("pyproject.toml"), re.MULTILINE)
    newest = re.findall(r"^## \[(.+?)\]", text("CHANGELOG.md"), re.MULTILINE)[0]
    assert [newest] == version
