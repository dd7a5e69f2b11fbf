"""Reads that every use of a mandat asks, turned into SQL once a process.

Django writes the text of a queryset anew at each call; for a row joined with three others that costs more than running
it.  The queryset stays the one description of what is read; nothing here knows what that is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement, and how Django makes objects of its rows (as ``django.db.models.query.ModelIterable`` does).

    ``parameters`` holds, for each placeholder, the position of the value to take, or ``None`` and a fixed value.
    """

    sql: str
    parameters: Sequence[tuple[int | None, Any]]
    model: type[Model]
    columns: slice
    names: Sequence[str]
    related: Sequence[Any]
    annotations: dict[str, int]
    converters: dict[int, tuple[Sequence[Callable[..., Any]], Any]]

    def bind(self, values: Sequence[object]) -> list[Any]:
        """Return the values of all placeholders."""
        return [fixed if position is None else values[position] for position, fixed in self.parameters]

    def make(self, fetched: Sequence[Any]) -> Any:
        """Return the object of one row, with those that it was joined with."""
        row = list(fetched)
        for position, (steps, expression) in self.converters.items():
            for step in steps:
                row[position] = step(row[position], expression, connection)
        made = self.model.from_db(connection.alias, self.names, row[self.columns])
        for populator in self.related:
            populator.populate(row, made)
        for name, position in self.annotations.items():
            setattr(made, name, row[position])
        return made


class CompiledRead(Generic[Row]):
    """The rows of a queryset, by parameters.

    ``build`` returns the queryset for parameters; it is called once, with ``stand_ins``: values of the right types,
    each unlike any other value of the query, that tell where each parameter goes.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], *stand_ins: object) -> None:
        self._build, self._stand_ins = build, stand_ins

    def first(self, *values: object) -> Row | None:
        """Return the row for these parameters, or ``None``."""
        statement = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.bind(values))
            fetched = cursor.fetchone()
        return None if fetched is None else statement.make(fetched)

    def all(self, *values: object) -> list[Row]:
        """Return every row for these parameters, in the queryset's order and within its limits."""
        statement = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.bind(values))
            return [statement.make(fetched) for fetched in cursor.fetchall()]

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._build(*self._stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        select, info = compiler.select, compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        return _Statement(
            sql=sql,
            parameters=[self._placed(parameter) for parameter in parameters],
            model=info["model"],
            columns=slice(first, last),
            names=[column[0].target.attname for column in select[first:last]],
            related=get_related_populators(info, select, connection.alias),  # type: ignore[call-arg]  # a later Django
            annotations=compiler.annotation_col_map,
            converters=compiler.get_converters([column[0] for column in select]),
        )

    def _placed(self, parameter: object) -> tuple[int | None, Any]:
        return (self._stand_ins.index(parameter), None) if parameter in self._stand_ins else (None, parameter)
