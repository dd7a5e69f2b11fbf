"""Months of activity that nobody lived: ordinary desks, busy days, odd but honest habits, and some misuse.

Plain Python and seeded: the same seed gives the same months.  Each misuse is known, so that the rules can be judged.
Nothing here is fitted to a rule: the habits are those of desks (a workshop's day, an evening session, a couple's one
address, a scanner out of order), the misuses come in strong and in mild forms.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from mandats.domain.alertes import RULES, Marque, Rule, Signal, Sorte, signals

_ZONES = ("Europe/Paris", "Europe/Paris", "Europe/Paris", "Indian/Reunion", "America/Cayenne", "Pacific/Noumea")
_FIRST = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Fraude:
    """One misuse that was put in: the rule that ought to speak, where, by whom, which day; ``mild`` or not."""

    rule: str
    structure: str
    aidant: str
    day: date
    mild: bool


@dataclass(slots=True)
class Activite:
    """What was generated: marks, and the misuses among them."""

    marks: list[Marque] = field(default_factory=list)
    frauds: list[Fraude] = field(default_factory=list)


@dataclass(slots=True)
class Desk:
    """One aidant at one structure, and the mandats that they may use."""

    structure: str
    aidant: str
    zone: str
    dice: Random
    out: Activite
    mandats: list[tuple[str, datetime]] = field(default_factory=list)
    made: int = 0

    def moment(self, day: date, hour: float) -> datetime:
        """Return that local hour of that day."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone)) + timedelta(hours=hour)
        return local.astimezone(UTC)

    def mark(self, kind: Sorte, dossier: str, at: datetime, print_: str = "", after: timedelta | None = None) -> None:
        """Write one mark of this desk."""
        self.out.marks.append(Marque(kind, self.structure, self.aidant, dossier, at, self.zone, print_, after))

    def sign(self, at: datetime, proof: str = "") -> str:
        """Conclude a mandat."""
        self.made += 1
        name = f"{self.aidant}-{self.made}"
        self.mandats.append((name, at))
        self.mark(Sorte.SIGNATURE, name, at)
        self.mark(Sorte.PREUVE, name, at, proof or f"preuve-{name}")
        return name

    def use(self, at: datetime, which: tuple[str, datetime] | None = None) -> None:
        """Use a mandat, any of theirs unless told which."""
        name, signed = which or self.dice.choice(self.mandats)
        self.mark(Sorte.UTILISATION, name, at, after=at - signed)

    def some(self, count: int) -> list[tuple[str, datetime]]:
        """Return that many of their mandats, or all of them."""
        return self.dice.sample(self.mandats, min(count, len(self.mandats)))

    def look(self, at: datetime, name: str = "") -> None:
        """Open a record."""
        self.mark(Sorte.CONSULTATION, name or self.dice.choice(self.mandats)[0], at)


def ordinary_day(desk: Desk, day: date) -> None:
    """A day as desks have them: half of who signs needs something at once, some come back, some ask a question."""
    dice = desk.dice
    busy = dice.random() < 0.06
    for _ in range(dice.randint(8, 14) if busy else dice.choice((0, 1, 1, 2, 2, 3, 4))):
        at = desk.moment(day, dice.uniform(8.6, 17.2))
        name = desk.sign(at)
        if dice.random() < 0.4:
            desk.use(at + timedelta(minutes=dice.uniform(4, 25)), (name, at))
    morning = desk.moment(day, 8)
    known = [mandat for mandat in desk.mandats[-150:] if mandat[1] < morning]
    for mandat in dice.sample(known, min(len(known), dice.choice((1, 2, 3, 4, 6)))):
        at = desk.moment(day, dice.uniform(8.6, 17.5))
        desk.look(at, mandat[0])
        if dice.random() < 0.75:
            desk.use(at + timedelta(minutes=3), mandat)


def _workshop(desk: Desk, day: date) -> None:
    for mandat in desk.some(desk.dice.randint(6, 13)):
        desk.use(desk.moment(day, desk.dice.uniform(14, 15.2)), mandat)


def _evening(desk: Desk, day: date) -> None:
    for mandat in desk.some(desk.dice.randint(1, 3)):
        desk.use(desk.moment(day, desk.dice.uniform(20.5, 22.7)), mandat)


def _own_review(desk: Desk, day: date) -> None:
    for mandat in desk.some(desk.dice.randint(8, 22)):
        desk.look(desk.moment(day, desk.dice.uniform(8, 9.5)), mandat[0])


def _scanner_down(desk: Desk, day: date) -> None:
    desk.mark(Sorte.PAPIER_SANS_SCAN, desk.dice.choice(desk.mandats)[0], desk.moment(day, 12))


def _family(desk: Desk, day: date) -> None:
    home = 2 if desk.dice.random() < 0.93 else desk.dice.randint(3, 5)
    for mandat in desk.some(home):
        desk.mark(Sorte.CONTACT, f"usager-{mandat[0]}", desk.moment(day, 11), f"famille-{desk.aidant}-{day}")


ODDITIES = ((0.004, _workshop), (0.006, _evening), (0.003, _own_review), (0.009, _scanner_down), (0.008, _family))
"""What is unusual and honest, with its chance on one day of one desk."""


def honest_oddities(desk: Desk, day: date) -> None:
    """A workshop, an evening, a review of one's own records, a scanner out of order, a family's one address."""
    if len(desk.mandats) < 30:
        return
    for chance, oddity in ODDITIES:
        if desk.dice.random() < chance:
            oddity(desk, day)


def _burst(desk: Desk, day: date, mild: bool) -> None:
    for mandat in desk.some(10 if mild else 25):
        desk.use(desk.moment(day, desk.dice.uniform(12, 12.9)), mandat)


def _signatures(desk: Desk, day: date, mild: bool) -> None:
    for _ in range(16 if mild else 35):
        desk.sign(desk.moment(day, desk.dice.uniform(9, 18)))


def _night(desk: Desk, day: date, mild: bool) -> None:
    for mandat in desk.some(3 if mild else 9):
        desk.use(desk.moment(day, desk.dice.uniform(22.5, 28)), mandat)


def _paper(desk: Desk, day: date, mild: bool) -> None:
    for number, mandat in enumerate(desk.some(4 if mild else 10)):
        desk.mark(Sorte.PAPIER_SANS_SCAN, mandat[0], desk.moment(day - timedelta(days=number), 15))


def _contact(desk: Desk, day: date, mild: bool) -> None:
    for mandat in desk.some(4 if mild else 9):
        desk.mark(Sorte.CONTACT, f"usager-{mandat[0]}", desk.moment(day, 16), f"le-mien-{desk.aidant}-{day}")


def _at_once(desk: Desk, day: date, mild: bool) -> None:
    for _ in range(7 if mild else 15):
        at = desk.moment(day, desk.dice.uniform(9, 18))
        desk.use(at + timedelta(minutes=desk.dice.uniform(1, 6)), (desk.sign(at), at))


def _curious(desk: Desk, day: date, mild: bool) -> None:
    for mandat in desk.some(22 if mild else 60):
        desk.look(desk.moment(day, desk.dice.uniform(9, 18)), mandat[0])


def _proof(desk: Desk, day: date, mild: bool) -> None:
    for _ in range(2 if mild else 5):
        desk.sign(desk.moment(day, desk.dice.uniform(9, 18)), f"copie-{desk.aidant}-{day}")


MISUSES: dict[str, Callable[[Desk, date, bool], None]] = {
    "rafale": _burst,
    "signatures": _signatures,
    "nuit": _night,
    "papier": _paper,
    "contact": _contact,
    "aussitot": _at_once,
    "curiosite": _curious,
    "preuve": _proof,
}
"""One way to misuse, by the rule that ought to speak."""


def _desk(number: int, dice: Random, out: Activite) -> Desk:
    """Return the desk of that number; three share a structure."""
    place = number // 3
    own = Random(dice.random())  # noqa: S311 -- the same
    return Desk(f"structure-{place}", f"aidant-{number}", _ZONES[place % len(_ZONES)], own, out)


def generate(seed: int, *, desks: int = 120, days: int = 180, misuses: int = 12) -> Activite:
    """Return ``days`` of activity at ``desks`` desks, with ``misuses`` of each kind, a third of them mild."""
    dice, out = Random(seed), Activite()  # noqa: S311 -- months to be generated again, nothing secret
    people = [_desk(number, dice, out) for number in range(desks)]
    plan: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    for rule in MISUSES:
        for number in range(misuses):
            plan[dice.randrange(desks), dice.randrange(days // 2, days)].append((rule, number % 3 == 0))
    for number, desk in enumerate(people):
        for index in range(days):
            day = _FIRST + timedelta(days=index)
            if day.weekday() < 5:
                ordinary_day(desk, day)
                honest_oddities(desk, day)
            for rule, mild in plan.get((number, index), ()):
                MISUSES[rule](desk, day, mild)
                out.frauds.append(Fraude(rule, desk.structure, desk.aidant, day, mild))
    return out


@dataclass(frozen=True, slots=True)
class Figure:
    """How one rule did: misuses put in and caught (mild ones apart), signals raised and those about no misuse."""

    rule: str
    put_in: int
    caught: int
    mild: int
    mild_caught: int
    raised: int
    false: int

    @property
    def recall(self) -> float:
        """Share of the misuses of this kind that were caught."""
        return self.caught / self.put_in if self.put_in else 1.0

    @property
    def precision(self) -> float:
        """Share of the signals that were about a misuse."""
        return (self.raised - self.false) / self.raised if self.raised else 1.0


def judge(activity: Activite, rules: Sequence[Rule] = RULES) -> list[Figure]:
    """Compare what the rules say with what was put in; a signal about any misuse of that aidant is no false alarm."""
    told = signals(activity.marks, rules)
    figures = []
    for rule in rules:
        frauds = [one for one in activity.frauds if one.rule == rule.code]
        raised = [one for one in told if one.rule == rule.code]
        caught = [one for one in frauds if any(_about(signal, one) for signal in raised)]
        false = [signal for signal in raised if not any(_about(signal, one) for one in activity.frauds)]
        mild = [one for one in frauds if one.mild]
        figures.append(
            Figure(
                rule.code, len(frauds), len(caught), len(mild), sum(one.mild for one in caught), len(raised), len(false)
            )
        )
    return figures


def _about(signal: Signal, fraud: Fraude) -> bool:
    """Tell whether a signal is about a misuse: the same aidant, within two days."""
    same = (signal.structure, signal.aidant) == (fraud.structure, fraud.aidant)
    return same and abs((signal.day - fraud.day).days) <= 2
