"""All benchmarks: `python -m benchmarks`; or one, with its options: `python -m benchmarks runs --rounds 50`.

Each measures both sides of a ratio in turn, and says whether its aims are met. The exit code is 1 when one is missed.
"""

import subprocess
import sys

#: Each is a module that runs by itself, `python -m benchmarks.<name>`.
KINDS = ("web", "runs", "host", "sign_in_timing")


def main(words: list[str]) -> int:
    """Run those that are named, or all; 1 when an aim is missed, 2 for a name that is none."""
    if words in (["-h"], ["--help"]) or (words and words[0] not in KINDS):
        print(
            f"{__doc__}\n  {' | '.join(KINDS)}", file=sys.stdout if words[0].startswith("-h") else sys.stderr
        )
        return 0 if words[0] in ("-h", "--help") else 2
    missed = []
    for kind in KINDS if not words else words[:1]:
        print(f"\n=== {kind} ===", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{kind}", *words[1:]], check=False).returncode:
            missed.append(kind)
    if missed:
        print(f"\nNot all aims are met: {', '.join(missed)}.")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
