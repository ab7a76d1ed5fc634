"""Draw claims for a second reading: python docs/measurements/draw.py SEED N < export.jsonl.

The seed is the SHA-256 (or commit id) of the state before the drawing; a claim's place in the row is the SHA-256 of
seed and IRI, so anyone draws the same claims. Feed it the lines of `werkzaam export --as jsonl`.
"""

from __future__ import annotations

import hashlib
import json
import sys


def main() -> None:
    """Print the drawn claims, one JSON object a line."""
    seed, number = sys.argv[1], int(sys.argv[2])
    claims = [json.loads(line) for line in sys.stdin]
    claims.sort(key=lambda claim: hashlib.sha256(f"{seed} {claim['iri']}".encode()).hexdigest())
    for claim in claims[:number]:
        print(json.dumps(claim, ensure_ascii=False))


if __name__ == "__main__":
    main()
