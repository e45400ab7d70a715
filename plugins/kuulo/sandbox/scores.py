"""How content a person says to be, on the scale that is asked for."""

from datetime import datetime
from random import Random

from kuulo.sandbox.company_records import Person
from kuulo.sandbox.history import mood

SCALES = {"0-10": (0, 10), "1-5": (1, 5), "1-7": (1, 7)}
COMMENTS = {
    "good": ("The lamps came on time and look lovely.", "Great help, thank you!", "Valo on upea; kiitos.", "Alles bestens."),
    "bad": ("The app lost my lamps again.", 'They said "soon", that was a month ago; still dark.', "Es flimmert.\nNoch.", "Kallis"),
}


def score_on(rng: Random, scale: str, person: Person, at: datetime) -> int:
    """A score on the scale, drawn about the person's goodwill and the time's mood."""
    low, high = SCALES[scale]
    content = person.goodwill + mood(at)
    return max(low, min(high, round(rng.gauss(low + (high - low) * (0.33 + 0.72 * content), 0.19 * (high - low)))))


def comment_on(rng: Random, scale: str, score: int) -> str:
    """A line of free text that suits the score."""
    low, high = SCALES[scale]
    return rng.choice(COMMENTS["good" if score > (low + high) / 2 else "bad"])
