import { readConfiguration } from "../../../lambda/revoke-sessions/configuration";
import type { Deployed } from "../../deployed";
import { APPLY, type Judgement, right, unlessWrong, wrong } from "../result";

/** How the function may be run. */
export interface ReadInvocation {
  /** How many of it may run at once; undefined if that is not limited. */
  readonly reservedConcurrency?: number;
  /** JSON of the function's own policy, which says who may invoke it; undefined if it has none. */
  readonly policy?: string;
  /** ARNs of the rules that have it as a target. */
  readonly ruleArns: readonly string[];
}

/** Lambda runs the function when a rule asks for it. */
export function judgeInvocation(invocation: ReadInvocation, deployed: Deployed): readonly Judgement[] {
  const { functionName, region, state, lastUpdate } = deployed;
  const problems: Judgement[] = [];
  // Not every emulator of Lambda tells the state.
  if (state !== undefined && state !== "Active") {
    problems.push(wrong(`the function ${functionName} is ${state}, not Active`, APPLY));
  }
  if (lastUpdate === "Failed") {
    problems.push(wrong(`the last update of the function ${functionName} failed`, APPLY));
  }
  if (invocation.reservedConcurrency === 0) {
    problems.push(
      wrong(
        `the function ${functionName} is switched off: it may run zero times at once`,
        `aws lambda delete-function-concurrency --region ${region} --function-name ${functionName}`,
      ),
    );
  }
  problems.push(...invocation.ruleArns.flatMap((arn) => unlessInvoked(invocation.policy, arn, deployed)));
  return unlessWrong(`the function ${functionName} is active, and its rules may invoke it`, problems);
}

/** What is wrong if a rule may not invoke the function. */
export function unlessInvoked(policy: string | undefined, ruleArn: string, deployed: Deployed): readonly Judgement[] {
  if (mayInvoke(policy, ruleArn)) return [];
  const { functionName, region, accountId } = deployed;
  return [
    wrong(
      `the rule ${ruleArn.split("/").at(-1)} may not invoke the function ${functionName}`,
      `aws lambda add-permission --region ${region} --function-name ${functionName} --statement-id InvokedByRule ` +
        `--action lambda:InvokeFunction --principal events.amazonaws.com --source-account ${accountId} --source-arn ${ruleArn}`,
    ),
  ];
}

function mayInvoke(policy: string | undefined, ruleArn: string): boolean {
  const { Statement = [] } = JSON.parse(policy ?? "{}") as { Statement?: Record<string, unknown>[] };
  return Statement.some((statement) => {
    const text = JSON.stringify(statement);
    return statement["Effect"] === "Allow" && text.includes("events.amazonaws.com") && text.includes(`"${ruleArn}"`);
  });
}

/** The deployed package is the one that this drill belongs to. */
export function judgePackage({ functionName, codeSha256 }: Deployed, expectedSha256: string): readonly Judgement[] {
  if (codeSha256 === expectedSha256) return [right(`the function's package is the one of this version`)];
  const what = `the function ${functionName} runs another package than this version has: ${codeSha256}, not ${expectedSha256}`;
  return [wrong(what, `${APPLY}; or run the drill of the version that is deployed`)];
}

/** The function can start, and acts in this account. */
export function judgeEnvironment({ environment, accountId }: Deployed): readonly Judgement[] {
  try {
    const configuration = readConfiguration(environment);
    if (configuration.accountId !== accountId) {
      const what = `the function handles findings of account ${configuration.accountId}, and these credentials are of ${accountId}`;
      return [wrong(what, "name a profile of its account with --profile")];
    }
    const doing = configuration.response === "revoke" ? "revokes sessions" : "only notifies, and revokes nothing";
    return [right(`the function's environment is usable: it ${doing}, scope ${configuration.scope}`)];
  } catch (error) {
    return [wrong((error as Error).message.replace(/\s+/g, " "), APPLY)];
  }
}
