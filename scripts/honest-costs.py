#!/usr/bin/env python3
"""Writes what calls cost on platforms that are as they should be, relative to socket and close in the same fork.

    scripts/honest-costs.py native=results/native-… gvisor=results/gvisor-… > benchmarks/src/main/resources/…/honest-costs.csv

One row a platform and kind of cells: families, kinds of ports and SO_REUSEADDR are taken together,
numbers of threads and modes of JMH are not. A fork's cost is the mean
of its iterations, its control their median. Cells in another unit than time, and forks without the control, are left out.
Several runs of one platform (native=A native=B) are pooled. Reads the files of one version; stops at anything it does not know.
"""
import collections
import csv
import pathlib
import statistics
import sys

NANOS = {"ns/op": 1, "us/op": 1e3, "ms/op": 1e6, "s/op": 1e9}
TOGETHER = {"param_family", "param_port", "param_reuseAddress"}


def forks_of(run):
    """The scores and controls in nanoseconds by kind, cell and fork."""
    forks = collections.defaultdict(lambda: ([], []))
    with open(pathlib.Path(run) / "samples.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["metric"] not in ("score", "control_socket_close") or row["unit"] not in NANOS or row["iteration"] == "0":
                continue
            params = [(name, row[name]) for name in sorted(row) if name.startswith("param_") and row[name]]
            kind = row["benchmark"] + "".join(f" {name[6:]}={value}" for name, value in params if name not in TOGETHER)
            kind += "" if row["threads"] == "1" else f" threads={row['threads']}"
            kind += "" if row["mode"] == "avgt" else f" {row['mode']}"
            key = kind, tuple(params), row["fork"]
            forks[key][row["metric"] != "score"].append(float(row["value"]) * NANOS[row["unit"]])
    return forks


def main(arguments):
    ratios = collections.defaultdict(list)
    for argument in arguments:
        platform, run = argument.split("=", 1)
        for (kind, *_), (scores, controls) in forks_of(run).items():
            if scores and controls:
                ratios[kind, platform].append(statistics.fmean(scores) / statistics.median(controls))
    print("# scripts/honest-costs.py " + " ".join(arguments))
    print("kind,platform,forks,lowest,median,highest")
    for (kind, platform), values in sorted(ratios.items()):
        print(f"{kind},{platform},{len(values)},{min(values):.4g},{statistics.median(values):.4g},{max(values):.4g}")


if __name__ == "__main__":
    if len(sys.argv) < 2 or any("=" not in argument for argument in sys.argv[1:]):
        sys.exit(__doc__)
    main(sys.argv[1:])
