import { storm } from "../../bench/storm";
import { PATIENT } from "../support/patience";

/** The small version of what `npm run bench` plays with 10,000 findings over 1,000 accounts. */
test("a storm over an organization is about one write for each robbed role, and nothing is lost", async () => {
  // GIVEN
  const [roles, members, environments] = PATIENT ? [40, 10, 4] : [12, 4, 2];
  // WHEN
  const figures = await storm({ findings: 2 * roles, roles, members, environments });
  // THEN each role got its policy by one write, but for the few whose repeat came while the first was still held up
  expect(figures).toMatchObject({ findings: 2 * roles, roles, members, lost: 0 });
  expect(figures.writes).toBeGreaterThanOrEqual(roles);
  expect(figures.writes).toBeLessThan(roles + 6);
  expect(figures.throttled).toBeGreaterThan(roles / 4);
  expect(figures.assumed).toBeGreaterThanOrEqual(members);
  expect(figures.p99Milliseconds).toBeGreaterThanOrEqual(figures.medianMilliseconds);
}, 60_000);
