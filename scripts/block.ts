/** A block of Terraform's JSON syntax, such as a resource's attributes; what is in it depends on the provider. */
export interface Block {
  [attribute: string]: any;
}
