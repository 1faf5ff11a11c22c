#!/usr/bin/env python3
"""How the cost that was measured follows the time in which worker threads had no CPU: docs/COMPARING.md has the figures.

    scripts/wait-slope.py RUN ...     run directories, made while other programs used the CPUs

For every cell, over its iterations: the slope of the logarithm of cost on -log(1 - worker_wait_share), and its standard
error, for which the fork counts as the observation. The slope is 1 where a thread that had a CPU for half of an iteration did
half as much; `compare` corrects costs as if it were 1. Costs are also taken relative to the median control of the same
iteration, which takes out what the machine's speed did. Iterations that `compare` leaves out, with a share of 0.8 or more,
are left out. The last line is over all cells, each around its own mean.
"""
import collections
import csv
import math
import os
import statistics
import sys

MOST_WAIT = 0.8


def iterations(run):
    """The metrics of every iteration, by cell, fork and iteration."""
    table = collections.defaultdict(dict)
    with open(os.path.join(run, "samples.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cell = (row["benchmark"], row["mode"]) + tuple(row[name] for name in row if name.startswith("param_"))
            if row["iteration"] != "0":
                table[cell, row["fork"], row["iteration"]][row["metric"]] = float(row["value"])
    return table


def points(runs):
    """For every cell its forks, each a list of (-log(1 - share), log of cost, the same relative to controls)."""
    cells = collections.defaultdict(lambda: collections.defaultdict(list))
    for run in runs:
        for (cell, fork, _), metrics in iterations(run).items():
            share, score = metrics.get("worker_wait_share"), metrics.get("accept", metrics.get("score", 0))
            controls = [math.log(value) for name, value in metrics.items() if name.startswith("control_") and value > 0]
            if share is not None and share < MOST_WAIT and 0 < score < math.inf and controls:
                cost = -math.log(score) if cell[1] == "thrpt" else math.log(score)
                cells[cell][run, fork].append((-math.log(1 - max(0, share)), cost, cost - statistics.median(controls)))
    return cells


def centred(forks, column):
    """The forks' points around the mean of all of them, with one of the two costs."""
    every = [point for fork in forks for point in fork]
    x, y = (statistics.fmean(point[i] for point in every) for i in (0, column))
    return [[(point[0] - x, point[column] - y) for point in fork] for fork in forks]


def slope(forks):
    """The slope through the origin and its standard error by forks (the sandwich of Liang and Zeger)."""
    squares = sum(x * x for fork in forks for x, _ in fork)
    if squares == 0 or len(forks) < 3:
        return "                 "
    value = sum(x * y for fork in forks for x, y in fork) / squares
    scores = [sum(x * (y - value * x) for x, y in fork) for fork in forks]
    error = math.sqrt(sum(score * score for score in scores) * len(forks) / (len(forks) - 1)) / squares
    return f"{value:7.2f} ± {error:4.2f}   "


def main():
    if len(sys.argv) < 2:
        sys.exit("needs run directories")
    cells = points(sys.argv[1:])
    everything = {1: [], 2: []}
    print("forks  iterations  mean wait   slope            relative to controls")
    for cell in sorted(cells):
        forks = list(cells[cell].values())
        count = sum(len(fork) for fork in forks)
        wait = statistics.fmean(1 - math.exp(-x) for fork in forks for x, _, _ in fork)
        lines = {column: centred(forks, column) for column in everything}
        for column, line in lines.items():
            everything[column] += line
        print(f"{len(forks):5}  {count:10}  {wait:9.2f} {slope(lines[1])} {slope(lines[2])} "
              + " ".join(word for word in cell if word))
    print(f"{len(everything[1]):5}  {sum(map(len, everything[1])):10}            {slope(everything[1])} {slope(everything[2])} all cells")


if __name__ == "__main__":
    main()
