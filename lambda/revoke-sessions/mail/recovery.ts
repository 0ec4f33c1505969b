import { describeTasks, eachCluster } from "./isolation";
import type { Holder } from "./session";
import { forEach, forNames, NOW, quote } from "./shell";

/** Where credentials of the role are to be renewed. */
export interface Healthy {
  /** The names of the stolen sessions that have this holder. */
  readonly stolen: readonly string[];
  /** The instances that are known to run with the role, but for compromised ones. */
  readonly instanceIds: readonly string[];
  readonly region: string;
}

/** How a holder gets credentials that work again. */
export interface Recovery {
  /** The holder, in the plural. */
  readonly who: string;
  readonly how: string;
  /** What ends the outage; lines for a shell. */
  readonly commands?: (healthy: Healthy) => readonly string[];
}

export const RECOVERY: Readonly<Record<Holder, Recovery>> = {
  instance: {
    who: "EC2 instances",
    how:
      "software that is running keeps the denied credentials until shortly before they expire, up to six hours after they " +
      "were issued. Restarting the software ends that once the metadata service hands out new ones, within about an hour. " +
      "Stopping and starting the instance ends it at once; rebooting does not.",
    commands: ({ instanceIds, region }) =>
      namesOr('"$INSTANCE_ID"', "instance", instanceIds, (instance) => [
        `aws ec2 stop-instances --region ${quote(region)} --instance-ids ${instance} &&`,
        `aws ec2 wait instance-stopped --region ${quote(region)} --instance-ids ${instance} &&`,
        `aws ec2 start-instances --region ${quote(region)} --instance-ids ${instance}`,
      ]),
  },
  function: {
    who: "Lambda functions",
    how:
      "an execution environment keeps its credentials for as long as it lives, so warm ones stay denied. Any change of the " +
      "function's configuration replaces them. With provisioned concurrency or SnapStart publish a version too.",
    commands: ({ stolen, region }) =>
      namesOr('"$FUNCTION_NAME"', "function", stolen, (name) => [
        `aws lambda update-function-configuration --region ${quote(region)} --function-name ${name} --description "New credentials since ${NOW}"`,
      ]),
  },
  task: {
    who: "ECS tasks",
    how: "denied until the agent renews their credentials, which takes up to six hours. New tasks work at once.",
    commands: ({ stolen, region }) =>
      stolen.length === 0
        ? [updateService(region, '"$CLUSTER"', '"$SERVICE"')]
        : eachCluster(
            quote(region),
            forEach(
              "group",
              [`$(${describeTasks(stolen, quote(region))} --query 'tasks[].group' --output text)`],
              [updateService(region, '"$cluster"', '"${group#service:}"')],
            ),
          ),
  },
  pod: {
    who: "EKS pods",
    how:
      "denied until their credentials are renewed: within an hour with a service account's token, within six with Pod " +
      "Identity. New pods work at once, unless the Pod Identity agent hands out the old ones; then restart it too.",
    commands: () => ['kubectl rollout restart --namespace "$NAMESPACE" deployment'],
  },
  server: {
    who: "servers with IAM Roles Anywhere",
    how: "denied until the helper renews their credentials, after 15 minutes to 12 hours. Restarting the helper ends that.",
  },
  user: { who: "users of IAM Identity Center", how: "they sign in again." },
  other: { who: "people, software and services that assumed the role", how: "they have to assume it again." },
};

const updateService = (region: string, cluster: string, service: string): string =>
  `aws ecs update-service --region ${quote(region)} --cluster ${cluster} --service ${service} --force-new-deployment`;

/** Commands for each name; if none is known, for what the reader puts in. */
const namesOr = (
  placeholder: string,
  variable: string,
  names: readonly string[],
  commands: (name: string) => readonly string[],
): readonly string[] => (names.length > 0 ? forNames(variable, names, commands) : commands(placeholder));
