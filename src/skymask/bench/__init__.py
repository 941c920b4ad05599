"""How fast skymask is on this machine: rows measured in turn, each in a fresh process, and what they are worth.

    rows.py         what is measured: tasks, sizes, models, engines, threads
    material.py     the frames and clips it is measured on, made on the spot
    worker.py       the process that measures one row once; what it does is in tasks.py and the two files of baselines
    turn.py         what such a process finds out
    interleave.py   rounds: every row once each, the order turned round from one to the next
    spread.py       medians, ranges and ratios over rounds; ratios.py says of what
    machine.py      what a number is worth nothing without
    bench.py        all of it together; table.py makes the Markdown

`torch_baselines.py` alone needs the extra `train`; nothing imports it but the worker, by name, when it is asked for.
"""
