import { join } from "node:path";

import { writeTerraformModule } from "../src/terraform-module/write-module";

const directory = join(__dirname, "..", "dist", "terraform-module");
writeTerraformModule(directory);
console.log(`the Terraform module is in ${directory}`);
