"""Reads that every use of a mandat asks and rows that it writes, turned into SQL once a process.

Django writes the text of a queryset anew at each call; for a row joined with three others that costs more than running
it.  The queryset stays the one description of what is read, the model of what is written; nothing here knows what
that is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement, and how Django makes objects of its rows (as ``django.db.models.query.ModelIterable`` does).

    ``parameters`` holds, for each placeholder, the position of the value to take, or ``None`` and a fixed value.
    """

    sql: str
    parameters: Sequence[tuple[int | None, Any]]
    converters: dict[int, tuple[Sequence[Callable[..., Any]], Any]]
    shape: "_Shape | None"

    def bind(self, values: Sequence[object]) -> list[Any]:
        """Return the values of all placeholders."""
        return [fixed if position is None else values[position] for position, fixed in self.parameters]

    def columns(self, fetched: Sequence[Any]) -> list[Any]:
        """Return the values of one row, as Django reads each column."""
        row = list(fetched)
        if self.converters:
            database = connections[DEFAULT_DB_ALIAS]
            for position, (steps, expression) in self.converters.items():
                for step in steps:
                    row[position] = step(row[position], expression, database)
        return row

    def make(self, fetched: Sequence[Any]) -> Any:
        """Return the object of one row, with those that it was joined with."""
        if self.shape is None:
            raise TypeError("a read of values has no objects")
        return self.shape.make(self.columns(fetched))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which columns of a row belong to which object."""

    model: type[Model]
    own: slice
    names: Sequence[str]
    related: Sequence[Any]
    annotations: dict[str, int]

    def make(self, row: list[Any]) -> Any:
        """Return the object, joined with others."""
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, position in self.annotations.items():
            setattr(made, name, row[position])
        return made


def _shape_of(compiler: Any) -> _Shape | None:
    """Return the objects that a compiled query makes; ``None`` for one of ``values_list``."""
    if compiler.query.selected is not None:
        return None
    info = compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    return _Shape(
        model=info["model"],
        own=slice(first, last),
        names=[column[0].target.attname for column in compiler.select[first:last]],
        related=get_related_populators(info, compiler.select, connection.alias),  # type: ignore[call-arg]  # a later Django
        annotations=compiler.annotation_col_map,
    )


class CompiledRead(Generic[Row]):
    """The rows of a queryset, by parameters.

    ``build`` returns the queryset for parameters; it is called once, with ``stand_ins``: values of the right types,
    each unlike any other value of the query, that tell where each parameter goes.
    """

    def __init__(self, build: Callable[..., QuerySet[Row, Any]], *stand_ins: object) -> None:
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
        return [self._statement.make(row) for row in self._fetched(values)]

    def values(self, *values: object) -> list[list[Any]]:
        """Return the same for a queryset of ``values_list``: the columns of each row, no object."""
        return [self._statement.columns(row) for row in self._fetched(values)]

    def _fetched(self, values: Sequence[object]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self._statement.sql, self._statement.bind(values))
            return cursor.fetchall()

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._build(*self._stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return _Statement(
            sql=sql,
            parameters=[self._placed(parameter) for parameter in parameters],
            converters=compiler.get_converters([column[0] for column in compiler.select]),
            shape=_shape_of(compiler),
        )

    def _placed(self, parameter: object) -> tuple[int | None, Any]:
        return (self._stand_ins.index(parameter), None) if parameter in self._stand_ins else (None, parameter)


class CompiledInsert(Generic[Row]):
    """Writes new rows of one model: every column, as ``save(force_insert=True)`` would.

    For models whose keys are drawn here and whose saving nobody listens to.
    """

    def __init__(self, model: type[Row]) -> None:
        self._model = model

    def write(self, row: Row) -> Row:
        """Insert ``row`` and return it."""
        sql, columns = self._statement
        database = connections[DEFAULT_DB_ALIAS]
        values = [column.get_db_prep_save(column.pre_save(row, add=True), database) for column in columns]
        with database.cursor() as cursor:
            cursor.execute(sql, values)
        state = row._state  # noqa: SLF001 -- what Model.save() does
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return row

    @cached_property
    def _statement(self) -> tuple[str, Sequence["Field[Any, Any]"]]:
        options, quoted = self._model._meta, connection.ops.quote_name  # noqa: SLF001 -- documented by Django
        columns = options.concrete_fields
        names, places = ", ".join(quoted(str(column.column)) for column in columns), ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {quoted(options.db_table)} ({names}) VALUES ({places})"  # noqa: S608 -- our own models' names
        return sql, columns
