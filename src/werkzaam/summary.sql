-- The summary of the claims of a store. Numbers stand for IRIs; `told` is what the summary was made of.

CREATE TABLE told (what TEXT PRIMARY KEY, as_it_was TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE iri (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
-- Where a concept or thing leads upwards in a step, and which graph says so: what counts as what. After a `last` step goes no other.
CREATE TABLE step (lower INTEGER NOT NULL, upper INTEGER NOT NULL, last INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (lower, upper, last, document)) WITHOUT ROWID;
-- The class of what the gap map shows, and the scheme of each concept.
CREATE TABLE belongs (thing INTEGER NOT NULL, whole INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (whole, thing, document)) WITHOUT ROWID;
-- A claim, and whether a person checked it (1).
CREATE TABLE claim (id INTEGER PRIMARY KEY, document INTEGER NOT NULL, tier INTEGER NOT NULL, checked INTEGER NOT NULL);
CREATE TABLE restates (claim INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (claim, other)) WITHOUT ROWID;
CREATE TABLE coded (document INTEGER NOT NULL, coder INTEGER NOT NULL, PRIMARY KEY (document, coder)) WITHOUT ROWID;
-- What a document calls things (kinds as in known.py), by which folded word they are found, and of which class they are.
CREATE TABLE called (thing INTEGER NOT NULL, document INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL);
CREATE TABLE word (word TEXT NOT NULL, thing INTEGER NOT NULL, document INTEGER NOT NULL);
CREATE TABLE type (thing INTEGER NOT NULL, class INTEGER NOT NULL, document INTEGER NOT NULL);
-- What a claim names: itself (1), or as what is broader than or the whole of what it names (0).
CREATE TABLE names (thing INTEGER NOT NULL, claim INTEGER NOT NULL, itself INTEGER NOT NULL, PRIMARY KEY (thing, claim)) WITHOUT ROWID;
-- Under which headings of an answer a claim comes.
CREATE TABLE comes (verdict INTEGER NOT NULL, claim INTEGER NOT NULL, PRIMARY KEY (verdict, claim)) WITHOUT ROWID;
-- How many claims name both a mechanism and what stands beside it, by heading.
CREATE TABLE cell (mechanism INTEGER NOT NULL, beside INTEGER NOT NULL, verdict INTEGER NOT NULL, claims INTEGER NOT NULL, PRIMARY KEY (mechanism, beside, verdict)) WITHOUT ROWID;
