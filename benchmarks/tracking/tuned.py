"""What Stone Soup is set to in each case: the best found by turning one knob at a time on a scene of another seed."""

STONE_SOUP = {
    name: {"gnn": {}, "jpda": {}}
    for name in (
        "easy10", "easy100", "easy300", "easy1000", "clutter", "crossings", "formations", "fast", "drones", "ballistic",
        "births", "dense10000",
    )
}  # fmt: skip
