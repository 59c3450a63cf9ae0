"""Mode S messages made one bit after the other, the slow obvious way, from the published tables."""

from math import acos, cos, floor, pi, radians

GENERATOR = "1111111111111010000001001"  # Annex 10 volume IV, 3.1.2.3.3
IDENTITY = "C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4"  # 3.1.2.6.7.1
ALTITUDE = "C1 A1 C2 A2 C4 A4 B1 Q B2 D2 B4 D4"  # 3.1.2.6.5.4, without M
COUNT = "D2 D4 A1 A2 A4 B1 B2 B4"
CHARACTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"


def binary(value, width):
    """A number as so many binary digits."""
    assert 0 <= value < 1 << width
    return f"{value:0{width}b}"


def divided(bits):
    """The remainder of a message as a polynomial, 24 digits, by long division."""
    left = [int(bit) for bit in bits]
    for at in range(len(left) - 24):
        if left[at]:
            for k, digit in enumerate(GENERATOR):
                left[at + k] ^= int(digit)
    return "".join(map(str, left[-24:]))


def sealed(body, overlay=0):
    """A message with its parity, in hexadecimal; an address or code may be laid over it."""
    parity = int(divided(body + "0" * 24), 2) ^ overlay
    bits = body + binary(parity, 24)
    return f"{int(bits, 2):0{len(bits) // 4}X}"


def squitter(address, me, form=17, control=5):
    """An extended squitter around an ME field of 56 digits."""
    assert len(me) == 56
    return sealed(binary(form, 5) + binary(control, 3) + binary(address, 24) + me)


def all_call(address, interrogator=0):
    """DF11."""
    return sealed(binary(11, 5) + binary(5, 3) + binary(address, 24), interrogator)


def code_reply(address, squawk):
    """DF5, a code of four octal digits."""
    return sealed(binary(5, 5) + "000" + "00000" + "000000" + identity(squawk), address)


def altitude_reply(address, field):
    """DF4."""
    return sealed(binary(4, 5) + "000" + "00000" + "000000" + binary(field, 13), address)


def identity(squawk):
    """Thirteen digits C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4 of four octal ones."""
    digits = {name + weight: int(digit) // int(weight) % 2
              for name, digit in zip("ABCD", squawk, strict=True) for weight in "124"}
    digits["X"] = 0
    return "".join(str(digits[name]) for name in IDENTITY.split())


def gray(value, width):
    """Reflected binary digits."""
    return binary(value ^ value >> 1, width)


def altitude(feet, fine=True):
    """Twelve digits of an altitude, in steps of 25 or of 100 ft."""
    if feet is None:
        return "0" * 12
    if fine:
        digits = binary(round((feet + 1000) / 25), 11)
        return digits[:7] + "1" + digits[7:]
    steps = round(feet / 100) + 12
    count, part = divmod(steps, 5)
    hundreds = ["001", "011", "010", "110", "100"][part if count % 2 == 0 else 4 - part]
    named = dict(zip(COUNT.split(), gray(count, 8), strict=True), Q="0")
    named |= dict(zip(("C1", "C2", "C4"), hundreds, strict=True))
    return "".join(named[name] for name in ALTITUDE.split())


def zones(lat_deg):
    """NL, by its closed form."""
    if abs(lat_deg) >= 87.0:
        return 2 if abs(lat_deg) == 87.0 else 1
    if lat_deg == 0.0:
        return 59
    return floor(2 * pi / acos(1 - (1 - cos(pi / 30)) / cos(radians(lat_deg)) ** 2))


def compact(lat_deg, lon_deg, odd):
    """Compact latitude and longitude, 17 bits each."""
    height = 360 / (60 - odd)
    y = floor(2**17 * (lat_deg % height) / height + 0.5)
    sent = height * (y / 2**17 + floor(lat_deg / height))
    width = 360 / max(zones(sent) - odd, 1)
    x = floor(2**17 * (lon_deg % width) / width + 0.5)
    return y % 2**17, x % 2**17


def position(lat_deg, lon_deg, feet, odd, *, code=11, fine=True, flag="0"):
    """ME field of an airborne position."""
    y, x = compact(lat_deg, lon_deg, odd)
    return binary(code, 5) + "00" + flag + altitude(feet, fine) + "0" + str(int(odd)) + binary(y, 17) + binary(x, 17)


def identification(callsign, code=4, category=3):
    """ME field of an identification."""
    letters = "".join(binary(CHARACTERS.index(letter), 6) for letter in callsign.ljust(8))
    return binary(code, 5) + binary(category, 3) + letters


def component(knots, subtype, width):
    """Sign and number of a speed; None: not told."""
    if knots is None:
        return "0" * (width + 1)
    return str(int(knots < 0)) + binary(abs(round(knots / (4 if subtype % 2 == 0 else 1))) + 1, width)


def climb(feet_per_min):
    """Sign and number of a rate of climb; None: not told."""
    return component(None if feet_per_min is None else feet_per_min / 64, 1, 9)


def ground_velocity(east, north, up, subtype=1):
    """ME field of a velocity over ground: knots, knots, feet a minute."""
    head = binary(19, 5) + binary(subtype, 3) + "0" * 5
    return head + component(east, subtype, 10) + component(north, subtype, 10) + "1" + climb(up) + "00" + "0" * 8


def air_velocity(heading, airspeed, up, subtype=3):
    """ME field of an airspeed: 1024ths of a turn (None: not told), knots, feet a minute."""
    head = binary(19, 5) + binary(subtype, 3) + "0" * 5
    course = "0" * 11 if heading is None else "1" + binary(heading, 10)
    return head + course + component(airspeed, subtype, 10) + "1" + climb(up) + "00" + "0" * 8


def emergency(squawk, state=0):
    """ME field of an emergency message."""
    return binary(28, 5) + binary(1, 3) + binary(state, 3) + identity(squawk) + "0" * 32


def beast(message, ticks):
    """A Beast frame of a message in hexadecimal."""
    raw = bytes.fromhex(message)
    body = ticks.to_bytes(6, "big") + b"\x80" + raw
    return b"\x1a" + (b"3" if len(raw) == 14 else b"2") + body.replace(b"\x1a", b"\x1a\x1a")
