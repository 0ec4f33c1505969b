import { ref, Token } from "cdktf";

/* Expressions of Terraform as values of the types that constructs take. */
export const text = (expression: string): string => Token.asString(ref(expression));
export const number = (expression: string): number => Token.asNumber(ref(expression));
export const flag = (expression: string): boolean => Token.asAny(ref(expression)) as unknown as boolean;
export const list = (expression: string): string[] => Token.asList(ref(expression));
