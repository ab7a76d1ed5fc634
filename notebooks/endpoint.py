"""Which mechanisms have most claims, asked of a running service; nothing of werkzaam is imported."""

# %% [markdown]
# The service is asked at `WERKZAAM_ENDPOINT`, by default on this machine; the answer comes as CSV.

# %%
from __future__ import annotations

import csv
import io
import os
import sys
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

ENDPOINT = os.environ.get("WERKZAAM_ENDPOINT", "http://127.0.0.1:8000/sparql")
QUERY = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?label (COUNT(?claim) AS ?claims)
WHERE {
  ?claim wz:mechanism ?mechanism .
  ?mechanism skos:prefLabel ?label
  FILTER (LANG(?label) = "en")
}
GROUP BY ?label
ORDER BY DESC(?claims) ?label
"""

# %%
form = urllib.parse.urlencode({"query": QUERY}).encode()
request = urllib.request.Request(ENDPOINT, form, {"Accept": "text/csv"})
with urllib.request.urlopen(request) as answer:
    rows = list(csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8")))
for row in rows:
    print(f"{row['label']}: {row['claims']}")

# %%
figure, axes = pyplot.subplots(figsize=(6.4, 0.28 * len(rows) + 1), layout="constrained")
axes.barh([row["label"] for row in rows], [int(row["claims"]) for row in rows], color="#2a7f62")
axes.set_xlabel("claims")
axes.invert_yaxis()
axes.spines[["top", "right", "left"]].set_visible(False)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "endpoint.svg")
