# SPDX-License-Identifier: MIT
"""Benchmarks: each module has `run()`, which returns a list of figures made by `figure()`."""


def figure(name, value, unit, command, goal=None, limit=None, better="lower"):
    """One row of build/bench.json.

    value: what was measured; goal: what it should at least reach; limit: what the hardware or the
    data sheet allows at best; better: "lower" or "higher"; command: how to measure it alone.
    """
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "goal": goal,
        "limit": limit,
        "better": better,
        "command": command,
    }


def met(row):
    """Whether the figure reaches its goal; None when it has none."""
    if row["goal"] is None:
        return None
    return (
        row["value"] >= row["goal"] if row["better"] == "higher" else row["value"] <= row["goal"]
    )
