#!/usr/bin/env python3
"""Runs of which every cost is known, and whether an engine finds it.

    many-runs.py write DIRECTORY RUNS     writes DIRECTORY/results/*/samples.csv and semantics.csv; RUNS is a multiple of 60
    many-runs.py pandas DIRECTORY DOCUMENT    runs the Python block of docs/MANY-RUNS.md there and checks what it finds
    many-runs.py check RUNS               checks the lines of standard input, "cost" or "ratio" first, tabs between

A run's costs are BASE times FACTOR of its platform times exp(a/100) times exp(b/1000), a of -2 to 2 for each fifth run and b of
-1 to 1 for each third fork: so the median over all forks is BASE times FACTOR, and since the control goes with a, the geometric mean
of the runs' medians relative to it differs between platforms by FACTOR alone. Three versions of the suite wrote the files: the
first has microseconds for one benchmark, and each later one has further columns.
"""
import csv
import math
import os
import re
import sys

LABELS = ['native', 'gvisor', 'wsl1', 'wsl2']
# benchmark, api, family, port: nanoseconds on native, and the factors of the others
CELLS = {
    ('ListenerLifecycle.cycle', 'channel', 'INET', 'fixed'): (4710, [3, 7, 4300]),
    ('ListenerLifecycle.cycle', 'native', 'INET6', 'ephemeral'): (3900, [3.5, 8, 5100]),
    ('SyscallCost.bind', '', 'INET', 'ephemeral'): (690, [4, 6, 14500]),
    ('SyscallCost.close', '', 'INET6', 'ephemeral'): (1830, [2, 5, 1]),
}
PARAMS = [['api', 'family', 'port'], ['api', 'family', 'held', 'port', 'where'], ['api', 'binders', 'family', 'held', 'port', 'where']]
FORKS, ITERATIONS, CONTROL = 3, 2, 560


def factor(label, factors):
    return 1 if label == 'native' else factors[LABELS.index(label) - 1]


def write(directory, runs):
    for number in range(runs):
        label = LABELS[number % 4]
        version = number // 4 % 3
        drift = math.exp((number // 12 % 5 - 2) / 100)
        name = '%s-%06d' % (label, number)
        run = os.path.join(directory, 'results', name)
        os.makedirs(run)
        with open(os.path.join(run, 'samples.csv'), 'w', encoding='utf-8', newline='') as file:
            rows = csv.writer(file, lineterminator='\n')
            rows.writerow(['run_id', 'label', 'platform', 'benchmark', 'mode', 'threads',
                           *('param_' + param for param in PARAMS[version]), 'fork', 'iteration', 'metric', 'value', 'unit'])
            for (benchmark, api, family, port), (base, factors) in CELLS.items():
                params = dict(api=api, family=family, port=port)
                unit, divisor = ('us/op', 1000) if version == 0 and benchmark.startswith('ListenerLifecycle') else ('ns/op', 1)
                for fork in range(1, FORKS + 1):
                    cost = base * factor(label, factors) * drift * math.exp((fork - 2) / 1000)
                    for iteration in range(1, ITERATIONS + 1):
                        row = [name, label, 'linux-6.18', benchmark, 'avgt', 1, *(params.get(param, '') for param in PARAMS[version]),
                               fork, iteration]
                        rows.writerow(row + ['score', repr(cost * (1 + (iteration - 1.5) / 100) / divisor), unit])
                        rows.writerow(row + ['control_socket_close', repr(CONTROL * drift), 'ns/op'])
                        rows.writerow(row + ['failures', 0.0, '#'])
            # A rate is no time: the statements leave it out.
            rows.writerow([name, label, 'linux-6.18', 'AcceptThroughput.connections', 'thrpt', 2,
                           *({'family': 'INET'}.get(param, '') for param in PARAMS[version]), 1, 1, 'score', 65000.5, 'ops/s'])
        with open(os.path.join(run, 'semantics.csv'), 'w', encoding='utf-8', newline='') as file:
            rows = csv.writer(file, lineterminator='\n')
            rows.writerow('run_id,label,platform,scenario,group,family,grade,expected,observed,divergent_call,rule,references,'
                          'duration_us,evidence'.split(','))
            broken = label == 'wsl1'
            rows.writerow([name, label, 'linux-6.18', 'two-terminals', 'original-report', 'INET', 'VIOLATION' if broken else 'PASS',
                           '-1 EADDRINUSE', '0' if broken else '-1 EADDRINUSE', 'bind(3, ...)' if broken else '', 'no second listener', '',
                           10, 'line 1\nline 2' if broken else ''])


def costs_of(runs):
    return {(label, *cell): (base * factor(label, factors), runs // 4, runs // 4 * FORKS)
            for cell, (base, factors) in CELLS.items() for label in LABELS}


def agree(kind, found, expected):
    """Whether all and only the expected cells were found, each to a millionth."""
    wrong = [(cell, found.get(cell), expected.get(cell)) for cell in sorted({*found, *expected})
             if cell not in found or cell not in expected
             or not all(math.isclose(float(a), float(b), rel_tol=1e-6) for a, b in zip(found[cell], expected[cell]))]
    for cell, was, should in wrong:
        print('%s of %s: %s, expected %s' % (kind, ' '.join(cell), was, should))
    print('%d of %d %ss are as expected' % (len(expected) - len(wrong), len(expected), kind))
    return not wrong


def check(runs):
    lines = [line.rstrip('\n').split('\t') for line in sys.stdin]
    costs = {tuple('' if part == '-' else part for part in line[1:6]): line[6:9] for line in lines if line[0] == 'cost'}
    ratios = {tuple('' if part == '-' else part for part in line[1:6]): line[6:7] for line in lines if line[0] == 'ratio'}
    return all([agree('cost', costs, costs_of(runs)), agree('ratio', ratios, {
        (label, *cell): (factor(label, factors),) for cell, (base, factors) in CELLS.items() for label in LABELS[1:]})])


def pandas(directory, document):
    with open(document, encoding='utf-8') as file:
        block = re.search(r'```python\n(.*?)```', file.read(), re.S).group(1)
    os.chdir(directory)
    names = {}
    exec(block, names)
    rows = names['costs'].reset_index()
    found = {tuple('' if part != part else part for part in row[:5]): (row[5], row[6]) for row in rows.itertuples(index=False)}
    return agree('cost', found, {cell: (cost, forks) for cell, (cost, runs, forks) in
                                 costs_of(len(os.listdir('results'))).items()})


if __name__ == '__main__':
    if sys.argv[1] == 'write':
        write(sys.argv[2], int(sys.argv[3]))
    elif not {'pandas': pandas, 'check': lambda runs: check(int(runs))}[sys.argv[1]](*sys.argv[2:]):
        sys.exit(1)
