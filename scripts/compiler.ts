import { dirname, join } from "node:path";

/** TypeScript's native compiler. The release that typescript-eslint and typedoc can load is four times slower. */
export const COMPILER = join(dirname(require.resolve("typescript-native/package.json")), "bin", "tsc");
