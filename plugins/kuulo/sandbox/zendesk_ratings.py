"""Ratings of tickets in Zendesk: good or bad by the legacy CSAT, one to five by the newer surveys, which took its place."""

from datetime import UTC, datetime, timedelta
from random import Random

from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF, mood
from kuulo.sandbox.scores import comment_on, score_on

LEGACY_SURVEY, LEGACY_QUESTION = "satisfaction_rating", "value"
SURVEY, RATING_QUESTION, TEXT_QUESTION = "01K5KAJ0SAT1SFACT10NSVRVEY", "01K5KAJ0RAT1NGQVEST10NAAAA", "01K5KAJ0C0MMENTQVEST10NAAA"
RATINGS, RESPONSES = "zendesk/satisfaction_ratings", "zendesk/csat_survey_responses"
_SWITCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_RATING_IDS = 62_000_001
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LATEST = AS_OF - timedelta(minutes=2)


def ulid(at: datetime, rng: Random) -> str:
    """An id that begins with its time in milliseconds, as the vendor's newer ids do."""
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    head = "".join(_LETTERS[milliseconds >> shift & 31] for shift in range(45, -1, -5))
    return head + "".join(rng.choice(_LETTERS) for _ in range(16))


class _Asker:
    """Asks after solved tickets, and writes down what comes back."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.answers: list[VendorAnswer] = []
        self.invites: list[SurveyInvite] = []

    def ask(self, ticket: SupportContact, number: int) -> None:
        """One survey about the ticket, by the feature of the time; or the note that it was not offered."""
        assert ticket.resolved_at is not None  # solved tickets of somebody known
        assert ticket.person is not None
        sent = ticket.resolved_at + timedelta(hours=1)
        if sent >= _LATEST:
            return
        rng, is_legacy = self._rng, sent < _SWITCHED_AT
        identity = str(_RATING_IDS + number) if is_legacy else ulid(sent, rng)
        if is_legacy and rng.random() < 0.05:
            self._note(ticket, identity, sent, value="unoffered")
            return
        invite = SurveyInvite(
            invite_id=f"{'rating' if is_legacy else 'response'}-{identity}",
            survey_id=LEGACY_SURVEY if is_legacy else SURVEY,
            person=ticket.person,
            customer_id=ticket.customer_id,
            email=None,
            channel=ticket.channel,
            sent_at=sent,
            delivered=True,
        )
        self.invites.append(invite)
        at = sent + timedelta(seconds=rng.randrange(60, 4 * 86_400))
        if rng.random() < 0.55 and at < _LATEST:
            invite.responded_at, invite.response_id = at, identity
            self._rate(ticket, identity, at)
        else:
            self._note(ticket, identity, sent, value="offered" if is_legacy else None)

    def _rate(self, ticket: SupportContact, identity: str, at: datetime) -> None:
        rng = self._rng
        assert ticket.person is not None
        stars = score_on(rng, "1-5", ticket.person, at)
        comment = comment_on(rng, "1-5", stars) if rng.random() < 0.4 else None
        if identity.isdecimal():
            is_good = stars >= 4 or (stars == 3 and mood(at) >= 0)
            self._note(ticket, identity, at, value="good" if is_good else "bad", score=int(is_good), comment=comment)
        elif rng.random() < 0.1:  # the rating left out, a text given
            self._note(ticket, identity, at, comment=comment or "Kiitos.")
        else:
            self._note(ticket, identity, at, value=stars, score=stars, comment=comment)

    def _note(
        self,
        ticket: SupportContact,
        identity: str,
        at: datetime,
        *,
        value: str | int | None = None,
        score: int | None = None,
        comment: str | None = None,
    ) -> None:
        is_legacy = identity.isdecimal()
        self.answers.append(
            VendorAnswer(
                source="zendesk",
                stream=RATINGS if is_legacy else RESPONSES,
                survey_id=LEGACY_SURVEY if is_legacy else SURVEY,
                question_id=LEGACY_QUESTION if is_legacy else RATING_QUESTION,
                response_id=identity,
                metric="csat",
                scale="thumbs" if is_legacy else "1-5",
                score=score,
                person=ticket.person,
                at=at,
                channel=ticket.channel,
                value=value,
                comment=comment,
                contact_id=ticket.contact_id,
            )
        )


def _spoil(asker: _Asker) -> None:
    """A word that is no rating and a number of stars that no scale has; with its only row refused, the offer is unknown too."""
    for stream, value in ((RATINGS, "great"), (RESPONSES, 9)):
        spoilt = next(answer for answer in asker.answers if answer.stream == stream and answer.score is not None)
        spoilt.value, spoilt.score, spoilt.comment, spoilt.is_refused = value, None, None, True
        next(invite for invite in asker.invites if invite.response_id == spoilt.response_id).is_refused = True


def generate_ratings(seed: int, tickets: list[SupportContact]) -> tuple[list[VendorAnswer], list[SurveyInvite]]:
    """What was answered and what was offered, of tickets that people solved."""
    asker = _Asker(Random(f"{seed}:zendesk ratings"))
    left_out = ("bot", "outbound")
    asked = [
        ticket
        for ticket in tickets
        if ticket.is_resolved and ticket.person and not (ticket.archived_at or ticket.is_refused)
        if ticket.channel not in left_out and ticket.direction not in left_out
    ]
    for number, ticket in enumerate(asked):
        asker.ask(ticket, number)
    _spoil(asker)
    return asker.answers, asker.invites
