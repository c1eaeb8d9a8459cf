"""How easy a Spanish text is to read, by Szigriszt-Pazos on the INFLESZ scale (Barrio-Cantalejo and
others, 2008): 206.835 - 62.3 syllables per word - words per sentence. 80 and more is very easy, as
for a primary school; 65 to 80 rather easy; 55 to 65 usual; below that hard.
"""

import re

VOWELS = "aeiouáéíóúü"
STRONG, ACCENTED = set("aeoáéó"), set("íú")
WORD = re.compile(r"[a-záéíóúüñ]+", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?:;]+(?:\s|$)")


def ease(text: str) -> float:
    words = WORD.findall(text)
    sentences = [part for part in SENTENCE.split(text) if WORD.search(part)]
    per_word = sum(map(syllables, words)) / len(words)
    return 206.835 - 62.3 * per_word - len(words) / len(sentences)


def syllables(word: str) -> int:
    """One for each vowel that does not glide into its neighbour."""
    word = re.sub(r"([qg])u(?=[eiéí])", r"\1", word.lower())
    word = re.sub(r"y$", "i", word)
    count, before = 0, ""
    for letter in word:
        if letter in VOWELS and not _glides(before, letter):
            count += 1
        before = letter
    return max(count, 1)


def _glides(before: str, letter: str) -> bool:
    if before not in VOWELS or not before:
        return False
    pair = {before, letter}
    return not (pair <= STRONG or pair & ACCENTED)
