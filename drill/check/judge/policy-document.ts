/** The statements of a policy. */
export function statementsOf(json: string): readonly Readonly<Record<string, unknown>>[] {
  const { Statement = [] } = JSON.parse(json) as { Statement?: unknown };
  return [Statement].flat() as Record<string, unknown>[];
}

/** Whether a part of a statement, which may be one text or a list, has a text. */
export const has = (part: unknown, wanted: string): boolean => [part].flat().includes(wanted);
