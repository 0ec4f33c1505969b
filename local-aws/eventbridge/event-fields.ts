/** A value that has no parts: what an event pattern compares. */
export type Leaf = string | number | boolean | null;

/** One leaf of an event, as EventBridge sees it: arrays vanish from the path, but it is remembered which elements the leaf lies in. */
export interface EventField {
  /** Keys from the root, joined by dots: `detail.resource.accessKeyDetails.userName`. */
  readonly path: string;
  readonly value: Leaf;
  /** Location of each array on the way, with the index of the element that holds the leaf. */
  readonly elements: ReadonlyMap<string, number>;
}

/** Lists every leaf of an event. Empty objects and empty arrays have none, so their field counts as missing. */
export function eventFields(event: unknown): EventField[] {
  const fields: EventField[] = [];

  const visit = (value: unknown, path: string, location: string, elements: ReadonlyMap<string, number>): void => {
    if (Array.isArray(value)) {
      value.forEach((element, index) =>
        visit(element, path, `${location}[${index}]`, new Map([...elements, [location, index]])),
      );
    } else if (typeof value === "object" && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        visit(child, path ? `${path}.${key}` : key, location ? `${location}.${key}` : key, elements);
      }
    } else {
      fields.push({ path, value: value as Leaf, elements });
    }
  };

  visit(event, "", "", new Map());
  return fields;
}

/** Whether two leaves can belong to one match: no array may contribute two different elements. */
export function inSameElements(one: EventField, other: EventField): boolean {
  for (const [array, index] of one.elements) {
    const otherIndex = other.elements.get(array);
    if (otherIndex !== undefined && otherIndex !== index) return false;
  }
  return true;
}
