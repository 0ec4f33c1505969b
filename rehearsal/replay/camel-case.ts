/** A key as the API's clients write it: `AccessKeyDetails`, but not `AWS::S3::Bucket`. */
const PASCAL_CASE = /^[A-Z][a-z0-9]/;

/** A value with each key as EventBridge writes it: `accessKeyDetails` for `AccessKeyDetails`, which clients of the API print. */
export function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCase);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      PASCAL_CASE.test(key) ? key[0]!.toLowerCase() + key.slice(1) : key,
      camelCase(child),
    ]),
  );
}
