"""ASTERIX made and read byte by byte, the slow obvious way, with a table of items written a second time."""

import struct

CAT048 = (
    "010:2 140:3 020:fx 040:4 070:2 090:2 130:(1,1,1,1,1,1,1) 220:3 240:6 250:rep8 161:2 042:4 200:4 170:fx "
    "210:4 030:fx 080:2 100:4 110:2 120:(2,rep6) 230:2 260:7 055:1 050:2 065:1 060:2 SP:own RE:own"
)
CAT034 = (
    "010:2 000:1 030:3 020:1 041:2 050:(1,0,0,1,1,2) 060:(1,0,0,1,1,1) 070:rep2 100:8 110:1 120:8 090:2 RE:own SP:own"
)
TABLES = {48: dict(e.split(":") for e in CAT048.split()), 34: dict(e.split(":") for e in CAT034.split())}


def take(stream, how):
    """Split the bytes of one item off a list of bytes; raises IndexError at the end, KeyError for what is unknown."""
    if how == "0":
        raise KeyError(how)
    if how.isdigit():
        return pop(stream, int(how))
    if how == "fx":
        taken = pop(stream, 1)
        while taken[-1] % 2:
            taken += pop(stream, 1)
        return taken
    if how.startswith("rep"):
        count = pop(stream, 1)
        return count + pop(stream, count[0] * int(how[3:]))
    if how == "own":
        length = pop(stream, 1)
        if length[0] == 0:
            raise KeyError(how)
        return length + pop(stream, length[0] - 1)
    taken = pop(stream, 1)
    flags = [taken[0] & 1 << k for k in range(7, -1, -1)]
    if flags[7]:
        raise KeyError(how)
    for k, part in enumerate([*how.strip("()").split(","), *["0"] * 7][:7]):
        if flags[k]:
            taken += take(stream, part)
    return taken


def pop(stream, count):
    """The first bytes of a list, taken off it."""
    if len(stream) < count:
        raise IndexError(count)
    taken = bytes(stream[:count])
    del stream[:count]
    return taken


def records_of(body, category):
    """Records of a block, each a dict of item name to bytes, and why reading stopped: None, IndexError or KeyError."""
    stream, found = list(body), []
    names = list(TABLES[category])
    while stream:
        try:
            flags = []
            while True:
                octet = pop(stream, 1)[0]
                flags += [octet >> k & 1 for k in range(7, 0, -1)]
                if not octet & 1:
                    break
            chosen = [(names[k] if k < len(names) else "none") for k, flag in enumerate(flags) if flag]
            one = {name: take(stream, TABLES[category][name]) for name in chosen}
        except (IndexError, KeyError) as error:
            return found, type(error)
        if one:
            found.append(one)
    return found, None


def record(category, **items):
    """One record from item bytes, `i010=b"..."`."""
    names = list(TABLES[category])
    present = [f"i{name}" in items for name in names]
    last = max((k for k, there in enumerate(present) if there), default=0) // 7
    octets = [
        sum(present[7 * o + k] << 7 - k for k in range(7) if 7 * o + k < len(names)) + (o < last)
        for o in range(last + 1)
    ]
    return bytes(octets) + b"".join(items[f"i{name}"] for name in names if f"i{name}" in items)


def block(category, *records):
    """A data block."""
    body = b"".join(records)
    return struct.pack(">BH", category, 3 + len(body)) + body


def plot(time_s, range_nm, azimuth_deg, sac=1, sic=2, kind=5, **items):
    """A CAT048 record: source, time, kind, place, and whatever else is given."""
    made = {
        "i010": bytes([sac, sic]), "i140": round(time_s * 128).to_bytes(3, "big"), "i020": bytes([kind << 5]),
        "i040": struct.pack(">HH", round(range_nm * 256), round(azimuth_deg * 65536 / 360) % 65536),
    }
    return record(48, **{**made, **items})


def north(time_s, sac=1, sic=2, **items):
    """A CAT034 north mark."""
    made = {"i010": bytes([sac, sic]), "i000": b"\x01", "i030": round(time_s * 128).to_bytes(3, "big")}
    return record(34, **{**made, **items})


def trailed(blocks):
    """The framing of recordings with a head of 2200 bytes and ten bytes after each block."""
    return b" " * 2200 + b"".join(one + bytes([0, 0, 0, 0, 0, 0, 0xA8, 0xBF, 0xCC, 0]) for one in blocks)


def udp(payload, version=4):
    """A UDP datagram in IP."""
    body = struct.pack(">HHHH", 8600, 8600, 8 + len(payload), 0) + payload
    if version == 6:
        return struct.pack(">IHBB", 6 << 28, len(body), 17, 9) + bytes(32) + body
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 9, 17, 0) + bytes(8) + body


def ethernet(packet, vlans=0):
    """An Ethernet frame, padded to the least length."""
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return (bytes(12) + b"\x81\x00\x00\x07" * vlans + kind + packet).ljust(60, b"\0")


def pcap(packets, link=1, order="<", magic=0xA1B2C3D4, kept=65535):
    """A libpcap file."""
    found = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for packet in packets:
        found += struct.pack(order + "IIII", 0, 0, len(packet[:kept]), len(packet)) + packet[:kept]
    return found


def pcapng(packets, link=1, order="<"):
    """A pcapng file: a section, an interface, a block that means nothing here, packets by turns simple and enhanced."""
    section = _chunk(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    found = section + _chunk(order, 1, struct.pack(order + "HHI", link, 0, 0)) + _chunk(order, 99, b"abcd")
    for k, packet in enumerate(packets):
        size = struct.pack(order + "I", len(packet))
        if k % 2:
            found += _chunk(order, 3, size + packet)
        else:
            found += _chunk(order, 6, bytes(12) + size + size + packet)
    return found


def _chunk(order, kind, body):
    body = body.ljust(-(-len(body) // 4) * 4, b"\0")
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length
