"""What milsymbol makes of the symbol codes given as arguments, as JSON: validity and drawing."""

import json
import sys

from milsymbol import Symbol


def told(code):
    """One symbol as milsymbol sees it."""
    symbol = Symbol(code, size=60)
    valid = symbol.is_valid() if callable(getattr(symbol, "is_valid", None)) else None
    return {"valid": valid, "svg": symbol.as_svg()}


json.dump({code: told(code) for code in sys.argv[1:]}, sys.stdout)
