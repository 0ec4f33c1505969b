/** A clock that jumps from one awaited moment to the next: hours of waiting take no time, and the order is always the same. */
export class VirtualTime {
  private milliseconds: number;
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(start: Date) {
    this.milliseconds = start.getTime();
  }

  now(): Date {
    return new Date(this.milliseconds);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.milliseconds + milliseconds, wake }));
  }

  /** Lets time pass until nobody waits for it any more. */
  async run(): Promise<void> {
    for (;;) {
      // Whoever was woken goes on until it waits again.
      await new Promise(setImmediate);
      const next = this.sleepers.reduce((a, b) => (b.at < a.at ? b : a), this.sleepers[0]!);
      if (next === undefined) return;
      this.sleepers.splice(this.sleepers.indexOf(next), 1);
      this.milliseconds = Math.max(this.milliseconds, next.at);
      next.wake();
    }
  }
}
