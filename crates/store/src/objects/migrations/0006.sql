-- Bodies that are compressed without a dictionary: few, once their kind has one. They are found by this and rewritten.
CREATE INDEX without_dictionary ON objects (kind) WHERE dictionary = 0;
