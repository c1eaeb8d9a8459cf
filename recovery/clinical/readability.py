"""How hard a text is to read: Flesch and Kincaid's grade, for English."""

import re

# The aim, and the grade above which no text is shown to a patient.
AIM, HIGHEST = 6, 8


def syllables(word: str) -> int:
    """Groups of vowels, less a silent e; a number or a phone number counts as one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    silent = re.search(r"([^l]e|[^td]ed|[^sxzcg]es)$", letters) and groups > 1
    return max(groups - bool(silent), 1)


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9][\w'.-]*", text)


def grade(text: str) -> float:
    """0.39 words a sentence + 11.8 syllables a word - 15.59; 0 where there is no sentence."""
    sentences = re.findall(r"[^.!?]+(?:[.!?](?!\s|$)[^.!?]*)*[.!?](?=\s|$)", text)
    found = words(text)
    if not sentences or not found:
        return 0.0
    count = sum(map(syllables, found))
    return 0.39 * len(found) / len(sentences) + 11.8 * count / len(found) - 15.59


def stopped(line: str) -> str:
    """A point without a full stop ends all the same."""
    return line if line.endswith((".", "?", "!")) else f"{line}."
