import * as v from "valibot";

/** A field that may be missing, or of a type nobody documented: neither may stand in the way. */
export const lenient = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.optional(v.fallback(v.optional(schema), undefined));
/** An empty text says nothing: it counts as missing. */
export const text = lenient(v.pipe(v.string(), v.regex(/\S/)));
export const number = lenient(v.number());
export const flag = lenient(v.boolean());
export const part = <Entries extends v.ObjectEntries>(entries: Entries) => lenient(v.object(entries));
