import type { Deployment } from "../../local-aws/terraform/deployment";
import { type AccessChange, measureAccess } from "./access";
import { playSieges } from "./play-siege";
import type { Course } from "./siege";

/** What is measured besides the story. */
export interface Measured {
  readonly access: readonly AccessChange[];
  readonly siege: readonly Course[];
}

/** Measures what the story does not show: everybody's access before and after, and a siege. It takes some seconds. */
export async function measure(deployment: Deployment): Promise<Measured> {
  return { access: await measureAccess(deployment), siege: await playSieges(deployment) };
}
