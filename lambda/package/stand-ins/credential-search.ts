/**
 * A stand-in for `@aws-sdk/credential-provider-node` in the bundle. That package looks for credentials in files,
 * processes, single sign-on and metadata services; Lambda hands them over in the environment, and the function's clients
 * are told to take them from there (`aws/client.ts`). Left in, it would be a third of the code to load and to audit.
 */
export function defaultProvider(): () => Promise<never> {
  return async () => {
    throw new Error("this function takes its credentials from Lambda's environment only");
  };
}
