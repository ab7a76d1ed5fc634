"""Proposing links between what others have and what is ours: names are read, compared, and held up with reasons."""

from werkzaam.linking.index import Index
from werkzaam.linking.items import Candidate, Feature, Item, Name

__all__ = ["Candidate", "Feature", "Index", "Item", "Name"]
