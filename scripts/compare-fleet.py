#!/usr/bin/env python3
"""Compares a fleet of simulated runs and says what that took: docs/MANY-RUNS.md has the figures.

    scripts/compare-fleet.py [RUNS]     200 runs of 5,000 rows unless told otherwise, half of them per group

The runs have 50 cells with 5 forks of 5 iterations, and three controls: 5,000 rows each. They are written to a temporary
directory. The JVM has a heap of 128 MiB. Exit code 1 if the comparison fails.
"""
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

JAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "benchmarks", "target", "benchmarks.jar")
HEADER = "run_id,label,platform,benchmark,mode,threads,param_held,fork,iteration,metric,value,unit\n"
CONTROLS = {"control_getppid": 110, "control_socket_close": 1600, "control_cpu": 800}


def write_run(directory, run, label, chance):
    """One run with a drift of its own, relative to which cells and forks differ by 4 % each."""
    os.mkdir(directory)
    drift = chance.gauss(0, 0.24)
    with open(os.path.join(directory, "samples.csv"), "w", encoding="utf-8") as file:
        file.write(HEADER)
        for held in range(50):
            cell = drift + chance.gauss(0, 0.04)
            for fork in range(1, 6):
                level = cell + chance.gauss(0, 0.04)
                for iteration in range(1, 6):
                    begin = f"run{run},{label},linux-6.18,CrowdedBind.ephemeralPort,avgt,1,{held},{fork},{iteration}"
                    values = {"score": (1000 + held, level)} | {name: (cost, drift) for name, cost in CONTROLS.items()}
                    for metric, (cost, logarithm) in values.items():
                        file.write(f"{begin},{metric},{cost * 2.718281828 ** (logarithm + chance.gauss(0, 0.02))},ns/op\n")


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if not os.path.exists(JAR):
        sys.exit("there is no benchmarks/target/benchmarks.jar; 'mvn -DskipTests package' builds it")
    with tempfile.TemporaryDirectory() as fleet:
        chance = random.Random(1)
        names = [os.path.join(fleet, f"run{run}") for run in range(runs)]
        for run, name in enumerate(names):
            write_run(name, run, "native" if run % 2 == 0 else "wsl2", chance)
        begun = time.monotonic()
        ended = subprocess.run(["java", "-Xmx128m", "-jar", JAR, "compare", "--by-label", *names], check=False,
                               stdout=subprocess.PIPE, text=True)
        elapsed = time.monotonic() - begun
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("\n".join(ended.stdout.splitlines()[:3]))
    print(f"{runs} runs of 5,000 rows: exit code {ended.returncode}, {elapsed:.1f} s elapsed, {usage.ru_utime + usage.ru_stime:.1f} s "
          f"of CPU time, at most {usage.ru_maxrss / 1024:.0f} MiB resident, heap of 128 MiB")
    sys.exit(min(1, ended.returncode))


if __name__ == "__main__":
    main()
