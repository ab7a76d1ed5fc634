"""How clients left the three projects, as a share of all who were ever in a trajectory."""

# %% [markdown]
# How clients left the three projects, as a share of all who were ever in a trajectory (table 4.1 of the report).
# The three bars count over different periods and different kinds of people: what the table itself warns of.

# %%
from __future__ import annotations

import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

import werkzaam

data = werkzaam.open(lang="en")
PROJECTS = {
    "de-cirkel": "De Cirkel",
    "participatiehuis": "Participatiehuis",
    "stichting-voorwerk": "Stichting Voorwerk",
}

# %%
shares: dict[str, dict[str, float]] = {}
for row in data.ask("figures", {"table": "table-4.1", "indicator": "exits"}):
    if row["unit"].endswith("/percent"):
        part = data.known.label(row["part"], "en")
        shares.setdefault(part, {})[row["entity"].rsplit("/", 1)[-1]] = float(row["number"])
for part, by_project in shares.items():
    print(part, {PROJECTS[key]: value for key, value in by_project.items()})

# %%
figure, axes = pyplot.subplots(figsize=(6.4, 3.2), layout="constrained")
left = dict.fromkeys(PROJECTS, 0.0)
for part, by_project in sorted(shares.items()):
    widths = [by_project.get(key, 0.0) for key in PROJECTS]
    axes.barh(list(PROJECTS.values()), widths, left=list(left.values()), label=part, height=0.6)
    left = {key: left[key] + width for key, width in zip(PROJECTS, widths, strict=True)}
axes.set_xlabel("per cent of all ever in a trajectory")
axes.invert_yaxis()
axes.spines[["top", "right"]].set_visible(False)
axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.25), ncols=2, frameon=False, fontsize="small")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "exits.svg")
