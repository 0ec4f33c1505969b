import { join } from "node:path";

import { writeTerraformModule } from "./write-module";

const directory = join(__dirname, "../../dist/terraform-module");
writeTerraformModule(directory);
console.log(`the Terraform module is in ${directory}`);
