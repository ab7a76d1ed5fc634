-- The summary of the claims of a store. Numbers stand for IRIs; `told` is what the summary was made of.

CREATE TABLE told (what TEXT PRIMARY KEY, as_it_was TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE iri (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
-- Where a concept or thing leads upwards in a step: what counts as what.
CREATE TABLE step (lower INTEGER NOT NULL, upper INTEGER NOT NULL, PRIMARY KEY (lower, upper)) WITHOUT ROWID;
CREATE TABLE claim (id INTEGER PRIMARY KEY, document INTEGER NOT NULL, tier INTEGER NOT NULL);
CREATE INDEX claim_of_document ON claim (document);
-- What a claim names, broader concepts and wholes included, and under which headings of an answer it comes.
CREATE TABLE names (thing INTEGER NOT NULL, claim INTEGER NOT NULL, PRIMARY KEY (thing, claim)) WITHOUT ROWID;
CREATE INDEX names_of_claim ON names (claim);
CREATE TABLE comes (verdict INTEGER NOT NULL, claim INTEGER NOT NULL, PRIMARY KEY (verdict, claim)) WITHOUT ROWID;
CREATE INDEX comes_of_claim ON comes (claim);
