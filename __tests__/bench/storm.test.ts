import { storm } from "../../bench/storm";

/** The small version of what `npm run bench` plays with 10,000 findings over 1,000 accounts. */
test("a storm over an organization is about one write for each robbed role, and nothing is lost", async () => {
  // WHEN
  const figures = await storm({ findings: 80, roles: 40, members: 10, environments: 4 });

  // THEN each role got its policy by one write, but for the few whose repeat came while the first was still held up
  expect(figures).toMatchObject({ findings: 80, roles: 40, members: 10, lost: 0 });
  expect(figures.writes).toBeGreaterThanOrEqual(40);
  expect(figures.writes).toBeLessThan(40 * 1.15);
  expect(figures.throttled).toBeGreaterThan(10);
  expect(figures.assumed).toBeGreaterThanOrEqual(10);
  expect(figures.p99Milliseconds).toBeGreaterThanOrEqual(figures.medianMilliseconds);
}, 60_000);
