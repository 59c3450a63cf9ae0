"""GeoKeys: how a GeoTIFF says its coordinate system and its units, and how one is written.

Source: [ogc19-008] OGC GeoTIFF 1.1, chapter 7 and annex C: key numbers, and the parameters of each method. PROJ
(through pyproj) knows the registered codes; user-defined systems are put together from their parameters.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

USER_DEFINED = 32767
METRE, FOOT, SURVEY_FOOT, DEGREE = 9001, 9002, 9003, 9102

MODEL, RASTER, CITATION = 1024, 1025, 1026
GEOGRAPHIC, GEOGRAPHIC_CITATION, ANGULAR_UNITS = 2048, 2049, 2054
PROJECTED, PROJECTED_CITATION, PROJECTION, METHOD, LINEAR_UNITS = 3072, 3073, 3074, 3075, 3076

_FEET = {9002: "feet", 9003: "US survey feet", 9005: "Clarke's feet", 9041: "Sears feet", 9080: "Indian feet"}
_METRES = {"", "m", "metre", "metres", "meter", "meters"}
_FOOT_NAMES = {"ft", "foot", "feet", "us-ft", "us survey foot", "ftus", "sft", "foot_us", "us_survey_feet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One projection method: PROJ's name for it, and which key holds which of its parameters (PROJ's names)."""

    proj: str
    keys: Mapping[int, str]


_OFFSETS = {3082: "x_0", 3083: "y_0"}

METHODS = {
    1: Method(proj="tmerc", keys={3081: "lat_0", 3080: "lon_0", 3092: "k_0", **_OFFSETS}),
    7: Method(proj="merc", keys={3080: "lon_0", 3092: "k_0", **_OFFSETS}),
    8: Method(proj="lcc", keys={3078: "lat_1", 3079: "lat_2", 3085: "lat_0", 3084: "lon_0", 3086: "x_0", 3087: "y_0"}),
    9: Method(proj="lcc", keys={3081: "lat_1", 3080: "lon_0", 3092: "k_0", **_OFFSETS}),
    10: Method(proj="laea", keys={3089: "lat_0", 3088: "lon_0", **_OFFSETS}),
    11: Method(proj="aea", keys={3078: "lat_1", 3079: "lat_2", 3081: "lat_0", 3080: "lon_0", **_OFFSETS}),
    12: Method(proj="aeqd", keys={3089: "lat_0", 3088: "lon_0", **_OFFSETS}),
    16: Method(proj="sterea", keys={3081: "lat_0", 3080: "lon_0", 3092: "k_0", **_OFFSETS}),
}
"""Methods of user-defined systems, by the code of the key `METHOD`; false origins of Lambert conic have own keys."""

_NAMED = {
    "ProjStdParallel1GeoKey": 3078, "ProjStdParallel2GeoKey": 3079, "ProjNatOriginLongGeoKey": 3080,
    "ProjNatOriginLatGeoKey": 3081, "ProjFalseEastingGeoKey": 3082, "ProjFalseNorthingGeoKey": 3083,
    "ProjFalseOriginLongGeoKey": 3084, "ProjFalseOriginLatGeoKey": 3085, "ProjFalseOriginEastingGeoKey": 3086,
    "ProjFalseOriginNorthingGeoKey": 3087, "ProjCenterLongGeoKey": 3088, "ProjCenterLatGeoKey": 3089,
    "ProjScaleAtNatOriginGeoKey": 3092,
}


# Reading ----------------------------------------------------------------------------------------------------


def crs_of(keys: Mapping[str, Any]) -> Any:
    """The `pyproj.CRS` that the geo keys of tifffile describe; WGS-84 degrees where they say nothing; else None.

    None: a system this reader does not put together (GDAL may).
    """
    import pyproj

    model = int(keys.get("GTModelTypeGeoKey", 2))
    try:
        if model == 2:
            code = int(keys.get("GeographicTypeGeoKey", 4326))
            return _flat(pyproj.CRS.from_epsg(code)) if code != USER_DEFINED else None
        if model != 1:
            return None
        code = int(keys.get("ProjectedCSTypeGeoKey", USER_DEFINED))
        return _flat(pyproj.CRS.from_epsg(code)) if code != USER_DEFINED else _user_defined(keys)
    except pyproj.exceptions.CRSError:
        return None


def _flat(crs: Any) -> Any:
    """The horizontal part of a system, or None where it has none."""
    plane = crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()
    return plane if plane.is_geographic or plane.is_projected else None


def _user_defined(keys: Mapping[str, Any]) -> Any:
    """A projection from its method and parameters; None where its method or its datum is not a registered one."""
    method = METHODS.get(int(keys.get("ProjCoordTransGeoKey", 0)))
    datum = int(keys.get("GeographicTypeGeoKey", USER_DEFINED))
    if method is None or datum == USER_DEFINED or int(keys.get("ProjLinearUnitsGeoKey", METRE)) != METRE:
        return None
    values = {number: float(keys[name]) for name, number in _NAMED.items() if name in keys}
    text = " ".join(f"+{name}={values[key]!r}" for key, name in method.keys.items() if key in values)
    return _assembled(f"+proj={method.proj} {text}", datum, str(keys.get("GTCitationGeoKey", "user-defined")))


def azimuthal_equidistant(lat_deg: float, lon_deg: float) -> Any:
    """The local grid about a place: distances and directions from it are true; WGS-84, metres east and north."""
    name = f"azimuthal equidistant about {lat_deg:.6g}, {lon_deg:.6g}"
    return _assembled(f"+proj=aeqd +lat_0={lat_deg!r} +lon_0={lon_deg!r}", 4326, name)


def _assembled(projection: str, datum: int, name: str) -> Any:
    """A system from a projection in PROJ's words and the EPSG code of its geographic system."""
    import pyproj

    described = pyproj.CRS.from_proj4(f"{projection} +datum=WGS84 +units=m +type=crs").to_json_dict()
    described["base_crs"] = pyproj.CRS.from_epsg(datum).to_2d().to_json_dict()
    described["base_crs"].pop("$schema", None)
    described["name"] = described["conversion"]["name"] = name
    return pyproj.CRS.from_json_dict(described)


def vertical_unit(keys: Mapping[str, Any], metadata: str) -> str:
    """The unit of the heights in words, empty for metres; from the vertical keys or GDAL's metadata."""
    import pyproj

    code = int(keys.get("VerticalUnitsGeoKey", METRE))
    if code not in (0, METRE, USER_DEFINED):
        return _FEET.get(code, f"unit EPSG:{code}")
    vertical = int(keys.get("VerticalCSTypeGeoKey", USER_DEFINED))
    compound = int(keys.get("ProjectedCSTypeGeoKey", keys.get("GeographicTypeGeoKey", USER_DEFINED)))
    for number in (vertical, compound):
        if not 1024 <= number < USER_DEFINED:
            continue
        try:
            crs = pyproj.CRS.from_epsg(number)
        except pyproj.exceptions.CRSError:
            continue
        axes = [a for part in (crs, *crs.sub_crs_list) if part.is_vertical for a in part.axis_info]
        if axes and axes[0].unit_conversion_factor != 1.0:
            return str(axes[0].unit_name)
    return unit_in_words(items(metadata).get("unittype", ""))


def unit_in_words(name: str) -> str:
    """A unit's name as GDAL gives it, in words; empty for metres."""
    bare = name.strip().lower()
    if bare in _METRES:
        return ""
    return "feet" if bare in _FOOT_NAMES else name.strip()


def items(metadata: str) -> dict[str, str]:
    """Entries of GDAL's metadata that concern the first band, by role; empty where the text is not sound."""
    if not metadata.lstrip().startswith("<GDALMetadata") or "<!" in metadata:
        return {}
    try:
        root = ElementTree.fromstring(metadata.strip().strip("\0"))  # noqa: S314 - refuses declarations above
    except ElementTree.ParseError:
        return {}
    return {
        item.get("role", ""): item.text or ""
        for item in root.iter("Item")
        if item.get("role") and item.get("sample", "0") == "0"
    }


# Writing ----------------------------------------------------------------------------------------------------


def keys_of(crs: Any) -> dict[int, int | float | str] | None:
    """Geo keys by number that describe a projected system in metres; None where it cannot be said in them."""
    keys: dict[int, int | float | str] = {MODEL: 1, RASTER: 1}
    code = crs.to_epsg(min_confidence=100)
    if code is not None:
        return keys | {PROJECTED: int(code), LINEAR_UNITS: METRE}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a PROJ string loses the datum, which is kept apart
        described = crs.to_dict()
    datum = crs.geodetic_crs.to_epsg(min_confidence=70)
    found = _method_of(described)
    if datum is None or found is None:
        return None
    number, method = found
    keys |= {CITATION: crs.name, GEOGRAPHIC: int(datum), ANGULAR_UNITS: DEGREE, PROJECTED: USER_DEFINED}
    keys |= {PROJECTED_CITATION: crs.name, PROJECTION: USER_DEFINED, METHOD: number, LINEAR_UNITS: METRE}
    return keys | {key: float(described.get(name, _DEFAULTS.get(name, 0.0))) for key, name in method.keys.items()}


_DEFAULTS = {"k_0": 1.0}


def _method_of(described: Mapping[str, Any]) -> tuple[int, Method] | None:
    """The method of a system in PROJ's words; a Lambert conic with one parallel is a method of its own."""
    wanted = described.get("proj")
    for number, method in METHODS.items():
        two_parallels = "lat_2" in method.keys.values()
        if method.proj == wanted and (wanted != "lcc" or two_parallels == ("lat_2" in described)):
            return number, method
    return None
