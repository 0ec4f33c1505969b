import type { Instance } from "./account";
import { AwsError } from "./protocol";
import type { Parameters, ServiceAction } from "./service-action";

const FILTERS: Record<string, (instance: Instance) => string | undefined> = {
  "iam-instance-profile.arn": (instance) => instance.instanceProfileArn,
  "instance-state-name": (instance) => instance.state,
  "instance-id": (instance) => instance.instanceId,
};

/** The EC2 actions that the local AWS supports. */
export const ec2Actions: Record<string, ServiceAction> = {
  DescribeInstances: {
    resource: () => "*",
    perform: (parameters, account, { region }) => {
      const filters = readFilters(parameters);
      const found = account.instances
        .filter((instance) => instance.region === region)
        .filter((instance) => filters.every(({ read, values }) => values.includes(read(instance) ?? "")));
      const reservationSet = found.map((instance) => ({
        reservationId: `r-${instance.instanceId.slice(2)}`,
        instancesSet: [
          {
            instanceId: instance.instanceId,
            instanceState: { name: instance.state },
            iamInstanceProfile:
              instance.instanceProfileArn === undefined ? undefined : { arn: instance.instanceProfileArn },
            tagSet: instance.name === undefined ? [] : [{ key: "Name", value: instance.name }],
          },
        ],
      }));
      return { reservationSet };
    },
  },
};

function readFilters(parameters: Parameters) {
  const filters = [];
  for (let index = 1; `Filter.${index}.Name` in parameters; index++) {
    const name = parameters[`Filter.${index}.Name`] ?? "";
    const read = FILTERS[name];
    if (!read) {
      throw new AwsError(
        "InvalidParameterValue",
        `The filter '${name}' is not supported by the local AWS; supported are ${Object.keys(FILTERS).join(", ")}`,
      );
    }
    const values = Object.entries(parameters)
      .filter(([key]) => key.startsWith(`Filter.${index}.Value.`))
      .map(([, value]) => value);
    filters.push({ read, values });
  }
  return filters;
}
