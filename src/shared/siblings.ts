import { type Problems, shown } from "./problems";

/** What a construct deploys, as far as another one of its kind must not deploy it too. */
export interface Deployed {
  /** Path of the construct. */
  readonly path: string;
  /** Where it is deployed to: see `destination`. */
  readonly destination: string;
  /** Names that AWS knows once, by the prop that gives them. */
  readonly names: Readonly<Record<string, string | undefined>>;
}

/** Notes every name that the app uses twice in one place: AWS would let one construct take over what the other one made. */
export function checkSiblings(own: Deployed, others: readonly Deployed[], problems: Problems): void {
  for (const other of others.filter(({ destination }) => destination === own.destination)) {
    for (const [prop, name] of Object.entries(own.names)) {
      if (name === undefined || other.names[prop] !== name) continue;
      problems.add(
        `${prop}: must differ from that of ${other.path}, whose provider says nothing of another account or region; ` +
          `received ${shown(name)} twice; give one of them another name or, if their accounts differ, both providers their ` +
          "allowedAccountIds",
      );
    }
  }
}
