"""A newspaper says that a system sees 402 km far. Of what could that be true, and of what not?

Nothing is simulated. The sentence is held against the round earth, the radar's published figures with their ranges, and
other published ranges.

    python 07_test_a_claim.py
"""

from farwatch.detect.claim import Sentence, Setting, claim
from farwatch.detect.verdict import called, height_span, rcs_span

found = claim("s-400", "402 km")
print(f"At 402 km a target must fly above {height_span(found.sight.above_ground_m)}")
print(f"and show {rcs_span(found.smallest_rcs_m2)} to radar {found.radar.name}.\n")
for case in found.classes:
    print(f"  {called(case):36} {case.state:8} echo enough in {case.share:4.0%} of draws   {', '.join(case.failing())}")

print("\nThe same distance for a fighter 10 km up, with a chance of detection of 0.9 in one look:")
fighter = claim("s-400", "402 km", Sentence(class_name="fighter", height_m=10e3), Setting(pd=0.9))
for term in fighter.terms:
    print(f"  {term.name:32} {term.value_db:7.1f} dB  ({term.low_db:.1f} to {term.high_db:.1f})")
print(f"  {'needed':32} {fighter.case.needed_db:7.1f} dB: {fighter.state}")

print("\nDo two published ranges fit one radar?")
for who, first_m, rcs_m2, second in (("arsr-4", 370e3, 2.2, "170km@0.1m2"), ("pantsir-s1", 36e3, 2.0, "20km@0.1m2")):
    pair = claim(who, first_m, rcs_m2, also=(second,)).agreements[0]
    print(f"  {who:12} {pair.first.label} and {pair.second.label}: {pair.off_db.value:.1f} dB, {pair.state}")
