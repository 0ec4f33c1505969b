import { PassThrough } from "node:stream";

import { askToCut } from "../../../drill/revoke/ask";

const USERS = ["instance i-1, in us-west-2"];
const { stdin } = process;

let keyboard: PassThrough;

beforeEach(() => {
  keyboard = Object.assign(new PassThrough(), { isTTY: true });
  Object.defineProperty(process, "stdin", { value: keyboard, configurable: true });
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  Object.defineProperty(process, "stdin", { value: stdin, configurable: true });
  jest.restoreAllMocks();
});

test.each(["y", "Yes"])("sessions of others may be cut after the answer %s", async (answer) => {
  keyboard.write(`${answer}\n`);
  await expect(askToCut("web", USERS, false)).resolves.toBeUndefined();
});

test.each(["", "n", "yesterday"])("nothing is done after the answer '%s'", async (answer) => {
  keyboard.write(`${answer}\n`);
  await expect(askToCut("web", USERS, false)).rejects.toThrow("nothing was done");
});

test("nothing is done if the terminal is closed at the question", async () => {
  keyboard.end();
  await expect(askToCut("web", USERS, false)).rejects.toThrow("nothing was done");
});

test("nobody is asked if nobody uses the role, or if it is agreed beforehand", async () => {
  await askToCut("web", [], false);
  await askToCut("web", USERS, true);
  expect(process.stderr.write).not.toHaveBeenCalled();
});

test("nothing is done if there is nobody to ask", async () => {
  Object.assign(keyboard, { isTTY: false });
  await expect(askToCut("web", USERS, false)).rejects.toThrow("agree with --yes");
});
