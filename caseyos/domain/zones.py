"""The time zone of a country, where it has one: a table of data, and nothing is guessed.

A country with several zones (the United States, Brazil, Australia, ...) is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping

# two-letter code: (zone, names it goes by, lower case)
ONE_ZONE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ae": ("Asia/Dubai", ("united arab emirates", "uae")),
    "al": ("Europe/Tirane", ("albania",)),
    "at": ("Europe/Vienna", ("austria", "österreich")),
    "bd": ("Asia/Dhaka", ("bangladesh",)),
    "be": ("Europe/Brussels", ("belgium",)),
    "bg": ("Europe/Sofia", ("bulgaria",)),
    "bo": ("America/La_Paz", ("bolivia",)),
    "ch": ("Europe/Zurich", ("switzerland", "schweiz")),
    "cn": ("Asia/Shanghai", ("china",)),
    "co": ("America/Bogota", ("colombia",)),
    "cr": ("America/Costa_Rica", ("costa rica",)),
    "cz": ("Europe/Prague", ("czech republic", "czechia")),
    "de": ("Europe/Berlin", ("germany", "deutschland")),
    "dk": ("Europe/Copenhagen", ("denmark",)),
    "ee": ("Europe/Tallinn", ("estonia",)),
    "eg": ("Africa/Cairo", ("egypt",)),
    "fi": ("Europe/Helsinki", ("finland",)),
    "fr": ("Europe/Paris", ("france",)),
    "gb": ("Europe/London", ("united kingdom", "uk", "great britain", "england", "scotland")),
    "gr": ("Europe/Athens", ("greece",)),
    "hk": ("Asia/Hong_Kong", ("hong kong",)),
    "hr": ("Europe/Zagreb", ("croatia",)),
    "hu": ("Europe/Budapest", ("hungary",)),
    "ie": ("Europe/Dublin", ("ireland",)),
    "il": ("Asia/Jerusalem", ("israel",)),
    "in": ("Asia/Kolkata", ("india",)),
    "is": ("Atlantic/Reykjavik", ("iceland",)),
    "it": ("Europe/Rome", ("italy", "italia")),
    "jo": ("Asia/Amman", ("jordan",)),
    "jp": ("Asia/Tokyo", ("japan",)),
    "ke": ("Africa/Nairobi", ("kenya",)),
    "kr": ("Asia/Seoul", ("korea", "south korea", "republic of korea")),
    "kw": ("Asia/Kuwait", ("kuwait",)),
    "lb": ("Asia/Beirut", ("lebanon",)),
    "lt": ("Europe/Vilnius", ("lithuania",)),
    "lu": ("Europe/Luxembourg", ("luxembourg",)),
    "lv": ("Europe/Riga", ("latvia",)),
    "ma": ("Africa/Casablanca", ("morocco",)),
    "mt": ("Europe/Malta", ("malta",)),
    "ng": ("Africa/Lagos", ("nigeria",)),
    "nl": ("Europe/Amsterdam", ("netherlands", "the netherlands", "holland")),
    "no": ("Europe/Oslo", ("norway",)),
    "pa": ("America/Panama", ("panama",)),
    "pe": ("America/Lima", ("peru",)),
    "ph": ("Asia/Manila", ("philippines", "philipines")),
    "pk": ("Asia/Karachi", ("pakistan",)),
    "pl": ("Europe/Warsaw", ("poland",)),
    "qa": ("Asia/Qatar", ("qatar",)),
    "ro": ("Europe/Bucharest", ("romania",)),
    "rs": ("Europe/Belgrade", ("serbia",)),
    "sa": ("Asia/Riyadh", ("saudi arabia",)),
    "se": ("Europe/Stockholm", ("sweden",)),
    "sg": ("Asia/Singapore", ("singapore",)),
    "si": ("Europe/Ljubljana", ("slovenia",)),
    "sk": ("Europe/Bratislava", ("slovakia",)),
    "th": ("Asia/Bangkok", ("thailand",)),
    "tn": ("Africa/Tunis", ("tunisia",)),
    "tr": ("Europe/Istanbul", ("turkey", "türkiye")),
    "tw": ("Asia/Taipei", ("taiwan",)),
    "uy": ("America/Montevideo", ("uruguay",)),
    "vn": ("Asia/Ho_Chi_Minh", ("vietnam",)),
    "za": ("Africa/Johannesburg", ("south africa",)),
}
_BY_NAME = {name: zone for zone, names in ONE_ZONE.values() for name in names}


def zone_of_country(country: str | None) -> str | None:
    """The one time zone of a country, by its name or two letters; None where it has several."""
    if not country:
        return None
    name = country.strip().casefold()
    return ONE_ZONE[name][0] if name in ONE_ZONE else _BY_NAME.get(name)
