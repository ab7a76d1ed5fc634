"""What is asked of the tables of a summary (`summary.sql`), by `summaryfile.py` and `summarynames.py`."""

from __future__ import annotations

from werkzaam.terms import WZ

INDEXES = {
    "called_of_thing": "called (thing)",
    "called_of_document": "called (document)",
    "word_of_word": "word (word)",
    "word_of_document": "word (document)",
    "type_of_thing": "type (thing)",
    "type_of_document": "type (document)",
    "names_of_claim": "names (claim)",
    "comes_of_claim": "comes (claim)",
    "claim_of_document": "claim (document)",
    "claim_checked": "claim (id) WHERE checked = 1",
    "restates_of_other": "restates (other)",
    "step_of_document": "step (document)",
    "belongs_of_document": "belongs (document)",
}


OF_DOCUMENT = "SELECT claim.id FROM claim JOIN iri ON iri.id = claim.document WHERE iri.text = ?"
OF_NAME = "document = (SELECT id FROM iri WHERE text = ?)"
CLAIMS = """
SELECT a.text, b.text FROM claim JOIN iri AS a ON a.id = claim.id JOIN iri AS b ON b.id = claim.document
"""
# What each of these says is lower, upper and the graph that says so.
STEPS = """
SELECT a.text, b.text, its.text
FROM step JOIN iri AS a ON a.id = lower JOIN iri AS b ON b.id = upper JOIN iri AS its ON its.id = document
WHERE last = ?
"""
BELONGS = """
SELECT a.text, b.text, its.text
FROM belongs JOIN iri AS a ON a.id = thing JOIN iri AS b ON b.id = whole JOIN iri AS its ON its.id = document
WHERE TRUE
"""
NEW = {"step": "INSERT INTO step VALUES (?, ?, ?, ?)", "belongs": "INSERT INTO belongs VALUES (?, ?, ?)"}
GONE = {
    "step": "DELETE FROM step WHERE lower = ? AND upper = ? AND last = ? AND document = ?",
    "belongs": "DELETE FROM belongs WHERE thing = ? AND whole = ? AND document = ?",
}
# What something counts as: itself, and what lies above it.
WAYS = """
WITH RECURSIVE up (id) AS (
  SELECT ? UNION SELECT step.upper FROM up JOIN step ON step.lower = up.id WHERE step.last = 0
)
SELECT id FROM up
UNION
SELECT step.upper FROM up JOIN step ON step.lower = up.id WHERE step.last = 1
"""
LEANING = """
SELECT DISTINCT document.text
FROM iri AS thing
JOIN names ON names.thing = thing.id
JOIN claim ON claim.id = names.claim
JOIN iri AS document ON document.id = claim.document
WHERE thing.text = ?
"""
# Along the IRIs, which stand in order, so that only what one claim names is left to be put in order; the numbers of
# that in a row, as a row for each, with its IRI, takes half as long again.
NAMED = """
SELECT said.text, GROUP_CONCAT(names.thing)
FROM iri AS said CROSS JOIN claim ON claim.id = said.id CROSS JOIN names ON names.claim = claim.id
GROUP BY said.text
"""
ITSELF = """
SELECT thing.text, claim.text
FROM names JOIN iri AS claim ON claim.id = names.claim JOIN iri AS thing ON thing.id = names.thing
WHERE itself = 1
"""
CHECKED = "SELECT iri.text FROM claim JOIN iri ON iri.id = claim.id WHERE checked = 1"
PAIRS = "SELECT claim, other FROM restates"
# Of claims that say the same as some, in however many steps.
NEAR = """
WITH RECURSIVE near (claim) AS (
  SELECT id FROM some
  UNION
  SELECT restates.other FROM near JOIN restates ON restates.claim = near.claim
  UNION
  SELECT restates.claim FROM near JOIN restates ON restates.other = near.claim
)
SELECT restates.claim, restates.other FROM near JOIN restates ON restates.claim = near.claim
"""
RESTATED = """
SELECT a.text, b.text FROM (%s) AS pair JOIN iri AS a ON a.id = pair.claim JOIN iri AS b ON b.id = pair.other
"""
CODED = """
SELECT a.text, b.text FROM coded JOIN iri AS a ON a.id = coded.document JOIN iri AS b ON b.id = coded.coder
"""
CALLED = """
SELECT thing.text, document.text, kind, called.text, language
FROM called JOIN iri AS thing ON thing.id = called.thing JOIN iri AS document ON document.id = called.document
WHERE %s
"""
TYPES = """
SELECT thing.text, class.text, document.text
FROM type
JOIN iri AS thing ON thing.id = type.thing
JOIN iri AS class ON class.id = type.class
JOIN iri AS document ON document.id = type.document
WHERE %s
"""
BY_VERDICT = """
SELECT found.verdict, iri.text, found.claims
FROM (SELECT verdict, COUNT(*) AS claims FROM found GROUP BY verdict) AS found JOIN iri ON iri.id = found.verdict
"""
# The core first, then by IRI, as that is the same on any store. Of very many the core is found on the way along the
# IRIs, instead of putting all in order.
FIRST = "SELECT said.text FROM iri AS said CROSS JOIN claim ON claim.id = said.id ORDER BY said.text LIMIT 1"
SHOWN_OF_MANY = """
SELECT said.text
FROM iri AS said CROSS JOIN claim ON claim.id = said.id CROSS JOIN found ON found.claim = claim.id
WHERE said.text >= ? AND found.verdict = ? AND claim.tier = ?
ORDER BY said.text
LIMIT ?
"""
SHOWN = """
SELECT said.text
FROM found JOIN claim ON claim.id = found.claim JOIN iri AS said ON said.id = claim.id
WHERE found.verdict = ?
ORDER BY claim.tier != ?, said.text
LIMIT ?
"""
FOUND_AGAIN = """
SELECT claim
FROM (SELECT claim FROM restates UNION SELECT other FROM restates) AS told
WHERE EXISTS (SELECT 1 FROM found WHERE found.claim = told.claim)
"""
HOW_MANY_CHECKED = """
SELECT COUNT(*) FROM claim WHERE checked = 1 AND EXISTS (SELECT 1 FROM found WHERE found.claim = claim.id)
"""
CODERS = """
SELECT iri.text
FROM (SELECT DISTINCT coder FROM coded) AS each JOIN iri ON iri.id = each.coder
WHERE EXISTS (
  SELECT 1
  FROM coded JOIN claim ON claim.document = coded.document JOIN found ON found.claim = claim.id
  WHERE coded.coder = each.coder
)
"""
CALLED_IN_ANY = """
SELECT DISTINCT kind, text, language
FROM called WHERE thing = (SELECT id FROM iri WHERE iri.text = ?)
ORDER BY kind, text, language
"""
TYPES_IN_ANY = """
SELECT DISTINCT iri.text
FROM type JOIN iri ON iri.id = type.class
WHERE type.thing = (SELECT id FROM iri AS it WHERE it.text = ?)
"""
WORKS = """
SELECT said.text, found.verdict, claim.tier
FROM (%s) AS found JOIN claim ON claim.id = found.claim JOIN iri AS said ON said.id = found.claim
ORDER BY said.text
"""
# Of all claims along the IRIs too, so that nothing has to be put in order.
WORKS_OF_ALL = """
SELECT said.text, comes.verdict, claim.tier
FROM iri AS said CROSS JOIN claim ON claim.id = said.id CROSS JOIN comes ON comes.claim = claim.id
ORDER BY said.text
"""
ALL = "SELECT comes.verdict, comes.claim FROM comes WHERE TRUE"
# From those that are wanted to their headings: the other way round every claim would be looked at.
THOSE = """
SELECT comes.verdict, comes.claim
FROM (%s) AS wanted CROSS JOIN comes ON comes.claim = wanted.claim
WHERE TRUE
"""
WANTED = "SELECT DISTINCT claim FROM names WHERE thing IN (SELECT id FROM iri WHERE text IN (%s))"
UNWANTED = """AND comes.claim NOT IN (
  SELECT names.claim
  FROM iri AS whole JOIN belongs ON belongs.whole = whole.id JOIN names ON names.thing = belongs.thing
  WHERE names.itself = 1 AND whole.text IN (%s)
)
"""
MEMBERS = "SELECT thing FROM belongs JOIN iri ON iri.id = belongs.whole WHERE iri.text IN (%s)"
ONE, OTHER = (
    MEMBERS % ", ".join(f"'{WZ}{cls}'" for cls in those) for those in (["Mechanism"], ["ContextFactor", "Trait"])
)
COUNTS = f"""
SELECT m.thing AS mechanism, b.thing AS beside, comes.verdict AS verdict, COUNT(*) AS claims
FROM some
JOIN comes ON comes.claim = some.id
JOIN names AS m ON m.claim = some.id
JOIN names AS b ON b.claim = some.id
WHERE m.thing IN ({ONE}) AND b.thing IN ({OTHER})
GROUP BY m.thing, b.thing, comes.verdict
"""
INTO = "INSERT INTO cell SELECT * FROM (%s) WHERE TRUE ON CONFLICT DO UPDATE SET claims = claims %s excluded.claims"
MORE, FEWER = INTO % (COUNTS, "+"), INTO % (COUNTS, "-")
CELLS = """
SELECT m.text, b.text, v.text, cell.claims
FROM cell
JOIN iri AS m ON m.id = cell.mechanism
JOIN iri AS b ON b.id = cell.beside
JOIN iri AS v ON v.id = cell.verdict
WHERE %s
ORDER BY m.text, b.text, v.text
"""
COUNTED = (CELLS % "TRUE").replace("FROM cell", f"FROM ({COUNTS}) AS cell")


BY_WORD = "SELECT DISTINCT iri.text FROM word JOIN iri ON iri.id = word.thing WHERE word.word = ?"
WORDS_LIKE = "SELECT DISTINCT word FROM word WHERE word >= ? AND word < ? LIMIT 5000"
BEGINNING = "SELECT text FROM iri JOIN claim ON claim.id = iri.id WHERE text >= ? AND text < ? LIMIT 5000"
