import { readFileSync } from "node:fs";
import path from "node:path";

import { Html } from "./html";

/** A style sheet that lies beside this file: `figures.css` is about pictures, wherever they stand, `style.css` about pages. */
export const styleSheet = (name: "figures.css" | "style.css"): Html =>
  new Html(readFileSync(path.join(__dirname, name), "utf8"));
