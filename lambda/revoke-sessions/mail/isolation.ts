import type { Holder } from "./session";
import { forEach, forNames, quote } from "./shell";
import type { Step } from "./step";

/** The compromised holders, all of one kind, and where to look for them. */
export interface Compromised {
  /** The names of their sessions, of which there is at least one. */
  readonly names: readonly string[];
  readonly region: string;
  readonly roleName: string;
}

/** How to keep the thief from the next credentials, by what held the stolen ones; undefined where no call does it. */
export const ISOLATION: Readonly<Record<Holder, ((compromised: Compromised) => Step) | undefined>> = {
  instance: ({ names, region }) => ({
    text:
      "Isolate what is compromised: whoever can reach the instance takes the next credentials. This turns its metadata service " +
      "off, then stops all traffic. Leave it running, so that its memory can be looked at. Connections that are open may survive. " +
      `If ${names.length > 1 ? "one" : "it"} is not found, look in your other regions.`,
    commands: forNames("instance", names, (instance) => isolateInstance(instance, `--region ${quote(region)}`)),
  }),

  function: ({ names, region }) => ({
    text:
      "Stop what is compromised: whoever makes the function run code reads its credentials. To let it run again: " +
      "aws lambda delete-function-concurrency.",
    commands: forNames("function", names, (name) => [
      `aws lambda put-function-concurrency --region ${quote(region)} --function-name ${name} --reserved-concurrent-executions 0`,
    ]),
  }),

  task: ({ names, region }) => ({
    text:
      "Stop what is compromised: whoever can reach the task takes the next credentials. Its service starts another one, with " +
      "new credentials and the same hole.",
    commands: eachCluster(quote(region), [
      ...forEach(
        "task",
        [`$(${describeTasks(names, quote(region))} --query 'tasks[].taskArn' --output text)`],
        [
          `aws ecs stop-task --region ${quote(region)} --cluster "$cluster" --task "$task" --reason 'credentials stolen'`,
        ],
      ),
    ]),
  }),

  pod: () => ({
    text:
      "Stop what is compromised: whoever can reach the pod takes the next credentials. The session's name holds those of the " +
      "cluster and the pod, cut short; put in the pod's own and its namespace.",
    commands: ["kubectl get pods --all-namespaces --output wide", 'kubectl delete pod --namespace "$NAMESPACE" "$POD"'],
  }),

  server: ({ region, roleName }) => {
    const holds = quote(`profiles[?roleArns[?ends_with(@, '/${roleName}')]].profileId`);
    return {
      text:
        "Let nobody start new sessions with a certificate: whoever has its private key can, and no cut-off stops that. The " +
        "session's name is the certificate's serial number: revoke it, then enable the profile again.",
      commands: forEach(
        "profile",
        [`$(aws rolesanywhere list-profiles --region ${quote(region)} --query ${holds} --output text)`],
        [`aws rolesanywhere disable-profile --region ${quote(region)} --profile-id "$profile"`],
      ),
    };
  },

  user: undefined,
  other: undefined,
};

/** @param instance a word of a shell. */
function isolateInstance(instance: string, region: string): string[] {
  const ofInstance = (query: string) =>
    `$(aws ec2 describe-instances ${region} --instance-ids ${instance} --query 'Reservations[0].Instances[0].${query}' --output text)`;
  const rules = `$(aws ec2 describe-security-group-rules ${region} --filters Name=group-id,Values="$group" --query 'SecurityGroupRules[].SecurityGroupRuleId' --output text)`;
  return [
    `aws ec2 modify-instance-metadata-options ${region} --instance-id ${instance} --http-endpoint disabled`,
    `vpc=${ofInstance("VpcId")} &&`,
    `group=$(aws ec2 create-security-group ${region} --vpc-id "$vpc" --group-name isolated-${instance} --description 'Isolated: no traffic' --query GroupId --output text) &&`,
    // A new group lets everything out.
    `for rule in ${rules}; do`,
    `  aws ec2 revoke-security-group-egress ${region} --group-id "$group" --security-group-rule-ids "$rule"`,
    "done &&",
    ...forEach(
      "interface",
      [ofInstance("NetworkInterfaces[].NetworkInterfaceId")],
      [`aws ec2 modify-network-interface-attribute ${region} --network-interface-id "$interface" --groups "$group"`],
    ),
  ];
}

/** Commands for each ECS cluster of a region: a task's id does not tell its own. */
export function eachCluster(region: string, commands: readonly string[]): string[] {
  return forEach(
    "cluster",
    [`$(aws ecs list-clusters --region ${region} --query 'clusterArns[]' --output text)`],
    commands,
  );
}

/** The call that describes tasks of a cluster; those of other clusters are not in its response. */
export const describeTasks = (ids: readonly string[], region: string): string =>
  `aws ecs describe-tasks --region ${region} --cluster "$cluster" --tasks ${ids.map(quote).join(" ")}`;
