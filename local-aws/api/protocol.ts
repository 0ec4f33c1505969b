import type { IncomingMessage } from "node:http";

/** The services of the endpoint. */
export type Service = "iam" | "sns" | "ec2" | "cloudtrail" | "events" | "sts";

/** One request: of the AWS Query protocol, which IAM, STS, SNS and EC2 speak, a form in, XML out; or of AWS's JSON protocol. */
export interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly action: string;
  /** The form's fields; none in the JSON protocol. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What the JSON protocol has in their place. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** An error with which AWS responds to a call. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  constructor(
    readonly code: string,
    message: string,
    /** HTTP status: 4xx blames the caller. */
    readonly status: number = 400,
  ) {
    super(message);
  }
}

/** Reads what the SDK sent; service and access key are part of the signature, which is not verified. */
export async function readRequest(request: IncomingMessage): Promise<AwsRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const credential = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? "",
  );
  if (!credential) throw new AwsError("MissingAuthenticationToken", "the request carries no Signature Version 4", 403);
  const [, accessKeyId, region, service] = credential as unknown as [string, string, string, string];
  const caller = { service, region, accessKeyId };
  const target = request.headers["x-amz-target"];
  if (target !== undefined) return { ...caller, ...readJson(String(target), body) };

  const { Action: action, ...parameters } = Object.fromEntries(new URLSearchParams(body));
  if (!action) {
    throw new AwsError(
      "MissingAction",
      "the request names no Action: the local AWS supports the Query and JSON protocols only",
    );
  }
  return { ...caller, action, parameters };
}

/** Reads a request of the JSON protocol, whose action is a header: `CloudTrail_20131101.LookupEvents`. */
function readJson(target: string, body: string): Pick<AwsRequest, "action" | "parameters" | "json"> {
  try {
    return { action: target.split(".").at(-1)!, parameters: {}, json: JSON.parse(body) as AwsRequest["json"] };
  } catch {
    throw new AwsError("SerializationException", "the body is not JSON");
  }
}

/** What an element of a response, or a field, may hold: nothing, text, further elements or a list. */
export type ResponseValue =
  undefined | string | number | boolean | readonly ResponseValue[] | { readonly [name: string]: ResponseValue };

/** The response to a successful call: IAM and SNS wrap the result once more, EC2 does not. */
export function renderResponse(request: AwsRequest, requestId: string, result: ResponseValue): string {
  const { action, service, parameters, json } = request;
  if (json) return JSON.stringify(result ?? {});
  if (service === "ec2") {
    return element(
      `${action}Response`,
      { requestId, ...(result as object) },
      "item",
      `http://ec2.amazonaws.com/doc/${parameters["Version"]}/`,
    );
  }
  const body = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return element(`${action}Response`, body, "member", `https://${service}.amazonaws.com/doc/${parameters["Version"]}/`);
}

export function renderError(service: string, requestId: string, { code, message, status }: AwsError): string {
  if (service === "cloudtrail" || service === "events") return JSON.stringify({ __type: code, message });
  if (service === "ec2") {
    return element("Response", { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId }, "item");
  }
  const error = { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message };
  return element("ErrorResponse", { Error: error, RequestId: requestId }, "member");
}

function element(name: string, value: ResponseValue, listElement: "member" | "item", namespace?: string): string {
  if (value === undefined) return "";
  return `<${name}${namespace ? ` xmlns="${namespace}"` : ""}>${content(value, listElement)}</${name}>`;
}

function content(value: ResponseValue, listElement: "member" | "item"): string {
  if (Array.isArray(value)) return value.map((each) => element(listElement, each, listElement)).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, child]) => element(name, child, listElement))
      .join("");
  }
  return String(value).replace(/[<>&"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
