// For tests: the schema and the catalogue as the server tells them (GET /schema, GET /catalogue).
import type { Catalogue } from "./complete";
import type { Schema } from "./schema";
import schema from "./schema.testing.json";

export const SCHEMA = schema as unknown as Schema;
export const CATALOGUE: Catalogue = {
  systems: ["pantsir-s1", "s-400"], radars: ["91n6e", "92n6e"], rounds: ["40n6e", "48n6e3"], classes: ["one-way-drone", "srbm"],
};
