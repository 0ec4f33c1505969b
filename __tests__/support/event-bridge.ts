/** Calls of EventBridge in one region of an emulator; the SDK's client for it is not among the project's packages. */
export class EventBridge {
  constructor(
    private readonly url: string,
    private readonly region: string,
  ) {}

  /** Names of what a call lists, such as the rules of a bus. */
  async names(action: "ListEventBuses" | "ListRules", parameters: object = {}): Promise<string[]> {
    const lists = (await this.call(action, parameters)) as Record<string, { Name: string }[]>;
    return Object.values(lists).flatMap((list) => (Array.isArray(list) ? list.map(({ Name }) => Name) : []));
  }

  /**
   * Calls an action.
   *
   * @throws Error if it is refused, or an entry of it is.
   */
  async call(action: string, parameters: object): Promise<unknown> {
    const scope = `20260101/${this.region}/events/aws4_request`;
    const response = await fetch(this.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": `AWSEvents.${action}`,
        Authorization: `AWS4-HMAC-SHA256 Credential=testing/${scope}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(parameters),
    });
    const text = await response.text();
    const answer = JSON.parse(text === "" ? "{}" : text) as { FailedEntryCount?: number };
    if (!response.ok || answer.FailedEntryCount) throw new Error(`${action} in ${this.region}: ${text}`);
    return answer;
  }
}
