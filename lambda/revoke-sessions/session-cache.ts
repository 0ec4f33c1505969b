/** What has less time left than this is made anew: an invocation lasts two minutes at most. */
const MIN_SECONDS_LEFT = 5 * 60;

/** So many accounts are remembered, those whose sessions were made last. */
const MAX_SESSIONS = 50;

/** Keeps sessions of other accounts for the findings that follow. */
export class SessionCache<Session extends { readonly expiresAt: Date }> {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly now: () => Date) {}

  /** The account's session: the one that is kept, or the one that `make` makes. */
  async get(accountId: string, make: () => Promise<Session>): Promise<Session> {
    const kept = this.sessions.get(accountId);
    if (kept && kept.expiresAt.getTime() - this.now().getTime() > MIN_SECONDS_LEFT * 1_000) return kept;
    const made = await make();
    this.sessions.delete(accountId);
    this.sessions.set(accountId, made);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(oldest!);
    return made;
  }

  /** Keeps none of them any longer: a role that is made anew ends the sessions that were made before. */
  clear(): void {
    this.sessions.clear();
  }
}
