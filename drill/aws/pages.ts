/** All items of an answer that AWS gives in pages. */
export async function allPages<Item>(
  page: (token: string | undefined) => Promise<{ readonly items?: readonly Item[]; readonly next?: string }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const { items = [], next } = await page(token);
    all.push(...items);
    token = next;
  } while (token);
  return all;
}
