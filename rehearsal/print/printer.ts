import { type Paint, paintFor } from "./terminal";

/** Prints text for people, or one JSON document for machines: whichever was asked for. The other one is left out. */
export interface Printer {
  readonly paint: Paint;
  /** The width of the terminal; undefined if it is none, such as a file or a pipe. */
  readonly columns?: number;
  text(text: string): void;
  document(data: unknown): void;
}

/** A printer to the standard output. */
export function standardPrinter(json: boolean): Printer {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    paint: paintFor(process.stdout, process.env),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    text: json ? () => {} : line,
    document: json ? (data) => line(JSON.stringify(data, undefined, 2)) : () => {},
  };
}
