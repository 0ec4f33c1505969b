import type { Readable } from "node:stream";

/** Collects what a process writes to one stream, invocation by invocation. */
export class OutputCapture {
  private text = "";
  private ended = false;
  private onChange: () => void = () => {};

  constructor(stream: Readable) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.text += chunk;
      this.onChange();
    });
    stream.on("close", () => {
      this.ended = true;
      this.onChange();
    });
  }

  /** Everything up to the line that ends the invocation, without that line; everything there is if the stream ends first. */
  async until(requestId: string): Promise<string> {
    const marker = `END RequestId: ${requestId}\n`;
    for (;;) {
      const end = this.text.indexOf(marker);
      if (end >= 0 || this.ended) {
        const output = end >= 0 ? this.text.slice(0, end) : this.text;
        this.text = end >= 0 ? this.text.slice(end + marker.length) : "";
        return output;
      }
      await new Promise<void>((resolve) => (this.onChange = resolve));
    }
  }
}
