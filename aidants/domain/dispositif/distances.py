"""How far two places are, and the box that holds what is near: the sphere is enough for a daily journey."""

import math
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0088
"""The mean radius (IUGG)."""


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, north and east positive."""

    latitude: float
    longitude: float


def distance_km(one: Point, other: Point) -> float:
    """Return the great-circle distance in kilometres (haversine)."""
    north = math.radians(other.latitude - one.latitude)
    east = math.radians(other.longitude - one.longitude)
    across = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    half = math.sin(north / 2) ** 2 + across * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def box_around(centre: Point, km: float) -> tuple[Point, Point]:
    """Return the south-west and north-east corners of a box that holds every point within ``km``.

    French territory is far from both poles and from the 180th meridian but for Wallis, whose neighbours it keeps.
    """
    north = math.degrees(km / EARTH_RADIUS_KM)
    east = north / max(0.1, math.cos(math.radians(abs(centre.latitude) + north)))
    return (
        Point(centre.latitude - north, centre.longitude - east),
        Point(centre.latitude + north, centre.longitude + east),
    )
