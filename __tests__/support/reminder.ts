/**
 * Does what CloudWatch does with the expression of the reminder's alarm: `IF(HOUR(messages) == 0 OR …, messages, 0)`.
 *
 * @param hour hour of the day of a data point, in UTC.
 * @param messages its value.
 * @throws Error on any other expression.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function remindsAt(expression: string, hour: number, messages: number): number {
  const [, condition] = /^IF\((.+), messages, 0\)$/.exec(expression) ?? [];
  if (condition === undefined) throw new Error(`unknown expression: ${expression}`);
  const hours = condition.split(" OR ").map((comparison) => /^HOUR\(messages\) == (\d+)$/.exec(comparison)?.[1]);
  if (hours.includes(undefined)) throw new Error(`unknown condition: ${condition}`);
  return hours.map(Number).includes(hour) ? messages : 0;
}
