"""What fastkml reads in a KML document, and whether the schemas of OGC and Google allow it, as JSON."""

import json
import sys
from pathlib import Path

import fastkml
from fastkml.gx import MultiTrack, Track
from fastkml.utils import find_all
from lxml import etree

path = sys.argv[1]
schema = etree.XMLSchema(etree.parse(Path(fastkml.__file__).parent / "schema" / "kml22gx.xsd"))
tree = etree.parse(path)
schema.validate(tree)
document = fastkml.KML.parse(path) if not schema.error_log else fastkml.KML()


def told(placemark):
    """Name, data and places of one placemark."""
    geometry = placemark.kml_geometry
    data = {d.name: d.value for d in placemark.extended_data.elements} if placemark.extended_data else {}
    if isinstance(geometry, Track):
        places = [[item.when.dt.timestamp(), *item.coord.coords[0]] for item in geometry.track_items]
    else:
        places = [list(geometry.geometry.coords[0])]
    return {"name": placemark.name, "data": data, "places": places, "moves": isinstance(geometry, Track | MultiTrack)}


json.dump(
    {
        "wrong": [str(error) for error in schema.error_log],
        "folders": [folder.name for folder in find_all(document, of_type=fastkml.Folder)],
        "placemarks": [told(placemark) for placemark in find_all(document, of_type=fastkml.Placemark)],
    },
    sys.stdout,
)
