"""Runs a command and writes down what it took: `python -I -S launch.py 5 command …` writes JSON to file descriptor 5.

A process of its own, and a small one, because Linux counts to the peak of a child what its parent had when it began.
"""

import json
import os
import sys
import time


def main() -> None:
    command = sys.argv[2:]
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    facts = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_kb": usage.ru_maxrss,
    }
    os.write(int(sys.argv[1]), json.dumps(facts).encode())


if __name__ == "__main__":
    main()
