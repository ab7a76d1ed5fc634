"""Which mechanisms were seen to work for clients, and which not."""

# %% [markdown]
# Which mechanisms were seen to work for clients, and which not: claims for and against, by mechanism.
# A count of claims is no effect size; it shows where the report has much to say and where it disagrees with itself.

# %%
from __future__ import annotations

import sys
from collections import Counter

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

import werkzaam

data = werkzaam.open(lang="en")

# %%
counts: dict[str, Counter[str]] = {}
for claim in data.claims():
    mechanism, effect, mode = claim.one("mechanism"), claim.one("effect"), claim.one("mode")
    if claim.cls == "Configuration" and mechanism and effect and mode and mode.endswith("/observed"):
        counts.setdefault(data.known.label(mechanism, "en"), Counter())[effect.rsplit("/", 1)[-1]] += 1
FOR, AGAINST = ("activates", "activates-in-part"), ("does-not-activate", "works-against")
rows = sorted(counts, key=lambda name: -sum(counts[name].values()))
for name in rows:
    print(f"{name}: {sum(counts[name][one] for one in FOR)} for, {sum(counts[name][one] for one in AGAINST)} against")

# %%
figure, axes = pyplot.subplots(figsize=(6.4, 0.28 * len(rows) + 1), layout="constrained")
axes.barh(rows, [sum(counts[name][one] for one in FOR) for name in rows], color="#2a7f62", label="for")
axes.barh(rows, [-sum(counts[name][one] for one in AGAINST) for name in rows], color="#b5452c", label="against")
axes.axvline(0, color="black", linewidth=0.8)
axes.set_xlabel("observed claims")
axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
axes.invert_yaxis()
axes.spines[["top", "right", "left"]].set_visible(False)
axes.legend(frameon=False, loc="lower right")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "mechanisms.svg")
